"""Tiles of a web map as vectors (Mapbox Vector Tile 2): cut, rounded to the tile's lattice, encoded. Pure.

Shapes that cover their ground are simplified together, so that neighbours keep their common border at every zoom.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import mapbox_vector_tile
import numpy as np
import shapely
from numpy.typing import NDArray

from townops.kernel.refusal import Refused
from townops.kernel.tiling import HIGHEST, degrees, unit_square

COARSEST, FINEST, STEP = 8, 16, 2
DIGITS: Final = 6  # of a degree: a tenth of a metre
PIXELS: Final = 512.0
EXTENT: Final = 4096
MARGIN: Final = 64  # beyond the tile's edge, so that outlines are not drawn along it
Box = tuple[float, float, float, float]
Shapes = NDArray[np.object_]
Fact = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Tile:
    """A square of a zoom, counted eastwards and southwards. Refused(tile_unknown) when the zoom has no such square."""

    zoom: int
    x: int
    y: int

    def __post_init__(self) -> None:
        side = 1 << self.zoom if 0 <= self.zoom <= HIGHEST else 0
        if not (0 <= self.x < side and 0 <= self.y < side):
            raise Refused("tile_unknown", z=self.zoom, x=self.x, y=self.y)

    @property
    def box(self) -> Box:
        """West, south, east, north in degrees, with the margin."""
        side, more = 1 << self.zoom, MARGIN / EXTENT
        west, north = degrees((self.x - more) / side, (self.y - more) / side)
        east, south = degrees((self.x + 1 + more) / side, (self.y + 1 + more) / side)
        return west, south, east, north

    def placed(self, places: NDArray[np.float64]) -> NDArray[np.float64]:
        """Degrees (n, 2) on the tile's lattice, y downwards."""
        xs, ys = unit_square(places[:, 0], places[:, 1])
        side = float(1 << self.zoom)
        return np.column_stack(((xs * side - self.x) * EXTENT, (ys * side - self.y) * EXTENT))


def level_of(zoom: int) -> int:
    """The zoom that shapes are simplified for: every second one, within what makes a difference."""
    return max(COARSEST, min(FINEST, zoom // STEP * STEP))


def simplified(shapes: Shapes, zoom: int) -> Shapes:
    """To about a pixel of the zoom; each keeps its holes, its parts and its neighbours."""
    degrees_of_a_pixel = 360.0 / (PIXELS * 2**zoom)
    drawn = shapely.coverage_simplify(shapes, degrees_of_a_pixel) if len(shapes) else shapes
    rounded: Shapes = shapely.transform(drawn, lambda places: np.round(places, DIGITS))
    return rounded


def cut(shapes: Shapes, tile: Tile) -> Shapes:
    """Each on the tile's lattice, whole numbers, valid; empty where nothing is left of it."""
    found = shapely.clip_by_rect(shapes, *tile.box)
    whole = shapely.set_precision(shapely.transform(found, tile.placed), 1.0)
    kept: Shapes = shapely.orient_polygons(_of_same_kind(whole, shapely.get_dimensions(shapes)))
    return kept


def _of_same_kind(shapes: Shapes, dimensions: NDArray[np.int32]) -> Shapes:
    """A clipped area may leave a line or a point at the edge: only parts of the dimension it had."""
    mixed = np.flatnonzero(shapely.get_type_id(shapes) == shapely.GeometryType.GEOMETRYCOLLECTION)
    for place in mixed:
        parts = shapely.get_parts(shapes[place])
        same = parts[shapely.get_dimensions(parts) == dimensions[place]]
        shapes[place] = shapely.union_all(same) if len(same) else shapely.Point()
    shapes[shapely.get_dimensions(shapes) != dimensions] = shapely.Point()
    return shapes


def encode(layers: Mapping[str, tuple[Shapes, Sequence[Mapping[str, Fact]]]]) -> bytes:
    """Layers by name as one tile, of shapes as `cut` leaves them; b"" when all are empty."""
    made = [{"name": name, "features": list(_features(*layer))} for name, layer in layers.items()]
    told = [one for one in made if one["features"]]
    if not told:
        return b""
    options = {"y_coord_down": True, "extents": EXTENT, "check_winding_order": False}
    tile: bytes = mapbox_vector_tile.encode(told, default_options=options)
    return tile


def _features(shapes: Shapes, facts: Sequence[Mapping[str, Fact]]) -> Iterator[Mapping[str, object]]:
    for shape, told in zip(shapes, facts, strict=True):
        if not shape.is_empty:
            known = {name: fact for name, fact in told.items() if fact is not None}
            yield {"geometry": shape, "properties": known}
