"""Sequential, Dense, Flatten, plans and inference: results, and what is refused."""

from array import array

import _octograd
import octograd as og


def refuse(name, function, *arguments, **options):
    """
    Print the error of a call that must not succeed.

    The second word of the name, if there is one, is the argument that must be named.
    """
    try:
        function(*arguments, **options)
        print(name, "| WRONG: accepted")
    except (TypeError, ValueError) as e:
        named = " " not in name or str(e).startswith(name.split()[1] + ":")
        print(name, "|", type(e).__name__, e, "" if named else "| WRONG: argument is not named")


def random_samples(n, n_in, seed):
    """Return n random samples of n_in bytes, one after the other."""
    rng = array("I", [0])
    _octograd.rng_seed(rng, seed)
    x = array("b", bytes(n * n_in))
    _octograd.rng_uniform(rng, 32512, x)
    return memoryview(x)


# Names of the package.
print(og.relu, og.linear, og.__version__)
try:
    print(og.Convolution)
except AttributeError as e:
    print("AttributeError", e)

# One layer, several, images.
NETS = (
    ((5,), (og.Dense(3),)),
    ((1,), (og.Dense(1),)),
    ((12,), (og.Dense(7, og.relu), og.Dense(33), og.Dense(4))),
    ((4, 5, 2), (og.Flatten(), og.Dense(6, og.relu), og.Flatten(), og.Dense(3))),
)
for shape, layers in NETS:
    net = og.Sequential(*layers)
    print(net.plan(shape))
    before = net.plan(shape, training=True)
    print(before)
    net.build(shape, seed=5)
    print(net.digest()[:12], net.input_shape, [layer.e_w[0] for layer in net.weighted])
    x = random_samples(4, net.n_in, 9)
    for i in range(4):
        sample = x[i * net.n_in : (i + 1) * net.n_in]
        y = net.predict(sample)
        print(list(y), net.output_exponent, net.classify(bytes(sample)))
    print("inference changes nothing:", net.digest()[:12])
    after = net.plan(training=True)
    print("plan before and after:", str(before) == str(after), after.rows[-1])
    print(isinstance(after.flash, int), isinstance(after.ram, int), isinstance(after.macs, int))

# The same seed gives the same weights, another one others; a list is a shape as well.
net = og.Sequential(og.Dense(8, og.relu), og.Dense(2))
digests = []
for shape, seed in (((6,), 1), ([6], 1), ((6,), 2), ((6,), 0), ((6,), 2**30 - 1)):
    net.build(shape, seed=seed)
    digests.append(net.digest())
print(digests[0] == digests[1], len(set(digests)))

# Weights keep within their limit, and fill it.
for activation, n_in in ((og.relu, 1), (og.linear, 1), (og.relu, 64), (og.linear, 100)):
    layer = og.Dense(40, activation)
    net = og.Sequential(layer, og.Dense(1))
    net.build((n_in,))
    w = array("b", bytes(layer.w))
    print("weights", activation, n_in, layer.e_w[0], min(w), max(w), sum(w))

# Layers.
for units in (0, -1, 32769, 3.0, "3", None, True):
    refuse("Dense units", og.Dense, units)
for activation in (5, 8, 16, -1, None, "relu", False):
    refuse("Dense activation", og.Dense, 3, activation)
refuse("Sequential layers", og.Sequential)
refuse("Sequential layers", og.Sequential, og.Dense(3), og.Flatten())
refuse("Sequential layers", og.Sequential, og.Flatten())
refuse("Sequential layers", og.Sequential, og.Dense(3, og.relu))
for bits in (0, 32, 8.5, None, "8"):
    refuse("Sequential weight_bits", og.Sequential, og.Dense(3), weight_bits=bits)

# Not built.
net = og.Sequential(og.Dense(4, og.relu), og.Dense(2))
refuse("predict", net.predict, bytes(3))
refuse("classify", net.classify, bytes(3))
refuse("plan", net.plan)
refuse("save", net.save, "never-written")
refuse("digest", net.digest)
refuse("Trainer", og.Trainer, net, og.MSE(), og.SGD(0.1))

# Shapes, and the net after them.
SHAPES = (
    (),
    (0,),
    (-3,),
    (32769,),
    (3.0,),
    ("3",),
    (None,),
    (2, 3),
    (200, 200),
    (1, 1, 1, 1, 3),
    (32768, 32768, 32768, 32768),
)
for shape in SHAPES:
    refuse("build", net.build, shape)
    refuse("plan", net.plan, shape)
print(net.input_shape, net.weighted[0].w)
flat = og.Sequential(og.Flatten(), og.Dense(2))
for shape in ((200, 200), (32769, 1), (2, 0, 2), (1, 1, 1, 1, 3)):
    refuse("build", flat.build, shape)
for seed in (-1, 2**30, 1.5, None, "1", True):
    refuse("build seed", net.build, (3,), seed=seed)
print(net.input_shape, net.weighted[0].w)

# A failed build leaves the old model usable.
net.build((3,))
before = net.digest(), list(net.predict(b"\x10\x20\x30"))
for shape in ((0,), (2, 3), (32769,), ()):
    refuse("build", net.build, shape)
print(before == (net.digest(), list(net.predict(b"\x10\x20\x30"))))

# Inputs.
before = net.digest()
BAD_X = (
    None,
    3,
    0.5,
    [1, 2, 3],
    (1, 2, 3),
    array("h", [1, 2, 3]),
    array("i", [1, 2, 3]),
    array("f", [1, 2, 3]),
)
for x in BAD_X + (b"", b"12", b"1234", bytearray(2), "123"):
    refuse("predict x", net.predict, x)
    refuse("classify x", net.classify, x)
print(before == net.digest())
