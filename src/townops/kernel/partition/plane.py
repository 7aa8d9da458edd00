"""Degrees as metres round the middle of what is looked at.

The plane is affine, so what is straight or touches in degrees is straight and touches in metres; areas are
corrected for their own latitude afterwards, which is good to one in a million over a county.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

AXIS: Final = 6378137.0
ECCENTRICITY: Final = 0.0066943800229007  # squared, of CGCS2000

Floats = NDArray[np.float64]
Shapes = NDArray[np.object_]


def metres_per_degree(lat: Floats | float) -> tuple[Floats, Floats]:
    """East and north at a latitude, on the ellipsoid of CGCS2000."""
    phi = np.radians(np.asarray(lat, np.float64))
    bent = 1 - ECCENTRICITY * np.sin(phi) ** 2
    per_degree = AXIS * math.pi / 180
    return per_degree * np.cos(phi) / np.sqrt(bent), per_degree * (1 - ECCENTRICITY) / bent**1.5


@dataclass(frozen=True, slots=True)
class Plane:
    """The plane that touches at a point."""

    lng: float
    lat: float
    east: float
    north: float

    @classmethod
    def around(cls, shapes: Shapes) -> "Plane":
        west, south, right, top = shapely.total_bounds(shapes)
        lng, lat = (west + right) / 2, (south + top) / 2
        if not math.isfinite(lng + lat):
            lng, lat = 0.0, 0.0
        east, north = metres_per_degree(lat)
        return cls(lng, lat, float(east), float(north))

    def metres(self, shapes: Shapes) -> Shapes:
        return self._moved(shapes, self.points)

    def points(self, at: Floats) -> Floats:
        return (at - (self.lng, self.lat)) * (self.east, self.north)

    def degrees(self, shapes: Shapes) -> Shapes:
        return self._moved(shapes, lambda at: at / (self.east, self.north) + (self.lng, self.lat))

    def areas(self, shapes: Shapes) -> Floats:
        """Square metres on the ellipsoid of shapes of the plane."""
        flat = np.asarray(shapely.area(shapes), np.float64)
        bounds = np.nan_to_num(shapely.bounds(shapes))  # nothing has no middle
        middle = (bounds[..., 1] + bounds[..., 3]) / 2
        east, north = metres_per_degree(self.lat + middle / self.north)
        return np.asarray(flat * (east * north) / (self.east * self.north), np.float64)

    @staticmethod
    def _moved(shapes: Shapes, move: Callable[[Floats], Floats]) -> Shapes:
        return np.asarray(shapely.transform(shapes, move), dtype=np.object_)
