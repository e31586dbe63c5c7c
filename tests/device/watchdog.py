"""The watchdog over training that diverges, and the way back."""

from samples import random_bytes

import octograd as og

N_IN = 64
x = memoryview(random_bytes(30 * N_IN, 1))


def diverges(net, loss, sgd, targets):
    """Train until the watchdog barks; print when, and go back."""
    net.build((N_IN,))
    trainer = og.Trainer(net, loss, sgd)
    snapshot, digest = net.snapshot(), net.digest()
    predicted = list(net.predict(x[:N_IN]))
    n = 0
    try:
        while n < 3000:
            n += 1
            trainer.step(x[n % 30 * N_IN : (n % 30 + 1) * N_IN], targets[n % 4])
        print("WRONG: no end")
    except og.Diverged as e:
        print("diverged after", n, "|", e)
    exponents = [layer.e_w[0] for layer in net.weighted]
    net.restore(snapshot)
    same = net.digest() == digest and list(net.predict(x[:N_IN])) == predicted
    print(exponents, [layer.e_w[0] for layer in net.weighted], same or "WRONG")
    # It learns on, with a smaller rate.
    trainer = og.Trainer(net, loss, og.SGD(1 / 256))
    for i in range(8):
        trainer.step(x[i * N_IN : (i + 1) * N_IN], targets[i % 4])
    print("learns on:", net.digest()[:12])


TARGETS = [bytes([k * 40, 255 - k * 60, k]) for k in range(4)]
net = og.Sequential(og.Dense(9, og.relu), og.Dense(3))
diverges(net, og.MSE(), og.SGD(15), TARGETS)
net = og.Sequential(og.Dense(9), og.Dense(3))
diverges(net, og.MSE(), og.SGD(4, momentum=0.9), TARGETS)
diverges(net, og.MSE(), og.SGD(15, batch=4), TARGETS)
net = og.Sequential(
    og.Reshape((8, 8, 1)), og.Conv2D(3, 3), og.Flatten(), og.Dense(3), weight_bits=8
)
diverges(net, og.MSE(), og.SGD(8), TARGETS)
snapshot, digest = net.snapshot(), net.digest()
for bad in ([], snapshot[:-1]):
    try:
        net.restore(bad)
        print("restore WRONG: accepted")
    except ValueError as e:
        right = str(e).startswith("snapshot:") and net.digest() == digest
        print("restore |", e, "" if right else "| WRONG")
