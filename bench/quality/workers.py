"""Several trainings at once, and a line that says how far they are."""

import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed


class Progress:
    """
    What a person sees meanwhile.

    Args:
        trainings: All that there are to do.
    """

    def __init__(self, trainings):
        self._left = sum(training.work for training in trainings)
        self._total, self._done, self._n = len(trainings), 0, 0
        self._work = 0
        self._start = time.monotonic()
        self._terminal = sys.stdout.isatty()

    def add(self, training):
        """A training is done."""
        self._n += 1
        self._work += training.work
        self._left -= training.work
        elapsed = time.monotonic() - self._start
        left = elapsed * self._left / self._work
        text = f"{self._n}/{self._total} {_minutes(elapsed)}, {_minutes(left)} left: "
        text += f"{training.name}: {training.outcome}"
        if self._terminal:
            print(f"\r{text[:110]:<110}", end="", flush=True)
        elif self._n % 20 == 0 or self._n == self._total:
            print(text, flush=True)

    def end(self):
        """Finish the line."""
        if self._terminal:
            print()


def _minutes(seconds):
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def run(trainings, jobs):
    """Do those trainings that have no result yet, the longest first."""
    missing = {training.path: training for training in trainings if not training.path.exists()}
    missing = sorted(missing.values(), key=lambda training: -training.work)
    if not missing:
        return
    progress = Progress(missing)
    with ThreadPoolExecutor(jobs) as pool:
        futures = {pool.submit(training.run): training for training in missing}
        try:
            for future in as_completed(futures):
                future.result()
                progress.add(futures[future])
        except BaseException:
            # What has not begun need not; what runs ends by itself.
            pool.shutdown(cancel_futures=True)
            raise
        finally:
            progress.end()


def default_jobs():
    """Return how many trainings go on at once unless told otherwise."""
    return max(os.cpu_count() or 1, 1)
