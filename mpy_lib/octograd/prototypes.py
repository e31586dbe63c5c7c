"""Prototypes: classes that are learnt from a few samples each, at run time."""

from array import array

from .checks import whole

_COUNT_MAX = 32768
_DISTANCE_MAX = 2**29


class Prototypes:
    """
    Nearest class mean over what a net sees in its last layer.

    The net is trained on something similar; its last layer is left out. What goes into that
    layer is averaged for each class, and a sample is of the class whose mean is
    nearest (Mensink et al. 2013, "Distance-based image classification", PAMI 35(11),
    section 3.3; Snell et al. 2017, "Prototypical networks", section 2.3). A class is added,
    forgotten, or given one more sample without any training.

        prototypes = og.Prototypes(net, 4)
        door = prototypes.new_class()
        prototypes.add(x, door)  # a few times
        prototypes.classify(x)

    An Autoencoder gives its code. If the net learns on, the prototypes are of
    the old one, and have to be made anew.

    It takes (4 * features + 2) * capacity + features bytes.

    Args:
        net: A built Sequential or Autoencoder, with 1 to 8192 items before the last
            layer, or in the code.
        capacity: Number of classes there can be, 1 to 255.

    Attributes:
        net: As given.
        distance: Of the last sample to the mean of its class, in units that
            stay the same for one net: 0 to 2**29.
        sums: array('i') (capacity, features) of what was added.
        counts: array('H') of samples by class; 0 is none. At most 32768.

    Raises:
        TypeError, ValueError: An argument does not fit.
        MemoryError: It does not fit into memory.
    """

    def __init__(self, net, capacity: int = 8):
        if isinstance(net, type) or not hasattr(net, "embed_into"):
            raise TypeError(f"net: Sequential or Autoencoder expected, got {net!r}")
        n = whole("net", net.embedding_size, 1, 8192)
        whole("capacity", capacity, 1, 255)
        self.net, self._n = net, n
        self.sums = array("i", bytes(4 * n * capacity))
        self.counts = array("H", bytes(2 * capacity))
        self._features, self._exponent, self.distance = array("b", bytes(n)), None, 0
        # So many bits of a mean are behind the point that n squares are at most 2^29.
        self._bits = 2
        while n << (16 + 2 * self._bits) > _DISTANCE_MAX:
            self._bits -= 1

    def __repr__(self):
        return f"Prototypes({len(self)} of {len(self.counts)})"

    def __len__(self):
        """Return the number of classes."""
        n = 0
        for label in range(len(self.counts)):
            n += self.counts[label] > 0
        return n

    def new_class(self) -> int:
        """Return the lowest label without a sample. Raises ValueError if there is none."""
        for label in range(len(self.counts)):
            if not self.counts[label]:
                return label
        raise ValueError(f"capacity: more than {len(self.counts)} needed; forget() a class")

    def forget(self, label: int) -> None:
        """Remove a class."""
        first = self._n * whole("label", label, 0, len(self.counts) - 1)
        for k in range(first, first + self._n):
            self.sums[k] = 0
        self.counts[label] = 0
        if not len(self):
            self._exponent = None

    def add(self, x, label: int) -> None:
        """
        Add a sample to a class, which may be a new one. Allocates nothing.

        Args:
            x: int8 buffer of the net's input.
            label: 0 to capacity - 1.

        Raises:
            TypeError, ValueError: An argument does not fit, the class has 32768
                samples, or the net's scale has changed; nothing has changed.
        """
        first = self._n * whole("label", label, 0, len(self.counts) - 1)
        if self.counts[label] == _COUNT_MAX:
            raise ValueError(f"label: class of less than {_COUNT_MAX} samples expected")
        self._embed(x)
        for k in range(self._n):
            self.sums[first + k] += self._features[k]  # at most 2^7 * 2^15
        self.counts[label] += 1

    def classify(self, x, farthest: int = _DISTANCE_MAX):
        """
        Return the class of the nearest mean, or None if it is too far. Allocates nothing.

        Args:
            x: int8 buffer of the net's input.
            farthest: Largest distance of a sample that is of any class.
        """
        whole("farthest", farthest, 0, _DISTANCE_MAX)
        if not len(self):
            raise ValueError("prototypes: 1 class or more expected, got 0; add() some")
        self._embed(x)
        best, label = _DISTANCE_MAX + 1, None
        for c in range(len(self.counts)):
            if self.counts[c]:
                distance = self._distance(c, best)
                if distance < best:
                    best, label = distance, c
        self.distance = best
        return label if best <= farthest else None

    def _embed(self, x):
        # The scale is that of the first sample: it is part of what a net has learnt.
        exponent = self.net.embed_into(x, self._features)
        if self._exponent is None:
            self._exponent = exponent
        elif exponent != self._exponent:
            text = "the net has learnt since; make new Prototypes"
            raise ValueError(f"net: exponent {self._exponent} expected, got {exponent}: {text}")

    def _distance(self, label, enough):
        """Return the sum of squares to a mean, or anything from `enough` on."""
        count, first, bits = self.counts[label], self._n * label, self._bits
        half, total = count >> 1, 0
        for k in range(self._n):
            # |sum| <= 2^22 before the shift; |d| <= 255 * 2^bits.
            mean = ((self.sums[first + k] << bits) + half) // count
            d = (self._features[k] << bits) - mean
            total += d * d
            if total >= enough:
                return total
        return total
