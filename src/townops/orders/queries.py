"""Finding orders: what an actor may see, filters, keyset paging, totals that stay cheap (engine.md section 6)."""

import base64
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.db.models import Q, QuerySet

from townops.areas import api as areas
from townops.base import crypto, search
from townops.kernel.actors import Actor
from townops.kernel.refusal import Refused
from townops.orders import sql
from townops.orders.access import VIEW, VIEW_ALL
from townops.orders.domain.states import OPEN
from townops.orders.models import Order, OrderContact, OrderScope
from townops.orders.rows import area_scope, unit_scope
from townops.people import api as people

BY_NUMBER = "WHERE id = (SELECT n.order_id FROM orders_ordernumber n WHERE n.number = %s)"
EXACT = 10_000
MOST = 200
Sort = Literal["-received", "received", "due"]
SORTS: dict[str, tuple[str, bool]] = {
    "-received": ("received_at", True),
    "received": ("received_at", False),
    "due": ("due_at", False),
}
MARKS = {
    "returned": Q(returns__gt=0),
    "reworked": Q(reworks__gt=0),
    "reopened": Q(reopened__gt=0),
    "raised": Q(raised__gt=0),
    "reminded": Q(reminded__gt=0),
    "supervised": Q(supervised__gt=0),
    "incident": Q(incident=True),
    "application": ~Q(application=""),
    "unsettled": Q(basis="unsettled"),
    "unclassified": Q(class_code=""),
    "unplaced": Q(block__isnull=True),
}


