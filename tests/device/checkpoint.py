"""
Checkpoints: a training that is resumed goes on bit for bit, and what is not sound is passed over.

Writes files into the current folder and removes them.
"""

import struct
from array import array
from binascii import crc32

from files import blocks, latent, read, remove, signals, with_checksum

import _octograd
import octograd as og

PATH = "octograd-checkpoint"
FILES = [PATH + end for end in (".0", ".1", ".2", ".0.new", ".1.new")]


def clean():
    """Remove all files."""
    for path in FILES:
        remove(path)


def overwrite(path, data):
    """Write a file as no save() would."""
    with open(path, "wb") as file:
        file.write(data)


def run(trainer, n, seed, replay=None):
    """Make n steps with random samples, with a replay two each."""
    rng, x = array("I", [0]), bytearray(trainer.net.n_in)
    _octograd.rng_seed(rng, seed)
    for i in range(n):
        _octograd.rng_uniform(rng, 32512, x)
        trainer.step(x, i % 2)
        if replay is not None:
            replay.add(x, i % 2)
            trainer.step(x, replay.draw_into(x))


def mlp():
    """Return layers of a small net."""
    return (og.Dense(6, og.relu), og.Dense(5, og.relu, trainable=False), og.Dense(2))


def make(seed, layers, shape, sgd, weight_bits=16, ewc=False, **options):
    """Return a Trainer, and a ReplayBuffer."""
    net = og.Sequential(*layers(), weight_bits=weight_bits)
    net.build(shape, seed=seed)
    trainer = og.Trainer(net, og.SoftmaxCrossEntropy(), og.SGD(1 / 32, **sgd), **options)
    if ewc:
        run(trainer, 5, seed)
        parts = og.EWC(trainer)
        parts.measure(bytes([50 + seed] * net.n_in), b"\1")
        options["consolidate"] = parts
        trainer = og.Trainer(net, og.SoftmaxCrossEntropy(), og.SGD(1 / 32, **sgd), **options)
    return trainer, og.ReplayBuffer(net.n_in, 6, classes=2, seed=seed)


def whole(trainer, replay):
    """Return a checkpoint's bytes but for its number and checksum: all that a training is."""
    checkpoint = og.Checkpoint(PATH + ".whole", keep=1)
    checkpoint.save(trainer, replay=replay)
    data = read(PATH + ".whole.0")
    remove(PATH + ".whole.0")
    assert len(data) == checkpoint.size(trainer, replay=replay)
    return data[:-4]


BY = {"partial": "confidence", "largest loss": "loss"}
clean()
SCHEDULE = {"momentum": 0.9, "schedule": og.StepDecay(1)}
VARIANTS = (
    ("plain", mlp, (7,), {}, {}),
    ("8-bit", mlp, (7,), {}, {"weight_bits": 8}),
    ("momentum", mlp, (7,), SCHEDULE, {}),
    ("batch", mlp, (7,), {"batch": 4, "momentum": 0.5}, {}),
    ("decay", mlp, (7,), {"weight_decay": 0.5}, {"skip": 0.4}),
    ("normalize", mlp, (7,), {"normalize": True}, {}),
    ("partial", mlp, (7,), {}, {"partial": "confidence"}),
    ("largest loss", mlp, (7,), {}, {"partial": "loss"}),
    ("ewc", mlp, (7,), {}, {"ewc": True}),
    ("blocks", blocks, (5, 8, 1), {"batch": 3}, {}),
    ("signals", signals, (12, 2), {"momentum": 0.9}, {}),
    ("latent", latent, (6,), {}, {}),
)
for name, layers, shape, sgd, options in VARIANTS:
    for replayed in (False, True):
        pairs, trainer, other, one = [], None, None, None  # not four nets at a time
        for seed in (3, 4):
            if "partial" in options:
                options = dict(options)
                options["partial"] = og.PartialUpdate(0.3, by=BY[name])
            pairs.append(make(seed, layers, shape, sgd, **options))
        (trainer, replay), (other, other_replay) = pairs
        if not replayed:
            replay = other_replay = None
        trainer.optimizer.start_epoch(1, 3)
        run(trainer, 13, 1, replay)
        checkpoint = og.Checkpoint(PATH)
        checkpoint.save(trainer, replay=replay)
        run(other, 5, 9, other_replay)
        found = og.Checkpoint(PATH).load(other, replay=other_replay)
        resumed = whole(trainer, replay) == whole(other, other_replay)
        for one, its in (trainer, replay), (other, other_replay):
            run(one, 14, 2, its)
        same = whole(trainer, replay) == whole(other, other_replay)
        data = read(PATH + ".0")
        print(name, found, resumed, same, trainer.net.digest() == other.net.digest())
        print(len(data), "%08x" % crc32(data[:-4]), other.net.digest()[:16], other.steps)
        print(str(trainer.report()) == str(other.report()))
        clean()


