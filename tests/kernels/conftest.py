"""
The C kernels with the signatures of the reference: arrays in, arrays out.

OCTOGRAD_KERNELS names another build of the library and OCTOGRAD_CFLAGS the flags for
the shim beside it; test_sanitizers.py sets both.
"""

import ctypes
import os
import pathlib
import shutil
import subprocess
from functools import partialmethod

import numpy as np
import pytest

from octograd_ref.range import Range
from octograd_ref.update import Batch

from .library import (
    Error,
    Layer,
    Library,
    Linear,
    Step,
    Walk,
    fields_of,
    items_in,
    items_out,
    outputs,
    record,
    state_of,
    taps,
)

CFLAGS = (
    "-std=c99 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wmissing-prototypes -Werror "
    "-shared -fPIC"
)


class Kernels(Library):
    """
    The C functions behind the reference's names and signatures.

    Results come back in new arrays, which held rubbish before, as scratch does.
    """

    def map(self, name, *args, dtype=np.int32):
        """Call a function of the shim that works item by item."""
        out = outputs(args[0].size, dtype)
        self.call(name, args[0].size, *args, out)
        return out

    # og_window.h

    def axis_source(self, axis):
        out = outputs(axis.n_out * axis.kernel, np.int32)
        self.call("shim_axis_source", record(axis), out)
        return out.reshape(axis.n_out, axis.kernel)

    def _walk(self, name, window):
        """What a walk over the window finds, and how often it found what it had already."""
        shape = window.y.n_out * window.x.n_out, taps(window)
        out = outputs(shape[0] * shape[1], np.int32)
        again = self.call(name, fields_of(window), out)
        return out.reshape(shape), again

    runs = partialmethod(_walk, "shim_runs")
    uses = partialmethod(_walk, "shim_uses")
    source_spans = partialmethod(_walk, "shim_source_spans")
    use_spans = partialmethod(_walk, "shim_use_spans")

    # og_dot.h

    def dot_rows(self, x, w, acc):
        out = outputs(acc.size, np.int32)
        self.call("og_dot_rows_s8", x, w.ravel(), x.size, acc.size, x.size, acc, out)
        return out

    def dot_walk(self, name, walk, d, a, acc):
        acc = acc.copy()
        self.call(name, Walk(*walk), d, a, acc.size, acc)
        return acc

    # og_range.h

    def begin(self, r, floor):
        used = record(r)
        fresh = self.call("shim_range_begin", used, floor)
        return Range(*used.tolist()), fresh

    def widen(self, r, t):
        after = record(r)
        changed = self.call("shim_range_widen", after, t)
        assert changed == (after[0] != r.exponent)
        return Range(*after.tolist())

    def learn(self, r, used, t):
        after = record(r)
        self.call("shim_range_learn", after, record(used), t)
        return Range(*after.tolist())

    # og_rng.h

    def rng_next(self, state):
        rng = state_of(state)
        draw = self.call("shim_rng_next", rng)
        assert draw == rng[0]
        return draw

    def rng_seed(self, seed):
        return self.call("og_rng_seed", seed)

    def rng_below(self, state, n):
        rng = state_of(state)
        draw = self.call("og_rng_below", rng, n)
        return int(rng[0]), draw

    def rng_uniform(self, state, n, limit):
        rng, w = state_of(state), outputs(n, np.int8)
        self.call("og_rng_uniform_s8", rng, n, limit, w)
        return int(rng[0]), w

    # og_update.h

    def step_shifts(self, rate, e_gw, e_gb, e_w, sum_abs, n):
        step = Step()
        self.call("og_update_step", record(rate), e_gw, e_gb, e_w, sum_abs, n, step)
        return step.weight, step.bias

    def _changed(self, name, layer, *args, biases=True):
        layer = Layer(layer, biases)
        self.call(name, layer, *args)
        return layer.value()

    halve = partialmethod(_changed, "og_update_halve")
    decay = partialmethod(_changed, "og_update_decay")

    def pull(self, layer, rate, importance, anchor, e_anchor):
        args = record(rate), importance.ravel(), anchor.ravel(), e_anchor
        return self._changed("og_update_pull", layer, *args)

    def _sums_of(self, batch, n):
        if not batch.begun:
            return outputs(n, np.int32)
        return np.concatenate([batch.g.ravel(), batch.g_bias]).astype(np.int32)

    def batch_apply(self, layer, batch, rate, biases=True):
        fields, sums = record(batch[2:]), self._sums_of(batch, layer.w.size + layer.b.size)
        args = sums, fields, layer.w.shape[1], record(rate)
        after = self._changed("og_batch_apply", layer, *args, biases=biases)
        assert fields[2] == 0
        return after

    # og_dense.h, og_conv2d.h, og_depthwise_conv2d.h: a dense layer has no window

    def _made(self, name, n, r, args, learns=None):
        """Call what makes a tensor of n items; with a learner, the range need not learn."""
        out, r = outputs(n, np.int8), record(r)
        e = self.call(name, *args, r, *([] if learns is None else [r if learns else None]), out)
        return out, e, Range(*r.tolist())

    def _where(self, name, window):
        return [] if "dense" in name else [fields_of(window)]

    def _forward(self, name, x, w, b, window, e_x, e_w, activation, r, training=True):
        layer = Linear(w, b, e_w, window.out_c)
        args = layer, *self._where(name, window), x, e_x, activation
        return self._made(name, items_out(window), r, args, training)

    dense_forward = partialmethod(_forward, "og_dense_forward_s8")
    conv2d_forward = partialmethod(_forward, "og_conv2d_forward_s8")
    depthwise_conv2d_forward = partialmethod(_forward, "og_depthwise_conv2d_forward_s8")

    def _sums(self, name, x, w, b, window, e_x, e_w):
        y, layer = outputs(items_out(window), np.int32), Linear(w, b, e_w, window.out_c)
        e_y = self.call(name, layer, *self._where(name, window), x, e_x, y)
        return y.reshape(-1, window.out_c), e_y

    dense_sums = partialmethod(_sums, "og_dense_forward_s32")
    conv2d_sums = partialmethod(_sums, "og_conv2d_forward_s32")

    def _backward_x(self, name, dy, w, window, e_dy, e_w, error, r):
        layer = Linear(w, None, e_w, window.out_c)
        args = layer, *self._where(name, window), dy, e_dy, Error(error)
        return self._made(name, items_in(window), r, args)

    dense_backward_x = partialmethod(_backward_x, "og_dense_backward_x_s8")
    conv2d_backward_x = partialmethod(_backward_x, "og_conv2d_backward_x_s8")
    depthwise_conv2d_backward_x = partialmethod(_backward_x, "og_depthwise_conv2d_backward_x_s8")

    def _scratch(self, name, window):
        return [] if "dense" in name else [outputs(taps(window) * window.in_c, np.int32)]

    def _update(self, name, layer, dy, x, window, e_dy, e_x, rate):
        args = *self._where(name, window), dy, x, e_dy, e_x, record(rate)
        return self._changed(name, layer, *args, *self._scratch(name, window))

    dense_update = partialmethod(_update, "og_dense_update_s8")
    conv2d_update = partialmethod(_update, "og_conv2d_update_s8")
    depthwise_conv2d_update = partialmethod(_update, "og_depthwise_conv2d_update_s8")

    def _batch(self, name, batch, dy, x, window, e_dy, e_x):
        rows = 1 if "depthwise" in name else window.out_c
        n = rows * taps(window) * window.in_c
        fields, sums = record(batch[2:]), self._sums_of(batch, n + window.out_c)
        sizes = [window.in_c, window.out_c] if "dense" in name else []
        args = *self._where(name, window), dy, x, *sizes, e_dy, e_x
        self.call(name, *args, *self._scratch(name, window), fields, sums)
        g = sums.astype(np.int64)
        return Batch(g[:n].reshape(rows, -1), g[n:], *fields.tolist())

    dense_batch = partialmethod(_batch, "og_dense_gradient_s8")
    conv2d_batch = partialmethod(_batch, "og_conv2d_gradient_s8")
    depthwise_conv2d_batch = partialmethod(_batch, "og_depthwise_conv2d_gradient_s8")

    # og_pool.h

    def max_pool2d_forward(self, x, window):
        y, index = outputs(items_out(window), np.int8), outputs(items_out(window), np.uint8)
        self.call("og_max_pool2d_forward_s8", fields_of(window), x, y, index)
        return y, index

    def max_pool2d_route(self, dy, index, window):
        dx = outputs(items_in(window), np.int8)
        self.call("og_max_pool2d_route_s8", fields_of(window), dy, index, dx)
        return dx

    def max_pool2d_backward_x(self, dy, index, window, e_dy, error, r):
        args = fields_of(window), dy, index, e_dy, Error(error)
        return self._made("og_max_pool2d_backward_x_s8", items_in(window), r, args)

    def average_pool2d_forward(self, x, window, e_x, r, training=True):
        args = fields_of(window), x, e_x
        return self._made("og_average_pool2d_forward_s8", items_out(window), r, args, training)

    def average_pool2d_backward_x(self, dy, window, e_dy, error, r):
        args = fields_of(window), dy, e_dy, Error(error)
        return self._made("og_average_pool2d_backward_x_s8", items_in(window), r, args)

    # og_add.h

    def add_forward(self, a, b, e_a, e_b, activation, r, training=True):
        args = a, b, a.size, e_a, e_b, activation
        return self._made("og_add_forward_s8", a.size, r, args, training)

    def activation_backward_bytes(self, dy, y, activation, e_y, in_place=False):
        dx = dy.copy() if in_place else outputs(y.size, np.int8)
        dy = dx if in_place else dy
        self.call("og_activation_backward_s8", dy, y, y.size, e_y, activation, dx)
        return dx

    def dropout(self, x, keep, scale, state, in_place=False):
        y, rng = x.copy() if in_place else outputs(x.size, np.int8), state_of(state)
        self.call("og_dropout_s8", y if in_place else x, x.size, keep, scale, rng, y)
        return y, int(rng[0])

    # og_loss.h

    def softmax(self, y, e_y):
        y = y.copy()
        self.call("og_softmax_s32", y.size, e_y, y)
        return y

    def softmax_cross_entropy(self, y, e_y, label):
        y = y.copy()
        return y, self.call("og_softmax_cross_entropy_s32", y.size, label, e_y, y)

    def _against(self, name, y, e_y, target, *delta):
        y = y.copy()
        return y, self.call(name, target, y.size, *delta, e_y, y)

    mean_squared_error = partialmethod(_against, "og_mean_squared_error_s32")
    binary_cross_entropy = partialmethod(_against, "og_binary_cross_entropy_s32")
    huber = partialmethod(_against, "og_huber_s32")

    def error_largest(self, error):
        return self.call("og_error_largest_s32", error, error.size)

    def error_quantize(self, error):
        dy = outputs(error.size, np.int8)
        return dy, self.call("og_error_quantize_s8", error, error.size, dy)

    def argmax(self, y):
        return self.call("og_argmax_s32", y, y.size)

    # og_importance.h

    def importance_add(self, g, e_g, exponent, total):
        total = total.copy()
        return total, self.call("og_importance_add_s32", g, g.size, e_g, exponent, total)

    def importance_scale(self, total, shift):
        importance = outputs(total.size, np.int8)
        self.call("og_importance_scale_s8", total, total.size, shift, importance)
        return importance

    # og_partial.h

    def partial_keep(self, dy, channels, fraction):
        kept, scores = dy.copy(), outputs(channels, np.int32)
        args = kept, dy.size // channels, channels, fraction, scores
        return kept, self.call("og_partial_keep_s8", *args)

    # og_wide.h

    def divide(self, v, d):
        return self.call("og_divide_u64", v, d)

    def root(self, v):
        return self.call("og_root_u64", v)

    def log2(self, v):
        return self.call("og_log2_u64", v)

    # og_summary.h

    def summary(self, x):
        n, channels = x.shape
        out = outputs(5 * channels, np.int16)
        self.call("og_summary_s16", x.ravel(), n, channels, out)
        return out.reshape(channels, 5)

    # og_filter.h

    def filter_apply(self, sections, x, state, in_place=False):
        fields = record([field for section in sections for field in section])
        after, x_items = state.ravel().copy(), x.ravel().copy()
        y = x_items if in_place else outputs(x.size, np.int16)
        args = fields, len(sections), x_items, *x.shape, after, y
        self.call("og_filter_apply_s16", *args)
        return y.reshape(x.shape), after.reshape(state.shape)

    # og_spectrum.h

    def power_spectrum(self, x, log2_n, stride):
        """Of every stride-th item, with rubbish between and no more behind than is needed."""
        spread, power = (
            outputs((x.size - 1) * stride + 1, np.int16),
            outputs(2**log2_n + 2, np.uint32),
        )
        spread[::stride] = x
        e = self.call("og_power_spectrum_s16", spread, x.size, stride, log2_n, power)
        bins = 2 ** (log2_n - 1) + 1
        assert not power[bins:].any()
        return power[:bins], e

    def band_magnitude(self, power, e, n, log2_n, edges, unit):
        out = outputs(edges.size - 1, np.int16)
        self.call("og_band_magnitude_s16", power, e, n, log2_n, edges, out.size, unit, out)
        return out

    # og_mel.h

    def mel_energy(self, power, e, edges, weights):
        out = outputs(edges.size - 2, np.int16)
        self.call("og_mel_energy_s16", power, e, edges, out.size, weights, out)
        return out

    def cosine_transform(self, x, n_out):
        y = outputs(n_out, np.int16)
        self.call("og_cosine_transform_s16", x, x.size, y, n_out)
        return y


