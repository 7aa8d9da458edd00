"""What maps show: a shape for each group of states, orders and areas of a window, places by their name."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from townops.areas import api as areas
from townops.console import choices
from townops.console.doors import Desk
from townops.kernel.refusal import Refused
from townops.kernel.tiling import Window
from townops.orders import api as orders
from townops.people import api as people

S = orders.State
BLOCKS_FROM: Final = 12
KINDS: Final = ("town", "grid", "village", "block")
FOUND: Final = 12
DIGITS: Final = 6
AROUND: Final = 0.02  # degrees beyond the town that a map may show


@dataclass(frozen=True, slots=True)
class Sign:
    """How orders of some states are drawn: told apart by shape, the colour only repeats it."""

    label: str
    shape: str
    colour: str
    states: tuple[orders.State, ...]


SIGNS: Final = (
    Sign("待受理、待立案", "circle", "blue", (S.REPORTED, S.VERIFYING, S.REFUSAL_REVIEW, S.ACCEPTED)),
    Sign("待派遣", "triangle", "blue", (S.FILED,)),
    Sign("待签收", "diamond", "blue", (S.ACKNOWLEDGING,)),
    Sign("处置中", "square", "blue", (S.HANDLING,)),
    Sign("退单、返工", "down", "amber", (S.RETURNED, S.REWORK)),
    Sign("审核、核查", "hexagon", "blue", (S.UNIT_REVIEW, S.CENTER_REVIEW, S.CHECKING)),
    Sign("挂账、并案、移交", "bars", "slate", (S.SUSPENDED, S.AWAITING_AUTHORITY, S.MERGED, S.TRANSFERRED)),
    Sign("已结束", "ring", "green", (S.NOT_ACCEPTED, S.NOT_FILED, S.CLOSED, S.ARCHIVED)),
)
SIGN_OF: Final = {state: place for place, sign in enumerate(SIGNS) for state in sign.states}
_FOLDED: Final = tuple(SIGN_OF[state] for state in S)


def setup(desk: Desk, base: str) -> dict[str, object]:
    """What every map asks for once: signs, the town's extent, its stations, and whether there is a local base."""
    town = areas.area(desk.town)
    return {
        "signs": [{"label": one.label, "shape": one.shape, "colour": one.colour} for one in SIGNS],
        "states": {state.value: place for state, place in SIGN_OF.items()},
        "box": extent(town.code),
        "stations": list(_stations(desk.town)),
        "base": base,
        "blocks_from": BLOCKS_FROM,
    }


def extent(town: str) -> tuple[float, float, float, float]:
    """West, south, east, north of a town; of a town without ground a box round Shanghai's centre."""
    found = areas.extent(areas.area(town).id)
    return found or (121.3, 31.1, 121.7, 31.4)


def _stations(town: str) -> Iterator[dict[str, object]]:
    """The joint stations, in the middle of their ground."""
    for unit in people.units_of_kind("station", town=town):
        point = areas.point_within(unit.area_id) if unit.area_id else None
        if point:
            yield {"name": unit.name, "lng": round(point[0], DIGITS), "lat": round(point[1], DIGITS)}


def orders_json(shown: orders.OnMap, window: Window, found: orders.Snapshot) -> str:
    """Compact: an order is [number, lng, lat, sign, late], a cluster [lng, lat, late, orders of each sign]."""
    told = {
        "orders": [
            [one.number, round(one.lng, DIGITS), round(one.lat, DIGITS), _FOLDED[one.kind], int(one.late)]
            for one in shown.alone
        ],
        "clusters": [
            [round(one.lng, DIGITS), round(one.lat, DIGITS), one.late, _by_sign(one.kinds)]
            for one in shown.clusters
        ],
        "zoom": window.zoom,
        "placed": len(found.spots),
        "unplaced": found.unplaced,
    }
    return json.dumps(told, separators=(",", ":"))


def _by_sign(kinds: tuple[int, ...]) -> list[int]:
    counts = [0] * len(SIGNS)
    for sign, count in zip(_FOLDED, kinds, strict=True):
        counts[sign] += count
    return counts


def areas_json(kind: str, town: str, window: Window) -> str:
    """A GeoJSON collection of the town's areas of a kind in a window; blocks only where they can be told apart."""
    if kind not in KINDS or (kind == "block" and window.zoom < BLOCKS_FROM):
        return '{"type":"FeatureCollection","features":[]}'
    mine = areas.below(areas.area(town).id)
    drawn = (one.feature for one in areas.outlines(kind, window.zoom, window.box) if one.area.id in mine)
    return f'{{"type":"FeatureCollection","features":[{",".join(drawn)}]}}'


def places_found(desk: Desk, q: str) -> list[dict[str, object]]:
    """Where a map goes for a number of an order, or a name or code of 居村 and blocks."""
    found = [*_order_place(desk, q), *_area_places(desk, q), *_key_places(desk, q)]
    return found[:FOUND]


def _order_place(desk: Desk, q: str) -> Iterator[dict[str, object]]:
    try:
        view = orders.order_for(desk.actor, q.upper(), at=desk.at)
    except Refused:
        return
    point = (view.lng, view.lat) if view.lng is not None and view.lat is not None else _area_point(view)
    if point:
        yield {
            "label": f"{view.number} {view.title}",
            "number": view.number,
            "lng": point[0],
            "lat": point[1],
        }


def _area_point(view: orders.OrderView) -> tuple[float, float] | None:
    area = view.block or view.village
    return areas.point_within(area.id) if area else None


def _area_places(desk: Desk, q: str) -> Iterator[dict[str, object]]:
    for line in choices.found_areas(desk.town, q, FOUND).lines:
        area = areas.area(choices.code_of(line))
        if point := areas.point_within(area.id):
            yield {"label": line, "kind": area.kind, "lng": point[0], "lat": point[1]}


def _key_places(desk: Desk, q: str) -> Iterator[dict[str, object]]:
    """Key places, for whoever may see them."""
    if not desk.may("areas.places"):
        return
    for one in areas.find_places(desk.town, q=q, most=FOUND):
        if point := one.point or areas.point_within(one.block.id):
            yield {"label": f"{one.name}（{one.kind}）", "kind": "block", "lng": point[0], "lat": point[1]}
