"""Every module of PyTorch that can be converted, and the errors of those that cannot."""

import subprocess
import sys

import numpy as np
import pytest

import octograd as og
from octograd_host import from_torch
from octograd_host.float_model import FloatModel
from octograd_host.torch_model import layers_of

IMAGE, SIGNAL = (8, 6, 3), (20, 3)


def residual(*main, **options):
    from octograd_host.torch_residual import Residual

    return Residual(*main, **options)


def head(nn, items):
    return nn.Flatten(), nn.Linear(items, 4)


# Name: input shape, and a function of torch.nn that returns modules.
MODELS = {
    "linear": ((9,), lambda nn: [nn.Linear(9, 7), nn.BatchNorm1d(7), nn.ReLU(), nn.Linear(7, 3)]),
    "no bias": ((9,), lambda nn: [nn.Linear(9, 7, bias=False), nn.Tanh(), nn.Linear(7, 3)]),
    "conv": (
        IMAGE,
        lambda nn: [nn.Conv2d(3, 5, 3, stride=2, padding=1), nn.ReLU(), *head(nn, 60)],
    ),
    "conv uneven": (
        IMAGE,
        lambda nn: [nn.Conv2d(3, 5, (3, 2), stride=(1, 2), padding=(1, 0)), *head(nn, 120)],
    ),
    "conv same": (
        IMAGE,
        lambda nn: [nn.Conv2d(3, 5, (4, 3), padding="same"), nn.Sigmoid(), *head(nn, 240)],
    ),
    "conv last": (
        IMAGE,
        lambda nn: [nn.Conv2d(3, 5, 3), nn.BatchNorm2d(5), nn.ReLU6(), nn.Conv2d(5, 2, 1)],
    ),
    "depthwise": (
        IMAGE,
        lambda nn: [
            nn.Conv2d(3, 3, 3, padding=1, groups=3, bias=False),
            nn.BatchNorm2d(3),
            nn.LeakyReLU(0.125),
            *head(nn, 144),
        ],
    ),
    "transposed": (
        IMAGE,
        lambda nn: [nn.ConvTranspose2d(3, 5, 4, 2, 1), nn.ReLU(), nn.Conv2d(5, 1, 1)],
    ),
    "transposed 3": (
        IMAGE,
        lambda nn: [
            nn.ConvTranspose2d(3, 5, 3, 2, 1, 1, bias=False),
            nn.BatchNorm2d(5),
            nn.ReLU(),
            nn.ConvTranspose2d(5, 1, 3, 1, 1),
        ],
    ),
    "transposed valid": (
        IMAGE,
        lambda nn: [nn.ConvTranspose2d(3, 4, (3, 2), 2), nn.ReLU(), nn.Conv2d(4, 1, 1)],
    ),
    "upsample": (
        IMAGE,
        lambda nn: (
            [nn.Upsample(scale_factor=(2, 3)), nn.Conv2d(3, 4, 3, padding=1), nn.ReLU()]
            + [nn.UpsamplingNearest2d(scale_factor=2), nn.Conv2d(4, 1, 2)]
        ),
    ),
    "pools": (
        IMAGE,
        lambda nn: [
            nn.Conv2d(3, 5, 3, padding=1),
            nn.MaxPool2d(3, 2, padding=1),
            nn.ReLU(),
            nn.AvgPool2d((2, 1)),
            nn.Dropout(0.3),
            *head(nn, 30),
        ],
    ),
    "global": (
        IMAGE,
        lambda nn: [nn.Conv2d(3, 5, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), *head(nn, 5)],
    ),
    "global, no flatten": (
        IMAGE,
        lambda nn: [nn.Conv2d(3, 5, 3), nn.AdaptiveAvgPool2d((1, 1)), nn.Conv2d(5, 4, 1)],
    ),
    "signal": (
        SIGNAL,
        lambda nn: [
            nn.Conv1d(3, 6, 5, stride=2, padding=2, bias=False),
            nn.BatchNorm1d(6),
            nn.ReLU(),
            nn.MaxPool1d(2),
            nn.Conv1d(6, 6, 3, padding=1, groups=6),
            nn.BatchNorm1d(6),
            nn.ReLU(),
            nn.Conv1d(6, 8, 1),
            nn.AvgPool1d(5),
            *head(nn, 8),
        ],
    ),
    "signal global": (
        SIGNAL,
        lambda nn: [nn.Conv1d(3, 6, 5), nn.ReLU(), nn.AdaptiveAvgPool1d(1), *head(nn, 6)],
    ),
    "residual": (
        IMAGE,
        lambda nn: [
            nn.Conv2d(3, 4, 1),
            residual(nn.Conv2d(4, 4, 3, padding=1), nn.BatchNorm2d(4)),
            nn.ReLU(),
            residual(
                nn.Conv2d(4, 6, 3, stride=2, padding=1),
                nn.ReLU(),
                nn.Conv2d(6, 6, 1),
                shortcut=nn.Sequential(nn.Conv2d(4, 6, 1, stride=2), nn.BatchNorm2d(6)),
                activation=nn.ReLU(),
            ),
            *head(nn, 72),
        ],
    ),
    "nested": (
        (9,),
        lambda nn: [nn.Sequential(nn.Linear(9, 9), nn.ReLU()), nn.Identity(), nn.Linear(9, 3)],
    ),
    "autoencoder": (
        IMAGE,
        lambda nn: [
            nn.Flatten(),
            nn.Linear(144, 24),
            nn.ReLU(),
            nn.Unflatten(1, (4, 3, 2)),
            nn.ConvTranspose2d(4, 2, 4, 2, 1),
        ],
    ),
}


