"""
Bad files and arguments for everything that reads them.

    micropython fuzz.py TARGET SEED SECONDS [EXECUTIONS]

For MicroPython's unix port with AddressSanitizer. Files are changed ones that the library has
written, most with a checksum that fits again; calls of the C modules are changed ones that a
training has made, with buffers of exactly their length outside the heap. What is refused with
ValueError or TypeError is fine, and so is what does not fit into memory; any other exception ends
the program, and so does the sanitizer. Prints how many were tried, and what came of them. The same
seed makes the same sequence; the last number is printed when it fails.
"""

import os
import random
import struct
import sys
import time
from binascii import crc32

import octograd as og

sys.path.insert(0, __file__.rsplit("/", 2)[0] + "/device")
from files import blocks, decoder, latent, signals

PATH = "octograd-fuzz"
EDGES = (0, 1, 2, 3, 4, 127, 128, 255, 256, 32767, 32768, 65535, 2**31 - 1, 2**31, 2**32 - 1)


def below(n):
    """Return a random number."""
    return random.randrange(n)


def choice(items):
    """Return one of some items."""
    return items[below(len(items))]


def write(path, data):
    """Write a file."""
    with open(path, "wb") as file:
        file.write(data)


def read(path):
    """Read a file."""
    with open(path, "rb") as file:
        return file.read()


def put(data, at, form, value):
    """Write a number into data, if there is room."""
    if at + struct.calcsize(form) <= len(data):
        struct.pack_into(form, data, at, value)


def change(data, other, head):
    """Return changed data; changes are more likely in its head."""
    data = bytearray(data)
    for _ in range(1 + below(6)):
        n = len(data)
        if n < 2:
            return data
        at, kind = below(n if below(3) else min(n, head)), below(10)
        if kind < 3:
            data[at] ^= 1 << below(8)
        elif kind < 5:
            data[at] = choice(EDGES) & 255
        elif kind == 5:
            put(data, at & ~1, "<H", choice(EDGES) & 65535)
        elif kind == 6:
            put(data, at & ~3, "<I", choice(EDGES))
        elif kind == 7 and not below(3):
            data = data[:at]
        elif kind == 8 and not below(3):
            data = data[:at] + other[below(len(other)) :][: below(200)] + data[at:]
        elif kind == 9:
            size = below(40)
            data[at : at + size] = other[at : at + size]
    return data


def with_checksum(data):
    """Return data with a checksum that fits."""
    return bytes(data[:-4]) + struct.pack("<I", crc32(data[:-4])) if len(data) > 4 else data


def with_length(data, at):
    """Return data with its length in the head, and a checksum that fits."""
    if not below(8):
        return data
    if below(2):
        put(data, at, "<I", len(data))
    return with_checksum(data)


def train(trainer, n):
    """Make steps with some bytes."""
    n_out = len(trainer.net.outputs)
    for i in range(n):
        x = bytes([(13 * i + k) & 255 for k in range(trainer.net.n_in)])
        trainer.step(x, i % n_out if trainer.loss.classifies else bytes([i] * n_out))


def nets():
    """Return models of all kinds of layers, trained a little."""
    found = []
    for shape, layers in (
        ((5, 8, 1), blocks()),
        ((4,), decoder()),
        ((12, 2), signals()),
        ((6,), latent()),
        ((5,), (og.Dense(3, og.relu), og.Dense(2))),
    ):
        net = og.Sequential(*layers)
        net.build(shape, seed=8)
        train(og.Trainer(net, og.SoftmaxCrossEntropy(), og.SGD(1 / 32)), 4)
        found.append(net)
    model = og.VAE([og.Dense(4)], [og.Dense(5)], latent=2)
    model.build((5,))
    model.prepare(og.SGD(1 / 32)).step(bytes(5), bytes(5))
    return found + [model]


class Files:
    """A target that reads files."""

    head = 120
    refusals = (ValueError, TypeError)

    def __init__(self):
        self.seeds = []
        for thing in self.things():
            self.save(thing)
            self.seeds.append(read(PATH))

    def save(self, thing):
        """Write a sound file."""
        thing.save(PATH)

    def once(self):
        """Try one; return whether it was taken."""
        data = self.sealed(change(choice(self.seeds), choice(self.seeds), self.head))
        if below(20) == 0:
            data = bytes([below(256) for _ in range(below(200))])
        return self.use(data)

    def sealed(self, data):
        """Return data with length and checksum put right, as a rule."""
        return with_length(data, 12)


class Model(Files):
    """Model files, in memory and on disk."""

    things = staticmethod(nets)

    def use(self, data):
        """Load, predict and learn."""
        if below(2):
            net = og.load(data)
        else:
            write(PATH, data)
            net = og.load(PATH)
        net.predict(bytes(net.n_in))
        train(og.Trainer(net, og.SoftmaxCrossEntropy(), og.SGD(1 / 8)), 2)


