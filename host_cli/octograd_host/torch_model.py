"""PyTorch models as octograd layers and float weights."""

import math

import numpy as np

import octograd as og
from octograd.layers import Weighted

from .conversion import convert
from .equalize import rows_axis


def from_torch(
    model,
    samples,
    labels=None,
    *,
    input_shape,
    trainable=None,
    per_row=False,
    relax_relu6=False,
    classifies=True,
):
    """
    Convert a PyTorch model, as it is in evaluation.

    It is an nn.Sequential, nested or not, of Conv2d and Conv1d (one group or depthwise),
    ConvTranspose2d, Linear, BatchNorm2d and BatchNorm1d (folded into the layer before), ReLU,
    ReLU6, LeakyReLU (slope 1/2, 1/4 ... 1/128), Sigmoid, Tanh, MaxPool, AvgPool,
    AdaptiveAvgPool to 1, Upsample (nearest, before a Conv2d), Flatten, Unflatten, Dropout,
    Identity, and residual blocks. Those are modules with an nn.Sequential `main` and, if
    wanted, modules `shortcut` and `activation`, that compute
    activation(main(x) + shortcut(x)), such as `octograd_host.torch_residual.Residual`.

    Args:
        model: nn.Sequential; its last layer has no activation, as octograd's losses have it.
        samples: (n, *input_shape) int8, channels last: 128 stands for PyTorch's 1.0.
        labels: (n,) class numbers, for accuracies.
        input_shape: Shape of one sample, channels last: (28, 28, 1), (length, channels) or
            (items,).
        trainable: Makes all layers trainable or frozen; None takes it from requires_grad of
            their weights.
        per_row: See `convert`.
        relax_relu6: See `convert`.
        classifies: See `convert`.

    Returns:
        A built `octograd.Sequential`, and a `Report`.

    Raises:
        ValueError: A module cannot be converted; says which and why.
        ImportError: There is no PyTorch.
    """
    import torch

    layers, weights = layers_of(model, input_shape, torch.nn)
    return convert(
        og.Sequential(*layers),
        weights,
        samples,
        labels,
        input_shape=input_shape,
        trainable=trainable,
        per_row=per_row,
        relax_relu6=relax_relu6,
        classifies=classifies,
    )


def layers_of(model, input_shape, nn):
    """Return a model's octograd layers and their weights, for `convert`."""
    chain = _Chain(nn, tuple(input_shape), {})
    if not isinstance(model, nn.Sequential):
        raise ValueError(f"model: nn.Sequential expected, got {type(model).__name__}")
    chain.extend("", model)
    chain.finish("model")
    if isinstance(chain.layers[-1] if chain.layers else None, og.Flatten):
        chain.layers.pop()
    last = chain.layers[-1] if chain.layers else None
    if not hasattr(last, "forward_s32") or last.activation != og.linear:
        text = "a Linear or a convolution without activation as the last expected"
        raise ValueError(f"model: {text}; octograd's losses have softmax and sigmoid in them")
    return chain.layers, [chain.weights[id(layer)] for layer in _weighted(chain.layers)]


def _weighted(layers):
    for layer in layers:
        if isinstance(layer, og.Residual):
            yield from _weighted(layer.layers)
            yield from _weighted(layer.shortcut)
        elif isinstance(layer, Weighted):
            yield layer


