"""Where everything lies, and what a file's content is called."""

import functools
import hashlib
import json
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = ROOT / "bench/quality"
WORK = ROOT / "build/quality"
MICROPYTHON = ROOT / "build/unix-fast/micropython"

_KERNELS = ("usermod/kernels/*.[ch]", "usermod/binding/*.[ch]")
_FLOAT = ("float_layers", "float_losses", "float_net", "learn_float", "patches", "weights")
_CONVERTER = ("host_cli/octograd_host/*.py", "host_ref/octograd_ref/*.py", "mpy_lib/octograd/*.py")

# What decides the result of a training besides its setting and its data.
INTEGER_SOURCES = (*_KERNELS, "mpy_lib/octograd/*.py", "bench/quality/learn.py")
FLOAT_SOURCES = (
    *(f"bench/quality/{name}.py" for name in _FLOAT),
    *(f"mpy_lib/octograd/{name}.py" for name in ("graph", "layers", "optimizers", "windows")),
)
UNLABELLED_SOURCES = tuple(
    f"bench/quality/{name}.py" for name in ("autoencoders", "heads", "learn_unlabelled*", "roc")
)
MODEL_SOURCES = (*_CONVERTER, "bench/quality/torch_net.py", "bench/quality/pretrained.py")


def digest(*items):
    """Return 16 hexadecimal digits that stand for bytes, texts and plain data."""
    h = hashlib.sha256()
    for item in items:
        data = item if isinstance(item, bytes) else json.dumps(item, sort_keys=True).encode()
        h.update(len(data).to_bytes(8, "little"))
        h.update(data)
    return h.hexdigest()[:16]


@functools.cache
def sources_digest(patterns):
    """Return the digest of all files in the repository that match."""
    paths = sorted(path for pattern in patterns for path in ROOT.glob(pattern))
    return digest(*(path.read_bytes() for path in paths))


def write_atomically(path, write):
    """Make a file whole or not at all; `write` gets the path of a temporary one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"part-{path.name}")
    write(part)
    part.replace(path)