class Replay(Files):
    """Files of replay buffers."""

    head = 16

    def things(self):
        """Return buffers that are empty, in part and full."""
        found = []
        for n in (0, 4, 30):
            replay = og.ReplayBuffer(5, 9, classes=3)
            for i in range(n):
                replay.add(bytes([i] * 5), i % 3)
            found.append(replay)
        return found

    def sealed(self, data):
        return with_checksum(data) if below(8) else data

    def use(self, data):
        """Load, add and draw."""
        write(PATH, data)
        replay = og.ReplayBuffer.load(PATH)
        x = bytearray(replay.n_in)
        for i in range(5):
            replay.add(x, i % replay.classes)
            replay.draw_into(x)


class Detector(Files):
    """Files of detectors: the end is theirs, the rest a model."""

    head = 400

    def things(self):
        """Return detectors in all states."""
        found = []
        for n in (2, 7, 14):
            model = og.Autoencoder([og.Dense(3)], [og.Dense(5)], loss=og.MSE())
            model.build((5,))
            model.prepare(og.SGD(1 / 32))
            detector = og.AnomalyDetector(model, learn=4, calibrate=5)
            for i in range(n):
                detector.step(bytes([i] * 5))
            found.append(detector)
        return found

    def once(self):
        data, n = choice(self.seeds), 5 + 4 + 38  # votes, one score, and the rest of the end
        model, end = data[:-n], data[-n:]
        if below(3):
            end = change(end, end, n)
        else:
            model = with_length(change(model, model, 100), 12)
        if below(8):
            end = with_checksum(end)
        self.use(bytes(model) + bytes(end))

    def use(self, data):
        """Load, and take samples."""
        write(PATH, data)
        detector = og.AnomalyDetector.load(PATH)
        detector.model.prepare(og.SGD(1 / 32))
        for i in range(8):
            detector.step(bytes([31 * i & 255] * detector.model.n_in))


class Checkpoint(Files):
    """Checkpoints, into trainers of several kinds."""

    head = 300

    def things(self):
        """Return trainers."""
        self.trainers = []
        for batch in (1, 3):
            for net in nets()[:5]:
                sgd = og.SGD(1 / 32, momentum=0.9, batch=batch)
                trainer = og.Trainer(net, og.SoftmaxCrossEntropy(), sgd)
                ewc = og.EWC(trainer)
                ewc.measure(bytes([9] * net.n_in), b"\1")
                options = {"partial": og.PartialUpdate(0.3), "consolidate": ewc}
                trainer = og.Trainer(net, og.SoftmaxCrossEntropy(), sgd, **options)
                train(trainer, 4)
                self.trainers.append(trainer)
        return self.trainers

    def _replay(self, trainer):
        return og.ReplayBuffer(trainer.net.n_in, 4, classes=2)

    def save(self, trainer):
        replay = self._replay(trainer)
        replay.add(bytes(trainer.net.n_in), 1)
        og.Checkpoint(PATH, 1).save(trainer, replay=replay)
        os.rename(PATH + ".0", PATH)

    def once(self):
        k = below(len(self.seeds))
        data = change(self.seeds[k], choice(self.seeds), self.head)
        write(PATH + ".0", with_length(data, 12))
        trainer = self.trainers[k]
        before = trainer.net.digest()
        try:
            found = og.Checkpoint(PATH, 1).load(trainer, replay=self._replay(trainer))
        except ValueError:
            assert trainer.net.digest() == before
            raise
        assert found or trainer.net.digest() == before
        train(trainer, 2)
        if not found:
            raise ValueError


class Dataset(Files):
    """Records: any bytes are some."""

    head = 100

    def things(self):
        """Return one file's content."""
        self.net = og.Sequential(og.Dense(3))
        self.net.build((4,))
        return [bytes([k % 5 for k in range(60)])]

    def save(self, data):
        write(PATH, data)

    def sealed(self, data):
        return data

    def use(self, data):
        """Learn from it, and evaluate."""
        write(PATH, data)
        loss, n_out = choice(((og.MSE(), 3), (og.SoftmaxCrossEntropy(), None)))
        trainer = og.Trainer(self.net, loss, og.SGD(1 / 32))
        with og.Dataset(PATH, choice((4, 4, 4, 3, 100)), n_out=n_out) as found:
            for _ in trainer.fit(found):
                pass
            trainer.evaluate(found)