def made(torch, name):
    """Return a model in evaluation, with drawn statistics, and its input's shape."""
    torch.manual_seed(1)
    shape, modules = MODELS[name]
    model = torch.nn.Sequential(*modules(torch.nn))
    norms = (torch.nn.BatchNorm1d, torch.nn.BatchNorm2d)
    for module in model.modules():
        if isinstance(module, norms):
            n = module.num_features
            module.running_mean = 0.3 * torch.randn(n)
            module.running_var = torch.rand(n) + 0.2
            module.weight.data = torch.randn(n)
            module.bias.data = torch.randn(n)
    return model.eval(), shape


def torch_outputs(torch, model, samples):
    """Return what PyTorch makes of samples, channels last, flat."""
    x = np.moveaxis(samples, -1, 1) if samples.ndim > 2 else samples
    with torch.no_grad():
        y = model.double()(torch.tensor(np.ascontiguousarray(x), dtype=torch.float64)).numpy()
    y = np.moveaxis(y, 1, -1) if y.ndim > 2 else y
    return y.reshape(len(y), -1)


def drawn(shape, n=40):
    return np.random.default_rng(2).integers(-127, 128, (n, *shape)).astype(np.int8)


@pytest.mark.filterwarnings("ignore:Using padding='same':UserWarning")
@pytest.mark.parametrize("name", MODELS)
def test_float_layers_compute_what_pytorch_does(torch, name):
    model, shape = made(torch, name)
    samples = drawn(shape, 5) / 128

    layers, weights = layers_of(model, shape, torch.nn)

    got = FloatModel(layers, shape, weights).outputs(samples)
    # BN is folded and Flatten reordered without any loss.
    np.testing.assert_allclose(got, torch_outputs(torch, model, samples), rtol=1e-6, atol=1e-6)


@pytest.mark.filterwarnings("ignore:Using padding='same':UserWarning")
@pytest.mark.parametrize("name", MODELS)
def test_int8_outputs_are_near_those_of_pytorch(torch, name, tmp_path):
    model, shape = made(torch, name)
    samples = drawn(shape)

    net, report = from_torch(model, samples, input_shape=shape, classifies=False)

    expected = torch_outputs(torch, model, samples / 128)
    got = [np.array(net.predict(x.reshape(-1))) * 2.0**net.output_exponent for x in samples]
    assert report.relative_error < 0.05
    error = np.sqrt(((np.array(got) - expected) ** 2).mean() / (expected**2).mean())
    assert abs(error - report.relative_error) < 1e-4
    net.save(str(tmp_path / "net"))
    assert net.digest() == og.load(str(tmp_path / "net")).digest()


def test_what_needs_no_gradient_is_frozen(torch):
    model, shape = made(torch, "linear")
    model[0].weight.requires_grad = False

    net, _ = from_torch(model, drawn(shape), input_shape=shape, classifies=False)
    assert [False, True] == [layer.trainable for layer in net.weighted]

    net, _ = from_torch(model, drawn(shape), input_shape=shape, classifies=False, trainable=False)
    assert [False, False] == [layer.trainable for layer in net.weighted]


def test_dropout_stays_for_fine_tuning(torch):
    model, shape = made(torch, "pools")

    layers, _ = layers_of(model, shape, torch.nn)

    assert any(isinstance(layer, og.Dropout) for layer in layers)


