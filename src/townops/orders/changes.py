"""What others did to the orders somebody answers for, since some moment; and many orders at once by their numbers."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from townops.base import masking
from townops.kernel.actors import Actor
from townops.orders import paging, queries
from townops.orders.domain.states import State
from townops.orders.domain.step import said_of
from townops.orders.domain.steps import STEPS
from townops.orders.models import Order, OrderEvent, OrderNumber
from townops.orders.narrowing import ME, Filter
from townops.orders.views import signatures
from townops.people import api as people

LOOKED_AT: Final = 200  # orders, the first due first: what changed is a glance, not a report
READ: Final = 100  # events
SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Changed:
    """A step somebody else took: `label` as the table names it, `title` masked as in every list;
    `more` steps of others came before it.
    """

    number: str
    title: str
    label: str
    person: str
    at: datetime
    more: int


@dataclass(frozen=True, slots=True)
class Named:
    """An order as a line of some other list shows it."""

    number: str
    title: str
    state: State
    due_at: datetime | None
    is_open: bool


def changes(actor: Actor, *, since: datetime, at: datetime, limit: int = SHOWN) -> tuple[Changed, ...]:
    """The newest step of others on each open order he answers for, newest first; of the orders due soonest, 200 at most."""
    found = queries.select(actor, Filter(person=ME, open=True), at=at, sort="due")
    ids = paging.ids(found.rows, sort="due", most=LOOKED_AT, walk=found.walk) if found else []
    events = OrderEvent.objects.filter(order_id__in=ids, at__gt=since).exclude(person=actor.person)
    by_order: dict[int, list[OrderEvent]] = {}
    for event in events.order_by("-at", "order_id", "-seq")[:READ]:
        by_order.setdefault(event.order_id, []).append(event)
    shown = list(by_order.values())[:limit]
    rows = Order.objects.in_bulk([many[0].order_id for many in shown])
    names = people.persons({many[0].person for many in shown})
    signed = _signed([many[0] for many in shown])
    return tuple(_changed(rows[many[0].order_id], many, names, signed) for many in shown)


def _signed(newest: Collection[OrderEvent]) -> set[int]:
    """Orders whose newest step is the leader's signature and not the center's review; one query, none without a review."""
    reviewed = {one.order_id: one.seq for one in newest if one.step == "review_center"}
    past: dict[int, list[OrderEvent]] = {}
    for event in (
        OrderEvent.objects.filter(order_id__in=reviewed).order_by("order_id", "seq") if reviewed else ()
    ):
        past.setdefault(event.order_id, []).append(event)
    return {order for order, events in past.items() if reviewed[order] in signatures(events)}


def _changed(
    row: Order, many: list[OrderEvent], names: Mapping[int, people.PersonView], signed: Collection[int]
) -> Changed:
    newest = many[0]
    return Changed(
        number=row.number,
        title=masking.mask_text(row.title),
        label=said_of(STEPS[newest.step], signed=row.id in signed),
        person=names[newest.person].name if newest.person in names else "系统",
        at=newest.at,
        more=len(many) - 1,
    )


def named(actor: Actor, numbers: Collection[str]) -> dict[str, Named]:
    """Those of the numbers that this actor may see, by number; two queries for any number of them."""
    ids = OrderNumber.objects.filter(number__in=list(numbers)).values_list("order_id", flat=True)
    rows = Order.objects.filter(id__in=list(ids), town_id__in=queries.towns_of(actor))
    seen = queries.within(rows, actor, queries.scopes_of(actor))
    return {
        row.number: Named(row.number, masking.mask_text(row.title), State(row.state), row.due_at, row.is_open)
        for row in seen
    }
