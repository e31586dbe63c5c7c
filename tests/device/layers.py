"""The classes of all layers: shapes, how they look, what is refused, and building anew."""

from samples import random_bytes

import octograd as og


def refuse(name, function, *arguments, **options):
    """
    Print the error of a call that must not succeed.

    The second word of the name, if there is one, is the argument that must be named.
    """
    try:
        function(*arguments, **options)
        print(name, arguments, "| WRONG: accepted")
    except (TypeError, ValueError) as e:
        named = " " not in name or str(e).startswith(name.split()[1] + ":")
        print(name, "|", type(e).__name__, e, "" if named else "| WRONG: argument is not named")


# Names of the package.
for name in (
    "Add AveragePool1D AveragePool2D BinaryCrossEntropy Constant Conv1D Conv2D Conv2DTranspose "
    "CosineDecay Dense DepthwiseConv2D Diverged Dropout Flatten GlobalAveragePool Huber Latent "
    "MSE MaxPool1D MaxPool2D Reshape Residual SGD Sequential SoftmaxCrossEntropy StepDecay "
    "Trainer UpSampling2D leaky_relu linear load relu relu6 show sigmoid tanh"
).split():
    getattr(og, name)

# Activations.
print([og.linear, og.relu, og.relu6, og.sigmoid, og.tanh, og.leaky_relu()])
print([og.leaky_relu(1 / (1 << k)) for k in range(1, 8)])
for slope in (0, 1, 0.3, 1 / 256, -0.5, None, "1/2"):
    refuse("leaky_relu slope", og.leaky_relu, slope)
for code in (og.relu6, og.sigmoid, og.tanh, og.leaky_relu(1 / 2), og.leaky_relu(1 / 128)):
    print(og.Dense(3, code), og.Conv2D(2, 3, activation=code))

# What a layer makes of a shape.
SHAPES = (
    (og.Conv2D(4, 3), (8, 9, 2)),
    (og.Conv2D(4, (3, 2), strides=(2, 3), padding="same"), (8, 9, 2)),
    (og.Conv2D(4, 5, padding=2, activation=og.relu6), (8, 9, 2)),
    (og.Conv2D(4, 5, strides=4, padding=(2, 1), use_bias=False), (8, 9, 2)),
    (og.Conv2D(1, 1, trainable=False), (1, 1, 1)),
    (og.Conv2D(2, 3, strides=5, padding="same"), (1, 1, 3)),
    (og.Conv1D(6, 5), (40, 3)),
    (og.Conv1D(6, 5, strides=3, padding="same", activation=og.leaky_relu()), (41, 3)),
    (og.Conv1D(6, 4, strides=2, padding=3), (40, 3)),
    (og.Conv2DTranspose(3, 3, strides=2, padding="same"), (4, 5, 2)),
    (og.Conv2DTranspose(3, (3, 1), strides=(2, 3)), (4, 5, 2)),
    (og.Conv2DTranspose(3, 2), (4, 5, 2)),
    (og.DepthwiseConv2D(3), (8, 9, 5)),
    (og.DepthwiseConv2D((1, 3), strides=2, padding="same", activation=og.relu6), (8, 9, 5)),
    (og.DepthwiseConv2D(3, padding=1, use_bias=False, trainable=False), (8, 9, 5)),
    (og.MaxPool2D(), (8, 9, 5)),
    (og.MaxPool2D(3, strides=2, padding="same"), (8, 9, 5)),
    (og.MaxPool2D((1, 2), strides=(3, 1), padding=(0, 1)), (8, 9, 5)),
    (og.MaxPool1D(), (9, 5)),
    (og.MaxPool1D(3, strides=1, padding="same"), (9, 5)),
    (og.AveragePool2D(), (8, 9, 5)),
    (og.AveragePool2D((2, 3), strides=1), (8, 9, 5)),
    (og.AveragePool1D(4, strides=3), (9, 5)),
    (og.GlobalAveragePool(), (8, 9, 5)),
    (og.GlobalAveragePool(), (9, 5)),
    (og.Flatten(), (3, 4, 5)),
    (og.Reshape((5, 12)), (3, 4, 5)),
    (og.Reshape([60]), (3, 4, 5)),
    (og.Dropout(0.5), (3, 4, 5)),
    (og.Add(og.relu), (3, 4)),
)
for layer, shape in SHAPES:
    out = layer.output_shape(shape)
    print(layer, shape, out, layer.n_weights(shape), layer.n_biases(shape), layer.macs(shape))
    if hasattr(layer, "window"):
        print("   ", list(layer.window(shape)), layer.index_bytes(shape), layer.scratch(shape))