@dataclass(frozen=True, slots=True)
class Filter:
    """What to look for; empty fields do not restrict. Codes as people write them; `mark` names of MARKS."""

    sources: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    holders: tuple[str, ...] = ()
    area: str = ""
    class_prefix: str = ""
    overdue: bool | None = None
    open: bool | None = None
    received_from: datetime | None = None
    received_to: datetime | None = None
    due_before: datetime | None = None
    severity: str = ""
    demand_type: str = ""
    marks: tuple[str, ...] = ()
    phone: str = ""
    q: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Rows in order, the cursor of the next page ("" at the end), and a total exact up to 10,000."""

    rows: tuple[Order, ...]
    next: str
    total: int
    exact: bool


def visible(actor: Actor) -> QuerySet[Order]:
    """Orders this actor may see: the whole town, or those his units and villages were ever involved in."""
    if actor.holds(VIEW_ALL):
        return Order.objects.filter(town_id__in=towns_of(actor))
    scopes = scopes_of(actor)
    if not scopes:
        return Order.objects.none()
    return Order.objects.filter(id__in=OrderScope.objects.filter(scope__in=scopes).values("order_id"))


def towns_of(actor: Actor) -> list[int]:
    codes = {people.unit_by_id(hat.unit).town for hat in actor.hats_with(VIEW_ALL)}
    return [areas.area(code).id for code in sorted(codes)]


def scopes_of(actor: Actor) -> list[int]:
    found: set[int] = set()
    for hat in actor.hats_with(VIEW):
        found.add(unit_scope(hat.unit))
        found |= {area_scope(area) for area in hat.areas}
    return sorted(found)


def narrowed(rows: QuerySet[Order], wanted: Filter, at: datetime) -> QuerySet[Order]:
    """The rows under a filter. Refused(area_unknown, unit_unknown, query_too_short, mark_unknown)."""
    for part in (_named(wanted), _timed(wanted, at), _placed(wanted), _marked(wanted)):
        rows = rows.filter(part)
    if wanted.phone:
        rows = rows.filter(id__in=_by_phone(wanted.phone))
    return rows.filter(search.condition("order", wanted.q)) if wanted.q else rows


def _by_phone(phone: str) -> QuerySet[OrderContact, Any]:
    digits = "".join(sign for sign in phone if sign.isdigit() or sign == "+")
    return OrderContact.objects.filter(phone_hash=crypto.keyed_hash(digits)).values("order_id")


def _named(wanted: Filter) -> Q:
    found = Q()
    if wanted.sources:
        found &= Q(source__in=wanted.sources)
    if wanted.states:
        found &= Q(state__in=wanted.states)
        found &= Q(is_open=True) if set(wanted.states) <= OPEN else Q()
    if wanted.units:
        found &= Q(main_unit_id__in=[people.unit(code).id for code in wanted.units])
    if wanted.holders:
        found &= Q(unit_id__in=[people.unit(code).id for code in wanted.holders])
    if wanted.class_prefix:
        found &= Q(class_code__gte=wanted.class_prefix, class_code__lt=wanted.class_prefix + "\uffff")
    if wanted.severity:
        found &= Q(severity=wanted.severity)
    return found & (Q(demand_type=wanted.demand_type) if wanted.demand_type else Q())


def _timed(wanted: Filter, at: datetime) -> Q:
    found = Q()
    if wanted.open is not None:
        found &= Q(is_open=wanted.open)
    if wanted.overdue is True:
        found &= Q(is_open=True, due_at__lt=at)
    if wanted.overdue is False:
        found &= Q(due_at__gte=at) | Q(due_at__isnull=True)
    if wanted.due_before:
        found &= Q(is_open=True, due_at__lt=wanted.due_before)
    if wanted.received_from:
        found &= Q(received_at__gte=wanted.received_from)
    return found & (Q(received_at__lt=wanted.received_to) if wanted.received_to else Q())


def _placed(wanted: Filter) -> Q:
    if not wanted.area:
        return Q()
    area = areas.area(wanted.area)
    if area.kind == "block":
        return Q(block_id=area.id)
    if area.kind == "village":
        return Q(village_id=area.id)
    if area.kind == "town":
        return Q(town_id=area.id)
    return Q(village_id__in=[one.id for one in areas.children(area.id)])


def _marked(wanted: Filter) -> Q:
    found = Q()
    for name in wanted.marks:
        if name not in MARKS:
            raise Refused("mark_unknown", mark=name, known=sorted(MARKS))
        found &= MARKS[name]
    return found


def page(rows: QuerySet[Order], *, sort: str = "-received", cursor: str = "", limit: int = 50) -> Page:
    """One page by key, not by offset: a row added meanwhile shifts nothing. Refused(sort_unknown, cursor_unreadable)."""
    if sort not in SORTS:
        raise Refused("sort_unknown", sort=sort, known=sorted(SORTS))
    field, down = SORTS[sort]
    keyed = rows.filter(due_at__isnull=False) if field == "due_at" else rows
    limit = max(1, min(limit, MOST))
    order_by = (f"-{field}", "-id") if down else (field, "id")
    found = list(_after(keyed, field, cursor, down=down).order_by(*order_by)[: limit + 1])
    after = _cursor(found[limit - 1], field) if len(found) > limit else ""
    total, exact = count(keyed)
    return Page(tuple(found[:limit]), after, total, exact)


def count(rows: QuerySet[Order]) -> tuple[int, bool]:
    """(total, whether it is exact): counted to 10,000 and no further."""
    total = len(rows.order_by().values_list("id")[: EXACT + 1])
    return min(total, EXACT), total <= EXACT


def _after(rows: QuerySet[Order], field: str, cursor: str, *, down: bool) -> QuerySet[Order]:
    if not cursor:
        return rows
    try:
        moment, order = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        value, last = datetime.fromisoformat(moment), int(order)
    except (ValueError, TypeError, AttributeError):
        raise Refused("cursor_unreadable") from None
    if value.tzinfo is None or not 0 <= last < 2**63:
        raise Refused("cursor_unreadable")
    way = "lt" if down else "gt"
    same = Q(**{field: value, f"id__{way}": last})
    return rows.filter(Q(**{f"{field}__{way}e": value}), Q(**{f"{field}__{way}": value}) | same)


def _cursor(row: Order, field: str) -> str:
    key = [getattr(row, field).isoformat(), row.id]
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode()


def by_number(actor: Actor, number: str) -> Order:
    """The order of that number if this actor may see it; Refused("order_unknown") alike for absent and invisible."""
    found = sql.select(Order, BY_NUMBER, [number[:16]])
    if not found or not sees(actor, found[0]):
        raise Refused("order_unknown", number=number[:20])
    return found[0]


def sees(actor: Actor, row: Order) -> bool:
    """The same for one order as `visible` for many."""
    if actor.holds(VIEW_ALL):
        return row.town_id in towns_of(actor)
    scopes = scopes_of(actor)
    return OrderScope.objects.filter(
        scope__in=scopes, received_at=row.received_at, order_id=row.id
    ).exists()
