"""Finding orders: what an actor may see, and the filters a list knows (engine.md section 6)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from townops.areas import api as areas
from townops.base import contacts, crypto, masking, search, sql
from townops.kernel.actors import Actor
from townops.kernel.refusal import Refused
from townops.orders import paging
from townops.orders.access import REVEAL, VIEW, VIEW_ALL
from townops.orders.domain.states import OPEN
from townops.orders.leading import Asked, Keys, Lead, Spans, Term, choose, led
from townops.orders.models import Order, OrderContact, OrderScope
from townops.orders.paging import Page, in_scopes
from townops.orders.rows import area_scope, unit_scope
from townops.people import api as people

BY_NUMBER = "WHERE id = (SELECT n.order_id FROM orders_ordernumber n WHERE n.number = %s)"
SHORTEST_PHONE = 7
WHISTLEBLOW = "whistleblow"
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
    box: tuple[float, float, float, float] | None = None


def find(
    actor: Actor, wanted: Filter, *, at: datetime, sort: str = "-received", cursor: str = "", limit: int = 50
) -> Page:
    """One page of what an actor may see. Refused(area_unknown, unit_unknown, query_too_short, mark_unknown, ...)."""
    open_only = _open_only(wanted) or sort == "due"  # which lists what is open
    rows, lead, scopes = _narrowed(actor, wanted, at, open_only=open_only)
    if lead.scopes:
        walk = paging.Walk(scopes, _spans(wanted))
        return paging.page(rows, sort=sort, cursor=cursor, limit=limit, walk=walk)
    return paging.page(within(rows, actor, scopes), sort=sort, cursor=cursor, limit=limit)


def every(actor: Actor, wanted: Filter, *, at: datetime) -> QuerySet[Order]:
    """All that an actor may see under a filter, in no order. Refused as `find`."""
    rows, _, scopes = _narrowed(actor, wanted, at, open_only=_open_only(wanted))
    return within(rows, actor, scopes)


def _narrowed(
    actor: Actor, wanted: Filter, at: datetime, *, open_only: bool
) -> tuple[QuerySet[Order], Lead, tuple[int, ...]]:
    """The rows under a filter, what leads them, and the actor's scopes, by which they are not narrowed yet."""
    words, keys = _numbers(actor, wanted)
    asked = Asked(tuple(_terms(wanted)), towns_of(actor), _spans(wanted), open=open_only, q=words)
    scopes = () if actor.holds(VIEW_ALL) else scopes_of(actor)
    lead = choose(asked, scopes) if keys is None else Lead(keys=keys)
    rows = led(Order.objects.filter(_timed(wanted, at) & _marked(wanted) & _said(wanted)), asked, lead)
    if wanted.phone and not actor.holds(REVEAL):
        rows = rows.exclude(demand_type=WHISTLEBLOW)
    return rows, lead, scopes


def _numbers(actor: Actor, wanted: Filter) -> tuple[str, Keys | None]:
    """A search as typed, without the telephone and identity numbers in it, and the keys of orders that have them all.

    They are looked up by their hash for whoever might reveal them; to others they are words.
    """
    typed = contacts.find(wanted.q) if wanted.q and actor.holds(REVEAL) else []
    asked = [_numbered(one.number) | Q(id__in=search.matching("order", one.number)) for one in typed]
    asked += [_numbered(_searched(wanted.phone))] if wanted.phone else []
    if not asked:
        return wanted.q, None
    words = contacts.replaced(wanted.q, lambda one: " ").strip() if typed else wanted.q
    return words, Order.objects.filter(*asked).values("id")


def within(rows: QuerySet[Order], actor: Actor, scopes: Sequence[int]) -> QuerySet[Order]:
    """Of these rows those an actor may see; `scopes` are his, unless he sees the whole town."""
    if actor.holds(VIEW_ALL):
        return rows
    return rows.filter(in_scopes(scopes)) if scopes else rows.none()


def towns_of(actor: Actor) -> tuple[int, ...]:
    """The towns whose orders he may see, all or some."""
    seen = VIEW_ALL if actor.holds(VIEW_ALL) else VIEW
    codes = {people.unit_by_id(hat.unit).town for hat in actor.hats_with(seen)}
    return tuple(areas.area(code).id for code in sorted(codes))


def scopes_of(actor: Actor) -> tuple[int, ...]:
    found: set[int] = set()
    for hat in actor.hats_with(VIEW):
        found.add(unit_scope(hat.unit))
        found |= {area_scope(area) for area in hat.areas}
    return tuple(sorted(found))


