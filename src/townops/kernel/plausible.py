"""Which coordinate systems make sense for points of a town: asked before anything is taken, never guessed
silently.

A set of points is tried in every system a town meets, also with its two columns swapped; a system is
plausible when nearly all points then lie on the town's ground. Points of a small part in the middle of a town
are plausible in several: then somebody has to say.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from townops.kernel.coordinates import METRES_PER_DEGREE, Crs, to_cgcs2000
from townops.kernel.planes import Plane, zones_near
from townops.kernel.refusal import Refused

Array = NDArray[np.float64]
NEARLY_ALL: Final = 0.98
BORDER_M: Final = 30.0  # outlines of two surveys differ by so much
MOST_POINTS: Final = 4000
DEGREES: Final = (Crs.CGCS2000, Crs.GCJ02, Crs.BD09)  # WGS84 is taken as CGCS2000
IN_DEGREES: Final = 181.0


@dataclass(frozen=True, slots=True)
class Fit:
    """How points lie on a town in one system: the share on its ground, metres from middle to middle."""

    system: str
    swapped: bool
    inside: float
    off_m: float

    @property
    def plausible(self) -> bool:
        return self.inside >= NEARLY_ALL


def fits(points: Array, town: shapely.Geometry, planes: Mapping[str, Plane] | None = None) -> tuple[Fit, ...]:
    """Every system tried on points of shape (n, 2), best first; `town` in CGCS2000; `planes` are the town's
    own."""
    sample = _sample(points)
    if not len(sample):
        return ()
    ground = _Ground(town)
    tried = (_tried(sample, ground, *one) for one in _systems(sample, ground.lng, planes or {}))
    return tuple(sorted((one for one in tried if one), key=lambda one: (-round(one.inside, 3), one.off_m)))


def better(
    points: Array, town: shapely.Geometry, said: str, planes: Mapping[str, Plane] | None = None
) -> tuple[Fit, ...]:
    """The plausible systems when what was said is not one of them; nothing when it is, or when none is."""
    found = [one for one in fits(points, town, planes) if one.plausible]
    name = Crs.CGCS2000 if said.lower() in SAME_GROUND else said.lower()
    return () if any(one.system == name and not one.swapped for one in found) else tuple(found)


SAME_GROUND: Final = frozenset({"cgcs2000", "wgs84", "epsg:4490", "epsg:4326", "epsg:4979", "ogc:crs84"})


class _Ground:
    """A town in metres round its own middle, a little widened."""

    def __init__(self, town: shapely.Geometry) -> None:
        west, south, east, north = shapely.bounds(town).tolist()
        self.lng, self.lat = (west + east) / 2, (south + north) / 2
        self._scale = METRES_PER_DEGREE * np.array([np.cos(np.radians(self.lat)), 1.0])
        wide = shapely.transform(town, lambda at: (at - (self.lng, self.lat)) * self._scale)
        self.shape = shapely.buffer(shapely.make_valid(wide), BORDER_M)
        shapely.prepare(self.shape)

    def metres(self, lng: Array, lat: Array) -> Array:
        return np.asarray((np.column_stack([lng, lat]) - (self.lng, self.lat)) * self._scale)


def _sample(points: Array) -> Array:
    """Evenly taken, always the same ones; what is no number is another check's business."""
    real = points[np.isfinite(points).all(axis=1)]
    return np.asarray(real[:: max(1, -(-len(real) // MOST_POINTS))])


def _systems(
    sample: Array, lng: float, planes: Mapping[str, Plane]
) -> Iterator[tuple[str, Plane | None, bool]]:
    degrees = np.abs(sample).max() <= IN_DEGREES
    names: Iterable[str] = DEGREES if degrees else zones_near(lng)
    for swapped in (False, True):
        yield from ((str(name), None, swapped) for name in names)
        yield from ((name, plane, swapped) for name, plane in planes.items())


def _tried(sample: Array, ground: _Ground, system: str, plane: Plane | None, swapped: bool) -> Fit | None:
    x, y = (sample[:, 1], sample[:, 0]) if swapped else (sample[:, 0], sample[:, 1])
    try:
        lng, lat = plane.to_degrees(x, y) if plane else to_cgcs2000(x, y, system)
    except Refused:
        return None
    at = ground.metres(lng, lat)
    inside = float(np.mean(shapely.intersects_xy(ground.shape, at[:, 0], at[:, 1])))
    middle = (at.min(axis=0) + at.max(axis=0)) / 2
    return Fit(system, swapped, inside, float(np.hypot(*middle)))
