"""The generator, drawn weights, take() and put(): results at the border, and what is refused."""

from array import array

from border import MINUS_2_30, NOT_INTS, digest, refuse, refuse_no_arguments

import _octograd

NOT_RNGS = (
    None,
    1,
    object,
    array("I"),
    array("I", [1, 2]),
    array("i", [1]),
    array("h", [1, 2]),
    bytes(4),
    bytearray(4),
    memoryview(bytes(4)),
)

# From state 1, as docs/numerics.md says.
rng = array("I", [1])
for _ in range(4):
    _octograd.rng_below(rng, 1)
    print("draw %08x" % rng[0])
for seed in (0, 1, 2, 3, 12345, 2**30 - 1):
    _octograd.rng_seed(rng, seed)
    print("rng_seed", seed, "%08x" % rng[0])
rng[0] = 0
print("rng_seed of state 0", _octograd.rng_seed(rng, 7), "%08x" % rng[0])
for n in (1, 2, 3, 10, 1000, 65535, 65536):
    draws = [_octograd.rng_below(rng, n) for _ in range(50)]
    print("rng_below", n, draws[:8], min(draws) >= 0, max(draws) < n)
for limit in (1, 127, 128, 129, 20066, 32512):
    for n in (0, 1, 7, 64):
        w = array("b", bytes(n))
        _octograd.rng_uniform(rng, limit, w)
        print("rng_uniform", limit, n, "%08x" % rng[0], list(w[:8]), digest([w]))
w = bytearray(300)
_octograd.rng_uniform(rng, 32512, memoryview(w)[100:200])
print("rng_uniform slice", any(w[:100]), any(w[100:200]), any(w[200:]))

source = bytes(range(20))
out = bytearray(6)
for index in range(3):
    print("take", index, _octograd.take(source, index, out), list(out))
out = array("b", bytes(20))
_octograd.take(bytes(range(236, 256)), 0, out)
print("take all", list(out))

records = bytearray(14)
for index in (1, 0):
    print("put", index, _octograd.put(array("b", [-1, -2, 3, 4, 5, -128]), index, records))
    print(list(records))

for seed in (-1, MINUS_2_30) + NOT_INTS:
    refuse("rng_seed", "seed", array("I", [5]), seed)
for n in (0, -1, 65537, 2**30 - 1) + NOT_INTS:
    refuse("rng_below", "n", array("I", [5]), n)
for limit in (0, -1, 32513, 2**30 - 1) + NOT_INTS:
    refuse("rng_uniform", "limit", array("I", [5]), limit, bytearray(4))
for bad in NOT_RNGS:
    refuse("rng_seed", "rng", bad, 1)
    refuse("rng_below", "rng", bad, 10)
    refuse("rng_uniform", "rng", bad, 10, bytearray(4))
refuse("rng_below", "rng", array("I", [0]), 10)
refuse("rng_uniform", "rng", array("I", [0]), 10, bytearray(4))
NOT_WRITABLE_BYTES = (
    None,
    4,
    object,
    bytes(4),
    memoryview(bytes(4)),
    array("h", [0]),
    array("i", [0]),
)
for bad in NOT_WRITABLE_BYTES:
    refuse("rng_uniform", "w", array("I", [5]), 10, bad)
    refuse("take", "out", source, 0, bad)
    refuse("put", "out", bytes(4), 0, bad)
for bad in (None, 4, object, array("h", bytes(20)), array("i", bytes(20)), b"", bytes(5)):
    refuse("take", "source", bad, 0, bytearray(6))
for bad in (None, 4, object, array("h", bytes(4)), array("i", bytes(4)), b""):
    refuse("put", "x", bad, 0, bytearray(6))
refuse("take", "out", source, 0, bytearray(0))
for short in (0, 5):
    refuse("put", "out", bytes(6), 0, bytearray(short))
for index in (-1, 3, 2**30 - 1) + NOT_INTS:
    refuse("take", "index", source, index, bytearray(6))
    refuse("put", "index", bytes(6), index, bytearray(23))
for stem in ("rng_seed", "rng_below", "rng_uniform", "take", "put"):
    refuse_no_arguments(stem)
try:
    long = bytearray(32769)
    refuse("take", "out", long, 0, long)
    refuse("put", "x", long, 0, long)
except MemoryError:
    print("SKIP take out: memory")
    print("SKIP put x: memory")