print(og.Residual([og.Conv2D(3, 1)]))
print(og.Residual([og.Dense(3)], shortcut=[og.Dense(3), og.Dropout(0.25)], activation=og.relu))
print(og.Sequential(og.UpSampling2D((2, 3)), og.Conv2D(2, 3)), og.UpSampling2D())

# Arguments of all kinds.
BAD_COUNTS = (0, -1, 32768, 2.0, None, "3", True, b"1")
BAD_PAIRS = (0, -1, 32768, 2.0, None, "3", True, (1,), (1, 2, 3), (0, 1), (1, 0), [1, 2.0], ())
BAD_PADDINGS = ("Same", "full", "", None, -1, 1.0, (1,), (1, 2, 3), (1, -1), (1, None), 32768)
PAIRED = ((og.Conv2D, (3,)), (og.Conv2DTranspose, (3,)), (og.DepthwiseConv2D, ()))
for maker, first in PAIRED:
    name = maker.__name__
    for bad in BAD_PAIRS:
        refuse(name + " kernel_size", maker, *first + (bad,))
        refuse(name + " strides", maker, *first + (3,), strides=bad)
    for bad in BAD_PADDINGS:
        refuse(name + " padding", maker, *first + (3,), padding=bad)
    for bad in (5, 8, 16, -1, None, "relu", False):
        refuse(name + " activation", maker, *first + (3,), activation=bad)
for bad in BAD_COUNTS:
    refuse("Conv2D filters", og.Conv2D, bad, 3)
    refuse("Conv2DTranspose filters", og.Conv2DTranspose, bad, 3)
    refuse("Conv1D filters", og.Conv1D, bad, 3)
    refuse("Conv1D kernel_size", og.Conv1D, 3, bad)
    refuse("Conv1D strides", og.Conv1D, 3, 3, strides=bad)
    refuse("MaxPool1D pool_size", og.MaxPool1D, bad)
    refuse("AveragePool1D pool_size", og.AveragePool1D, bad)
    if bad is not None:
        refuse("MaxPool1D strides", og.MaxPool1D, 2, strides=bad)
        refuse("AveragePool1D strides", og.AveragePool1D, 2, strides=bad)
for bad in ((3, 3), [3]):
    refuse("Conv1D kernel_size", og.Conv1D, 3, bad)
for bad in BAD_PADDINGS:
    refuse("Conv1D padding", og.Conv1D, 3, 3, padding=bad)
    refuse("MaxPool2D padding", og.MaxPool2D, 2, padding=bad)
    refuse("MaxPool1D padding", og.MaxPool1D, 2, padding=bad)
refuse("Conv2DTranspose padding", og.Conv2DTranspose, 3, 3, padding=1)
refuse("Conv2DTranspose padding", og.Conv2DTranspose, 3, 3, padding=(1, 1))
for bad in BAD_PAIRS:
    refuse("MaxPool2D pool_size", og.MaxPool2D, bad)
    refuse("AveragePool2D pool_size", og.AveragePool2D, bad)
    refuse("UpSampling2D scale", og.UpSampling2D, bad)
    if bad is not None:
        refuse("MaxPool2D strides", og.MaxPool2D, 2, strides=bad)
        refuse("AveragePool2D strides", og.AveragePool2D, 2, strides=bad)
for bad in (12, (12, 11), (129, 1)):
    refuse("MaxPool2D pool_size", og.MaxPool2D, bad)
refuse("MaxPool1D pool_size", og.MaxPool1D, 129)
for bad in ((), (0,), (1, -1), 5, None, (1.0, 2), (1, 1, 1, 1, 1), (32769,), "12"):
    refuse("Reshape target_shape", og.Reshape, bad)
for bad in (0, 1, -0.1, 1.5, None, "0.5", True, float("nan"), 1e-9, 1 - 1e-6):
    refuse("Dropout rate", og.Dropout, bad)
for bad in (5, None, "relu"):
    refuse("Add activation", og.Add, bad)
    refuse("Residual activation", og.Residual, [og.Dense(3)], activation=bad)
refuse("Residual layers", og.Residual, [])
for bad in (None, 5):
    try:
        og.Residual(bad)
        print("Residual | WRONG: accepted")
    except TypeError:
        print("Residual | TypeError")


def built(shape, *layers, **options):
    """Return a built net of layers and, to end it, a dense one."""
    net = og.Sequential(*layers + (og.Flatten(), og.Dense(2)), **options)
    net.build(shape)
    return net


# Shapes that a layer cannot take.
FIRST = (og.Conv2D(2, 3), og.Conv2DTranspose(2, 3), og.DepthwiseConv2D(3), og.MaxPool2D())
for layer in FIRST + (og.AveragePool2D(),):
    for shape in ((12,), (3, 4), (1, 3, 4, 2)):
        refuse("shape", built, shape, layer)
