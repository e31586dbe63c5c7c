"""
Signed files: the hash is HMAC-SHA256, and nothing else than what was signed is loaded.

Writes files into the current folder and removes them.
"""

from files import PATH, read, remove, write

import octograd as og
from octograd.signature import Hmac

KEY, OTHER = bytes(range(16)), bytes(range(1, 17))


def hexadecimal(data):
    """Return bytes as text."""
    return "".join(["%02x" % byte for byte in data])


def outcome(load, **options):
    """Try to load; return "L", or the error but for the path."""
    try:
        load(PATH, **options)
        return "L"
    except (TypeError, ValueError) as e:
        return str(e).replace(PATH, "")


# RFC 4231, sections 4.2, 4.4, 4.6 and 4.7; its key of 4 bytes is refused.
for key, text in (
    (b"\x0b" * 20, b"Hi There"),
    (b"\xaa" * 20, b"\xdd" * 50),
    (b"\xaa" * 131, b"Test Using Larger Than Block-Size Key - Hash Key First"),
    (b"k" * 64, b""),
    (b"k" * 65, b""),
):
    hmac = Hmac(key)
    for k in range(len(text)):
        hmac.update(text[k : k + 1])
    print(len(key), hexadecimal(hmac.digest()))
for key in ("0123456789abcdef", 5, b"", b"0123456789abcde"):
    try:
        Hmac(key)
        print("WRONG: accepted")
    except (TypeError, ValueError) as e:
        print(e)

model = og.Autoencoder([og.Dense(3)], [og.Dense(5)], loss=og.MSE())
model.build((5,))
model.prepare(og.SGD(1 / 32))
replay = og.ReplayBuffer(5, 4, classes=2)
detector = og.AnomalyDetector(model, learn=3, calibrate=3)
for k in range(5):
    replay.add(bytes([k] * 5), k % 2)
    detector.step(bytes([9 * k] * 5))
for name, thing, load in (
    ("model", model, og.load),
    ("replay", replay, og.ReplayBuffer.load),
    ("detector", detector, og.AnomalyDetector.load),
):
    thing.save(PATH)
    plain = read()
    print(name, "not signed:", outcome(load), "|", outcome(load, key=KEY))
    thing.save(PATH, key=KEY)
    signed = read()
    print(signed[: len(plain)] == plain, hexadecimal(signed[-40:]))
    print(outcome(load, key=KEY), "|", outcome(load, key=OTHER), "|", outcome(load))
    print(outcome(load, key=b"short"), "|", outcome(load, key="0123456789abcdef"))
    found = set()
    for k in range(len(signed)):
        changed = bytearray(signed)
        changed[k] ^= 1 << k % 8
        write(changed)
        found.add(outcome(load, key=KEY))
    for k in range(0, len(signed), 7):
        write(signed[:k])
        found.add(outcome(load, key=KEY))
    print("changed and cut:", sorted(found))
    write(signed + b"\0")
    print("longer:", outcome(load, key=KEY))
    write(signed + signed[-40:])
    print("signed twice:", outcome(load, key=KEY))
model.save(PATH, key=KEY)
data = read()
print("memory:", og.load(data, key=KEY).digest()[:12])
try:
    og.load(data, key=OTHER)
    print("WRONG: loaded")
except ValueError as e:
    print(e)
remove(PATH)

# Checkpoints of somebody else are passed over.
trainer = model.trainer
trainer.step(bytes(5), bytes(5))
og.Checkpoint(PATH, key=KEY).save(trainer)
trainer.step(bytes(5), bytes(5))
og.Checkpoint(PATH, key=OTHER).save(trainer)
for key in (KEY, OTHER, None):
    checkpoint = og.Checkpoint(PATH, key=key)
    print(checkpoint.load(trainer), trainer.steps, checkpoint.skipped)
try:
    og.Checkpoint(PATH, key=b"")
    print("WRONG: accepted")
except ValueError as e:
    print(e)
for end in (".0", ".1"):
    remove(PATH + end)
