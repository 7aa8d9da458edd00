"""Open orders of a unit that ended go to its successor, an event each (U1-U2); a run that was cut off goes on where it was."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final, TypedDict

from django.db.models import Q, QuerySet

from townops.areas import api as areas
from townops.orders import notices, overtaken, resolve, rows, store, system
from townops.orders.domain.decide import Decision, decide
from townops.orders.domain.facts import Party, Value
from townops.orders.domain.heirs import concerns
from townops.orders.domain.states import State
from townops.orders.models import Order, OrderScope, OrderTask
from townops.orders.store import Loaded
from townops.people import api as people

CHUNK: Final = 50
FIRST: Final = 50
TASK: Final = "orders.succeed"
ELSEWHERE: Final = (State.MERGED.value, State.TRANSFERRED.value)


class Concerned(TypedDict):
    """An open order a unit still owes something, and what: 负责, 主办, 会办, 曾经手."""

    number: str
    title: str
    role: str


def of_unit(unit: int) -> tuple[int, list[Concerned]]:
    """How many open orders a unit has to do with, and the first of them, first due first; nothing is written."""
    found = _rows(unit)
    held = found.exclude(_set_aside(unit))
    aside = [one.row for one in _loaded(found.filter(_set_aside(unit))) if concerns(one.value, unit)]
    first = [*held.order_by("due_at", "id")[:FIRST], *aside][:FIRST]
    return held.count() + len(aside), [
        Concerned(number=row.number, title=row.title, role=_role(row, unit)) for row in first
    ]


def _role(row: Order, unit: int) -> str:
    if row.unit_id == unit:
        return "负责"
    if row.main_unit_id == unit:
        return "主办"
    return "曾经手" if row.state in ELSEWHERE else "会办"


def _rows(unit: int) -> QuerySet[Order]:
    """Open orders the unit may owe something."""
    town = areas.area(people.unit_by_id(unit).town).id
    return Order.objects.filter(_now(unit) | _set_aside(unit), town_id=town, is_open=True)


def _now(unit: int) -> Q:
    """It holds the order, is its main unit, or owes an opinion."""
    owed = OrderTask.objects.filter(unit=unit, done_seq__isnull=True).values("order_id")
    return Q(unit_id=unit) | Q(main_unit_id=unit) | Q(id__in=owed)


def _set_aside(unit: int) -> Q:
    """Merged or transferred orders it ever had to do with: one may come back to it."""
    seen = OrderScope.objects.filter(scope=rows.unit_scope(unit)).values("order_id")
    return Q(state__in=ELSEWHERE, id__in=seen) & ~Q(unit_id=unit) & ~Q(main_unit_id=unit)


def succeed(ended: int, heir: int, at: datetime) -> int:
    """Hand every open order of the one to the other, whose people are told once; returns how many were handed."""
    party = resolve.party(people.heir(heir))
    if _rows(ended).exists():
        notices.tell_unit(notices.SUCCEEDED, party.unit, ended, at)

    def decided(loaded: Loaded) -> Decision | None:
        return _decided(loaded, ended, party, at)

    return sum(overtaken.settle(loaded, decided, at) for loaded in _loaded(_rows(ended)))


def _loaded(found: QuerySet[Order]) -> Iterator[Loaded]:
    ids = list(found.order_by("id").values_list("id", flat=True))
    for start in range(0, len(ids), CHUNK):
        some = Order.objects.filter(id__in=ids[start : start + CHUNK], is_open=True).order_by("id")
        yield from store.load_many(list(some))


def _decided(loaded: Loaded, ended: int, party: Party, at: datetime) -> Decision | None:
    if not loaded.value.is_open or not concerns(loaded.value, ended):
        return None
    facts: dict[str, Value] = {"ended": ended, "unit": party}
    return decide(loaded.flow, loaded.value, "succeed", facts, system.actor(loaded.flow.center), at)
