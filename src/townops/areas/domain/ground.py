"""Which areas a point lies in. Pure: shapes and identities in, places out; safe to share between threads
once built.
"""

from collections.abc import Iterable, Iterator, Mapping
from math import cos, radians
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from townops.areas.domain.outlines import Outline, Outlines
from townops.areas.domain.views import OUTSIDE, AreaView, Location, Near
from townops.kernel.vectortiles import Box, level_of

FINEST_FIRST: Final = ("block", "village", "grid", "town")
COLUMNS: Final = ("block", "village", "grid", "town", "direct_managed")
METRES_PER_DEGREE: Final = 111_320.0
Ids = NDArray[np.int64]
Floats = NDArray[np.float64]


def ancestors(areas: Mapping[int, AreaView], area_id: int) -> Iterator[AreaView]:
    """The area itself, then upwards to the town."""
    at: int | None = area_id
    while at is not None:
        yield areas[at]
        at = areas[at].parent_id


def place_of(areas: Mapping[int, AreaView], area_id: int) -> Location:
    """The place of any point whose finest area is `area_id`."""
    levels: dict[str, AreaView] = {}
    for area in ancestors(areas, area_id):
        levels["direct_managed" if area.directly_managed and area.kind == "village" else area.kind] = area
    return Location(inside=True, **levels)


class Level:
    """All shapes of one kind, in order of code: of several that touch a point the first has the lowest
    code.
    """

    def __init__(self, areas: list[AreaView], shapes: NDArray[np.object_]) -> None:
        self.areas = areas
        self.shapes = shapes
        self.tree = shapely.STRtree(shapes)

    def first(self, point: shapely.Point) -> int:
        """Index of the lowest code that covers the point, border included; -1 when none does."""
        found = self.tree.query(point, predicate="intersects")
        return int(found.min()) if found.size else -1

    def first_of_each(self, points: NDArray[np.object_]) -> Ids:
        """`first` of many points at once."""
        best = np.full(len(points), len(self.areas), dtype=np.int64)
        which, found = self.tree.query(points, predicate="intersects")
        np.minimum.at(best, which, found)
        best[best == len(self.areas)] = -1
        return best


class Ground:
    """The shapes of one moment, finest level asked first, so that a gap between blocks still has its
    village.
    """

    def __init__(self, areas: Mapping[int, AreaView], shapes: Iterable[tuple[int, bytes]]) -> None:
        self._areas = areas
        self._wkb = dict(shapes)
        self._levels = {kind: self._level(kind) for kind in FINEST_FIRST}
        self._places = {area_id: place_of(areas, area_id) for area_id in self._wkb}
        self._rows = {kind: self._ids_of(level) for kind, level in self._levels.items()}
        self._outlines: dict[tuple[str, int], Outlines] = {}

    def _level(self, kind: str) -> Level:
        found = sorted(
            (self._areas[one] for one in self._wkb if self._areas[one].kind == kind), key=lambda a: a.code
        )
        shapes = shapely.from_wkb([self._wkb[area.id] for area in found])
        return Level(found, np.asarray(shapes, dtype=np.object_))

    def locate(self, lng: float, lat: float) -> Location:
        """The place of one point in degrees of CGCS2000."""
        point = shapely.points(lng, lat)
        for level in self._levels.values():
            found = level.first(point)
            if found >= 0:
                return self._places[level.areas[found].id]
        return OUTSIDE

    def locate_many(self, lngs: Floats, lats: Floats) -> Ids:
        """Ids of shape (n, 5), columns as `COLUMNS`; 0 where there is none."""
        points = shapely.points(lngs, lats)
        ids = np.zeros((len(points), len(COLUMNS)), dtype=np.int64)
        left = np.arange(len(points))
        for kind, level in self._levels.items():
            found = level.first_of_each(points[left])
            ids[left[found >= 0]] = self._rows[kind][found[found >= 0]]
            left = left[found < 0]
            if not left.size:
                break
        return ids

    def _ids_of(self, level: Level) -> Ids:
        rows = [
            [getattr(getattr(self._places[area.id], column), "id", 0) for column in COLUMNS]
            for area in level.areas
        ]
        return np.asarray(rows, dtype=np.int64).reshape(len(rows), len(COLUMNS))

    def nearby(self, lng: float, lat: float, metres: float, kind: str) -> list[Near]:
        """Areas of a kind within so many metres, nearest first, equal ones by code. Good to 1 % over a few
        kilometres.
        """
        level = self._levels[kind]
        east = METRES_PER_DEGREE * cos(radians(lat))
        reach_x, reach_y = metres / east, metres / METRES_PER_DEGREE
        found = np.sort(
            level.tree.query(shapely.box(lng - reach_x, lat - reach_y, lng + reach_x, lat + reach_y))
        )
        local = shapely.transform(level.shapes[found], lambda c: (c - (lng, lat)) * (east, METRES_PER_DEGREE))
        away = shapely.distance(local, shapely.Point(0, 0))
        near = [Near(level.areas[i], float(d)) for i, d in zip(found, away, strict=True) if d <= metres]
        return sorted(near, key=lambda one: (one.metres, one.area.code))

    def neighbours(self, area_id: int) -> list[AreaView]:
        """Areas of its kind that share a piece of border with it, by code; a corner alone is none."""
        wkb = self._wkb.get(area_id)
        if wkb is None:
            return []
        level, shape = self._levels[self._areas[area_id].kind], shapely.from_wkb(wkb)
        found = np.sort(level.tree.query(shape, predicate="intersects"))
        shared = shapely.length(shapely.intersection(level.shapes[found], shape.boundary))
        return [
            level.areas[i] for i, m in zip(found, shared, strict=True) if m and level.areas[i].id != area_id
        ]

    def shape(self, area_id: int) -> bytes | None:
        """WKB of the area at this moment."""
        return self._wkb.get(area_id)

    def shapes(self, kind: str) -> Iterator[tuple[AreaView, bytes]]:
        """Every area of a kind with its WKB, in order of code."""
        return ((area, self._wkb[area.id]) for area in self._levels[kind].areas)

    def outlines(self, kind: str, zoom: int, box: Box) -> list[Outline]:
        """Areas of a kind in a box as a map of that zoom draws them; made when first asked for."""
        key = kind, level_of(zoom)
        if key not in self._outlines:
            level = self._levels[kind]
            self._outlines[key] = Outlines(level.areas, level.shapes, key[1])
        return self._outlines[key].within(box)