def _numbered(number: str) -> Q:
    """Orders whose caller has this number, or whose words held it: by keyed hash, nobody stores the number to search it."""
    callers = OrderContact.objects.filter(phone_hash=crypto.keyed_hash(number)).values("order_id")
    return Q(id__in=callers) | Q(id__in=search.matching("order", contacts.token(number)))


def hash_of(phone: str) -> str:
    """What a telephone is found by. Refused("phone_too_short")."""
    return crypto.keyed_hash(_searched(phone))


def _searched(phone: str) -> str:
    digits = contacts.bare(phone)
    if len(digits) < SHORTEST_PHONE:
        raise Refused("phone_too_short", least=SHORTEST_PHONE)
    return digits


def _terms(wanted: Filter) -> Iterator[Term]:
    """The filters with an index; among equals the first one leads."""
    if wanted.area:
        yield from _placed(wanted.area)
    if wanted.units:
        yield Term("main_unit_id", (("in", [people.unit(code).id for code in wanted.units]),))
    if wanted.class_prefix:
        yield Term("class_code", (("gte", wanted.class_prefix), ("lt", wanted.class_prefix + "\uffff")))
    if wanted.states:
        yield Term("state", (("in", wanted.states),))
    if wanted.sources:
        yield Term("source", (("in", wanted.sources),))


def _placed(code: str) -> Iterator[Term]:
    area = areas.area(code)
    if area.kind == "block":
        yield Term("block_id", (("exact", area.id),))
    elif area.kind == "village":
        yield Term("village_id", (("exact", area.id),))
    elif area.kind == "town":
        yield Term("town_id", (("exact", area.id),))
    else:
        yield Term("village_id", (("in", [one.id for one in areas.children(area.id)]),))


def _said(wanted: Filter) -> Q:
    """The filters without an index."""
    found = Q(unit_id__in=[people.unit(code).id for code in wanted.holders]) if wanted.holders else Q()
    if wanted.box:
        west, south, east, north = masking.mask_box(wanted.box)
        found &= Q(lng__gte=west, lng__lt=east, lat__gte=south, lat__lt=north)
    if wanted.severity:
        found &= Q(severity=wanted.severity)
    return found & (Q(demand_type=wanted.demand_type) if wanted.demand_type else Q())


def _open_only(wanted: Filter) -> bool:
    return bool(wanted.open or wanted.overdue or wanted.due_before or _open_states(wanted))


def _open_states(wanted: Filter) -> bool:
    return bool(wanted.states) and set(wanted.states) <= OPEN


def _timed(wanted: Filter, at: datetime) -> Q:
    found = Q(is_open=True) if _open_states(wanted) else Q()
    if wanted.open is not None:
        found &= Q(is_open=wanted.open)
    if wanted.overdue is True:
        found &= Q(is_open=True, due_at__lt=at)
    if wanted.overdue is False:
        found &= Q(due_at__gte=at) | Q(due_at__isnull=True)
    return found & (Q(is_open=True, due_at__lt=wanted.due_before) if wanted.due_before else Q())


def _spans(wanted: Filter) -> Spans:
    ends = {"received_at__gte": wanted.received_from, "received_at__lt": wanted.received_to}
    return {lookup: moment for lookup, moment in ends.items() if moment}


def _marked(wanted: Filter) -> Q:
    found = Q()
    for name in wanted.marks:
        if name not in MARKS:
            raise Refused("mark_unknown", mark=name, known=sorted(MARKS))
        found &= MARKS[name]
    return found


def by_number(actor: Actor, number: str) -> Order:
    """The order of that number if this actor may see it; Refused("order_unknown") alike for absent and invisible."""
    if not (number.isascii() and number.isalnum()):
        raise Refused("order_unknown", number="")
    found = sql.select(Order, BY_NUMBER, [number[:16]])
    if not found or not sees(actor, found[0]):
        raise Refused("order_unknown", number=number[:20])
    return found[0]


def sees(actor: Actor, row: Order) -> bool:
    """Whether an actor may see one order: the whole town, or what his units and villages were ever involved in."""
    if actor.holds(VIEW_ALL):
        return row.town_id in towns_of(actor)
    scopes = scopes_of(actor)
    return OrderScope.objects.filter(scope__in=scopes, received_at=row.received_at, order_id=row.id).exists()
