"""Disputes over who is responsible: what waits for the main leader's command session (指挥调度), and what was settled before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from townops.base import masking
from townops.kernel.actors import Actor
from townops.kernel.refusal import Refused
from townops.orders import queries, store
from townops.orders.access import VIEW_ALL
from townops.orders.domain.flow import DESIGNATE_RUNG, LEADER_RUNG
from townops.orders.domain.guards import waits_for_session
from townops.orders.domain.states import State
from townops.orders.models import Order, OrderEvent, OrderText, Precedent
from townops.people import api as people

LOOKED_AT: Final = 50
SESSION: Final = "session"
REASON, RULE = "reason", "cited_rule"
RUNGS: Final = {
    "redispatch": "改派",
    "designate": "副主任指定",
    "decide": "轮值领导裁定",
    "session": "指挥调度裁定",
}


@dataclass(frozen=True, slots=True)
class Returned:
    """A unit that gave an order back: when, why and by which rule, masked as in lists."""

    unit: str
    at: datetime
    reason: str
    rule: str


@dataclass(frozen=True, slots=True)
class Disputed:
    """An order nobody wants: who gave it back, in that order, and since when it waits for whom (`rung` of RUNGS)."""

    number: str
    title: str
    class_code: str
    village: int | None
    back: tuple[Returned, ...]
    rung: str
    since: datetime
    outer_due_at: datetime | None

    @property
    def returned_by(self) -> tuple[str, ...]:
        return tuple(one.unit for one in self.back)

    @property
    def returns(self) -> int:
        return len(self.back)


@dataclass(frozen=True, slots=True)
class Settled:
    """A dispute that was settled: to which unit it went, on which rung, when."""

    number: str
    title: str
    unit: str
    word: str
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class PrecedentView:
    """To which unit a dispute went, on which rung, and how near its place is: block, village or none of both."""

    number: str
    unit: str
    rung: str
    word: str
    decided_at: datetime
    near: str


def open_disputes(actor: Actor) -> list[Disputed]:
    """Every order given back twice or more, longest waiting first; for whoever sees the whole town.

    Refused: not_permitted. Each of them is read: disputes from the second rung on are few.
    """
    if not actor.holds(VIEW_ALL):
        raise Refused("not_permitted", step="decide_dispute")
    rows = Order.objects.filter(
        town_id__in=queries.towns_of(actor),
        state=State.RETURNED.value,
        is_open=True,
        returns__gte=DESIGNATE_RUNG,
    )
    loaded = store.load_many(list(rows))
    told = _returns([one.row.id for one in loaded])
    return sorted((_disputed(one, told[one.row.id]) for one in loaded), key=lambda one: one.since)


def settled_lately(actor: Actor, *, most: int = 10) -> list[Settled]:
    """What deputy director, leader in rotation and session settled last, newest first. Refused: not_permitted."""
    if not actor.holds(VIEW_ALL):
        raise Refused("not_permitted", step="decide_dispute")
    rows = Precedent.objects.filter(town__in=queries.towns_of(actor)).exclude(rung="redispatch")
    found = list(rows.order_by("-decided_at")[:most])
    orders = Order.objects.in_bulk([row.order_id for row in found])
    return [
        Settled(
            orders[row.order_id].number,
            masking.mask_text(orders[row.order_id].title),
            people.unit_by_id(row.unit).name,
            RUNGS[row.rung],
            row.decided_at,
        )
        for row in found
    ]


def _returns(orders: Sequence[int]) -> dict[int, list[Returned]]:
    """Each return of these orders with its words, oldest first; two statements."""
    found: dict[int, list[Returned]] = {}
    texts = OrderText.objects.filter(order_id__in=orders, name__in=(REASON, RULE), erased_at=None)
    said = {(one.order_id, one.seq, one.name): masking.mask_text(one.text) for one in texts}
    rows = OrderEvent.objects.filter(order_id__in=orders, step="return").order_by("order_id", "seq")
    for order, seq, unit, at in rows.values_list("order_id", "seq", "unit", "at"):
        reason, rule = (said.get((order, seq, name), "") for name in (REASON, RULE))
        found.setdefault(order, []).append(Returned(people.unit_by_id(unit).name, at, reason, rule))
    return found


def _disputed(loaded: store.Loaded, returns: Sequence[Returned]) -> Disputed:
    row, count = loaded.row, loaded.value.progress.returns
    later = "decide" if count >= LEADER_RUNG else "designate"
    return Disputed(
        number=row.number,
        title=masking.mask_text(row.title),
        class_code=row.class_code,
        village=row.village_id,
        back=tuple(returns[-count:]),
        rung=SESSION if waits_for_session(loaded.flow, loaded.value) else later,
        since=returns[-1].at,
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
