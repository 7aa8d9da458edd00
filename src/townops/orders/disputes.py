"""Disputes over who is responsible: what waits for the main leader's command session (指挥调度), and what was settled before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from townops.kernel.actors import Actor
from townops.kernel.refusal import Refused
from townops.orders import queries, store
from townops.orders.access import VIEW_ALL
from townops.orders.domain.guards import MAIN_RUNG, waits_for_session
from townops.orders.domain.states import State
from townops.orders.models import Order, OrderEvent, Precedent
from townops.people import api as people

LOOKED_AT: Final = 50
RUNGS: Final = {
    "redispatch": "改派",
    "designate": "副主任指定",
    "decide": "轮值领导裁定",
    "session": "指挥调度裁定",
}


@dataclass(frozen=True, slots=True)
class Disputed:
    """An order that waits for the session: who gave it back, in that order, and since when it waits."""

    number: str
    title: str
    class_code: str
    village: int | None
    returned_by: tuple[str, ...]
    returns: int
    since: datetime
    outer_due_at: datetime | None


@dataclass(frozen=True, slots=True)
class PrecedentView:
    """To which unit a dispute went, on which rung, and how near its place is: block, village or none of both."""

    number: str
    unit: str
    rung: str
    word: str
    decided_at: datetime
    near: str


def awaiting_session(actor: Actor) -> list[Disputed]:
    """Every order that only the session can settle, longest waiting first; for whoever sees the whole town.

    Refused: not_permitted. Each order that may be one is read: disputes on the fourth rung are few.
    """
    if not actor.holds(VIEW_ALL):
        raise Refused("not_permitted", step="decide_dispute")
    rows = Order.objects.filter(
        town_id__in=queries.towns_of(actor), state=State.RETURNED.value, is_open=True, returns__gte=MAIN_RUNG
    )
    loaded = [store.load(row) for row in rows]
    waiting = [one for one in loaded if waits_for_session(one.flow, one.value)]
    told = _returns([one.row.id for one in waiting])
    return sorted((_disputed(one, told[one.row.id]) for one in waiting), key=lambda one: one.since)


def _returns(orders: Sequence[int]) -> dict[int, list[tuple[str, datetime]]]:
    """(unit, when) of each return of these orders, oldest first."""
    found: dict[int, list[tuple[str, datetime]]] = {}
    rows = OrderEvent.objects.filter(order_id__in=orders, step="return").order_by("order_id", "seq")
    for order, unit, at in rows.values_list("order_id", "unit", "at"):
        found.setdefault(order, []).append((people.unit_by_id(unit).name, at))
    return found


def _disputed(loaded: store.Loaded, returns: Sequence[tuple[str, datetime]]) -> Disputed:
    row, count = loaded.row, loaded.value.progress.returns
    return Disputed(
        number=row.number,
        title=row.title,
        class_code=row.class_code,
        village=row.village_id,
        returned_by=tuple(unit for unit, _ in returns[-count:]),
        returns=count,
        since=returns[-1][1],
        outer_due_at=row.outer_due_at,
    )


def precedents(
    *, town: int, class_code: str, village: int | None, block: int | None, limit: int = 3
) -> list[PrecedentView]:
    """How disputes over this class were settled: the nearest place first, then the higher rung, then the newest."""
    if not class_code:
        return []
    rows = Precedent.objects.filter(town=town, class_code=class_code).order_by("-decided_at")[:LOOKED_AT]
    ranked = sorted(rows, key=lambda row: (_distance(row, village, block), -_height(row)))[:limit]
    numbers = dict(Order.objects.filter(id__in=[row.order_id for row in ranked]).values_list("id", "number"))
    near = ("block", "village", "")
    return [
        PrecedentView(
            number=numbers[row.order_id],
            unit=people.unit_by_id(row.unit).name,
            rung=row.rung,
            word=RUNGS[row.rung],
            decided_at=row.decided_at,
            near=near[_distance(row, village, block)],
        )
        for row in ranked
    ]


def _distance(row: Precedent, village: int | None, block: int | None) -> int:
    if block is not None and row.block == block:
        return 0
    return 1 if village is not None and row.village == village else 2


def _height(row: Precedent) -> int:
    return list(RUNGS).index(row.rung)
