"""RingBuffer and Windows: the last frames of a stream, in a fixed number of bytes."""

from array import array

import _octograd

from .checks import whole

_COUNT = 2**29  # counters stay below, so they need no memory on a 32-bit board


class _Ring:
    """
    Memory for frames, with a writer that an interrupt handler may be.

    The first `overlap` frames are written a second time behind the last, so that
    as many more than one that follow each other lie in a row wherever they begin.

    The writer alone moves _head, and only after a frame is complete; the reader
    alone moves where it stands. So neither has to keep the other out. Both are
    numbers of frames modulo _turn, a multiple of the capacity.
    """

    def __init__(self, capacity, channels, bits, overlap):
        self.channels = whole("channels", channels, 1, 4096)
        if bits not in (8, 16) or not isinstance(bits, int):
            raise ValueError(f"bits: 8 or 16 expected, got {bits!r}")
        self.bits, self.capacity = bits, capacity
        n = (capacity + overlap) * channels
        self.memory = array("b" if bits == 8 else "h", bytes(n * bits // 8))
        self.lost = self._head = 0
        self._overlap, self._turn = overlap, _COUNT // capacity * capacity

    def append(self, frame) -> None:
        """
        Take a frame, in the place of the oldest. Safe in an interrupt handler.

        Args:
            frame: int8 buffer of `channels` items; with 16 bits any sequence of as
                many ints (array('h'), memoryview, list), limited to -32768..32767.
        """
        head, channels = self._head, self.channels
        index = head % self.capacity
        if self.bits == 8:
            _octograd.check_items(frame, channels, "frame")
            _octograd.put(frame, index, self.memory)
            if index < self._overlap:
                _octograd.put(frame, self.capacity + index, self.memory)
        else:
            if len(frame) != channels:
                raise ValueError(f"frame: {channels} items expected, got {len(frame)}")
            for k in range(channels):
                self._put(index, k, frame[k])
        self._head = (head + 1) % self._turn

    def append_value(self, value: int) -> None:
        """
        Take a frame of one channel. Safe in an interrupt handler.

        Args:
            value: Limited to -128..127, or with 16 bits to -32768..32767.
        """
        if self.channels != 1:
            raise ValueError(f"channels: 1 expected, got {self.channels}; use append()")
        self._put(self._head % self.capacity, 0, value)
        self._head = (self._head + 1) % self._turn

    def _put(self, index, k, value):
        limit = 1 << (self.bits - 1)
        if value >= limit:
            value = limit - 1
        elif value < -limit:
            value = -limit
        self.memory[index * self.channels + k] = value
        if index < self._overlap:
            self.memory[(self.capacity + index) * self.channels + k] = value

    def _since(self, frame):
        """Return how many frames were taken since a count of them."""
        return (self._head - frame) % self._turn

    def _lose(self, n):
        self.lost = min(self.lost + n, _COUNT)


class RingBuffer(_Ring):
    """
    A queue of frames in fixed memory; a new frame takes the place of the oldest.

    One writer and one reader, of which the writer may be an interrupt handler, a
    hard one too: append(), append_value() and len() allocate nothing and wait for
    nothing. All else is for the main program. Two writers, or a writer on another
    core, need a lock around them.

        ring = og.RingBuffer(64, 3, bits=16)
        timer.init(freq=50, callback=on_timer)  # reads the sensor, then ring.append(frame)
        while ring.read_into(frame):
            ...

    Args:
        capacity: Number of frames, 1 to 2**20.
        channels: Items of a frame, 1 to 4096.
        bits: 8 for int8 items, 16 for int16.

    Attributes:
        memory: array('b') or array('h') of all frames, capacity * channels items.
        lost: Frames that were overwritten before they were read, so far.

    Raises:
        TypeError, ValueError: An argument does not fit.
        MemoryError: It does not fit into memory.
    """

    def __init__(self, capacity: int, channels: int = 1, *, bits: int = 8):
        super().__init__(whole("capacity", capacity, 1, 2**20), channels, bits, 0)
        self._tail = 0

    def __repr__(self):
        return f"RingBuffer({self.capacity}, {self.channels}, bits={self.bits})"

    def __len__(self):
        return min(self._since(self._tail), self.capacity)

    def read_into(self, frame) -> bool:
        """
        Copy the oldest frame into `frame`, a writable buffer, and drop it; False if there is none.

        Allocates nothing. A frame that is overwritten while it is copied is not returned.
        """
        n = self.channels
        if len(frame) != n:
            raise ValueError(f"frame: {n} items expected, got {len(frame)}")
        while True:
            waiting = self._since(self._tail)
            if not waiting:
                return False
            self._drop(waiting - self.capacity)
            first = self._tail % self.capacity * n
            for k in range(n):
                frame[k] = self.memory[first + k]
            if self._since(self._tail) <= self.capacity:
                self._tail = (self._tail + 1) % self._turn
                return True

    def _drop(self, n):
        if n > 0:
            self._lose(n)
            self._tail = (self._tail + n) % self._turn


class Windows(_Ring):
    """
    Overlapping windows of a stream, each as a view of the memory it was written to.

    A new window begins every `hop` frames. A window is (size, channels), its frames
    one after the other. Its memoryview was made in advance: read() copies and
    allocates nothing.

        windows = og.Windows(50, 25, channels=3, bits=16)
        windows.append(frame)  # as that of RingBuffer, perhaps in an interrupt handler
        window = windows.read()
        if window is not None:
            ...

    append(), append_value() and len() are safe in an interrupt handler, hard ones
    too. A view shows new frames once the writer is more than `backlog` windows
    ahead: intact() tells afterwards whether what was made of it counts.

    It takes channels * (capacity + size - hop) items, and capacity / hop memoryviews, where
    the capacity is size + backlog * hop, rounded up to a multiple of hop.

    Args:
        size: Frames of a window, 1 to 2**16.
        hop: Frames from the beginning of a window to that of the next, 1 to 2**16.
        channels: Items of a frame, 1 to 4096.
        bits: 8 for int8 items, 16 for int16.
        backlog: Windows that may come while one is used, 1 to 255.

    Attributes:
        memory: array('b') or array('h') of all frames.
        capacity: Number of frames.
        lost: Windows that were overwritten before they were read, so far.

    Raises:
        TypeError, ValueError: An argument does not fit.
        MemoryError: It does not fit into memory.
    """

    def __init__(self, size: int, hop: int, *, channels: int = 1, bits: int = 8, backlog: int = 1):
        self.size = whole("size", size, 1, 2**16)
        self.hop = whole("hop", hop, 1, 2**16)
        frames = size + whole("backlog", backlog, 1, 255) * hop
        super().__init__((frames + hop - 1) // hop * hop, channels, bits, max(size - hop, 0))
        view = memoryview(self.memory)
        starts = range(0, self.capacity * channels, hop * channels)
        self._views = [view[start : start + size * channels] for start in starts]
        # Where the window begins that was read last; before the first it is one hop back.
        self._last = self._turn - hop

    def __repr__(self):
        return f"Windows({self.size}, {self.hop}, channels={self.channels}, bits={self.bits})"

    def __len__(self):
        """Return how many windows are complete and wait to be read."""
        ahead = self._since(self._last) - self.hop
        ahead -= self._over(ahead) * self.hop
        return max((ahead - self.size) // self.hop + 1, 0)

    def read(self):
        """
        Return the next window as a memoryview, or None while it is not complete.

        Windows that were overwritten are left out, and counted in `lost`. Allocates nothing.
        """
        hop = self.hop
        ahead = self._since(self._last) - hop
        if ahead < self.size:
            return None
        over = self._over(ahead)
        self._lose(over)
        self._last = (self._last + hop + over * hop) % self._turn
        return self._views[self._last % self.capacity // hop]

    def _over(self, ahead):
        """Return how many windows are overwritten, `ahead` frames after the next one began."""
        return max((ahead - self.capacity + self.hop - 1) // self.hop, 0)

    def intact(self) -> bool:
        """Return whether the window that was read last is still as it was."""
        return self._since(self._last) <= self.capacity

    def __iter__(self):
        """Yield the windows that are complete, until none is."""
        window = self.read()
        while window is not None:
            yield window
            window = self.read()
