"""The small town, once per test, and its machines by user name."""

from functools import cache

import pytest

from townops.sharing.tests import town as small


@pytest.fixture
def call(db: None) -> small.Machines:
    """`call("grid")` is the grid clerk's machine."""
    small.build()
    return cache(small.machine)
