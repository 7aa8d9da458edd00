"""A register declared on the fly, with a table of its own; a town, and people with its permissions."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker

from tests.registers.hydrants import CODES, HYDRANTS, Hydrant
from townops.areas import api as areas
from townops.base.ledger import declaring
from townops.base.ledger.declaring import Ledger
from townops.base.ledger.seeing import Viewer
from townops.demo.town import Town
from townops.kernel.actors import Actor, Hat
from townops.people import api as people

AT = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock(), connection.schema_editor() as editor:
        editor.create_model(Hydrant)
    yield


@pytest.fixture(autouse=True)
def declared() -> Iterator[None]:
    """Its table is there for these tests only, and so is the register."""
    found = declaring._ledgers._found
    found[HYDRANTS.code] = HYDRANTS
    yield
    del found[HYDRANTS.code]


@pytest.fixture
def town(standing_town: Town, db: None) -> Town:
    return standing_town


@pytest.fixture
def hydrants(town: Town) -> Ledger:
    return HYDRANTS


@pytest.fixture
def seen_by(town: Town) -> Callable[..., Viewer]:
    """`seen_by("view", "edit", village="…")`: somebody who holds these actions, in one 居村 or everywhere."""

    def make(*actions: str, village: str = "", unit: int = 0) -> Viewer:
        code = areas.towns()[0].code
        inside = frozenset({area_of(village).id}) if village else frozenset()
        held = {*(actions or CODES), "all"} if not inside else {*(actions or CODES)} - {"all"}
        hat = Hat(0, unit or people.center().id, frozenset(CODES[one] for one in held), areas=inside)
        return Viewer(Actor(1, "试验员", (hat,)), code)

    return make


def area_of(name: str) -> areas.AreaView:
    return next(one for one in areas.villages(areas.towns()[0].code) if one.name == name)


@pytest.fixture
def villages(town: Town) -> list[str]:
    return [one.name for one in areas.villages(areas.towns()[0].code)]


@pytest.fixture
def typed(villages: list[str]) -> Callable[..., dict[str, str]]:
    """A hydrant as it is typed in."""

    def make(**other: str) -> dict[str, str]:
        row = {"code": "00012345", "area": villages[0], "kind": "地上", "flow": "20.5", "built_on": "2020-05-01", "sound": "是",
               "keeper_phone": "13800138000", "outlets": "2", "lng": "121.58", "lat": "31.35", "note": "桥东"}  # fmt: skip
        return row | other

    return make
