"""Open orders follow the ground when borders change, an event each; a run that was cut off goes on where it was (U8-U11).

What was closed before keeps the block of its time; `areas.carried_to` says where that ground is today.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Final

import numpy as np
from django.utils import timezone

from townops.areas import api as areas
from townops.kernel.refusal import Refused
from townops.orders import notices, overtaken, resolve, store, system
from townops.orders.domain import order as value
from townops.orders.domain.decide import Decision, decide
from townops.orders.domain.facts import Party, Place, Value
from townops.orders.domain.states import HANDLED_BY_UNIT, State
from townops.orders.models import Order
from townops.orders.steps import condition_of, propose
from townops.orders.store import Loaded
from townops.people import api as people

TASK: Final = "orders.follow_borders"
CHUNK: Final = 50
READ: Final = 5000
CHANGES_HANDS: Final = frozenset(HANDLED_BY_UNIT - {State.REWORK})  # rework stays with whoever did the work
Ground = tuple[int, float | None, float | None, int | None, int | None]  # id, lng, lat, village, block


def follow(town: str, at: datetime) -> int:
    """Give every open order of the town the place its ground has today, and the unit the rules name there.

    Returns how many moved; units that took over are told once a day. A unit changes only where the rules had named it for
    the old place and name another for the new one, and only before it reported its work.
    """
    today = timezone.localdate(at)
    places = dict(moved(town, today))
    taking: set[int] = set()

    def decided(loaded: Loaded) -> Decision | None:
        decision = _decided(loaded, places[loaded.row.id], at)
        unit = decision.taken.get("unit", Party) if decision else None
        taking.update({unit.unit} if unit else ())
        return decision

    ids, count = list(places), 0
    for start in range(0, len(ids), CHUNK):
        some = Order.objects.filter(id__in=ids[start : start + CHUNK], is_open=True).order_by("id")
        count += sum(overtaken.settle(loaded, decided, at) for loaded in store.load_many(list(some)))
    for unit in sorted(taking):
        notices.tell_unit(notices.MOVED_HERE, unit, today.toordinal(), at)
    return count


def moved(town: str, today: date) -> Iterator[tuple[int, Place]]:
    """Open orders whose ground belongs to another block or village today, and to which."""
    found = Order.objects.filter(town_id=areas.area(town).id, is_open=True).order_by("id")
    rows = list(found.values_list("id", "lng", "lat", "village_id", "block_id"))
    known: dict[tuple[int | None, int | None], Place] = {}
    for start in range(0, len(rows), READ):
        some = rows[start : start + READ]
        located = _located([row for row in some if row[1] is not None])
        for order, lng, _, village, block in some:
            old = Place(village, block)
            if lng is None and (village, block) not in known:
                known[village, block] = _named(old, town, today)
            new = located.get(order, old) if lng is not None else known[village, block]
            if new != old:
                yield order, new


def _located(rows: list[Ground]) -> Mapping[int, Place]:
    """Places of points; a point outside the town keeps the place it has."""
    if not rows:
        return {}
    points = np.array([row[1:3] for row in rows], dtype=np.float64)
    ids = areas.locate_many(points[:, 0], points[:, 1]).tolist()
    return {
        row[0]: Place(village or None, block or None)
        for row, (block, village, _, town, _) in zip(rows, ids, strict=True)
        if town
    }


def _named(old: Place, town: str, today: date) -> Place:
    """Where an area without a point is today: ended ground is where the largest part of it went."""
    finest = old.block or old.village
    if finest is None:
        return old
    area = areas.area_by_id(finest)
    if not area.stands(today):
        left = area.until or areas.left_on(area.id, today)
        shares = areas.carried_to(town, area.code, left - timedelta(days=1), today) if left else ()
        try:
            area = areas.area(shares[0].code) if shares else area
        except Refused:
            return old
    return resolve.place_of(area) if area.kind in {"block", "village"} else old


def _decided(loaded: Loaded, place: Place, at: datetime) -> Decision | None:
    order = loaded.value
    if not order.is_open or order.place == place:
        return None
    facts: dict[str, Value] = {"area": place}
    unit = _takes_over(order, place, at)
    if unit is not None:
        facts["unit"] = unit
    return decide(loaded.flow, order, "follow_borders", facts, system.actor(loaded.flow.center), at)


def _takes_over(order: value.Order, place: Place, at: datetime) -> Party | None:
    """The unit the rules name for the new place, where they had named the present one for the old."""
    if order.main is None or order.state not in CHANGES_HANDS or order.progress.designated or order.avoid:
        return None
    here, code, condition = resolve.around(order, at), order.class_code, condition_of(order)
    before, after = (propose(order, where, code, condition, here) for where in (order.place, place))
    settled = value.Basis.UNSETTLED.value not in {before.basis, after.basis}
    if not settled or before.unit_id != order.main.unit or after.unit_id == before.unit_id:
        return None
    return resolve.party(people.unit_by_id(after.unit_id))
