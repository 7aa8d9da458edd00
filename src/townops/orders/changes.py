"""What others did to the orders somebody answers for, since some moment; and many orders at once by their numbers."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from townops.base import masking
from townops.kernel.actors import Actor
from townops.orders import paging, queries
from townops.orders.domain.states import State
from townops.orders.domain.steps import STEPS
from townops.orders.models import Order, OrderEvent, OrderNumber
from townops.orders.narrowing import ME, Filter
from townops.people import api as people

LOOKED_AT: Final = 200  # orders, the first due first: what changed is a glance, not a report
SHOWN: Final = 8


@dataclass(frozen=True, slots=True)
class Changed:
    """A step somebody else took: `label` as the table names it, `title` masked as in every list."""

    number: str
    title: str
    label: str
    person: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Named:
    """An order as a line of some other list shows it."""

    number: str
    title: str
    state: State
    due_at: datetime | None
    is_open: bool


def changes(actor: Actor, *, since: datetime, at: datetime, limit: int = SHOWN) -> tuple[Changed, ...]:
    """Steps of others on open orders he answers for, the newest first; of the orders due soonest, 200 at most."""
    found = queries.select(actor, Filter(person=ME, open=True), at=at, sort="due")
    ids = paging.ids(found.rows, sort="due", most=LOOKED_AT, walk=found.walk) if found else []
    events = OrderEvent.objects.filter(order_id__in=ids, recorded_at__gt=since).exclude(person=actor.person)
    newest = list(events.order_by("-recorded_at", "order_id", "-seq")[:limit])
    rows = Order.objects.in_bulk({one.order_id for one in newest})
    names = people.persons({one.person for one in newest})
    return tuple(
        Changed(
            number=rows[one.order_id].number,
            title=masking.mask_text(rows[one.order_id].title),
            label=STEPS[one.step].label,
            person=names[one.person].name if one.person in names else "系统",
            at=one.at,
        )
        for one in newest
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
