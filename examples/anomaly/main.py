"""
A motor that is watched: learn how it sounds, then say when it does not, without any label.

    micropython main.py [file for the detector] [adapt or fixed]

The motor is simulated, as spectra of 32 bands: two harmonics whose strength follows speed and
load, and noise. Runs unchanged on a board, on MicroPython's unix port and on CPython.
"""

import sys
from array import array

import _octograd
import octograd as og

BANDS = 32
SHAPE = (BANDS,)
LEARN, CALIBRATE = 2000, 400


def make():
    """Return the model, not yet built."""
    return og.Autoencoder(
        [og.Dense(16, og.relu), og.Dense(3)],
        [og.Dense(16, og.relu), og.Dense(BANDS)],
        loss=og.MSE(),
    )


class Motor:
    """
    A motor with a sensor.

    Attributes:
        heat: 0 to 30; raises all bands, and is nothing strange.
        wear: 0 to 100, of a bearing: weak peaks between the harmonics.
        bump: Whether someone knocks against it now.
    """

    def __init__(self, seed):
        self._rng = array("I", [1])
        _octograd.rng_seed(self._rng, seed)
        self.heat, self.wear, self.bump = 0, 0, False
        self.spectrum = array("b", bytes(BANDS))

    def _below(self, n):
        return _octograd.rng_below(self._rng, n)

    def listen(self):
        """Return a spectrum, 0 to 127 a band; the next call overwrites it."""
        speed, load = 40 + self._below(30), 20 + self._below(60)
        for k in range(BANDS):
            v = 4 + self._below(12) + speed // 8 + self.heat
            if k % 8 == 3:
                v += speed - 6 * (k // 8)  # harmonics of the shaft
            if k in (10, 20):
                v += 3 * load // 4  # the load's own
            if k % 8 == 6:
                v += self.wear * (30 + self._below(30)) // 60  # the bearing's
            if self.bump:
                v += self._below(60)
            self.spectrum[k] = max(0, min(v, 127))
        return self.spectrum


def watch(detector, motor, n, what):
    """Take n samples and tell how many were votes and alarms."""
    votes = alarms = first = total = 0
    for i in range(n):
        alarm = detector.step(motor.listen())
        votes += detector.anomalous
        alarms += alarm
        total += detector.score
        if alarm and not first:
            first = i + 1
    text = f"{what:<34}{total / n / 1024:>10.3f}{votes:>8}{alarms:>8}"
    print(text + (f"   first after {first}" if first else ""))
    return votes, alarms, first


def main(path="motor.og", adapt="adapt", seed=1):
    print(sys.version.split("; ")[-1] + ", " + sys.platform)
    motor = Motor(seed)
    model = make()
    model.build(SHAPE, seed=seed)
    model.prepare(og.SGD(1 / 32))
    print(f"{model.plan(training=True).ram} bytes for the model in training")
    detector = og.AnomalyDetector(
        model,
        learn=LEARN,
        calibrate=CALIBRATE,
        quantile=0.99,
        window=8,
        votes=5,
        adapt=adapt == "adapt",
    )

    results = {}
    print(f"\n{'':<34}{'mean score':>10}{'votes':>8}{'alarms':>8}")
    watch(detector, motor, LEARN // 2, "learning, first half")
    watch(detector, motor, LEARN // 2, "learning, second half")
    watch(detector, motor, CALIBRATE, "calibrating")
    results["normal"] = watch(detector, motor, 500, "detecting, nothing is wrong")

    # Power is lost and comes back.
    detector.save(path)
    digest, threshold = model.digest(), detector.threshold
    detector = og.AnomalyDetector.load(path)
    detector.model.prepare(og.SGD(1 / 32))
    results["same"] = detector.model.digest() == digest and detector.threshold == threshold
    print("saved and loaded again, the same:", results["same"])

    motor.bump = True
    results["bump"] = watch(detector, motor, 3, "a knock of 3 samples")
    motor.bump = False
    results["after"] = watch(detector, motor, 100, "and after it")
    for heat in (3, 6, 9, 12):
        motor.heat = heat
        results["heat", heat] = watch(detector, motor, 300, f"the motor gets warm, by {heat}")
    for wear in (20, 40, 60):
        motor.wear = wear
        results["wear", wear] = watch(detector, motor, 200, f"the bearing wears, {wear} %")
    digest = detector.model.digest()
    watch(detector, motor, 50, "the same still")
    results["kept"] = detector.model.digest() == digest
    print("learnt nothing of the worn bearing:", results["kept"])
    return results


if __name__ == "__main__":
    main(*sys.argv[1:3])
