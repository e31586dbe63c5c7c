"""Draw what main.py has left: inputs, what the VAE makes of them, and what it makes up."""

import json
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402

ROWS = (("inputs", "test image"), ("restored", "restored from 8 numbers"), ("samples", "made up"))


def main(path="build/vae.json", picture="build/vae.png"):
    with open(path) as file:
        result = json.load(file)
    n = len(result["inputs"])
    figure, axes = plt.subplots(len(ROWS), n, figsize=(n, len(ROWS) + 0.6))
    for (name, title), row in zip(ROWS, axes):
        for one, axis in zip(result[name], row):
            pixels = [one[i : i + 8] for i in range(0, 64, 8)]
            axis.imshow(pixels, cmap="gray", vmin=0, vmax=127)
            axis.axis("off")
        row[0].set_title(title, loc="left", fontsize=9)
    figure.suptitle(
        f"int8 VAE, {result['ram']} bytes to train, ELBO {result['elbo'] / 1024:.2f} nats",
        fontsize=10,
    )
    figure.savefig(picture, dpi=110)
    print(picture)


if __name__ == "__main__":
    main(*sys.argv[1:3])
