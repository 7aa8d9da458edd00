"""The lattice of a web map: degrees to cells of a zoom, and the windows of cells that are asked for.

A cell is 1/8 of a 512-pixel tile. Cells belong to the zoom alone, so nothing jumps when a map is moved, and a window
takes whole cells, west and north edge in, east and south edge out: windows side by side share nothing and miss nothing.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from townops.kernel.refusal import Refused

CELLS_PER_TILE: Final = 8
FURTHEST: Final = 85.05112878  # where the square of the projection ends
HIGHEST: Final = 22
MOST_CELLS: Final = 4096
_DEGREES, _EDGES = 360.0, 4
Cells = NDArray[np.int64]
Floats = NDArray[np.float64]


def unit_square(lngs: Floats, lats: Floats) -> tuple[Floats, Floats]:
    """Web Mercator, both within [0, 1), x eastwards from -180, y southwards; beyond its ends they are the ends."""
    last = np.nextafter(1.0, 0.0)
    sines = np.sin(np.radians(np.clip(lats, -FURTHEST, FURTHEST)))
    ys = 0.5 - np.log((1 + sines) / (1 - sines)) / (4 * math.pi)
    return np.clip(lngs / _DEGREES + 0.5, 0.0, last), np.clip(ys, 0.0, last)


def degrees(x: float, y: float) -> tuple[float, float]:
    """Back again."""
    return (x - 0.5) * _DEGREES, math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y))))


@dataclass(frozen=True, slots=True)
class Window:
    """Cells `left` <= column < `right` and `top` <= row < `bottom` of one zoom."""

    zoom: int
    left: int
    top: int
    right: int
    bottom: int

    @property
    def side(self) -> int:
        """How many cells the world is wide."""
        return CELLS_PER_TILE << self.zoom

    @property
    def cells(self) -> int:
        return (self.right - self.left) * (self.bottom - self.top)

    def holds(self, columns: Cells, rows: Cells) -> NDArray[np.bool_]:
        across = (columns >= self.left) & (columns < self.right)
        return across & (rows >= self.top) & (rows < self.bottom)

    @property
    def box(self) -> tuple[float, float, float, float]:
        """West, south, east, north in degrees."""
        west, north = degrees(self.left / self.side, self.top / self.side)
        east, south = degrees(self.right / self.side, self.bottom / self.side)
        return west, south, east, north


def cells_of(xs: Floats, ys: Floats, zoom: int) -> tuple[Cells, Cells]:
    """Columns and rows of points of the unit square."""
    side = CELLS_PER_TILE << zoom
    return (xs * side).astype(np.int64), (ys * side).astype(np.int64)


def window(box: tuple[float, float, float, float], zoom: int) -> Window:
    """The cells that a box (west, south, east, north) touches; of a coarser zoom when they would be too many.

    Refused(box_malformed): no box, or edges the wrong way round.
    """
    west, south, east, north = box
    if not all(map(math.isfinite, box)) or west >= east or south >= north:
        raise Refused("box_malformed", value=",".join(map(str, box))[:60])
    zoom = max(0, min(zoom, HIGHEST))
    xs, ys = unit_square(np.array([west, east]), np.array([north, south]))
    found = _window(xs, ys, zoom)
    while found.cells > MOST_CELLS:
        zoom -= 1
        found = _window(xs, ys, zoom)
    return found


def _window(xs: Floats, ys: Floats, zoom: int) -> Window:
    columns, rows = cells_of(xs, ys, zoom)
    return Window(zoom, int(columns[0]), int(rows[0]), int(columns[1]) + 1, int(rows[1]) + 1)


def read_box(text: str) -> tuple[float, float, float, float]:
    """ "west,south,east,north" in degrees. Refused(box_malformed)."""
    try:
        edges = [float(one) for one in text.split(",")]
    except ValueError:
        raise Refused("box_malformed", value=text[:60]) from None
    if len(edges) != _EDGES or not all(map(math.isfinite, edges)):
        raise Refused("box_malformed", value=text[:60])
    west, south, east, north = edges
    if west >= east or south >= north:
        raise Refused("box_malformed", value=text[:60])
    return west, south, east, north
