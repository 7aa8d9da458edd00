"""The lattice of 1e-7 degree, where every file keeps a point exactly: shapes in whole numbers and back."""

from typing import Final

import numpy as np
import shapely

from townops.kernel.partition.flat import Bools, polygons_of
from townops.kernel.partition.plane import Shapes

PER_DEGREE: Final = 1e7


def scaled(shapes: Shapes) -> Shapes:
    """In units of the lattice, not yet on it."""
    return np.asarray(shapely.transform(shapes, lambda at: at * PER_DEGREE), dtype=np.object_)


def rounded(shapes: Shapes) -> Shapes:
    """On the lattice, in whole numbers; a ring may touch itself afterwards."""
    return np.asarray(shapely.transform(shapes, lambda at: np.rint(at * PER_DEGREE)), dtype=np.object_)


def to_degrees(shapes: Shapes) -> Shapes:
    """Whole numbers as the nearest degrees, which are those a text with seven decimals reads as."""
    return np.asarray(shapely.transform(shapes, lambda at: np.rint(at) / PER_DEGREE), dtype=np.object_)


def on_lattice(shapes: Shapes) -> Bools:
    """Which shapes stay as they are when written with seven decimals."""
    points, owner = shapely.get_coordinates(shapes, return_index=True)
    off = (points != np.rint(points * PER_DEGREE) / PER_DEGREE).any(axis=1)
    return np.asarray(np.bincount(owner[off], minlength=len(shapes)) == 0)


def settled_on(shapes: Shapes) -> Shapes:
    """Degrees on the lattice, sound; what is there already is the very same object."""
    found = shapes.copy()
    off = np.flatnonzero(~on_lattice(shapes))
    found[off] = to_degrees(scaled(shapes[off]))
    for row in off[~shapely.is_valid(found[off])]:
        found[row] = polygons_of(shapely.make_valid(shapely.set_precision(shapes[row], 1 / PER_DEGREE)))
    return found
