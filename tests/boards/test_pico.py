"""The emulated Pico keeps a training over a reset, and counts the cycles of a step."""

import json
import pathlib
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "device"))
import sessions
from interpreters import cpython, output

NAME = "RPI_PICO"
STEPS = 40
N = 2 * STEPS

# Written to a board's disk and to a folder of the PC, and run on both.
BEGIN = """
import octograd as og
def learn(net, first, last):
    trainer = og.Trainer(net, og.SoftmaxCrossEntropy(), og.SGD(1 / 32))
    for i in range(first, last):
        trainer.step(x[64 * i : 64 * i + 64], y[i])
    print(last, net.digest())
with open("x.bin", "rb") as f:
    x = f.read()
with open("y.bin", "rb") as f:
    y = f.read()
def fresh():
    net = og.Sequential(og.Flatten(), og.Dense(32, og.relu), og.Dense(10))
    net.build((8, 8, 1), seed=1)
    return net
"""
FIRST = f"""
net = fresh()
learn(net, 0, {STEPS})
net.save("digits.og")
"""
SECOND = f"""
learn(og.load("digits.og"), {STEPS}, {N})
"""
# Without a break and without a file.
WHOLE = f"""
learn(fresh(), 0, {N})
"""
# The cycles of ten steps and of ten inferences, of one net and of its like.
CYCLES = """
import gc, machine
def cycles(f, *arguments):
    start = machine.mem32[0x40068000]
    f(*arguments)
    return (machine.mem32[0x40068000] - start) & 0xffffffff
for _ in range(2):
    net = fresh()
    trainer = og.Trainer(net, og.SoftmaxCrossEntropy(), og.SGD(1 / 32))
    for f, arguments in (trainer.step, (x[:64], y[0])), (net.classify, (x[:64],)):
        f(*arguments)
        gc.collect()
        print(*[cycles(f, *arguments) for _ in range(10)])
"""


@pytest.fixture(scope="module")
def board(need):
    """An emulated Pico with nothing on its disk."""
    need(not sessions.missing(NAME, "user"), sessions.missing(NAME, "user"))
    with sessions.Rp2040Board(NAME) as board:
        yield board


@pytest.fixture(scope="module")
def digits(root, tmp_path_factory):
    """A folder with some pictures of digits and their labels."""
    subprocess.run([sys.executable, root / "tools/digits_data.py"], check=True)
    folder = tmp_path_factory.mktemp("digits")
    (folder / "x.bin").write_bytes((root / "build/digits/train_x.bin").read_bytes()[: 64 * N])
    (folder / "y.bin").write_bytes((root / "build/digits/train_y.bin").read_bytes()[:N])
    return folder


def test_training_goes_on_after_a_reset(board, digits):
    board.mpremote("cp", digits / "x.bin", digits / "y.bin", ":")
    before = board.mpremote("exec", BEGIN + FIRST, timeout=300)
    board.mpremote("reset")
    after = board.mpremote(
        *("exec", "import machine; print(machine.reset_cause() == machine.WDT_RESET)"),
        *("+", "exec", BEGIN + SECOND),
        timeout=300,
    )
    (digits / "program.py").write_text(BEGIN + FIRST + SECOND + WHOLE)

    first, second, whole = output(cpython("program.py", cwd=digits))

    assert [first] == before.splitlines()
    assert ["True", second] == after.splitlines()
    assert second == whole


def test_disk_keeps_what_was_written(board, tmp_path):
    data = bytes(range(256)) * 20
    (tmp_path / "data.bin").write_bytes(data)

    board.mpremote("cp", tmp_path / "data.bin", ":")
    board.mpremote("cp", ":data.bin", tmp_path / "back.bin")

    assert data == (tmp_path / "back.bin").read_bytes()


def test_a_step_takes_the_same_cycles_again(board, digits, root):
    board.mpremote("cp", digits / "x.bin", digits / "y.bin", ":")

    printed = board.mpremote("exec", BEGIN + CYCLES, timeout=300)

    means = [sum(map(int, line.split())) / 10 for line in printed.splitlines()]
    step, classify, step_again, classify_again = means
    # Memory is elsewhere the second time, and takes more or less time to find.
    assert abs(step - step_again) < step / 50
    assert abs(classify - classify_again) < classify / 50
    assert classify < step
    row = {"target": NAME, "mlp_step_cycles": step, "mlp_inference_cycles": classify}
    (root / "build/pico.json").write_text(json.dumps(row) + "\n")


def test_fast_core_does_what_rp2040js_does(need):
    need(not sessions.missing(NAME, "user"), sessions.missing(NAME, "user"))
    emulator = sessions.EMULATOR

    result = subprocess.run(
        ["node", emulator / "compare.js", emulator / "rom.bin"]
        + [sessions.FIRMWARE / NAME / "firmware.uf2", "16000000"],
        capture_output=True,
        text=True,
    )

    assert 0 == result.returncode, result.stdout + result.stderr
    # The last line was run before the comparison ended.
    assert "381132" in result.stdout


def test_port_by_tcp(need):
    need(not sessions.missing(NAME, "user"), sessions.missing(NAME, "user"))
    with sessions.Rp2040Board(NAME) as board:
        # From here on the pseudo-terminal is cut off.
        board.port = board.url
        printed = board.mpremote("exec", "import sys; print(sys.implementation)")

    assert "Raspberry Pi Pico with RP2040" in printed
