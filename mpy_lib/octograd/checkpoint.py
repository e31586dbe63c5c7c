"""Checkpoint: a training in files, to go on after a restart as if there had been none."""

import struct
from errno import ENOENT

from .checks import whole
from .files import NEW, AtomicFile, checksum
from .format import head, write
from .restore import check_model, restore_model
from .signature import Hmac, signature_bytes
from .training import check_training, restore_training, training_bytes, write_training

_MAGIC = b"OCTOCKPT"
_VERSION = 1
# Magic, version, buffers, bytes of the file, number, bytes of the model and of the training.
_HEAD = "<8sHHIIII"
_HEAD_BYTES = struct.calcsize(_HEAD)
_NUMBER_MAX = 2**30 - 1


class Checkpoint:
    """
    Keeps all that a training has come to in files, and brings it back.

        checkpoint = og.Checkpoint("gestures")
        if not checkpoint.load(trainer):  # after a restart
            ...                           # the first start
        for x, label in samples:
            trainer.step(x, label)
            if trainer.steps % 500 == 0:
                checkpoint.save(trainer)

    There are `keep` files, path + ".0" and so on; each save() replaces the oldest,
    as a whole or not at all. The disk needs room for one more.

    Where a fit() stands is not in it, as its order of samples is not: to resume one,
    call fit() epoch by epoch, each with a seed of its own, and save in between.

    Args:
        path: Of the files, without what is added to it.
        keep: Number of files, 1 to 10, the same each time.
        key: To sign them with (HMAC-SHA256), bytes; a file that is not is skipped.

    Attributes:
        skipped: By the last load() or the first save(), texts that say which files
            cannot be used, and why.

    Raises:
        TypeError, ValueError: An argument does not fit.
    """

    def __init__(self, path: str, keep: int = 2, *, key=None):
        if not isinstance(path, str):
            raise TypeError(f"path: str expected, got {path!r}")
        self._path, self._keep = path, whole("keep", keep, 1, 10)
        if key is not None:
            Hmac(key)  # which checks it
        self._key, self._found, self.skipped = key, None, []

    def __repr__(self):
        return f"Checkpoint({self._path!r}, keep={self._keep})"

    def size(self, trainer, *, replay=None) -> int:
        """Return the bytes of one file, without a signature; that has 40."""
        return sum(_sizes(trainer, replay))

    def save(self, trainer, *, replay=None) -> None:
        """
        Write what the training has come to, in the place of the oldest file.

        That is the model (weights, residuals, ranges, generator), velocities, the
        sums of a batch in progress, the rate, counts, and what EWC has measured.

        Args:
            trainer: Trainer of the model.
            replay: ReplayBuffer to be kept with it, or None.

        Raises:
            OSError: It cannot be written. All files are there as they were.
        """
        _check_arguments(trainer, replay)
        if self._found is None:
            self._look()
        numbers = [number for number, _ in self._found]
        place, number = numbers.index(min(numbers)), max(numbers) + 1
        if number > _NUMBER_MAX:
            raise ValueError(f"{self._path}: files with numbers below {_NUMBER_MAX} expected")
        path = f"{self._path}.{place}"
        sizes = _sizes(trainer, replay)
        n_buffers = 0 if replay is None else 1
        numbers = _VERSION, n_buffers, sum(sizes), number, sizes[1], sizes[2]
        with AtomicFile(path, self._key) as file:
            file.write(struct.pack(_HEAD, _MAGIC, *numbers))
            write(trainer.net, file)
            write_training(trainer, file)
            if replay is not None:
                replay.write(file)
            file.write(struct.pack("<I", file.crc))
        self._found[place] = number, path

    def load(self, trainer, *, replay=None) -> bool:
        """
        Bring back the newest state that is sound; the training goes on bit for bit.

        Args:
            trainer: Trainer of a model made of the same layers, with the same
                options; its weights may be any.
            replay: ReplayBuffer of the same numbers if one was saved, else None.

        Returns:
            False if there is none; nothing has changed then. See `skipped`.

        Raises:
            ValueError: It is of another model, trainer or buffer; nothing has changed.
            OSError: The disk failed while the state was put back; load() again.
        """
        _check_arguments(trainer, replay)
        self._look()
        number, path = max(self._found)
        if not number:
            return False
        with open(path, "rb") as file:
            _Reader(file, path, trainer, replay).restore()
        return True

    def _look(self):
        """Find (number, path) for each place; the number is 0 without a sound file."""
        self.skipped = []
        self._found = [self._look_at(f"{self._path}.{k}") for k in range(self._keep)]

    def _look_at(self, path):
        # A FAT file system may have lost the old file before it renamed the new one.
        for name in (path, path + NEW):
            try:
                with open(name, "rb") as file:
                    return _check_file(file, name, self._key), name
            except ValueError as e:
                self.skipped.append(str(e))
            except OSError as e:
                if e.errno != ENOENT:
                    self.skipped.append(f"{name}: {e}")
        return 0, path