# Which file is taken. Steps tell the states apart.
def state(trainer):
    """Return what would be lost or changed."""
    return trainer.net.digest(), trainer.steps, list(trainer.optimizer.rate)


def start(keep=2):
    """Return a Trainer with a Checkpoint that has saved after 1, 2 and 3 steps."""
    clean()
    trainer, _ = make(5, mlp, (7,), {})
    checkpoint = og.Checkpoint(PATH, keep=keep)
    for n in range(3):
        run(trainer, 1, n)
        checkpoint.save(trainer)
    return trainer, checkpoint


def loaded(keep=2):
    """Load into a new Trainer; return the steps, or False, and what was skipped."""
    trainer, _ = make(6, mlp, (7,), {})
    checkpoint = og.Checkpoint(PATH, keep=keep)
    found = checkpoint.load(trainer)
    return found and trainer.steps, checkpoint.skipped


print(og.Checkpoint(PATH), "none:", loaded())
for keep in (1, 2, 3):
    start(keep)
    print("keep", keep, loaded(keep))
    overwrite(FILES[0], read(FILES[0])[:-1])
    print("the first cut:", loaded(keep))
for name, change in (
    ("empty", lambda data: b""),
    ("cut", lambda data: data[:100]),
    ("longer", lambda data: data + b"\0"),
    ("text", lambda data: b"print('hello')\n" * 20),
    ("version", lambda data: with_checksum(data[:8] + b"\2" + data[9:])),
    ("number 0", lambda data: with_checksum(data[:16] + bytes(4) + data[20:])),
    ("number 2**31", lambda data: with_checksum(data[:16] + b"\0\0\0\x80" + data[20:])),
    ("parts", lambda data: with_checksum(data[:20] + b"\xff\xff\xff\xff" + data[24:])),
    ("buffers", lambda data: with_checksum(data[:10] + b"\2" + data[11:])),
):
    trainer, checkpoint = start()
    overwrite(FILES[0], change(read(FILES[0])))
    print(name, loaded())
    # The next one takes the place of what is not sound.
    og.Checkpoint(PATH).save(trainer)
    print("saved again:", loaded())
trainer, checkpoint = start()
data = bytearray(read(FILES[0]))
for flip in (1, 128):
    found = ""
    for k in range(0, len(data), 3):
        data[k] ^= flip
        overwrite(FILES[0], data)
        found += str(og.Checkpoint(PATH).load(trainer) and trainer.steps)
        data[k] ^= flip
    print("bytes changed:", found == "2" * len(found))
overwrite(FILES[0], data)
remove(FILES[3])
print("as it was:", loaded())
# FAT: the old file is gone, the new one has not got its name.
overwrite(FILES[3], data)
remove(FILES[0])
print("not renamed:", loaded())
overwrite(FILES[3], data[:-9])
print("not complete:", loaded())

# What is sound, but of another training, is refused, and nothing changes.
OTHERS = (
    ("units", lambda: make(6, lambda: (og.Dense(7, og.relu), og.Dense(2)), (7,), {})),
    ("activation", lambda: make(6, lambda: (og.Dense(6), og.Dense(5), og.Dense(2)), (7,), {})),
    ("input", lambda: make(6, mlp, (8,), {})),
    ("bits", lambda: make(6, mlp, (7,), {}, weight_bits=8)),
    ("momentum", lambda: make(6, mlp, (7,), {"momentum": 0.9})),
    ("batch", lambda: make(6, mlp, (7,), {"batch": 3})),
    ("normalize", lambda: make(6, mlp, (7,), {"normalize": True})),
    ("partial", lambda: make(6, mlp, (7,), {}, partial=og.PartialUpdate())),
    ("ewc", lambda: make(6, mlp, (7,), {}, ewc=True)),
)
for name, other in OTHERS:
    start()
    trainer, _ = other()
    before = state(trainer)
    try:
        og.Checkpoint(PATH).load(trainer)
        print(name, "| WRONG: loaded")
    except ValueError as e:
        print(name, "|", e)
    if state(trainer) != before:
        print("WRONG: changed")
