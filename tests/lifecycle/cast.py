"""The town these tests play in: the starting flows, one calendar, a few units, an actor for each role."""

import tomllib
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from townops.kernel.actors import HEAD, LEADER, MAIN_LEADER, STAFF, SYSTEM_PERSON, Actor, Hat
from townops.kernel.workdays import DEFAULT_WINDOWS, SHANGHAI, Calendar, Limit, TimeUnit
from townops.orders.domain.facts import Party, Place, Standard, Subject
from townops.orders.domain.flow import (
    Authority,
    Center,
    Certify,
    Contact,
    Filing,
    Flow,
    Limits,
    Options,
    QuickReply,
    Refusal,
    Verify,
)
from townops.orders.system import PERMISSIONS as SYSTEM_PERMISSIONS

SOURCES = Path(__file__).parents[2] / "src" / "townops"
FLOWS = SOURCES / "orders" / "starting" / "flows.toml"
ROLES = SOURCES / "people" / "starting" / "roles.toml"
ENUMS = {
    "closing": Authority,
    "extending": Authority,
    "refusing": Authority,
    "filing": Filing,
    "verify": Verify,
    "refusal": Refusal,
    "contact": Contact,
    "certify": Certify,
    "quick_reply": QuickReply,
}

T0 = datetime(2026, 3, 2, 9, 0, tzinfo=SHANGHAI)
SOON = T0 + timedelta(minutes=30)
NIGHT, MORNING = T0 + timedelta(hours=11), T0 + timedelta(hours=24)
LATE = T0 + timedelta(days=60)

CENTER_UNIT, TOWN_UNIT, MAIN_UNIT, ASSISTING_UNIT, OTHER_UNIT = 1, 2, 20, 30, 40
LEADER_POST = 7
CENTER = Center(unit=CENTER_UNIT, shift_post=11, liaison_post=12, deputy_post=13, party_office=50)
CENTER_PARTY = Party(CENTER_UNIT, "center", power=False)
MAIN = Party(MAIN_UNIT, "department", power=False, leader_post=LEADER_POST)
ASSISTING = Party(ASSISTING_UNIT, "department", power=False)
OTHER = Party(OTHER_UNIT, "department", power=True)
FIVE_DAYS = Limit(5, TimeUnit.WORK_DAY)
STANDARD = Standard(501, "0101", FIVE_DAYS, None, needs_power=False, severity="general", fallback=OTHER)
SUBJECT = Subject("H0101", 3, needs_power=False, fallback=OTHER)
PLACE = Place(10, 100)
CALENDARS = {
    version: Calendar(version, DEFAULT_WINDOWS, holidays, frozenset(), date(2026, 1, 1), date(2027, 12, 31))
    for version, holidays in ((1, frozenset()), (2, frozenset({date(2026, 3, 4)})))
}

RANKS = {
    **dict.fromkeys(("unit_head", "station_head", "village_secretary", "deputy", "director"), HEAD),
    **dict.fromkeys(("leader", "rota_leader"), LEADER),
    "main_leader": MAIN_LEADER,
}
DESKS = "shift hotline_clerk grid_clerk video_clerk dispatcher checker assessor deputy director"
AT_THE_CENTER = frozenset(DESKS.split())


def limit(text: str) -> Limit:
    amount, unit = text.split()
    return Limit(int(amount), TimeUnit(unit))


def limits(stated: dict[str, Any]) -> Limits:
    read: dict[str, Any] = {
        name: limit(value) if isinstance(value, str) else value for name, value in stated.items()
    }
    return Limits(**{**read, "marks": tuple(read["marks"])})


def options(stated: dict[str, Any]) -> Options:
    plain = {name: value for name, value in stated.items() if name not in {"source", "label", "limits"}}
    chosen: dict[str, Any] = {name: kind(plain[name]) for name, kind in ENUMS.items() if name in plain}
    return Options(**{**plain, **chosen})


def flow_with(chosen: Options, source: str, stated: dict[str, Any]) -> Flow:
    return Flow(1, source, chosen, limits(stated), CENTER, CALENDARS, calendar_version=1)


@cache
def starting() -> dict[str, Any]:
    return tomllib.loads(FLOWS.read_text(encoding="utf-8"))


@cache
def flows() -> dict[str, Flow]:
    """The starting flow of each source."""
    file = starting()
    return {
        row["source"]: flow_with(options(row), row["source"], file["limits"] | row.get("limits", {}))
        for row in file["flow"]
    }


@cache
def permissions() -> dict[str, frozenset[str]]:
    """The permissions of each role of the starting town, and of the system."""
    file = tomllib.loads(ROLES.read_text(encoding="utf-8"))
    found = {row["code"]: frozenset(row["permissions"]) for row in file["role"]}
    return found | {"system": SYSTEM_PERMISSIONS}


def hat(role: str, unit: int | None = None) -> Hat:
    """The role worn in its own unit, or in the one named."""
    home = CENTER_UNIT if role in AT_THE_CENTER or role == "system" else OTHER_UNIT
    post = LEADER_POST if role == "leader" else 200
    return Hat(post, home if unit is None else unit, permissions()[role], RANKS.get(role, STAFF))


@cache
def actor(role: str, unit: int | None = None, person: int = 77) -> Actor:
    """Somebody who did nothing before, with that role."""
    return Actor(SYSTEM_PERSON if role == "system" else person, role, (hat(role, unit),))
