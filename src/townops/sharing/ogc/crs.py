"""Coordinate systems of Part 2, named by their address, in the order of axes each authority defines.

WGS84 is taken as CGCS2000, as everywhere (kernel.coordinates). Plane systems come by the published definition (pyproj).
"""

from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

from townops.kernel.refusal import Refused
from townops.kernel.vectortiles import Box, Shapes

CRS84: Final = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
_EPSG: Final = "http://www.opengis.net/def/crs/EPSG/0/"
STORED: Final = f"{_EPSG}4490"
DEGREE_DIGITS, METRE_DIGITS = 8, 3
EDGE_PARTS: Final = 32  # a straight edge of a box in one system is a curve in another
Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class System:
    """`plane`: EPSG number of a system in metres, 0 for degrees; `swapped`: the second axis of a map comes first."""

    uri: str
    plane: int = 0
    swapped: bool = False

    def out(self, shapes: Shapes) -> Shapes:
        """From degrees as stored, longitude first, to this system, rounded below what a survey can tell."""
        made: Shapes = shapely.transform(shapes, self._out)
        return made

    def _out(self, places: Points) -> Points:
        found = places if not self.plane else _moved(self.plane, places, back=False)
        rounded = np.round(found, METRE_DIGITS if self.plane else DEGREE_DIGITS)
        return rounded[:, ::-1] if self.swapped else rounded

    def box(self, edges: Box) -> shapely.Geometry:
        """A box of this system as a shape in degrees. Refused(bbox_malformed): it lies nowhere on earth."""
        corners = np.array(shapely.box(*edges).exterior.coords)
        parts = np.linspace(0, 1, EDGE_PARTS if self.plane else 1, endpoint=False)[:, None]
        sides = [start + parts * (end - start) for start, end in pairwise(corners)]
        ring = self._back(np.vstack([*sides, corners[-1:]]))
        if not np.isfinite(ring).all():
            raise Refused("bbox_malformed", value=",".join(map(str, edges))[:80])
        return shapely.polygons(ring)

    def _back(self, places: Points) -> Points:
        straight = places[:, ::-1] if self.swapped else places
        return _moved(self.plane, straight, back=True) if self.plane else straight


SYSTEMS: Final = {
    one.uri: one
    for one in (
        System(CRS84),
        System(STORED, swapped=True),
        System(f"{_EPSG}4326", swapped=True),
        System(f"{_EPSG}4549", plane=4549, swapped=True),
        System(f"{_EPSG}3857", plane=3857),
    )
}


def system(uri: str) -> System:
    """By its address, also in brackets. Refused(crs_unsupported)."""
    found = SYSTEMS.get(uri.strip("[]<>"))
    if found is None:
        raise Refused("crs_unsupported", crs=uri[:80], known=list(SYSTEMS))
    return found


def _moved(plane: int, places: Points, *, back: bool) -> Points:
    xs, ys = _transformer(plane, back).transform(places[:, 0], places[:, 1])
    return np.column_stack((xs, ys))


@cache
def _transformer(plane: int, back: bool) -> Transformer:
    ends = (plane, 4490) if back else (4490, plane)
    return Transformer.from_crs(*ends, always_xy=True)
