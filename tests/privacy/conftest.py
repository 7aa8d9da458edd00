"""The standing town, and its accounts by user name."""

from collections.abc import Callable
from functools import cache

import pytest

from tests.privacy.desk import Caller


@pytest.fixture
def call(standing_town: object, db: None) -> Callable[[str], Caller]:
    """`call("auditor")` is the auditor at a machine and at the desk."""
    return cache(Caller)
