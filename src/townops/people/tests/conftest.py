"""A small town with a center, a department with two posts, and one village with its station."""

from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
import shapely

from townops.areas import api as areas
from townops.base.models import Account
from townops.kernel.actors import SYSTEM_PERSON, Actor
from townops.people import api

ADMIN = Actor(SYSTEM_PERSON, "系统", ())
SHANGHAI = ZoneInfo("Asia/Shanghai")


def moment(text: str) -> datetime:
    """ "2026-03-02 09:00" in Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def area(row: int, kind: str, code: str, parent: str = "", block_type: str = "") -> areas.Candidate:
    cells = {
        "kind": kind,
        "code": code,
        "name": f"{code}居委会" if kind == "village" else code,
        "parent": parent,
    }
    flags = {"block_type": block_type, "detached_allowed": "", "directly_managed": ""}
    return areas.Candidate(row, cells | flags, shapely.box(121.5, 31.3, 121.6, 31.4))


ROWS = (
    area(1, "town", "T"),
    area(2, "grid", "G", "T"),
    area(3, "village", "V001", "G"),
    area(4, "block", "V001001", "V001", "estate"),
)


@dataclass
class Town:
    """People come and go in it."""

    known: dict[str, int] = field(default_factory=dict)

    def person(self, name: str) -> int:
        if name not in self.known:
            account = Account.objects.create(username=name)
            self.known[name] = api.add_person(
                name, actor=ADMIN, at=moment("2026-01-01"), account_id=account.pk
            )
        return self.known[name]

    def appoints(self, name: str, post: str, starts: str = "2026-01-01") -> int:
        person = self.person(name)
        return api.appoint(api.post(post).id, person, starts=moment(starts), actor=ADMIN, at=moment(starts))

    def ends(self, appointment: int, when: str) -> None:
        api.end_appointment(appointment, ends=moment(when), actor=ADMIN, at=moment(when))

    def delegates(self, appointment: int, name: str, starts: str, ends: str, actor: Actor = ADMIN) -> int:
        person = self.person(name)
        return api.delegate(
            appointment,
            person,
            starts=moment(starts),
            ends=moment(ends),
            actor=actor,
            at=moment(starts),
            reason="年假",
        )

    def holder(self, unit: str, post: str, when: str) -> tuple[str, int]:
        """Name of who answers and how far the work climbed."""
        of = api.unit(unit)
        found = api.holder(of.id, api.post(f"{unit}.{post}").id if post else None, moment(when))
        return found.name, found.climbed

    def actor(self, name: str, when: str) -> Actor:
        return api.actor_for(Account.objects.get(username=name).pk, moment(when))

    def posts(self, name: str, when: str) -> list[str]:
        """unit.post of each hat worn."""
        hats = self.actor(name, when).hats
        return sorted(f"{api.unit_by_id(hat.unit).code}.{api.post_by_id(hat.post).code}" for hat in hats)


@pytest.fixture
def town(db: None) -> Town:
    survey = areas.Survey("test", "T", ROWS, "cgcs2000")
    assert (
        areas.take_survey(survey, valid_from=date(2020, 1, 1), actor=ADMIN, at=moment("2026-01-01")).errors
        == ()
    )
    api.build_units("T", actor=ADMIN, at=moment("2026-01-01"))
    return Town()
