"""The cast: an editor, somebody who is not, and a town whose catalogue began on 1 January 2026."""

from datetime import date, datetime

import pytest

from townops.catalogue import api
from townops.kernel.actors import Actor, Hat
from townops.kernel.workdays import SHANGHAI

BEGIN = date(2026, 1, 1)
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=SHANGHAI)


@pytest.fixture
def editor() -> Actor:
    return Actor(7, "目录员", (Hat(1, 1, frozenset({"catalogue.edit"})),))


@pytest.fixture
def stranger() -> Actor:
    return Actor(8, "路人", (Hat(2, 1, frozenset({"catalogue.view"})),))


@pytest.fixture
def first(db) -> api.VersionView:
    return api.load_starting(BEGIN, at=NOW)
