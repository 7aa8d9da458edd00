"""Open orders round a point, for whoever is about to register the same thing again: within what he may see.

The blocks and 居村 that touch the circle lead, so that a town of a million orders is not walked for it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from math import cos, radians
from typing import Final

from django.db.models import Q

from townops.areas import api as areas
from townops.base import masking
from townops.kernel.actors import Actor
from townops.kernel.coordinates import METRES_PER_DEGREE, metres_between, to_cgcs2000
from townops.kernel.refusal import Refused
from townops.orders import privacy, queries
from townops.orders.access import VIEW, VIEW_ALL, VIEW_FIELD
from townops.orders.domain.states import State
from townops.orders.models import Order

FURTHEST: Final = 1_000.0
READ: Final = 500


@dataclass(frozen=True, slots=True)
class NearOrder:
    """An open order and how far from the point it is, in metres."""

    number: str
    title: str
    state: State
    place_text: str
    received_at: datetime
    due_at: datetime | None
    lng: float
    lat: float
    metres: float

    @property
    def is_open(self) -> bool:
        return True


def open_near(
    actor: Actor, lng: float, lat: float, metres: float, *, crs: str = "cgcs2000", limit: int = 20
) -> list[NearOrder]:
    """Orders another may be merged into, nearest first; no further than a kilometre.

    Refused: not_permitted (who sees no orders), and as `kernel.coordinates.to_cgcs2000` refuses.
    """
    if not any(map(actor.holds, (VIEW, VIEW_ALL, VIEW_FIELD))):
        raise Refused("not_permitted", step="search")
    point, reach = to_cgcs2000(lng, lat, crs), min(metres, FURTHEST)
    near = (_near(row, point, actor) for row in _rows(actor, point, reach))
    found = sorted((one for one in near if one.metres <= reach), key=lambda one: (one.metres, one.number))
    return found[:limit]


def _rows(actor: Actor, point: tuple[float, float], metres: float) -> Iterator[Order]:
    scopes = () if actor.holds(VIEW_ALL) else queries.scopes_of(actor)
    within = _box(point, metres) & Q(town_id__in=queries.towns_of(actor), is_open=True, parent=None)
    for placed in _places(point, metres):
        rows = Order.objects.filter(placed & within)
        yield from queries.within(rows, actor, scopes).order_by()[:READ]


def _places(point: tuple[float, float], metres: float) -> Iterator[Q]:
    """Blocks that touch the circle; 居村 that do, for what lies between their blocks."""
    blocks = [one.area.id for one in areas.nearby(*point, metres, kind="block")]
    if blocks:
        yield Q(block_id__in=blocks)
    villages = [one.area.id for one in areas.nearby(*point, metres, kind="village")]
    if villages:
        yield Q(block_id=None, village_id__in=villages)


def _box(point: tuple[float, float], metres: float) -> Q:
    lng, lat = point
    north = metres / METRES_PER_DEGREE
    east = north / cos(radians(lat))
    return Q(lng__range=(lng - east, lng + east), lat__range=(lat - north, lat + north))


def _near(row: Order, point: tuple[float, float], actor: Actor) -> NearOrder:
    lng, lat = row.lng or 0.0, row.lat or 0.0
    metres = metres_between(point, (lng, lat))
    if not privacy.goes_there(actor):
        lng, lat = masking.mask_point(lng, lat)
    return NearOrder(
        number=row.number,
        title=masking.mask_text(row.title),
        state=State(row.state),
        place_text=privacy.place_shown(actor, row),
        received_at=row.received_at,
        due_at=row.due_at,
        lng=lng,
        lat=lat,
        metres=metres,
    )