class Binding:
    """Calls of the C modules."""

    refusals = (ValueError, TypeError, OverflowError)
    MODULES = ("", "_conv", "_depthwise", "_pool", "_blocks", "_consolidation")
    MODULES += ("_train", "_train_conv")
    NUMBERS = EDGES + (-1, -2, -128, -129, -511, -512, -32768, 2**40, -(2**70), 5, 7, 1000)
    ODD = (None, True, "x", 1.5, b"", (), [1, 2], {}, object)

    def __init__(self):
        from _guard import array

        self._array, self._pool, self.calls = array, {}, []
        seen, places = {}, []
        for name, place in list(sys.modules.items()):
            if name.startswith("octograd"):
                places.append(place)
        modules = [__import__("_octograd" + end) for end in self.MODULES]
        recorders = {id(module): self._recorder(module, seen) for module in modules}
        for name in ("convolutions", "depthwise", "pooling", "blocks", "consolidation", "latent"):
            __import__("octograd." + name)
            places.append(sys.modules["octograd." + name])
        kept = []
        for place in places:
            for name in dir(place):
                value = getattr(place, name)
                if id(value) in recorders:
                    kept.append((place, name, value))
                    setattr(place, name, recorders[id(value)])
        for module in modules:  # where functions import them
            sys.modules[module.__name__] = recorders[id(module)]
        Checkpoint()  # it trains all there is
        train_losses()
        for module in modules:
            sys.modules[module.__name__] = module
        for place, name, value in kept:
            setattr(place, name, value)

    def _recorder(self, module, seen):
        calls = self.calls

        class Recorder:
            def __getattr__(self, name):
                function = getattr(module, name)

                def call(*arguments):
                    key = name, len(calls) // 400
                    if seen.get(key, 0) < 6:
                        seen[key] = seen.get(key, 0) + 1
                        calls.append((function, arguments))
                    return function(*arguments)

                return call

        return Recorder()

    def _buffer(self, code, n):
        """Return an array of exactly n items; there is one of each kind."""
        if (code, n) not in self._pool:
            self._pool[code, n] = self._array(code, n)
        return self._pool[code, n]

    def _copy(self, value):
        """Return an argument in memory of its own."""
        if isinstance(value, (bytes, bytearray, memoryview)):
            code, n = "b", len(value)
        elif hasattr(value, "append") and not isinstance(value, list):
            code, n = str(value)[7], len(value)
        else:
            return value
        copy = self._buffer(code, n)
        for k in range(n):
            copy[k] = value[k] if code != "b" else ((value[k] & 255) ^ 128) - 128
        return copy

    def _changed(self, value):
        kind = below(6)
        if kind == 0:
            return choice(self.ODD)
        if isinstance(value, (int, type(None))) or kind == 1:
            return choice(self.NUMBERS)
        if not str(value).startswith("array('"):
            return value
        code = str(value)[7]
        if kind == 2:
            code = choice("bBhHiIq")
        n = len(value)
        if kind < 4:
            return self._buffer(code, max(0, choice((n - 1, n + 1, n * 2, n // 2, 0, 1, n))))
        for _ in range(1 + below(4)):
            if n:
                bits = {"b": 8, "h": 16, "i": 32}.get(code)
                limit = 1 << (bits or 8) - 1
                number = choice((-limit, limit - 1, -1, 0, 1, 2, below(limit), -below(limit)))
                value[below(n)] = number if bits else abs(number)
        return value

    def once(self):
        """Try one."""
        function, arguments = choice(self.calls)
        arguments = [self._copy(value) for value in arguments]
        for _ in range(1 + below(3)):
            k = below(len(arguments))
            arguments[k] = self._changed(arguments[k])
        if below(50) == 0:
            arguments = arguments[:-1] if below(2) else arguments + [0]
        function(*arguments)


def train_losses():
    """Use losses and layers that the other targets do not."""
    for loss in (og.MSE(), og.Huber(), og.BinaryCrossEntropy()):
        net = og.Sequential(og.Dense(3, og.relu), og.Dense(2), weight_bits=8)
        net.build((5,))
        train(og.Trainer(net, loss, og.SGD(1 / 32, weight_decay=0.5, normalize=True)), 3)


TARGETS = {
    "model": Model,
    "checkpoint": Checkpoint,
    "replay": Replay,
    "detector": Detector,
    "dataset": Dataset,
    "binding": Binding,
}


def main(target, seed, seconds, most):
    """Try until the time is over."""
    random.seed(seed)
    target = TARGETS[target]()
    start, counts, n = time.time(), [0, 0, 0], 0
    while n < most and (n % 64 or time.time() - start < seconds):
        n += 1
        try:
            target.once()
            counts[0] += 1
        except target.refusals:
            counts[1] += 1
        except og.Diverged:
            counts[0] += 1
        except MemoryError:
            counts[2] += 1
        except BaseException:
            print("execution", n)
            raise
    print("executions", n, "taken", counts[0], "refused", counts[1], "no memory", counts[2])


main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int((sys.argv[4:] or ["1000000000"])[0]))
