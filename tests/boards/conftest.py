"""Boards run beside all other tests; what they printed is compared at the end."""

import concurrent.futures
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import sessions

_SESSIONS = pytest.StashKey()


class Sessions:
    """
    The sessions that the selected tests want, which run from now on.

    Attributes:
        wanted: The scripts of each (board, build).
    """

    def __init__(self, items):
        self.wanted = {}
        for item in filter(_is_of_a_session, items):
            p = item.callspec.params
            self.wanted.setdefault((p["name"], p["build"]), []).append(p["script"])
        self._pool = concurrent.futures.ThreadPoolExecutor(sessions.workers())
        self._futures = {
            key: self._pool.submit(sessions.run, *key, self.wanted[key])
            for key in sorted(self.wanted, key=self._order)
            if not sessions.missing(*key)
        }

    def _order(self, key):
        """Return what sorts the longest sessions first: a Pico is ten times as slow."""
        return key[0] not in sessions.RP2040_FLASH_MIB, -len(self.wanted[key])

    def outputs(self, name, build):
        """Return what all scripts printed on a board, as soon as they have."""
        return self._futures[name, build].result()

    def done(self):
        """Return the outputs of all sessions that have come to an end, after stop()."""
        ended = {key: f for key, f in self._futures.items() if not f.cancelled()}
        return {key: f.result() for key, f in ended.items() if not f.exception()}

    def stop(self):
        """Wait for sessions that run, and start no other."""
        self._pool.shutdown(cancel_futures=True)


def _is_of_a_session(item):
    parameters = getattr(item, "callspec", None)
    return bool(parameters) and {"script", "build"} <= parameters.params.keys()


def pytest_collection_modifyitems(items):
    """Put tests that wait for a session behind all others."""
    items.sort(key=_is_of_a_session)


def pytest_runtestloop(session):
    """Start the sessions, unless no test will run."""
    if not (session.config.option.collectonly or session.testsfailed):
        session.config.stash[_SESSIONS] = Sessions(session.items)


def pytest_unconfigure(config):
    """Leave no board behind."""
    if _SESSIONS in config.stash:
        config.stash[_SESSIONS].stop()


@pytest.fixture(scope="session")
def board_sessions(request):
    """The Sessions of this run."""
    return request.config.stash[_SESSIONS]
