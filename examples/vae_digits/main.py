"""
Handwritten digits without labels: a variational autoencoder, then a head from a few labels.

    micropython main.py [folder of the data] [file for the result]

Runs unchanged on a board, on MicroPython's unix port and on CPython. README.md tells how.
"""

import json
import sys

import octograd as og

SIDE = 8
PIXELS = SIDE * SIDE
SHAPE = (SIDE, SIDE, 1)
EPOCHS = 20
LABELS = 10  # of each class, for the head
SHOWN = 10  # images of each kind in the result


def make():
    """Return the autoencoder, not yet built."""
    return og.VAE(
        [og.Flatten(), og.Dense(32, og.relu)],
        [og.Dense(32, og.relu), og.Dense(PIXELS)],
        latent=8,
        beta=1 / 4,
        warmup=1000,
    )


def load(folder, name):
    """Return a file's bytes without ever holding them twice."""
    with open(folder + "/" + name + ".bin", "rb") as file:
        data = bytearray(file.seek(0, 2))
        file.seek(0)
        file.readinto(data)
    return data


def image(x, i):
    return memoryview(x)[i * PIXELS : (i + 1) * PIXELS]


def mean(method, x):
    """Return the mean of a method's result over all images, in 1/1024."""
    n, total = len(x) // PIXELS, 0
    for i in range(n):
        total += method(image(x, i))
    return total // n


def squared_error(vae, x):
    """Return the mean squared error of a pixel over all images, in 1/1024 of 1/1024."""
    n, total = len(x) // PIXELS, 0
    for i in range(n):
        one, restored = image(x, i), vae.reconstruct(image(x, i))
        for k in range(PIXELS):
            total += (one[k] - restored[k]) ** 2
    # A pixel of 128 would be 1.
    return total * 64 // (n * PIXELS)


def few(x, labels):
    """Return the first images of each class, and their labels."""
    found, kept = bytearray(), bytearray()
    for i, label in enumerate(labels):
        if list(kept).count(label) < LABELS:
            found += image(x, i)
            kept.append(label)
    return found, kept


def main(folder="digits", path="vae.json", seed=1):
    print(sys.version.split("; ")[-1] + ", " + sys.platform)
    train_x, train_y, test_x, test_y = [
        load(folder, name) for name in ("train_x", "train_y", "test_x", "test_y")
    ]
    vae = make()
    plan = vae.plan(SHAPE, training=True)
    print(plan)
    vae.build(SHAPE, seed=seed)
    vae.prepare(og.SGD(1 / 256))

    print(f"\nLearning from {len(train_y)} images, without labels")
    og.show(vae.fit(train_x, epochs=EPOCHS), every=500)
    result = {"elbo": mean(vae.elbo, test_x), "squares": squared_error(vae, test_x)}
    print(f"Test: ELBO {result['elbo'] / 1024:.2f} nats, ", end="")
    print(f"mean squared error of a pixel {result['squares'] / 1048576:.4f}")
    result["digest"] = vae.digest()

    few_x, few_y = few(train_x, train_y)
    print(f"\nA head on the code, from {len(few_y)} labels; the encoder stays as it is")
    head = og.Sequential(vae.features(), og.Dense(10))
    head.build(SHAPE, seed=seed)
    trainer = og.Trainer(head, og.SoftmaxCrossEntropy(), og.SGD(1 / 16))
    og.show(trainer.fit(few_x, few_y, epochs=40), every=500)
    right = int(trainer.evaluate(test_x, test_y)[1] * len(test_y) + 0.5)
    print(f"Test: {right} of {len(test_y)} right, {100 * right / len(test_y):.1f} %")
    result["right"], result["head"] = right, head.digest()

    shown = [image(test_x, i) for i in range(SHOWN)]
    result["inputs"] = [list(one) for one in shown]
    result["restored"] = [list(vae.reconstruct(one)) for one in shown]
    result["samples"] = [list(vae.sample(i)) for i in range(SHOWN)]
    result["ram"] = plan.ram
    with open(path, "w") as file:
        json.dump(result, file)
    return result


if __name__ == "__main__":
    main(*sys.argv[1:3])
