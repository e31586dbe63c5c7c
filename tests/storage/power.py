"""
Cut the power at every write of several saves, and see what is there after a restart.

For MicroPython's unix port: the disk is memory under a real file system. Prints a line for each
kind of save: cuts; how often the state before, the new one, or neither was found; and how often
it could not be saved again.
"""

import gc
import sys

import vfs

import octograd as og

CYCLES = 16


class Disk:
    """
    Blocks in memory that take a number of writes, and then no more.

    Args:
        image: Their content; it is copied.
        block: Bytes of one.
        left: Writes until the power is cut, or None.
        torn: Whether half of the last write is done, as flash may leave it.
    """

    def __init__(self, image, block, left=None, torn=False):
        self.data, self.block = bytearray(image), block
        self.left, self.torn, self.writes, self.dead = left, torn, 0, False

    def _write(self, at, buffer):
        if self.dead:
            return -5  # EIO; an exception may not pass through the file system
        if self.writes == self.left:
            self.dead = True
            if self.torn:
                half = len(buffer) // 2
                self.data[at : at + half] = buffer[:half]
            return -5
        self.writes += 1
        self.data[at : at + len(buffer)] = buffer
        return 0

    def readblocks(self, number, buffer, offset=0):
        """Read from a block."""
        at = number * self.block + offset
        buffer[:] = memoryview(self.data)[at : at + len(buffer)]
        return 0

    def writeblocks(self, number, buffer, offset=None):
        """Write into a block."""
        # FAT writes once more when the collector closes a file, which may not allocate.
        if self.dead and offset is None:
            return 0
        return self._write(number * self.block + (offset or 0), memoryview(buffer))

    def ioctl(self, operation, argument):
        """Count, size, and erase."""
        if operation == 4:
            return len(self.data) // self.block
        if operation == 5:
            return self.block
        if operation == 6:
            return self._write(argument * self.block, memoryview(b"\xff" * self.block))
        return 0


def lfs(disk):
    """Return littlefs on a disk."""
    return vfs.VfsLfs2(disk, readsize=32, progsize=32, lookahead=32)


def make(seed):
    """Return a Trainer of a small net, and a ReplayBuffer."""
    net = og.Sequential(og.Dense(9, og.relu), og.Dense(3))
    net.build((14,), seed=seed)
    sgd = og.SGD(1 / 16, momentum=0.9, batch=3)
    return og.Trainer(net, og.SoftmaxCrossEntropy(), sgd), og.ReplayBuffer(14, 20, classes=3)


def learn(trainer, replay, n):
    """Make four steps."""
    for i in range(4):
        x = bytes([(37 * n + 11 * i * k) % 251 for k in range(14)])
        replay.add(x, i % 3)
        trainer.step(x, (n + i) % 3)


class Training:
    """A checkpoint with a replay buffer."""

    def __init__(self, keep):
        self._keep = keep
        self.trainer, self.replay = make(1)
        self._other, self._other_replay = make(2)

    def change(self, n):
        """Learn something."""
        learn(self.trainer, self.replay, n)

    def state(self):
        """Return what must not get lost."""
        return self._state(self.trainer, self.replay)

    def _state(self, trainer, replay):
        buffers = [bytes(layer.velocity) + bytes(layer.sums) for layer in trainer.net.weighted]
        return trainer.net.digest(), trainer.steps, buffers, bytes(replay.memory)

    def save(self):
        """Save it."""
        og.Checkpoint("/disk/training", self._keep).save(self.trainer, replay=self.replay)

    def load(self):
        """Return what is there after a restart, or None."""
        checkpoint = og.Checkpoint("/disk/training", self._keep)
        if not checkpoint.load(self._other, replay=self._other_replay):
            return None
        return self._state(self._other, self._other_replay)


class Model(Training):
    """A model file."""

    def state(self):
        return self._weights(self.trainer.net)

    def _weights(self, net):
        return [bytes(layer.w) + bytes(layer.residual) + bytes(layer.b) for layer in net.weighted]

    def save(self):
        self.trainer.net.save("/disk/model.og")

    def load(self):
        try:
            return self._weights(og.load("/disk/model.og"))
        except OSError:
            return None


class Replay(Training):
    """A replay buffer's file."""

    def state(self):
        return bytes(self.replay.memory)

    def save(self):
        self.replay.save("/disk/replay.og")

    def load(self):
        try:
            return bytes(og.ReplayBuffer.load("/disk/replay.og").memory)
        except OSError:
            return None


class Naive(Model):
    """A model file as anyone would write it, to see that the cuts can do harm."""

    def save(self):
        from octograd.format import write

        with open("/disk/model.og", "wb") as file:
            write(self.trainer.net, file)


def after(kind, image, block, system):
    """Return what is found on a disk after a restart, and whether it can be saved to again."""
    vfs.mount(system(Disk(image, block)), "/disk")
    try:
        found = kind.load()
        kind.save()
        return found, kind.load() == kind.state()
    finally:
        vfs.umount("/disk")


def cut(kind, image, block, system, left, torn):
    """Save with a power cut after so many writes; return the disk."""
    disk = Disk(image, block, left, torn)
    vfs.mount(system(disk), "/disk")
    try:
        kind.save()
    except OSError:
        assert disk.dead
    finally:
        vfs.umount("/disk")
    return disk


def sweep(name, kind, image, block, system, torn):
    """Cut the power at every write of each of several saves; print what was found."""
    old, counts, stuck = None, [0, 0, 0], 0
    for n in range(CYCLES):
        kind.change(n)
        new, left = kind.state(), 0
        disk = cut(kind, image, block, system, left, torn)
        while disk.dead:
            try:
                found, goes_on = after(kind, disk.data, block, system)
            except (OSError, ValueError):
                found, goes_on = "nothing sound", False
            stuck += not goes_on
            counts[0 if found == old else 1 if found == new else 2] += 1
            left += 1
            disk = cut(kind, image, block, system, left, torn)
        image, old = bytes(disk.data), new
        gc.collect()
    print(name, sum(counts), *counts, stuck)


blank = Disk(bytes(512 * 64), 512)
vfs.VfsLfs2.mkfs(blank, readsize=32, progsize=32, lookahead=32)
large = Disk(bytes(4096 * 16), 4096)
vfs.VfsLfs2.mkfs(large, readsize=32, progsize=32, lookahead=32)
fat = Disk(bytes(512 * 128), 512)
vfs.VfsFat.mkfs(fat)
LFS, LARGE, FAT = (blank.data, 512, lfs), (large.data, 4096, lfs), (fat.data, 512, vfs.VfsFat)
only = sys.argv[1:]
for name, make_kind, place, torn in (
    ("lfs-checkpoint", lambda: Training(2), LFS, False),
    ("lfs-checkpoint-torn", lambda: Training(2), LFS, True),
    ("lfs-checkpoint-1", lambda: Training(1), LFS, True),
    ("lfs-large", lambda: Training(2), LARGE, True),
    ("lfs-model", lambda: Model(2), LFS, True),
    ("lfs-replay", lambda: Replay(2), LFS, True),
    ("fat-checkpoint", lambda: Training(2), FAT, False),
    ("fat-checkpoint-1", lambda: Training(1), FAT, False),
    ("fat-model", lambda: Model(2), FAT, False),
    ("fat-replay", lambda: Replay(2), FAT, False),
    ("fat-checkpoint-torn", lambda: Training(2), FAT, True),
    ("fat-naive", lambda: Naive(2), FAT, False),
):
    if not only or name in only:
        sweep(name, make_kind(), *place, torn)