for layer in (og.Conv1D(2, 3), og.MaxPool1D(), og.AveragePool1D()):
    for shape in ((12,), (3, 4, 1), (1, 3, 4, 2)):
        refuse("shape", built, shape, layer)
for shape in ((12,), (1, 3, 4, 2)):
    refuse("shape", built, shape, og.GlobalAveragePool())
refuse("shape target_shape", built, (3, 4), og.Reshape((13,)))
refuse("shape kernel_size", built, (2, 5, 1), og.Conv2D(2, 3))
refuse("shape kernel_size", built, (5, 2, 1), og.DepthwiseConv2D(3))
refuse("shape kernel_size", built, (2, 1), og.Conv1D(2, 3))
refuse("shape kernel_size", built, (2, 5, 1), og.MaxPool2D(3))
refuse("shape kernel_size", built, (1, 1, 1), og.UpSampling2D(2), og.Conv2D(2, 3))
refuse("shape input", og.Conv2D(1, 1).output_shape, (200, 200, 1))
# As large as can be, and more, also for the int16 of a window's record.
for shape, layer in (
    ((5, 5, 1), og.Conv2D(32767, 1)),
    ((5, 5, 1), og.Conv2D(3, 1, padding=100)),
    ((5, 5, 1), og.Conv2D(3, 1, padding=32767)),
    ((1, 1), og.Conv1D(1, 1, padding=16384)),
    ((1, 1), og.Conv1D(1, 32767, padding=32767)),
    ((32768, 1), og.Conv1D(1, 3)),
    ((1, 32768), og.Conv1D(1, 1)),
    ((1, 1, 32768), og.DepthwiseConv2D(1)),
    ((32768, 1), og.MaxPool1D(2)),
    ((1, 1, 32768), og.GlobalAveragePool()),
    ((32768, 1), og.GlobalAveragePool()),
    ((2, 2, 1), og.Conv2DTranspose(1, 1, strides=16384)),
    ((2, 1, 1), og.Conv2DTranspose(1, 1, strides=(16384, 1))),
    ((1, 1, 200), og.Conv2DTranspose(200, 13)),
):
    refuse("size", layer.output_shape, shape)

# What no net can be.
refuse("Sequential layers", og.Sequential, og.Conv2D(3, 3, activation=og.relu))
refuse("Sequential layers", og.Sequential, og.DepthwiseConv2D(3))
refuse("Sequential layers", og.Sequential, og.Dense(3), og.Dropout(0.5))
refuse("Sequential layers", og.Sequential, og.Residual([og.Dense(3)]))
refuse("Sequential layers", og.Sequential, og.MaxPool2D(), og.GlobalAveragePool())
twice = og.Dense(3)
refuse("Sequential layers", og.Sequential, twice, twice)
refuse("Sequential layers", og.Sequential, og.Residual([twice]), twice)
refuse("Sequential layers", og.Sequential, og.Residual([twice], shortcut=[twice]), og.Dense(3))
for bad in (5, None, "Dense"):
    refuse("Sequential layers", og.Sequential, bad, og.Dense(3))
    refuse("Sequential layers", og.Sequential, og.Residual([bad]), og.Dense(3))
try:
    og.Sequential(og.Dense, og.Dense(3))
    print("WRONG: accepted")
except TypeError as e:
    print("a class:", str(e).startswith("layers: layers expected"))
UP = og.UpSampling2D(2)
refuse("Sequential", og.Sequential, UP, og.Dense(3))
refuse("Sequential", og.Sequential, UP, og.Conv2D(3, 3, strides=2))
refuse("Sequential", og.Sequential, UP, UP, og.Conv2D(3, 3))
refuse("Sequential", og.Sequential, UP, og.DepthwiseConv2D(3), og.Dense(3))
refuse("Sequential", og.Sequential, og.Residual([UP]), og.Conv2D(3, 3))
refuse("padding", built, (4, 4, 1), og.UpSampling2D(2), og.Conv2D(2, 3, padding=1))
# Branches.
CONV = {"padding": "same"}
refuse("branches", built, (4, 4, 2), og.Residual([og.Conv2D(3, 3, **CONV)]))
refuse("branches", built, (4, 4, 2), og.Residual([og.Conv2D(2, 3)]))
refuse("branches", built, (4,), og.Residual([og.Dense(4)], shortcut=[og.Dense(5)]))
refuse("dropout", built, (4,), og.Dense(4), og.Residual([og.Dropout(0.5), og.Dense(4)]))
refuse("readers", built, (4,), og.Dense(4), og.Residual([og.Residual([og.Dense(4)])]))
refuse(
    "readers",
    built,
    (4,),
    og.Dense(4),
    og.Residual([og.Dense(4)], shortcut=[og.Residual([og.Dense(4)])]),
)
refuse("itself", built, (4,), og.Dense(4), og.Residual([og.Flatten()]))
refuse("itself", built, (4,), og.Dense(4), og.Residual([og.Flatten()], shortcut=[og.Flatten()]))

