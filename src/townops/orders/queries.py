"""Finding orders: what an actor may see, and the filters a list knows (engine.md section 6)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from django.db.models import Count, F, Q, QuerySet
from numpy.typing import NDArray

from townops.areas import api as areas
from townops.base import contacts, crypto, search, sql
from townops.kernel.actors import Actor
from townops.kernel.drawn import Drawn
from townops.kernel.refusal import Refused
from townops.orders import ground, narrowing, paging, privacy
from townops.orders.access import REVEAL, VIEW, VIEW_ALL, VIEW_FIELD
from townops.orders.leading import FEW, Asked, Keys, Lead, Plain, Spans, Term, choose, led
from townops.orders.models import Order, OrderContact, OrderScope
from townops.orders.models.order import UNADOPTED
from townops.orders.narrowing import NONE, Filter
from townops.orders.paging import Page, in_scopes
from townops.orders.rows import area_scope, person_scope, post_scope, unit_scope
from townops.people import api as people

BY_NUMBER = "WHERE id = (SELECT n.order_id FROM orders_ordernumber n WHERE n.number = %s)"
SHORTEST_PHONE = 7
CHUNK = 500
AROUND = 0.5  # degrees round a town: as far as its map goes
MANY = 1000


@dataclass(frozen=True, slots=True)
class Found:
    """Rows an actor may see under a filter, not yet read; `walk` where his scopes lead."""

    rows: QuerySet[Order]
    walk: paging.Walk | None = None


def find(
    actor: Actor, wanted: Filter, *, at: datetime, sort: str = "-received", cursor: str = "", limit: int = 50
) -> Page:
    """One page of what an actor may see. Refused(area_unknown, unit_unknown, query_too_short, mark_unknown, ...)."""
    found = select(actor, wanted, at=at, sort=sort)
    if found is None:
        return paging.NOTHING
    counted = paging.EXACT_OF_WORDS if wanted.q else paging.EXACT
    return paging.page(found.rows, sort=sort, cursor=cursor, limit=limit, walk=found.walk, counted=counted)


def every(actor: Actor, wanted: Filter, *, at: datetime) -> QuerySet[Order]:
    """All that an actor may see under a filter, in no order. Refused as `find`."""
    found = select(actor, wanted, at=at, sort="received")
    if found is None:
        return Order.objects.none()
    return within(found.rows, actor, scopes_of(actor)) if found.walk else found.rows


def every_key(actor: Actor, wanted: Filter, *, at: datetime) -> NDArray[np.int64] | None:
    """The keys of `every`, each once and in no order; None: all orders of the towns he sees. Refused as `find`."""
    if wanted == Filter():
        return None if actor.holds(VIEW_ALL) else scoped_keys(scopes_of(actor))
    if wanted.q and actor.holds(VIEW_ALL) and not contacts.find(wanted.q):
        words = search.every_key("order", wanted.q)
        others = every_key(actor, replace(wanted, q=""), at=at)
        return words if others is None else np.intersect1d(words, others)
    found = select(actor, wanted, at=at, sort="received")
    if found is None:
        return np.zeros(0, dtype=np.int64)
    return sql.integers(*paging.every_key(found.rows, found.walk))


def scoped_keys(scopes: Sequence[int]) -> NDArray[np.int64]:
    """Orders of these scopes, out of their index alone."""
    rows = OrderScope.objects.filter(scope__in=scopes).values_list("order_id")
    return np.unique(sql.integers(rows)) if scopes else np.zeros(0, dtype=np.int64)


def part(
    actor: Actor, wanted: Filter, *, at: datetime, sort: str, cursor: str, limit: int
) -> tuple[tuple[Order, ...], str]:
    """As `find` without counting, and with more rows at once: for whoever goes through all of them."""
    found = select(actor, wanted, at=at, sort=sort)
    if found is None:
        return (), ""
    return paging.part(found.rows, sort=sort, cursor=cursor, limit=limit, walk=found.walk)


def keys(actor: Actor, wanted: Filter, *, at: datetime, most: int) -> list[tuple[str, int]]:
    """(number, seq) of what a filter finds, oldest first, `most` at most."""
    found = select(actor, wanted, at=at, sort="received")
    if found is None:
        return []
    ids = paging.ids(found.rows, sort="received", most=most, walk=found.walk)
    known: dict[int, tuple[str, int]] = {}
    for start in range(0, len(ids), CHUNK):
        rows = Order.objects.filter(id__in=ids[start : start + CHUNK])
        known |= {key: (number, seq) for key, number, seq in rows.values_list("id", "number", "seq")}
    return [known[one] for one in ids if one in known]


def count(actor: Actor, wanted: Filter, *, at: datetime, most: int) -> int:
    """How many a filter finds, `most` at most."""
    found = select(actor, wanted, at=at, sort="received")
    if found is None:
        return 0
    return len(paging.ids(found.rows, sort="received", most=most, walk=found.walk))


def select(actor: Actor, wanted: Filter, *, at: datetime, sort: str) -> Found | None:
    """What leads the list, and everything else asked of it; None where the filter contradicts itself."""
    if wanted.in_states == ():
        return None
    open_only = narrowing.open_only(wanted) or sort == "due"  # which lists what is open
    words, numbered = _numbers(actor, wanted)
    numbered = _few(actor, wanted) if numbered is None else numbered
    inside = _inside(actor, wanted, at) if wanted.drawn else None
    if inside is not None and numbered is None and len(inside) <= FEW:
        numbered, inside = sql.listed(inside), None
    asked = Asked(tuple(_terms(wanted)), towns_of(actor), _spans(wanted), open=open_only, q=words)
    scopes = () if actor.holds(VIEW_ALL) else scopes_of(actor)
    lead = choose(asked, scopes) if numbered is None else Lead(keys=numbered)
    rows = led(Order.objects.filter(_plainly(actor, wanted, at)), asked, lead)
    if inside is not None:
        rows = rows.alias(plain_id=Plain(F("id"))).filter(plain_id__in=sql.listed(inside))
    if wanted.phone and not actor.holds(REVEAL):
        rows = rows.filter(informant=False)
    if lead.scopes:
        return Found(rows, paging.Walk(scopes, asked.spans))
    return Found(within(rows, actor, scopes))


def count_many(actor: Actor, wanted: Mapping[str, Filter], *, at: datetime) -> dict[str, int]:
    """How many open orders each filter finds, in statements that read what is open once; what is few by one of its own.

    For filters without area, class, text or telephone. Refused as `find` refuses.
    """
    few = {name: one for name, one in wanted.items() if narrowing.APPEAL in one.marks or one.adopt}
    found = {name: count(actor, one, at=at, most=MANY) for name, one in few.items()}
    whole, current = (
        {name: one for name, one in wanted.items() if name not in few and narrowing.current(one) is left}
        for left in (False, True)
    )
    open_rows = Order.objects.filter(is_open=True, town_id__in=towns_of(actor))
    if not has_history(actor):  # then both are one
        return found | _count_open(actor, whole | current, at, open_rows)
    without = open_rows.exclude(narrowing.unadopted())
    return found | _count_open(actor, whole, at, open_rows) | _count_open(actor, current, at, without)


def has_history(actor: Actor) -> bool:
    """Whether open history waits to be adopted in a town he sees."""
    return Order.objects.filter(UNADOPTED, town_id__in=towns_of(actor)).exists()


def _count_open(
    actor: Actor, wanted: Mapping[str, Filter], at: datetime, open_rows: QuerySet[Order]
) -> dict[str, int]:
    rows = within(open_rows, actor, scopes_of(actor))
    asked = {
        name: Count("id", filter=_counted(one) & _but_history(actor, one, at)) for name, one in wanted.items()
    }
    return rows.aggregate(**asked) if asked else {}


def _counted(wanted: Filter) -> Q:
    found = [term.on(term.column) for term in _terms(wanted)]
    return Q(*found)


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


def _inside(actor: Actor, wanted: Filter, at: datetime) -> NDArray[np.int64]:
    """Keys of orders that he sees in the area drawn on the map, without those that other conditions surely leave out.

    Refused(drawn_outside).
    """
    check_drawn(actor, wanted.drawn)
    every = ground.current(at)
    rows = every.within(wanted.drawn, exact=privacy.goes_there(actor))
    if narrowing.open_only(wanted):
        rows = rows[ground.IS_OPEN[every.kinds[rows]]]
    keys = every.ids[rows]
    return keys if actor.holds(VIEW_ALL) else keys[np.isin(keys, scoped_keys(scopes_of(actor)))]


def check_drawn(actor: Actor, area: Drawn) -> None:
    """Refused(drawn_outside): it lies far from every town he sees."""
    lngs, lats = zip(*area, strict=True)
    extents = [found for town in towns_of(actor) if (found := areas.extent(town))]
    met = any(
        min(lngs) <= east + AROUND and max(lngs) >= west - AROUND
        and min(lats) <= north + AROUND and max(lats) >= south - AROUND
        for west, south, east, north in extents
    )  # fmt: skip
    if extents and not met:
        raise Refused("drawn_outside")


def _few(actor: Actor, wanted: Filter) -> Keys | None:
    """The keys of what lies in a small index of its own, if that is what is asked for."""
    if narrowing.APPEAL in wanted.marks:
        return Order.objects.filter(narrowing.APPEALED, town_id__in=towns_of(actor)).values("id")
    if wanted.adopt:
        return Order.objects.filter(UNADOPTED, town_id__in=towns_of(actor)).values("id")
    return _closed(actor, wanted)


def _closed(actor: Actor, wanted: Filter) -> Keys | None:
    """The keys of what was closed in a range, where they are few: out of the small index of what is closed."""
    ends = {"closed_at__gte": wanted.closed_from, "closed_at__lt": wanted.closed_to}
    spans = {lookup: moment for lookup, moment in ends.items() if moment}
    if not spans:
        return None
    rows = Order.objects.filter(town_id__in=towns_of(actor), closed_at__isnull=False, **spans)
    return rows.values("id") if rows[: FEW + 1].count() <= FEW else None


def within(rows: QuerySet[Order], actor: Actor, scopes: Sequence[int]) -> QuerySet[Order]:
    """Of these rows those an actor may see; `scopes` are his, unless he sees the whole town."""
    if actor.holds(VIEW_ALL):
        return rows
    return rows.filter(in_scopes(scopes)) if scopes else rows.none()


def towns_of(actor: Actor) -> tuple[int, ...]:
    """The towns whose orders he may see, all or some."""
    seen = {VIEW_ALL} if actor.holds(VIEW_ALL) else {VIEW, VIEW_FIELD}
    codes = {people.unit_by_id(hat.unit).town for hat in actor.hats if hat.permissions & seen}
    return tuple(areas.area(code).id for code in sorted(codes))


def scopes_of(actor: Actor) -> tuple[int, ...]:
    found: set[int] = set()
    for hat in actor.hats_with(VIEW):
        found.add(unit_scope(hat.unit))
        found |= {area_scope(area) for area in hat.areas}
    for hat in actor.hats_with(VIEW_FIELD):  # not what his unit ever had to do with
        found |= {person_scope(actor.person), post_scope(hat.post)}
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
    if wanted.units and NONE not in wanted.units:
        yield Term("main_unit_id", (("in", [people.unit(code).id for code in wanted.units]),))
    if wanted.class_prefix:
        yield Term("class_code", (("gte", wanted.class_prefix), ("lt", wanted.class_prefix + "\uffff")))
    if (states := wanted.in_states) is not None:
        yield Term("state", (("in", states),))
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


def _plainly(actor: Actor, wanted: Filter, at: datetime) -> Q:
    """The filters without an index, those first that the index of open orders holds."""
    found = _but_history(actor, wanted, at)
    return found & ~narrowing.unadopted() if narrowing.current(wanted) else found


def _but_history(actor: Actor, wanted: Filter, at: datetime) -> Q:
    """The same, with the history that waits to be adopted."""
    nobodys = narrowing.party("main_unit", wanted.units) if NONE in wanted.units else Q()
    said, marked = narrowing.said(wanted, actor, at), narrowing.marked(wanted)
    return narrowing.timed(wanted, at) & nobodys & said & marked & narrowing.brought(wanted)


def _spans(wanted: Filter) -> Spans:
    ends = {"received_at__gte": wanted.received_from, "received_at__lt": wanted.received_to}
    return {lookup: moment for lookup, moment in ends.items() if moment}


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