def two(nn):
    return nn.Conv2d(3, 3, 3), nn.Conv2d(3, 2, 1)


# What is wrong, a part of the message, and modules.
ERRORS = {
    "module": (r"1: Softplus cannot be converted", lambda nn: [nn.Conv2d(3, 3, 1), nn.Softplus()]),
    "nested": (r"1\.0: GELU", lambda nn: [nn.Conv2d(3, 3, 1), nn.Sequential(nn.GELU())]),
    "groups": (r"0 \(Conv2d\): 1 group", lambda nn: [nn.Conv2d(3, 6, 3, groups=3)]),
    "dilation": (r"0 \(Conv2d\): dilation", lambda nn: [nn.Conv2d(3, 6, 2, dilation=2)]),
    "mode": (r"zeros", lambda nn: [nn.Conv2d(3, 6, 3, padding=1, padding_mode="reflect")]),
    "channels": (r"3 input channels expected, got 4", lambda nn: [nn.Conv2d(4, 6, 3)]),
    "slope": (r"1 \(LeakyReLU\): slope", lambda nn: [two(nn)[0], nn.LeakyReLU(0.01)]),
    "twice": (r"2: one activation", lambda nn: [two(nn)[0], nn.ReLU(), nn.Tanh(), two(nn)[1]]),
    "first": (r"0: an activation after", lambda nn: [nn.ReLU(), *two(nn)]),
    "norm first": (r"0 \(BatchNorm2d\): a convolution", lambda nn: [nn.BatchNorm2d(3), *two(nn)]),
    "norm late": (
        r"2 \(BatchNorm2d\): no activation between",
        lambda nn: [two(nn)[0], nn.ReLU(), nn.BatchNorm2d(3), two(nn)[1]],
    ),
    "norm after pool": (
        r"2 \(BatchNorm2d\): a convolution",
        lambda nn: [two(nn)[0], nn.MaxPool2d(2), nn.BatchNorm2d(3), two(nn)[1]],
    ),
    "ceil": (r"0 \(MaxPool2d\): .*ceil_mode", lambda nn: [nn.MaxPool2d(2, ceil_mode=True)]),
    "average": (r"0 \(AvgPool2d\): no padding", lambda nn: [nn.AvgPool2d(3, padding=1)]),
    "adaptive": (r"output_size 1", lambda nn: [nn.AdaptiveAvgPool2d(2)]),
    "bilinear": (r"nearest", lambda nn: [nn.Upsample(scale_factor=2, mode="bilinear")]),
    "upsample": (r"1 \(MaxPool2d\): a Conv2d", lambda nn: [nn.Upsample(None, 2), nn.MaxPool2d(2)]),
    "transposed": (r"0 \(ConvT.*enlarges", lambda nn: [nn.ConvTranspose2d(3, 2, 3, 2, 1)]),
    "linear": (r"0 \(Linear\): a vector .*Flatten", lambda nn: [nn.Linear(6, 2)]),
    "features": (r"144 features expected", lambda nn: [nn.Flatten(), nn.Linear(6, 2)]),
    "large": (r"0 \(Conv2d\): kernel_size: at most", lambda nn: [nn.Conv2d(3, 2, 9)]),
    "last": (r"as the last expected", lambda nn: [two(nn)[0], nn.Sigmoid()]),
    "branches": (r"0: branches of one shape", lambda nn: [residual(two(nn)[0]), *two(nn)]),
    "branch": (
        r"0\.main\.0: an activation after",
        lambda nn: [residual(nn.ReLU(), nn.Conv2d(3, 3, 1)), *two(nn)],
    ),
}


@pytest.mark.parametrize("name", ERRORS)
def test_errors_name_the_module(torch, name):
    message, modules = ERRORS[name]

    with pytest.raises(ValueError, match=message):
        layers_of(torch.nn.Sequential(*modules(torch.nn)), IMAGE, torch.nn)


def test_models_of_other_classes_are_refused(torch):
    with pytest.raises(ValueError, match="model: nn.Sequential expected, got Linear"):
        layers_of(torch.nn.Linear(3, 2), (3,), torch.nn)


def test_pytorch_is_loaded_only_where_it_is_used(root):
    code = "import sys, octograd_host.torch_residual; assert 'torch' not in sys.modules"
    path = {"PYTHONPATH": ":".join(str(root / p) for p in ("mpy_lib", "host_ref", "host_cli"))}
    subprocess.run([sys.executable, "-c", code], check=True, env=path)
