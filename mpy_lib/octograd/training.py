"""What a training has come to besides its model: written, checked and put back."""

import struct

from .restore import check_tensor, restore_tensor

# Steps, skipped, rate, base rate, batch, samples in it, largest loss, counts, layers.
_TRAINING = "<QQ4h2hHHIHH"
_LAYER = "<bbH3h"  # exponents at the start and of the anchor, flags, batch record
_VELOCITIES, _SUMS, _EWC = 1, 2, 4  # flags


def training_bytes(trainer) -> int:
    """Return the bytes that write_training() writes."""
    n = struct.calcsize(_TRAINING) + 8 * len(_kept(trainer))
    n += struct.calcsize(_LAYER) * len(trainer._trained)
    return n + sum([size for _, size in _tensors(trainer)])


def _kept(trainer):
    """Return the steps that count the channels which a PartialUpdate kept."""
    return [step for step in trainer._steps if hasattr(step, "kept")]


def _parts(trainer):
    """Return what EWC holds of the trained layers: a list of Part or None."""
    parts = [] if trainer.consolidate is None else trainer.consolidate.parts
    found = {id(part.layer): part for part in parts}
    return [found.get(id(layer)) for layer in trainer._trained]


def _tensors(trainer):
    """Return the buffers of a training that are not in a model file, and their bytes."""
    found = []
    for layer, part in zip(trainer._trained, _parts(trainer)):
        if layer.velocity is not None:
            found.append((layer.velocity, 2 * len(layer.velocity)))
        if layer.sums is not None:
            found.append((layer.sums, 4 * len(layer.sums)))
        if part is not None:
            found += [(part.importance, len(layer.w)), (part.anchor, len(layer.w))]
    return found


def _fields(trainer):
    optimizer, partial = trainer.optimizer, trainer.partial
    return (
        (trainer.steps, trainer.skipped)
        + (tuple(optimizer.rate) + optimizer._base + (optimizer.batch, trainer._in_batch))
        + (0 if partial is None else partial._largest_loss,)
        + (len(_kept(trainer)), len(trainer._trained))
    )


def _layer_fields(trainer):
    """Return for each trained layer (exponent at the start, of the anchor, flags, batch)."""
    found = []
    for start, layer, part in zip(trainer._start, trainer._trained, _parts(trainer)):
        flags = 0 if layer.velocity is None else _VELOCITIES
        flags |= 0 if layer.sums is None else _SUMS
        flags |= 0 if part is None else _EWC
        batch = (0, 0, 0) if layer.sums is None else tuple(layer._batch)
        found.append((start, 0 if part is None else part.e_anchor, flags) + batch)
    return found


def write_training(trainer, file) -> None:
    """Write to an open file what a model file lacks of a training."""
    file.write(struct.pack(_TRAINING, *_fields(trainer)))
    for step in _kept(trainer):
        file.write(struct.pack("<Q", step.kept))
    for fields in _layer_fields(trainer):
        file.write(struct.pack(_LAYER, *fields))
    for tensor, _ in _tensors(trainer):
        file.write(tensor)


def _unpack(form, file):
    return struct.unpack(form, file.read(struct.calcsize(form)))


def check_training(trainer, file, fail) -> None:
    """Read what write_training() wrote; call fail(text) if it is not of such a Trainer."""
    fields, own = _unpack(_TRAINING, file), _fields(trainer)
    # Rates may differ, but not by what the training's memory depends on.
    if fields[4:6] != own[4:6] or fields[8] != own[8] or fields[11:] != own[11:]:
        fail("another momentum, batch or partial than the trainer's")
    rates = all([1 <= fields[k] <= 15 and 0 <= fields[k + 1] <= 30 for k in (2, 6)])
    counts = max(fields[:2]) < 2**62 and fields[9] < fields[8] and fields[10] < 2**30
    if not rates or not counts:
        fail("rate or count out of range")
    file.seek(8 * fields[11], 1)
    for own in _layer_fields(trainer):
        fields = _unpack(_LAYER, file)
        if fields[2] != own[2]:
            fail("another momentum, batch or consolidate than the trainer's")
        sound = abs(fields[3]) <= 1022 and abs(fields[4]) <= 511 and 0 <= fields[5] <= 1
        if not sound:
            fail("batch out of range")
    for tensor, n in _tensors(trainer):
        check_tensor(tensor, n, file, fail)


def restore_training(trainer, file) -> None:
    """Put what check_training() has read back into the Trainer."""
    fields = _unpack(_TRAINING, file)
    trainer.steps, trainer.skipped = fields[:2]
    for k in range(4):
        trainer.optimizer.rate[k] = fields[2 + k]
    trainer.optimizer._base, trainer._in_batch = fields[6:8], fields[9]
    if trainer.partial is not None:
        trainer.partial._largest_loss = fields[10]
    for step in _kept(trainer):
        (step.kept,) = _unpack("<Q", file)
    parts = _parts(trainer)
    for i in range(len(parts)):
        fields, layer = _unpack(_LAYER, file), trainer._trained[i]
        trainer._start[i] = fields[0]
        if parts[i] is not None:
            parts[i].e_anchor = fields[1]
        if layer.sums is not None:
            for k in range(3):
                layer._batch[k] = fields[3 + k]
    for tensor, n in _tensors(trainer):
        restore_tensor(tensor, n, file)
