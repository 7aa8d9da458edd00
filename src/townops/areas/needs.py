"""What a complete dossier must have: areas' own, and what other contexts declare; what is missing of it, for many blocks at once."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db.models import QuerySet

from townops.areas.domain.views import AreaView
from townops.areas.geography import picture
from townops.areas.models import Dossier
from townops.base import tunables, tuning
from townops.base.access import TUNE
from townops.base.registry import Registry
from townops.base.tunables import Part, Tunable, value_at
from townops.kernel.workdays import SHANGHAI

REVIEW_KEY: Final = "areas.review_days"
REVIEW: Final = "180 14"
tunables.declare(
    Tunable(
        REVIEW_KEY, REVIEW, "责任块档案复核", "每隔这么多天要确认一次；到期前这么多天开始提醒", TUNE,
        (Part("每隔", "天", 7, 1095), Part("提前", "天", 0, 90)),
    )
)  # fmt: skip
MANY: Final = 1000  # blocks asked for one by one; of more, all are read
LIVED_IN: Final = frozenset({"estate", "hamlet"})  # whose people are counted


@dataclass(frozen=True, slots=True)
class Need:
    """One thing a block's dossier must have; without a `grave` one nobody can be asked to act there. Lower `order` first."""

    name: str
    label: str
    order: int
    grave: bool = False


Having = Mapping[str, Collection[int]]
Asked = Callable[[Collection[int], datetime], Having]


@dataclass(frozen=True, slots=True)
class Kept:
    """Needs that one context keeps; `having` names, by need, the blocks that have it out of those asked for."""

    needs: tuple[Need, ...]
    having: Asked


_kept: Registry[Kept] = Registry("needs of a dossier")


def on_dossiers(name: str, *needs: Need) -> Callable[[Asked], Asked]:
    """Declare in `answers.py` what a complete dossier has of what a context keeps; blocks not asked for may be named too."""

    def register(function: Asked) -> Asked:
        _kept.add(name, Kept(needs, function))
        return function

    return register


def needs() -> list[Need]:
    """Every need, the gravest first."""
    return sorted((one for kept in _kept.all().values() for one in kept.needs), key=lambda one: one.order)


@dataclass(frozen=True, slots=True)
class State:
    """How complete one block's dossier is: names of what is missing; the day it has to be confirmed by (None: never was)."""

    block: AreaView
    missing: tuple[Need, ...]
    reviewed_on: date | None
    due_on: date | None
    overdue: bool
    soon: bool

    @property
    def grave(self) -> bool:
        """Whether it is a defect of the grid: nobody to handle, or nobody to ask."""
        return any(one.grave for one in self.missing)


@dataclass(frozen=True, slots=True)
class Completeness:
    """Of several blocks: how much of all they need is there, in percent, and how many lack something grave or are overdue."""

    blocks: int
    percent: int
    grave: int
    overdue: int
    soon: int


def states(blocks: Iterable[AreaView], at: datetime) -> list[State]:
    """The state of each block; a fixed number of queries, however many there are."""
    asked, today = list(blocks), at.astimezone(SHANGHAI).date()
    ids = frozenset(one.id for one in asked)
    every, ahead = intervals(at)
    told: dict[str, Collection[int]] = {}
    for kept in _kept.all().values():
        told.update(kept.having(ids, at) if ids else {})
    having = [(need, frozenset(told.get(need.name, ()))) for need in needs()]
    reviewed = dict(_of(ids).values_list("area_id", "reviewed_on"))
    return [_state(one, having, reviewed.get(one.id), (today, every, ahead)) for one in asked]


def _state(
    one: AreaView,
    having: list[tuple[Need, frozenset[int]]],
    reviewed: date | None,
    days: tuple[date, timedelta, timedelta],
) -> State:
    today, every, ahead = days
    missing = tuple(need for need, ids in having if one.id not in ids)
    due = reviewed + every if reviewed else None
    overdue = due is None or due <= today
    return State(
        one, missing, reviewed, due, overdue, not overdue and due is not None and due - ahead <= today
    )


def summary(found: Collection[State]) -> Completeness:
    """The figures of several blocks together."""
    asked = len(needs()) + 1  # and that it was confirmed in time
    lacking = sum(len(one.missing) + one.overdue for one in found)
    percent = 100 - -(-100 * lacking // (asked * len(found))) if found else 100
    grave, overdue, soon = (sum(getattr(one, mark) for one in found) for mark in ("grave", "overdue", "soon"))
    return Completeness(len(found), percent, grave, overdue, soon)


def intervals(at: datetime) -> tuple[timedelta, timedelta]:
    """How often a dossier is confirmed, and how long before that its keepers are reminded."""
    every, ahead = value_at(REVIEW_KEY, at, default=REVIEW).split()
    return timedelta(days=int(every)), timedelta(days=int(ahead))


@tuning.on_trial(REVIEW_KEY)
def try_days(before: str, after: str, at: datetime) -> tuning.Trial:
    """How many dossiers would be overdue; those never confirmed are so anyway."""
    today = at.astimezone(SHANGHAI).date()
    last = (today - timedelta(days=int(value.split()[0])) for value in (before, after))
    counts = (Dossier.objects.filter(area__kind="block", reviewed_on__lte=day).count() for day in last)
    return tuning.Trial((tuning.Counted("超期未复核的责任块", *counts),))


def _of(ids: Collection[int]) -> QuerySet[Dossier]:
    rows = Dossier.objects.order_by()
    return rows.filter(area__in=ids) if len(ids) <= MANY else rows.filter(area__kind="block")


@on_dossiers("areas", Need("address", "地址", 50), Need("people", "人口", 60))
def _own(ids: Collection[int], _at: datetime) -> Having:
    """People are counted where they live; other types need no figures."""
    known = picture.get().by_id
    rows = list(_of(ids).values_list("area_id", "address", "residents"))
    return {
        "address": [area for area, address, _ in rows if address],
        "people": {one for one in ids if known[one].block_type not in LIVED_IN}.union(
            area for area, _, residents in rows if residents is not None
        ),
    }
