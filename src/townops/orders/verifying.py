"""Who is asked to look before an order is accepted: the collectors nearest to the place (engine.md section 3)."""

from collections.abc import Sequence

from townops.areas import api as areas
from townops.orders import resolve
from townops.orders.access import VIEW_FIELD
from townops.orders.domain.facts import Party, Value
from townops.orders.domain.order import Order
from townops.orders.domain.taken import ASKED
from townops.people import api as people

VERIFY = "orders.verify"


def asked(order: Order, given: Value, here: resolve.Around) -> dict[str, Value]:
    """The unit, and its posts in the field that are asked: as named, else the nearest; without any collector the 联勤联动站
    or 居村 of the place, at last the center.
    """
    collectors = [
        one for one in people.posts_with(VERIFY, VIEW_FIELD, town=here.town_code) if _staffed(one, here)
    ]
    if isinstance(given, Party):
        return _of(given, [one for one in collectors if one.unit_id == given.unit])
    if nearest := _nearest(order, collectors):
        return _of(resolve.party(people.unit_by_id(nearest[0].unit_id)), nearest)
    village = order.place.village
    kinds = ("station", "village") if village else ()
    local = next((unit for kind in kinds if (unit := people.unit_for_area(kind, village or 0))), None)
    return _of(resolve.party(local or people.center(town=here.town_code)), [])


def _of(unit: Party, posts: Sequence[people.PostView]) -> dict[str, Value]:
    return {"unit": unit, ASKED: tuple(one.id for one in posts)}


def _staffed(post: people.PostView, here: resolve.Around) -> bool:
    return bool(people.directory().acting(post.id, here.at))


def _nearest(order: Order, collectors: Sequence[people.PostView]) -> list[people.PostView]:
    """Those of one unit whose part is the place's 居村, else its 责任网格, else who have no part of their own."""
    village = order.place.village
    grid = areas.area_by_id(village).parent_id if village else None
    for part in dict.fromkeys((village, grid, None)):
        if found := [one for one in collectors if one.area_id == part]:
            return [one for one in found if one.unit_id == found[0].unit_id]
    return []
