"""Keepers of registers are told once a week what waits to be confirmed: each of his own, nobody else."""

from datetime import UTC, datetime, timedelta

import pytest

from townops.areas import api as areas
from townops.base.ledger import bulk
from townops.base.ledger.seeing import Viewer
from townops.base.models import Account, Notice
from townops.kernel.actors import SYSTEM_PERSON, Actor
from townops.people import api as people
from townops.people.register_reviews import NOTICE, remind

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)


@pytest.fixture
def station(standing_town):
    """A micro fire station of the demo account's 居村, looked at a year ago."""
    actor = people.actor_for(Account.objects.get(username="village").pk, AT)
    unit = people.unit_by_id(actor.hats[0].unit)
    row = {
        "name": "站",
        "area": areas.area_by_id(unit.area_id).name,
        "unit": unit.name,
        "people": "6",
        "per_shift": "3",
    }
    viewer = Viewer(Actor(SYSTEM_PERSON, "系统", ()), standing_town.code)
    bulk.enter("micro-fire-station", [row], viewer=viewer, at=AT - timedelta(days=365))


def told() -> set[str]:
    return set(Notice.objects.filter(kind=NOTICE).values_list("account__username", flat=True))


def test_the_keeper_of_a_row_that_is_due_is_told_once_a_week(station):
    remind(AT)
    remind(AT + timedelta(hours=6))
    assert {"village", "emergency"} <= told()
    assert not told() & {"unit", "hotline", "leader", "sysadmin", "deputy"}
    assert Notice.objects.filter(kind=NOTICE, account__username="village").count() == 1
    remind(AT + timedelta(days=7))
    assert Notice.objects.filter(kind=NOTICE, account__username="village").count() == 2


def test_nobody_is_told_while_nothing_is_due(standing_town):
    assert remind(AT) == 0