# Every layer in a net: inference changes nothing, and a net built again is as new.
BLOCK = {"shortcut": [og.Conv2D(5, 1, strides=2)], "activation": og.relu}
NETS = (
    ("conv2d", (6, 7, 2), (og.Conv2D(4, 3, activation=og.relu),)),
    ("padding", (6, 7, 2), (og.Conv2D(4, 3, strides=2, padding=(2, 1), activation=og.tanh),)),
    ("conv1d", (20, 3), (og.Conv1D(4, 5, strides=2, padding="same", activation=og.relu6),)),
    ("transposed", (3, 4, 2), (og.Conv2DTranspose(3, 3, strides=2, padding="same"),)),
    ("upsampled", (3, 4, 2), (og.UpSampling2D((2, 3)), og.Conv2D(3, 3, padding="same"))),
    ("depthwise", (6, 7, 5), (og.DepthwiseConv2D(3, activation=og.leaky_relu()),)),
    ("max pool", (6, 7, 5), (og.Conv2D(3, 1, activation=og.relu), og.MaxPool2D(2))),
    ("overlap", (6, 7, 5), (og.Conv2D(3, 1, activation=og.relu), og.MaxPool2D(3, strides=2))),
    ("max pool 1d", (16, 2), (og.Conv1D(3, 1), og.MaxPool1D(2))),
    ("average", (6, 7, 2), (og.Conv2D(3, 1, activation=og.relu), og.AveragePool2D(2))),
    ("average 1d", (16, 2), (og.Conv1D(3, 1, activation=og.tanh), og.AveragePool1D(3, strides=2))),
    ("global", (20, 20, 1), (og.Conv2D(2, 1, activation=og.relu), og.GlobalAveragePool())),
    ("reshape", (12,), (og.Dense(12, og.relu), og.Reshape((2, 3, 2)), og.Conv2D(2, 2))),
    ("dropout", (12,), (og.Dense(9, og.relu), og.Dropout(0.3), og.Dense(9, og.relu))),
    ("dropout of a pool", (6, 6, 1), (og.Conv2D(3, 1), og.MaxPool2D(), og.Dropout(0.5))),
    ("dropout first", (12,), (og.Dropout(0.5), og.Dense(9, og.relu))),
    ("residual", (12,), (og.Dense(9, og.relu), og.Residual([og.Dense(9, og.relu), og.Dense(9)]))),
    (
        "shortcut",
        (6, 7, 2),
        (
            og.Conv2D(3, 3, activation=og.relu),
            og.Residual([og.DepthwiseConv2D(1, strides=2), og.Conv2D(5, 1)], **BLOCK),
        ),
    ),
    (
        "pool in a branch",
        (6, 6, 2),
        (
            og.Conv2D(3, 1, activation=og.relu),
            og.Residual([og.Conv2D(3, 2, strides=2)], shortcut=[og.MaxPool2D()]),
        ),
    ),
    ("of the input", (4,), (og.Residual([og.Dense(4)]),)),
)
for name, shape, layers in NETS:
    net = built(shape, *layers)
    x = random_bytes(net.n_in * 4, 9)
    fresh = net.digest()
    outputs = [
        list(net.predict(memoryview(x)[i * net.n_in : (i + 1) * net.n_in])) for i in range(4)
    ]
    still = net.digest() == fresh
    trained = []
    for _ in range(2):
        net.build(shape)
        anew = net.digest() == fresh
        trainer = og.Trainer(net, og.SoftmaxCrossEntropy(), og.SGD(1 / 16))
        for _ in trainer.fit(x, bytes([0, 1, 0, 1]), epochs=3):
            pass
        trained.append(net.digest())
    same = trained[0] == trained[1] and anew and still
    print(name, outputs[3], trained[0][:12], same or "WRONG: not as new")
    print("    ", [layer.e_w[0] for layer in net.weighted], net.layout.bytes, len(net.arena))
# In another net, a convolution is its own.
conv = og.Conv2D(2, 3)
og.Sequential(og.UpSampling2D(2), conv)
print("no longer upsampled:", og.Sequential(conv).plan((5, 5, 1)).rows[0].output_shape)
