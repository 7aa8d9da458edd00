"""A town without orders: areas, roles, units, people, catalogue, flows, dispatch rules. The demo and the tests stand on it."""

from collections.abc import Callable
from datetime import UTC, date, datetime

from townops.base import calendars
from townops.catalogue import api as catalogue
from townops.demo import people as invented
from townops.demo.town import Town, build_areas, first_town
from townops.dispatch import api as dispatch
from townops.orders import api as orders
from townops.people import api as people

PASSWORD = "Townops-demo-2026"  # noqa: S105
BEGUN = datetime(2015, 1, 1, tzinfo=UTC)
FIRST_DAY = BEGUN.date()


def build_base(
    *,
    at: datetime,
    password: str = PASSWORD,
    town: Town | None = None,
    suffix: str = "",
    unanswered: Callable[[str], bool] = invented.is_nobody_missing,
) -> Town:
    """Build one town; what exists stays. Blocks that are `unanswered` have nobody to answer for them. Returns it."""
    chosen = town or first_town()
    build_areas(town=chosen, at=at, since=BEGUN.date())
    people.load_roles()
    invented.build_people(
        password=password, at=at, since=BEGUN, town=chosen.code, suffix=suffix, unanswered=unanswered
    )
    load_data(at=at)
    return chosen


def load_data(*, at: datetime, since: date = FIRST_DAY) -> None:
    """What every town starts with, whatever its name."""
    calendars.build_first(at)
    catalogue.load_starting(since, at=at)
    orders.load_starting_flows()
    dispatch.load_starting(since, at=at)