def _check_arguments(trainer, replay):
    if not hasattr(trainer, "gradient") or isinstance(trainer, type):
        raise TypeError(f"trainer: Trainer expected, got {trainer!r}")
    if trainer.net.trainer is not trainer:
        raise ValueError("trainer: the last one of its model expected; make a new one")
    if replay is not None and (isinstance(replay, type) or not hasattr(replay, "draw_into")):
        raise TypeError(f"replay: ReplayBuffer or None expected, got {replay!r}")


def _check_file(file, path, key):
    """Return the number of a checkpoint if its file is whole."""
    signature = signature_bytes(file, path, key)
    block = file.read(_HEAD_BYTES)
    if len(block) != _HEAD_BYTES or block[:8] != _MAGIC:
        raise ValueError(f"{path}: not a checkpoint")
    _, version, buffers, total, number, model, training = struct.unpack(_HEAD, block)
    if version != _VERSION:
        raise ValueError(f"{path}: format version {_VERSION} expected, got {version}")
    actual = file.seek(0, 2) - signature
    if actual != total:
        raise ValueError(f"{path}: {total} bytes expected, got {actual}")
    file.seek(0)
    crc = checksum(file, total - 4)
    if struct.unpack("<I", file.read(4))[0] != crc:
        raise ValueError(f"{path}: damaged: the checksum does not match")
    rest = total - _HEAD_BYTES - model - training - 4
    if rest < 0 or (rest == 0) != (buffers == 0) or buffers > 1:
        raise ValueError(f"{path}: parts and length do not match")
    if not 1 <= number <= _NUMBER_MAX:
        raise ValueError(f"{path}: number 1 to {_NUMBER_MAX} expected, got {number}")
    return number


def _sizes(trainer, replay):
    """Return the bytes of head, model, training, buffers and checksum."""
    (model,) = struct.unpack_from("<I", head(trainer.net), 12)
    return (
        _HEAD_BYTES,
        model,
        training_bytes(trainer),
        0 if replay is None else replay.file_bytes,
        4,
    )


class _Reader:
    """A checkpoint that is whole, for what it is to be put into."""

    def __init__(self, file, path, trainer, replay):
        self._file, self._path, self._trainer, self._replay = file, path, trainer, replay

    def _fail(self, text):
        raise ValueError(f"{self._path}: {text}")

    def _unpack(self, form):
        return struct.unpack(form, self._file.read(struct.calcsize(form)))

    def restore(self):
        """Put all into its place, or nothing."""
        trainer, replay, file = self._trainer, self._replay, self._file
        _, _, buffers, total, _, model, training = self._unpack(_HEAD)
        sizes = _sizes(trainer, replay)
        if model != sizes[1]:
            self._fail(f"another model than {trainer.net!r}")
        check_model(trainer.net, file, self._fail)
        if training != sizes[2]:
            self._fail("another momentum, batch, partial or consolidate than the trainer's")
        check_training(trainer, file, self._fail)
        if buffers != (0 if replay is None else 1) or total != sum(sizes):
            self._fail("a replay of the same numbers expected where one was saved")
        if replay is not None:
            replay.check(file, self._fail)
        # From here on only an error of the disk can come between.
        file.seek(sizes[0])
        restore_model(trainer.net, file)
        restore_training(trainer, file)
        if replay is not None:
            replay.restore(file)
