"""Changing the working calendar: what open orders it moves, said beforehand and done by the same decisions (engine 4)."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final, overload

from django.db.models import QuerySet

from townops.base import calendars, jobs, journal, seals
from townops.base.db import write as transaction
from townops.kernel.actors import Actor
from townops.kernel.refusal import Refused
from townops.kernel.workdays import SHANGHAI, Calendar
from townops.orders import store, system
from townops.orders.access import EDIT_CALENDAR
from townops.orders.domain.decide import Decision, decide
from townops.orders.domain.order import Order as Value
from townops.orders.domain.settle import primary
from townops.orders.drafts import upon
from townops.orders.models import Order, OrderClock
from townops.orders.store import Loaded
from townops.orders.write import write

CHUNK: Final = 50
TRIES: Final = 10
KIND: Final = "calendar"
KEY: Final = "town"
TASK: Final = "orders.recalendar"
LONGEST_NOTE: Final = 40


@dataclass(frozen=True, slots=True)
class Moved:
    """An open order whose due time a change moves."""

    number: str
    title: str
    before: datetime
    after: datetime


@dataclass(frozen=True, slots=True)
class Foreseen:
    """How many due times a change moves, and the first of them."""

    count: int
    first: tuple[Moved, ...]


@dataclass(frozen=True, slots=True)
class DayChange:
    """Days that become `kind` (holiday, makeup, None: as the weekday says), typed over version `over`."""

    days: tuple[date, ...]
    kind: str | None
    note: str
    over: int

    @property
    def by_day(self) -> dict[date, str | None]:
        return dict.fromkeys(self.days, self.kind)


def verify(change: DayChange, at: datetime) -> None:
    """Refused: calendar_past, calendar_note_missing, calendar_stale."""
    today = at.astimezone(SHANGHAI).date()
    if past := [day.isoformat() for day in change.days if day < today]:
        raise Refused("calendar_past", day=past[0])
    if not change.note.strip():
        raise Refused("calendar_note_missing")
    if (newest := calendars.current().version) != change.over:
        raise Refused("calendar_stale", version=newest, note=_latest_note())


@overload
def foresee(change: DayChange, at: datetime, *, most: int = 50) -> Foreseen: ...
@overload
def foresee(
    change: DayChange, at: datetime, *, most: int = 50, advance: Callable[[int], bool]
) -> Foreseen | None: ...
def foresee(
    change: DayChange, at: datetime, *, most: int = 50, advance: Callable[[int], bool] | None = None
) -> Foreseen | None:
    """What publishing would move; nothing is written. `advance` is told how many were tried; None when it says stop."""
    verify(change, at)
    moved = []
    for done, (loaded, decision) in enumerate(replayed(calendars.draft(change.by_day), at), start=1):
        before, after = _due(decision.before, decision), _due(decision.after, decision)
        if before and after and before != after:
            moved.append(Moved(loaded.row.number, loaded.row.title, before, after))
        if advance and not advance(done):
            return None
    return Foreseen(len(moved), tuple(sorted(moved, key=lambda one: one.after)[:most]))


def behind_count(newest: Calendar) -> int:
    """How many open orders have a running clock of an older calendar."""
    return _behind(newest).values("order_id").distinct().count()


def _due(order: Value, decision: Decision) -> datetime | None:
    leading = primary(order, decision.flow)
    return leading.clock.due_at if leading else None


def publish(change: DayChange, *, actor: Actor, at: datetime) -> int:
    """Make the version current and journal it; the open clocks follow by `recalendar`. Returns its number."""
    if not actor.holds(EDIT_CALENDAR):
        raise Refused("not_permitted")
    with transaction():
        seals.one_at_a_time(KIND)
        verify(change, at)
        made = calendars.override(change.by_day, note=change.note[:LONGEST_NOTE], at=at)
        body = {"version": made, "note": change.note, "kind": change.kind}
        body["days"] = [day.isoformat() for day in change.days]
        journal.append(kind=KIND, key=KEY, action="publish", actor=actor, at=at, body=body)
        jobs.enqueue(TASK, run_at=at)
    return made


def recalendar(at: datetime, *, recorded_at: datetime | None = None) -> int:
    """Replay every open order's clocks under the newest calendar, as an event each; returns how many were moved."""
    newest = calendars.current()
    return sum(follow(*one, newest, recorded_at=recorded_at or at) for one in replayed(newest, at))


def follow(loaded: Loaded, decision: Decision, newest: Calendar, *, recorded_at: datetime) -> bool:
    """Write one replay; an order that somebody stepped meanwhile is decided again. Whether there was anything left to do."""
    for _ in range(TRIES):
        try:
            write([upon(loaded, decision)], recorded_at=recorded_at)
            return True
        except Refused as refused:
            if refused.code != "stale_version":
                raise
        again = next(
            _decided(_behind(newest).filter(order_id=loaded.row.pk), newest, decision.taken.at), None
        )
        if again is None:
            return False
        loaded, decision = again
    raise Refused("stale_version", seq=decision.before.seq)


class _With(Mapping[int, Calendar]):
    """The stored calendars and one that may not be stored yet."""

    def __init__(self, stored: Mapping[int, Calendar], one: Calendar) -> None:
        self._stored, self._one = stored, one

    def __getitem__(self, version: int) -> Calendar:
        return self._one if version == self._one.version else self._stored[version]

    def __iter__(self) -> Iterator[int]:
        return iter({*self._stored, self._one.version})

    def __len__(self) -> int:
        return len({*self._stored, self._one.version})


def replayed(newest: Calendar, at: datetime) -> Iterator[tuple[Loaded, Decision]]:
    """Every open order with a clock of an older calendar, and the decision that replays it."""
    return _decided(_behind(newest), newest, at)


def _behind(newest: Calendar) -> QuerySet[OrderClock]:
    """Running clocks of an older calendar."""
    behind = OrderClock.objects.filter(calendar__lt=newest.version, stopped_at__isnull=True)
    return behind.exclude(time_unit="fixed")


def _decided(
    behind: QuerySet[OrderClock], newest: Calendar, at: datetime
) -> Iterator[tuple[Loaded, Decision]]:
    ids = list(behind.order_by("order_id").values_list("order_id", flat=True).distinct())
    for start in range(0, len(ids), CHUNK):
        some = Order.objects.filter(id__in=ids[start : start + CHUNK], is_open=True).order_by("id")
        for loaded in store.load_many(list(some)):
            flow = replace(loaded.flow, calendars=_With(loaded.flow.calendars, newest))
            facts = {"calendar": newest.version}
            yield loaded, decide(flow, loaded.value, "recalendar", facts, system.actor(flow.center), at)


def _latest_note() -> str:
    entries = journal.history(KIND, KEY)
    return f"{entries[-1].name}：{entries[-1].body['note']}" if entries else ""
