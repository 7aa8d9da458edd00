"""The demo's town without orders."""

from datetime import datetime

import pytest

from townops.demo.base import build_base
from townops.kernel.workdays import SHANGHAI

NOW = datetime(2026, 3, 3, 10, 0, tzinfo=SHANGHAI)


@pytest.fixture
def now(db: None) -> datetime:
    """A moment in a town that stands."""
    build_base(at=NOW)
    return NOW
