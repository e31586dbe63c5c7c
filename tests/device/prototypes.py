"""Prototypes: nearest means, classes that come and go, what is too far."""

from array import array

from border import digest, locked, random, refused

import octograd as og

N_IN = 12


def make(n_hidden=6):
    """Return a net with ranges that some samples have set."""
    net = og.Sequential(og.Dense(n_hidden, og.relu), og.Dense(3))
    net.build((N_IN,), seed=5)
    net.calibrate(random("b", 20 * N_IN, 127))
    return net


def near(centre, n):
    """Return samples around another one."""
    found = []
    for _ in range(n):
        noise = random("b", N_IN, 12)
        found.append(array("b", [max(-127, min(centre[k] + noise[k], 127)) for k in range(N_IN)]))
    return found


centres = [random("b", N_IN, 115) for _ in range(4)]
for net in (
    make(),
    og.Sequential(og.Flatten(), og.Dense(4)),
    og.Autoencoder([og.Dense(8, og.relu), og.Dense(5)], [og.Dense(N_IN)]),
):
    if net.input_shape is None:
        net.build((N_IN,), seed=2)
        net.calibrate(random("b", 20 * N_IN, 127))
    features = bytearray(net.embedding_size)
    exponent = net.embed_into(centres[0], features)
    print(net.embedding_size, exponent, list(features))
    prototypes = og.Prototypes(net, 5)
    # Three shots of three classes, then a fourth at run time.
    for label in range(3):
        for x in near(centres[label], 3):
            prototypes.add(x, label)
    before = [sum([prototypes.classify(x) == c for x in near(centres[c], 10)]) for c in range(4)]
    new = prototypes.new_class()
    for x in near(centres[3], 3):
        prototypes.add(x, new)
    after = [sum([prototypes.classify(x) == c for x in near(centres[c], 10)]) for c in range(4)]
    print(prototypes, new, before, after, prototypes.distance, digest([prototypes.sums]))
    if sum(after) < 36:
        print("WRONG", after)
    prototypes.forget(1)
    print(
        prototypes,
        prototypes.new_class(),
        list(prototypes.counts),
        prototypes.classify(centres[1]),
    )
    far = prototypes.distance
    print(prototypes.classify(centres[1], far), prototypes.classify(centres[1], far - 1))

# A distance is what it is by the definition, with a mean in quarters.
net = og.Sequential(og.Dense(2))
net.build((3,))
prototypes = og.Prototypes(net, 2)
for x in ((1, 2, -3), (2, 2, -3), (2, -5, 100)):
    prototypes.add(array("b", x), 0)
quarters = [(4 * s + 1) // 3 for s in (5, -1, 94)]
prototypes.classify(array("b", (0, 127, -128)))
squares = [(4 * v - q) ** 2 for v, q in zip((0, 127, -128), quarters)]
print(prototypes.distance, prototypes.distance == sum(squares) or "WRONG")
for x in ((127, 127, 127), (-128, -128, -128)):
    print(prototypes.classify(array("b", x)), prototypes.distance)


# Nothing is allocated.
def work(prototypes, x, _):
    """Add and classify."""
    for i in range(6):
        prototypes.add(x, i % 2)
        prototypes.classify(x)
        prototypes.classify(x, 3)


net = make()
prototypes = og.Prototypes(net, 3)
locked("prototypes", work, prototypes, centres[0], None)
print(list(prototypes.counts), prototypes.distance)

# Predictions are as they were, and a net that has learnt since is refused if its scale moved.
print(list(net.predict(centres[1])))
prototypes.classify(centres[2])
print(list(net.predict(centres[1])))
net.layers[0].y_range[0] += 1
refused("net", prototypes.classify, centres[0])
refused("net", prototypes.add, centres[0], 0)
print(list(prototypes.counts))

# Refusals.
for value in (None, og.Sequential, 3):
    refused("net", og.Prototypes, value)
refused("model", og.Prototypes, og.Sequential(og.Dense(2)))
for value in (0, 256, None, 1.0):
    refused("capacity", og.Prototypes, net, value)
prototypes = og.Prototypes(net, 2)
refused("prototypes", prototypes.classify, centres[0])
for value in (-1, 2, None):
    refused("label", prototypes.add, centres[0], value)
    refused("label", prototypes.forget, value)
for value in (bytes(3), None):
    refused("x", prototypes.add, value, 0)
prototypes.add(centres[0], 0)
prototypes.add(centres[0], 1)
refused("capacity", prototypes.new_class)
for value in (-1, 2**29 + 1, None):
    refused("farthest", prototypes.classify, centres[0], value)
refused("embedding", net.embed_into, centres[0], bytearray(5))
prototypes.counts[1] = 32768
refused("label", prototypes.add, centres[0], 1)