trainer, replay = make(6, mlp, (7,), {})
run(trainer, 20, 3, replay)
for given, other in ((None, replay), (replay, None), (replay, og.ReplayBuffer(7, 7, classes=2))):
    clean()
    og.Checkpoint(PATH).save(trainer, replay=given)
    before = state(trainer)
    try:
        og.Checkpoint(PATH).load(trainer, replay=other)
        print("WRONG: loaded")
    except ValueError as e:
        print("replay |", e, state(trainer) == before)

# Fields that no training writes, with a checksum that fits.
trainer, replay = make(6, mlp, (7,), {"batch": 3})
run(trainer, 10, 3, replay)
clean()
og.Checkpoint(PATH).save(trainer, replay=replay)
data = read(FILES[0])
model, training = struct.unpack("<II", data[20:28])
AT = 28 + model
for name, form, offset, values in (
    ("generator", "<I", 28 + 16, (0,)),
    ("y range", "<h", 28 + 32 + 20, (512, -512)),
    ("y range", "<h", 28 + 32 + 22, (-1, 128)),
    ("steps", "<Q", AT, (2**63,)),
    ("rate", "<h", AT + 16, (0, -1, 16)),
    ("shift", "<h", AT + 18, (-1, 31)),
    ("momentum", "<h", AT + 22, (1,)),
    ("base", "<h", AT + 24, (0, 16)),
    ("batch", "<H", AT + 28, (2, 4)),
    ("in batch", "<H", AT + 30, (3, 65535)),
    ("loss", "<I", AT + 32, (2**30,)),
    ("counts", "<H", AT + 36, (1, 65535)),
    ("layers", "<H", AT + 38, (1, 65535)),
    ("flags", "<H", AT + 42, (0, 3, 65535)),
    ("batch's exponent", "<h", AT + 44, (1023, -1023)),
    ("begun", "<h", AT + 48, (2, -1)),
    ("samples", "<H", AT + training + 16 + 7 * 6 + 6, (0, 5, 7)),
    ("class", "<B", AT + training + 16 + 7 * 6, (0, 2, 255)),
):
    for value in values:
        changed = bytearray(data)
        struct.pack_into(form, changed, offset, value)
        if changed == data:
            continue
        overwrite(FILES[0], with_checksum(changed))
        before = state(trainer), bytes(replay.memory)
        try:
            og.Checkpoint(PATH).load(trainer, replay=replay)
            print(name, value, "| WRONG: loaded")
        except ValueError as e:
            print(name, value, "|", e, (state(trainer), bytes(replay.memory)) == before)

# Arguments.
for arguments in ((5,), (PATH, 0), (PATH, 11), (PATH, 2.0)):
    try:
        og.Checkpoint(*arguments)
        print("WRONG: accepted")
    except (TypeError, ValueError) as e:
        print(e)
stale = trainer
trainer = og.Trainer(trainer.net, og.SoftmaxCrossEntropy(), og.SGD(1 / 8))
for arguments in ((5,), (trainer.net,), (stale,)):
    for method in (og.Checkpoint(PATH).save, og.Checkpoint(PATH).load):
        try:
            method(*arguments)
            print("WRONG: accepted")
        except (TypeError, ValueError) as e:
            print(str(e).split(", got")[0])
try:
    og.Checkpoint("octograd-no-such-folder/x").save(trainer)
    print("WRONG: saved")
except OSError:
    print("OSError", og.Checkpoint("octograd-no-such-folder/x").load(trainer))


# A ReplayBuffer or weights in memory that cannot be written have to be those of the file.
def frozen(value):
    """Return a Trainer with frozen weights in bytes."""
    trainer, _ = make(5, lambda: (og.Dense(3, og.relu, trainable=False), og.Dense(2)), (7,), {})
    trainer.net.weighted[0].set_weights(bytes([value] * 21), array("i", bytes(12)))
    return trainer


clean()
og.Checkpoint(PATH).save(frozen(3))
print("read-only:", og.Checkpoint(PATH).load(frozen(3)))
try:
    og.Checkpoint(PATH).load(frozen(4))
    print("WRONG: loaded")
except ValueError as e:
    print(e)
clean()
