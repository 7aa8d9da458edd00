"""All features of all levels as columns: one row a feature, levels one after the other."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray

from townops.kernel.partition.plane import Floats, Plane, Shapes
from townops.kernel.partition.terms import Level

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
NOBODY = -1


@dataclass(frozen=True, slots=True)
class Flat:
    """Columns of one length. `shapes` are degrees and `metric` the same in metres; rows that are not `alive` take
    no ground: they are empty or a second copy. `mended` rows stand in for an invalid shape.
    """

    names: tuple[str, ...]
    codes: tuple[str, ...]
    declared: tuple[str, ...]
    level: Ints
    shapes: Shapes
    metric: Shapes
    plane: Plane
    detached: Bools
    managed: Bools
    alive: Bools
    mended: Bools

    def __len__(self) -> int:
        return len(self.codes)

    def of_level(self, level: int) -> Ints:
        """Rows of a level that take ground."""
        return np.flatnonzero((self.level == level) & self.alive)

    def name_of(self, row: int) -> str:
        return self.names[int(self.level[row])]

    def codes_of(self, rows: Sequence[int] | Ints) -> tuple[str, ...]:
        return tuple(self.codes[int(row)] for row in rows)

    def without(self, rows: Sequence[int] | Ints) -> "Flat":
        alive = self.alive.copy()
        alive[rows] = False
        return replace(self, alive=alive)


def flatten(levels: Sequence[Level]) -> tuple[Flat, Shapes]:
    """Columns with sound stand-ins, and the shapes as they came."""
    features = [one for level in levels for one in level.features]
    given = np.array([one.shape for one in features] or [None], dtype=np.object_)[: len(features)]
    shapes, mended = stand_ins(given)
    plane = Plane.around(shapes)
    flat = Flat(
        names=tuple(level.name for level in levels),
        codes=tuple(one.code for one in features),
        declared=tuple(one.parent for one in features),
        level=np.repeat(np.arange(len(levels)), [len(level.features) for level in levels]).astype(np.int64),
        shapes=shapes,
        metric=plane.metres(shapes),
        plane=plane,
        detached=np.array([one.detached_allowed for one in features], bool),
        managed=np.array([one.directly_managed for one in features], bool),
        alive=~shapely.is_empty(shapes),
        mended=mended,
    )
    return flat, given


def stand_ins(given: Shapes) -> tuple[Shapes, Bools]:
    """Sound polygons in place of what is invalid, absent or no polygon (empty where nothing is left of it)."""
    kinds = shapely.get_type_id(given)
    sound = np.isin(kinds, (3, 6)) & shapely.is_valid(given) & ~shapely.is_empty(given)
    shapes = given.copy()
    for row in np.flatnonzero(~sound):
        shapes[row] = mended(given[row])
    return np.asarray(shapely.force_2d(shapes), dtype=np.object_), ~sound


def mended(shape: shapely.Geometry | None) -> shapely.Geometry:
    """The polygons of a shape: numbers that are none left out, crossings cut, lines and points dropped."""
    if shape is None or shape.geom_type not in ("Polygon", "MultiPolygon"):
        return shapely.Polygon()
    finite = [ring for part in shapely.get_parts(shape) if (ring := _finite(part)) is not None]
    found = shapely.make_valid(shapely.multipolygons(finite), method="linework")
    return polygons_of(found)


def _finite(part: shapely.Polygon) -> shapely.Polygon | None:
    rings = [shapely.get_coordinates(ring) for ring in shapely.get_rings(part)]
    rings = [ring[np.isfinite(ring).all(axis=1)] for ring in rings]
    shell, *holes = [shapely.linearrings(ring) if _turns(ring) else None for ring in rings]
    if shell is None:
        return None
    return shapely.polygons(shell, holes=[hole for hole in holes if hole is not None] or None)


def _turns(ring: Floats) -> bool:
    return len(np.unique(ring, axis=0)) > 2  # noqa: PLR2004  (a ring has three corners)


def polygons_of(shape: shapely.Geometry) -> shapely.Geometry:
    """Only what has an area, as one polygon or several."""
    parts = shapely.get_parts(shapely.get_parts(shape))
    parts = parts[(shapely.get_type_id(parts) == 3) & ~shapely.is_empty(parts)]  # noqa: PLR2004
    if len(parts) == 0:
        return shapely.Polygon()
    return parts[0] if len(parts) == 1 else shapely.multipolygons(parts)
