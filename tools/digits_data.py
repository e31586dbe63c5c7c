"""
Write scikit-learn's handwritten digits as raw bytes for a microcontroller.

`train_x` and `test_x` hold images of 8 x 8 int8 pixels one after the other, `train_y` and
`test_y` one byte a label. The split is fixed and stratified. Needs no network: the images are
part of scikit-learn. Does nothing if the files are there.
"""

import argparse
import pathlib

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOLDER = ROOT / "build/digits"
NAMES = ("train_x", "train_y", "test_x", "test_y")


def write(folder):
    # Loading scikit-learn takes a second, which a second run can save.
    import numpy as np
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    images, labels = load_digits(return_X_y=True)
    # Pixels are 0 to 16, and an input of 127 means almost 1.
    pixels = np.minimum(8 * images, 127).astype(np.int8)
    train_x, test_x, train_y, test_y = train_test_split(
        pixels, labels.astype(np.uint8), test_size=450, stratify=labels, random_state=0
    )
    folder.mkdir(parents=True, exist_ok=True)
    for name, items in zip(NAMES, (train_x, train_y, test_x, test_y), strict=True):
        partial = folder / (name + ".part")
        partial.write_bytes(items.tobytes())
        partial.replace(folder / (name + ".bin"))


def ensure(folder=FOLDER):
    """Return the folder with the four files; make them if one is missing."""
    folder = pathlib.Path(folder)
    if not all((folder / (name + ".bin")).exists() for name in NAMES):
        write(folder)
    return folder


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", default=FOLDER, help="default: build/digits")
    print(ensure(parser.parse_args().folder))


if __name__ == "__main__":
    main()
