"""Frames of a stream: what a RingBuffer keeps, where Windows begin, and what is lost."""

from array import array

from border import digest, locked, refused, rng

import _octograd
import octograd as og


def below(n):
    """Draw from 0 to n - 1."""
    return _octograd.rng_below(rng, n)


# A ring against a list, with frames of all kinds.
for capacity, channels, bits in ((1, 1, 8), (5, 3, 8), (7, 2, 16), (4, 1, 16)):
    ring = og.RingBuffer(capacity, channels, bits=bits)
    code = "b" if bits == 8 else "h"
    waiting, lost, wrong, last = [], 0, 0, None
    frame, out = array(code, [0] * channels), array(code, [0] * channels)
    for _ in range(300):
        if below(5) < 3:
            for k in range(channels):
                frame[k] = below(1 << bits) - (1 << (bits - 1))
            if channels == 1 and below(2):
                ring.append_value(frame[0])
            else:
                ring.append(frame if bits == 8 or below(2) else list(frame))
            waiting.append(list(frame))
            if len(waiting) > capacity:
                waiting.pop(0)
                lost += 1
        else:
            got = ring.read_into(out)
            wrong += got != bool(waiting)
            if waiting:
                last = waiting.pop(0)
                wrong += list(out) != last
        wrong += len(ring) != len(waiting)
    while ring.read_into(out):
        wrong += list(out) != waiting.pop(0)
    print(ring, lost, ring.lost, wrong or "as a list", last, digest([ring.memory]))
    if ring.lost != lost or waiting:
        print("WRONG", ring.lost, waiting)

# What does not fit is limited.
ring = og.RingBuffer(4, bits=16)
for value in (32768, -32769, 40000, 5):
    ring.append_value(value)
print("limited", list(ring.memory))
ring.append([-(2**28)])
print("limited", list(ring.memory))
ring = og.RingBuffer(3)
for value in (128, -129, -128):
    ring.append_value(value)
print("limited", list(ring.memory))


def as_taken(window, begin, channels):
    """Return whether a window has the frames that were written from `begin` on."""
    for k in range(len(window)):
        if window[k] != begin + k // channels + 50 * (k % channels) & 127:
            return False
    return True


# Windows against what all frames were.
for size, hop, channels, bits, backlog in (
    (1, 1, 1, 8, 1),
    (4, 2, 1, 16, 1),
    (5, 2, 3, 8, 2),
    (6, 6, 2, 16, 1),
    (3, 8, 1, 8, 3),
    (7, 1, 2, 8, 4),
):
    options = {"channels": channels, "bits": bits, "backlog": backlog}
    windows = og.Windows(size, hop, **options)
    code = "b" if bits == 8 else "h"
    frame, written, begin, lost, wrong, seen = array(code, [0] * channels), 0, 0, 0, 0, 0
    held = held_begin = None
    for _ in range(200):
        # Bursts, of which some are too long.
        for _ in range(1 + below(3) if below(8) else below(4 * windows.capacity)):
            for k in range(channels):
                frame[k] = written + 50 * k & 127
            windows.append(frame)
            written += 1
        if held is not None:
            wrong += windows.intact() != (written - held_begin <= windows.capacity)
            if windows.intact():
                wrong += not as_taken(held, held_begin, channels)
        while written - begin > windows.capacity:
            begin += hop
            lost += 1
        wrong += len(windows) != max((written - begin - size) // hop + 1, 0)
        window = windows.read()
        wrong += (window is None) != (written - begin < size)
        if window is not None:
            held, held_begin = window, begin
            wrong += not as_taken(window, begin, channels) or len(window) != size * channels
            begin += hop
            seen += 1
    n = len(windows)
    wrong += n != len([1 for _ in windows]) or windows.read() is not None
    print(windows, windows.capacity, len(windows.memory), seen, lost, wrong or "as written")
    if wrong or windows.lost != lost:
        print("WRONG", wrong, windows.lost, lost)

# Counters turn over.
ring, windows = og.RingBuffer(3), og.Windows(3, 2)
ring._head = ring._tail = ring._turn - 2
windows._head = windows._turn - 2
windows._last = windows._head - 2
for value in range(6):
    ring.append_value(value)
    windows.append_value(value)
    print("turn", value, len(ring), len(windows), list(ring.memory), list(windows.memory))
print([list(window) for window in windows], windows.lost)
out = bytearray(1)
print([ring.read_into(out) and out[0] for _ in range(4)], ring.lost)

# A frame that an interrupt overwrites while it is copied is not returned.
ring = og.RingBuffer(2, 2)


class Interrupted:
    """A frame to copy to, in the middle of which the writer writes."""

    def __init__(self, items, at):
        self.items, self.at = items, at

    def __len__(self):
        return len(self.items)

    def __setitem__(self, k, value):
        self.items[k] = value
        if self.at == k:
            self.at = None
            for i in range(7, 9):
                ring.append(bytes([i, i]))


for i in range(2):
    ring.append(bytes([i, i]))
torn = Interrupted([0, 0], 0)
print("torn", ring.read_into(torn), torn.items, ring.lost, len(ring))


# Nothing is allocated.
def stream(writer, frame, out):
    """Write and read as a program does."""
    for i in range(40):
        frame[0] = i
        writer.append(frame)
        if len(writer):
            if out is None:
                window = writer.read()
                frame[1] = window[3] + writer.intact()
            elif i % 3:
                writer.read_into(out)


def values(writer, _, __):
    """Write frames of one channel."""
    for i in range(40):
        writer.append_value(i)


for bits in (8, 16):
    frame = bytearray(2) if bits == 8 else array("h", [0, 0])
    ring, windows = og.RingBuffer(4, 2, bits=bits), og.Windows(4, 2, channels=2, bits=bits)
    locked(ring, stream, ring, frame, frame[:])
    locked(windows, stream, windows, frame, None)
    ring, windows = og.RingBuffer(4, bits=bits), og.Windows(4, 2, bits=bits)
    locked(ring, values, ring, None, None)
    locked(windows, values, windows, None, None)
    print(digest([ring.memory, windows.memory]))

# A view is what a model takes.
net = og.Sequential(og.Flatten(), og.Dense(2))
net.build((4, 1), seed=3)
windows = og.Windows(4, 2)
for value in range(4):
    windows.append_value(9 * value)
print(list(net.predict(windows.read())))

# Refusals.
for value in (0, 2**20 + 1, None, 1.0, True):
    refused("capacity", og.RingBuffer, value)
for value in (0, 4097, None):
    refused("channels", og.RingBuffer, 3, value)
for value in (7, 8.0, None, 32):
    refused("bits", og.RingBuffer, 3, bits=value)
    refused("bits", og.Windows, 3, 1, bits=value)
for value in (0, 2**16 + 1, None):
    refused("size", og.Windows, value, 1)
    refused("hop", og.Windows, 1, value)
for value in (0, 256, None):
    refused("backlog", og.Windows, 1, 1, backlog=value)
ring, wide = og.RingBuffer(3, 2), og.RingBuffer(3, 2, bits=16)
for value in (bytes(1), bytes(3), array("h", [1, 2]), None):
    refused("frame", ring.append, value)
refused("frame", wide.append, [1])
refused("channels", ring.append_value, 1)
refused("frame", ring.read_into, bytearray(1))
print(len(ring), len(wide), any(ring.memory), any(wide.memory))