@pytest.fixture(scope="session")
def build_shim(root, need, tmp_path_factory):
    """A function that compiles the shim with further flags and returns its path."""

    def build_shim(cflags):
        cc = os.environ.get("CC", "cc")
        need(shutil.which(cc), f"no C compiler {cc}")
        path = tmp_path_factory.mktemp("shim") / "shim.so"
        command = [cc, *CFLAGS.split(), *cflags.split(), "-I", root / "usermod/kernels"]
        needed = [root / f"usermod/kernels/{stem}.c" for stem in ("og_window", "og_tables")]
        subprocess.run([*command, "-o", path, root / "tests/kernels/shim.c", *needed], check=True)
        return path

    return build_shim


@pytest.fixture(scope="session")
def kernels(root, need, build_shim):
    """The C functions, as built by `make lib`."""
    default = root / "build/lib/liboctograd.so"
    path = pathlib.Path(os.environ.get("OCTOGRAD_KERNELS", default))
    need(path.exists(), f"{path.name} is missing: make lib")
    shim = build_shim(os.environ.get("OCTOGRAD_CFLAGS", "-O2"))
    headers = [*(root / "usermod/kernels").glob("*.h"), root / "tests/kernels/shim.c"]
    text = "\n".join(header.read_text() for header in headers)
    return Kernels(ctypes.CDLL(str(path)), ctypes.CDLL(str(shim)), text)
