"""What every level of tests shares."""

import os
import pathlib

import hypothesis
import pytest

# The same examples on every run and every machine, and no limit of time.
hypothesis.settings.register_profile("fixed", derandomize=True, deadline=None, database=None)
hypothesis.settings.load_profile("fixed")


@pytest.fixture(scope="session")
def root():
    """The folder of the repository."""
    return pathlib.Path(__file__).parents[1]


@pytest.fixture(scope="session")
def need():
    """A function that skips a test for want of a thing, or fails it with OCTOGRAD_REQUIRE=all."""

    def need(there, message):
        if not there:
            (pytest.fail if os.environ.get("OCTOGRAD_REQUIRE") == "all" else pytest.skip)(message)

    return need
