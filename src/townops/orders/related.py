"""What belongs beside an order: what it was merged with, open ones near it, earlier ones of its place, what went upward.

Everything here is read for one row that the asker was found to see; of other orders he sees what he sees in a list.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import QuerySet

from townops.base import masking
from townops.kernel.actors import Actor
from townops.orders import nearby, queries
from townops.orders.access import VIEW_ALL
from townops.orders.domain.order import Order as Value
from townops.orders.domain.states import State
from townops.orders.models import Order, OrderLink, Upward
from townops.orders.nearby import NearOrder
from townops.orders.upward.wording import KINDS
from townops.people import api as people

NEAR: Final = 250.0
FEW: Final = 5


@dataclass(frozen=True, slots=True)
class Beside:
    """Another order as a line; `role` child or parent of a merge."""

    number: str
    title: str
    state: State
    is_open: bool
    received_at: datetime
    lng: float | None
    lat: float | None
    role: str = ""


@dataclass(frozen=True, slots=True)
class TaskView:
    """The part of an assisting unit; `done` once its opinion is in."""

    unit: str
    round: int
    done: bool


@dataclass(frozen=True, slots=True)
class SentUp:
    """A message to the district: what it was, whether it went, what came back."""

    seq: int
    kind: str
    round: int
    status: str
    how: str
    made_at: datetime
    sent_at: datetime | None
    receipt: str
    answered_at: datetime | None
    granted: bool | None


def merged(actor: Actor, row: Order) -> tuple[Beside, ...]:
    """The order it was merged into, and those merged into it, as far as the asker sees them."""
    links = OrderLink.objects.filter(order_id=row.id, kind="child", active=True)
    children = list(links.values_list("other", flat=True))
    wanted = [*children, *([row.parent] if row.parent else [])]
    if not wanted:
        return ()
    found = _seen(actor, Order.objects.filter(id__in=wanted), row).order_by("number")
    return tuple(_line(one, role="parent" if one.id == row.parent else "child") for one in found)


def near(actor: Actor, row: Order) -> tuple[NearOrder, ...]:
    """Other open orders within 250 m, nearest first."""
    if row.lng is None or row.lat is None:
        return ()
    found = nearby.open_near(actor, row.lng, row.lat, NEAR, limit=FEW + 1)
    return tuple(one for one in found if one.number != row.number)[:FEW]


def before(actor: Actor, row: Order) -> tuple[Beside, ...]:
    """Ended orders of the same block, newest first: has this been here before?"""
    if row.block_id is None:
        return ()
    rows = Order.objects.filter(
        town_id=row.town_id, block_id=row.block_id, is_open=False, received_at__lte=row.received_at
    )
    rows = _seen(actor, rows, row).exclude(id=row.id).order_by("-received_at", "-id")[:FEW]
    return tuple(_line(one) for one in rows)


def sent_up(row: Order) -> tuple[SentUp, ...]:
    """Every message to the district of this order, newest first."""
    rows = Upward.objects.filter(order_id=row.id).order_by("-seq")
    return tuple(
        SentUp(
            seq=one.seq,
            kind=KINDS[one.kind],
            round=one.round,
            status=one.status,
            how=one.sent_by,
            made_at=one.made_at,
            sent_at=one.sent_at,
            receipt=one.receipt,
            answered_at=one.answered_at,
            granted=one.granted,
        )
        for one in rows
    )


def tasks(order: Value) -> tuple[TaskView, ...]:
    return tuple(
        TaskView(people.unit_by_id(one.unit).name, one.round, one.done_seq is not None) for one in order.tasks
    )


def _seen(actor: Actor, rows: QuerySet[Order], row: Order) -> QuerySet[Order]:
    """Of these those the asker sees, in the town of the order he looks at."""
    rows = rows.filter(town_id=row.town_id)
    return queries.within(rows, actor, () if actor.holds(VIEW_ALL) else queries.scopes_of(actor))


def _line(row: Order, *, role: str = "") -> Beside:
    return Beside(
        row.number,
        masking.mask_text(row.title),
        State(row.state),
        row.is_open,
        row.received_at,
        row.lng,
        row.lat,
        role,
    )


def lines_of(rows: Iterable[Order]) -> tuple[Beside, ...]:
    """Rows found elsewhere, as lines."""
    return tuple(_line(one) for one in rows)