class _Chain:
    """
    Modules in a row as octograd layers.

    Attributes:
        layers: So far.
        shape: Of the tensor at their end, as octograd has it.
        weights: [w, b] by the id of a layer, of all chains of a model.
    """

    def __init__(self, nn, shape, weights):
        self._nn, self.shape, self.weights = nn, shape, weights
        self.layers = []
        self._order = None  # the image whose items a vector holds, in PyTorch's order
        self._image = None  # the shape that PyTorch gives to a vector
        self._scale = None  # of an Upsample just seen
        self._converters = {
            nn.Conv1d: self._conv1d,
            nn.Conv2d: self._conv2d,
            nn.ConvTranspose2d: self._conv_transpose2d,
            nn.Linear: self._linear,
            nn.BatchNorm1d: self._batch_norm,
            nn.BatchNorm2d: self._batch_norm,
            nn.MaxPool1d: self._max_pool,
            nn.MaxPool2d: self._max_pool,
            nn.AvgPool1d: self._average_pool,
            nn.AvgPool2d: self._average_pool,
            nn.AdaptiveAvgPool1d: self._global_pool,
            nn.AdaptiveAvgPool2d: self._global_pool,
            nn.Upsample: self._upsample,
            nn.UpsamplingNearest2d: self._upsample,
            nn.Flatten: self._flatten,
            nn.Unflatten: self._unflatten,
            nn.Dropout: self._dropout,
        }

    def extend(self, path, modules):
        """Append the modules of an nn.Sequential."""
        # Not children(), which leaves out a module that stands there twice.
        for name, module in modules._modules.items():
            self._append_module(f"{path}.{name}" if path else name, module)

    def _append_module(self, path, module):
        nn = self._nn
        if isinstance(module, nn.Sequential):
            self.extend(path, module)
        elif isinstance(module, nn.Identity):
            pass
        elif type(module) in self._converters:
            self._converters[type(module)](f"{path} ({type(module).__name__})", module)
        elif isinstance(getattr(module, "main", None), nn.Sequential):
            self._residual(path, module)
        else:
            self._activate(path, self._activation(path, module))

    def finish(self, path):
        """Make sure that nothing is left open."""
        self._check_scale(path)
        if self._order is not None:
            self._fail(path, "a Linear after Flatten expected")
        if self._image is not None and self.layers:
            self._reshape()

    def _fail(self, path, text):
        raise ValueError(f"{path}: {text}")

    def _append(self, path, layer):
        try:
            self.shape = tuple(layer.output_shape(self.shape))
        except (TypeError, ValueError) as error:
            raise ValueError(f"{path}: {error}") from None
        self.layers.append(layer)

    def _append_weighted(self, path, layer, module, w):
        layer.trainable = module.weight.requires_grad
        self.weights[id(layer)] = [w, _array(module.bias)]
        self._append(path, layer)

    def _check_scale(self, path):
        if self._scale is not None:
            self._fail(path, "a Conv2d after Upsample expected")

    def _reshape(self):
        if self._image is not None:
            self.layers.append(og.Reshape(self._image))
            self.shape, self._image = self._image, None

    def _image_of(self, path, dimensions):
        """Make sure that the tensor is an image (2) or a signal (1)."""
        self._reshape()
        if len(self.shape) != dimensions + 1:
            wanted = "(height, width, channels)" if dimensions == 2 else "(length, channels)"
            self._fail(path, f"{wanted} expected, got {self.shape}; see input_shape")

    # Layers with weights.

    def _groups(self, path, module):
        """Return whether a convolution is depthwise."""
        if any(d != 1 for d in module.dilation):
            self._fail(path, f"dilation 1 expected, got {module.dilation}")
        if module.padding_mode != "zeros":
            self._fail(path, f"padding with zeros expected, got {module.padding_mode!r}")
        if module.in_channels != self.shape[-1]:
            self._fail(path, f"{self.shape[-1]} input channels expected, got {module.in_channels}")
        if module.groups == 1:
            return False
        if module.groups == module.in_channels == module.out_channels:
            return True
        text = f"1 group, or as many as channels in and out, expected, got {module.groups}"
        self._fail(path, text)

    def _conv2d(self, path, module):
        self._image_of(path, 2)
        depthwise = self._groups(path, module)
        w = _array(module.weight)
        options = {"strides": module.stride, "padding": _padding(module.padding)}
        if self._scale is not None:
            options = {"padding": self._upsampled_padding(path, module, depthwise)}
        options["use_bias"] = module.bias is not None
        if depthwise:
            layer = og.DepthwiseConv2D(module.kernel_size, **options)
            w = w[:, 0].transpose(1, 2, 0)
        else:
            layer = og.Conv2D(module.out_channels, module.kernel_size, **options)
            w = w.transpose(0, 2, 3, 1)
        if self._scale is not None:
            layer.upsampling, self._scale = self._scale, None
        self._append_weighted(path, layer, module, w)

    def _upsampled_padding(self, path, module, depthwise):
        if depthwise or module.stride != (1, 1):
            self._fail(path, "one group and stride 1 after Upsample expected")
        padding = _padding(module.padding)
        if padding in ("same", "valid"):
            return padding
        if all(k == 2 * p + 1 for k, p in zip(module.kernel_size, padding, strict=True)):
            return "same"
        self._fail(path, f"padding 0 or 'same' after Upsample expected, got {module.padding}")

    def _conv1d(self, path, module):
        self._check_scale(path)
        self._image_of(path, 1)
        depthwise = self._groups(path, module)
        (k,), (s,) = module.kernel_size, module.stride
        padding = _padding(module.padding)
        if padding not in ("same", "valid"):
            padding = (0, *padding)
        options = {"padding": padding, "use_bias": module.bias is not None}
        w = _array(module.weight)
        if not depthwise:
            layer = og.Conv1D(module.out_channels, k, strides=s, **options)
            self._append_weighted(path, layer, module, w.transpose(0, 2, 1))
            return
        self._append(path, og.Reshape((1, *self.shape)))
        layer = og.DepthwiseConv2D((1, k), strides=(1, s), **options)
        self._append_weighted(path, layer, module, w.transpose(1, 2, 0))
        self._append(path, og.Reshape(self.shape[1:]))

    def _conv_transpose2d(self, path, module):
        self._check_scale(path)
        self._image_of(path, 2)
        if self._groups(path, module):
            self._fail(path, "one group expected")
        w = _array(module.weight).transpose(1, 2, 3, 0)
        axes = zip(
            module.kernel_size,
            module.stride,
            module.padding,
            module.output_padding,
            strict=True,
        )
        axes = [_transposed(*axis) for axis in axes]
        for padding in ("valid", "same"):
            if all(padding in axis for axis in axes):
                break
        else:
            sizes = f"kernel {module.kernel_size}, stride {module.stride}"
            more = f"padding {module.padding}, output_padding {module.output_padding}"
            self._fail(path, f"{sizes}, {more}: enlarges otherwise than octograd's layer can")
        # Taps of 0 move the kernel to where octograd's padding has it.
        w = np.pad(w, [(0, 0), *[axis[padding] for axis in axes], (0, 0)])
        layer = og.Conv2DTranspose(
            module.out_channels,
            w.shape[1:3],
            strides=module.stride,
            padding=padding,
            use_bias=module.bias is not None,
        )
        self._append_weighted(path, layer, module, w)

    def _linear(self, path, module):
        self._check_scale(path)
        if self._image is not None or len(self.shape) != 1:
            self._fail(path, f"a vector expected, got {self._image or self.shape}; add Flatten")
        if module.in_features != self.shape[0]:
            self._fail(path, f"{self.shape[0]} features expected, got {module.in_features}")
        w = _array(module.weight)
        if self._order is not None:
            *image, channels = self._order
            w = np.moveaxis(w.reshape(-1, channels, *image), 1, -1).reshape(w.shape)
            self._order = None
        layer = og.Dense(module.out_features, use_bias=module.bias is not None)
        self._append_weighted(path, layer, module, w)

    def _batch_norm(self, path, module):
        if module.running_mean is None:
            self._fail(path, "running statistics expected")
        layer = self._before((og.Flatten, og.Reshape))
        ours = self.weights.get(id(layer))
        axis = ours and rows_axis(layer)
        if not ours or ours[0].shape[axis] != module.num_features or self._order is not None:
            self._fail(path, "a convolution or Linear of as many channels before it expected")
        if layer.activation != og.linear:
            self._fail(path, "no activation between it and the layer before it expected")
        scale = 1 / np.sqrt(_array(module.running_var) + module.eps)
        shift = -_array(module.running_mean) * scale
        if module.affine:
            scale = scale * _array(module.weight)
            shift = shift * _array(module.weight) + _array(module.bias)
        rows = [1] * ours[0].ndim
        rows[axis] = -1
        ours[0] = ours[0] * scale.reshape(rows)
        ours[1] = shift if ours[1] is None else ours[1] * scale + shift
        layer.use_bias = True

    # Layers without weights.

    def _before(self, kinds):
        """Return the last layer that is none of these kinds, or None."""
        for layer in reversed(self.layers):
            if not isinstance(layer, kinds):
                return layer
        return None

    def _activation(self, path, module):
        """Return the code of an activation."""
        nn = self._nn
        codes = {nn.ReLU: og.relu, nn.ReLU6: og.relu6, nn.Sigmoid: og.sigmoid, nn.Tanh: og.tanh}
        if isinstance(module, nn.LeakyReLU):
            try:
                return og.leaky_relu(module.negative_slope)
            except ValueError as error:
                self._fail(f"{path} (LeakyReLU)", error)
        if type(module) not in codes:
            self._fail(path, f"{type(module).__name__} cannot be converted")
        return codes[type(module)]

    def _activate(self, path, code):
        # All activations rise, so that they may as well stand before a max pool.
        passed = (og.MaxPool2D, og.Flatten, og.Reshape, og.Dropout, og.UpSampling2D)
        layer = self._before(passed)
        layer = layer.add if isinstance(layer, og.Residual) else layer
        if not isinstance(layer, Weighted) and not hasattr(layer, "forward_two"):
            self._fail(path, "an activation after a convolution, Linear or sum expected")
        same = layer.activation == code and code in (og.relu, og.relu6)
        if layer.activation != og.linear and not same:
            self._fail(path, "one activation after a layer expected")
        layer.activation = code

    def _max_pool(self, path, module):
        self._check_scale(path)
        two = isinstance(module, self._nn.MaxPool2d)
        self._image_of(path, 1 + two)
        if _pair(module.dilation) != (1, 1) or module.ceil_mode or module.return_indices:
            self._fail(path, "dilation 1, no ceil_mode and no return_indices expected")
        kind = og.MaxPool2D if two else og.MaxPool1D
        size, strides, padding = module.kernel_size, module.stride, module.padding
        if not two:
            size, strides, padding = (_pair(n)[0] for n in (size, strides, padding))
        padding = _pair(padding) if any(_pair(padding)) else "valid"
        self._append(path, kind(size, strides=strides, padding=padding))

    def _average_pool(self, path, module):
        self._check_scale(path)
        two = isinstance(module, self._nn.AvgPool2d)
        self._image_of(path, 1 + two)
        divisor = getattr(module, "divisor_override", None)
        if any(_pair(module.padding)) or module.ceil_mode or divisor is not None:
            self._fail(path, "no padding, ceil_mode or divisor_override expected")
        if two:
            layer = og.AveragePool2D(module.kernel_size, strides=module.stride)
        else:
            layer = og.AveragePool1D(_pair(module.kernel_size)[0], strides=_pair(module.stride)[0])
        self._append(path, layer)

    def _global_pool(self, path, module):
        self._check_scale(path)
        two = isinstance(module, self._nn.AdaptiveAvgPool2d)
        self._image_of(path, 1 + two)
        if _pair(module.output_size) != (1, 1):
            self._fail(path, f"output_size 1 expected, got {module.output_size}")
        image = (1, 1, self.shape[-1]) if two else (1, self.shape[-1])
        self._append(path, og.GlobalAveragePool())
        self._image = image

    def _upsample(self, path, module):
        self._check_scale(path)
        self._image_of(path, 2)
        scale = module.scale_factor
        if module.mode != "nearest" or scale is None:
            self._fail(path, "mode 'nearest' and scale_factor expected")
        if any(f != int(f) for f in _pair(scale)):
            self._fail(path, f"whole scale_factor expected, got {scale}")
        self._scale = tuple(int(f) for f in _pair(scale))
        self._append(path, og.UpSampling2D(self._scale))

    def _flatten(self, path, module):
        self._check_scale(path)
        if module.start_dim != 1 or module.end_dim != -1:
            self._fail(path, "start_dim=1 and end_dim=-1 expected")
        if self._image is not None:
            self._image = None
        elif len(self.shape) > 1:
            if math.prod(self.shape[:-1]) > 1:
                self._order = self.shape
            self._append(path, og.Flatten())

    def _unflatten(self, path, module):
        layer = self.layers[-1] if self.layers else None
        if module.dim != 1 or not isinstance(layer, og.Dense):
            self._fail(path, "dim=1, and a Linear before it, expected")
        channels, *image = (int(n) for n in module.unflattened_size)
        if channels * math.prod(image) != layer.units or -1 in (channels, *image):
            self._fail(path, f"{layer.units} items expected, got {module.unflattened_size}")
        ours = self.weights[id(layer)]
        order = np.moveaxis(np.arange(layer.units).reshape(channels, *image), 0, -1).ravel()
        ours[0] = ours[0][order]
        ours[1] = None if ours[1] is None else ours[1][order]
        self._append(path, og.Reshape((*image, channels)))

    def _dropout(self, path, module):
        self._check_scale(path)
        if module.p > 0:
            try:
                self._append(path, og.Dropout(module.p))
            except ValueError as error:
                self._fail(path, error)

    def _residual(self, path, module):
        self._check_scale(path)
        self._reshape()
        if self._order is not None:
            self._fail(path, "a Linear after Flatten expected")
        main = self._branch(f"{path}.main", module.main)
        shortcut = self._branch(f"{path}.shortcut", getattr(module, "shortcut", None))
        if not main.layers:
            self._fail(f"{path}.main", "a layer expected")
        if main.shape != shortcut.shape:
            text = f"branches of one shape expected, got {main.shape} and {shortcut.shape}"
            self._fail(path, text)
        self.layers.append(og.Residual(main.layers, shortcut=shortcut.layers))
        self.shape = main.shape
        activation = getattr(module, "activation", None)
        if activation is not None and not isinstance(activation, self._nn.Identity):
            path = f"{path}.activation"
            self._activate(path, self._activation(path, activation))

    def _branch(self, path, module):
        branch = _Chain(self._nn, self.shape, self.weights)
        if module is not None:
            branch._append_module(path, module)
        branch.finish(path)
        return branch


def _array(tensor):
    return None if tensor is None else tensor.detach().cpu().double().numpy()


def _pair(value):
    if not isinstance(value, (tuple, list)):
        return (value, value)
    return tuple(value) if len(value) == 2 else (value[0], value[0])


def _padding(padding):
    if isinstance(padding, str):
        return padding
    return tuple(padding) if any(padding) else "valid"


def _transposed(kernel, stride, padding, output_padding):
    """
    Return how many taps of 0 make an axis one of octograd, by octograd's padding.

    Both have taps at input * stride + tap - padding. octograd's padding is 0, with
    max(kernel, stride) - stride pixels more than n * stride, or (kernel - stride) // 2, with
    n * stride pixels in all.
    """
    found = {}
    more = kernel - stride - 2 * padding + output_padding  # pixels beyond n * stride
    if padding == 0 and more == max(kernel - stride, 0):
        found["valid"] = (0, 0)
    for before in range(stride + 1):
        after = max(2 * (padding + before) - (kernel + before - stride), 0)
        over = max(kernel + before + after - stride, 0)
        if more == 0 and over // 2 == padding + before:
            found["same"] = (before, after)
            break
    return found
