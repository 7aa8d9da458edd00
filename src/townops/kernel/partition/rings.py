"""Borders as walks over points, and the two things an edit does to them: points move, or a run of points is replaced.

Whatever moves, moves in every ring that has it, on all levels; so along a border the walks of both sides still cancel
(see `edges`). What then remains to be asked is whether each ring is still sound and still turns as it did: if so, a
partition stays one.
"""

from collections.abc import Iterable, Mapping
from itertools import pairwise

import numpy as np
import shapely

from townops.kernel.partition.lattice import PER_DEGREE
from townops.kernel.partition.sheet import Changes, Point, Sheet
from townops.kernel.refusal import Refused

Ring = tuple[Point, ...]  # the last point is not the first again
Body = tuple[tuple[Ring, ...], ...]  # parts, each a shell and its holes
Edge = tuple[Point, Point]
LEAST = 3


def on_lattice(point: Point) -> Point:
    """The nearest point that every file keeps."""
    lng, lat = (np.rint(np.array(point) * PER_DEGREE) / PER_DEGREE).tolist()
    return lng, lat


def body_of(shape: shapely.Geometry) -> Body:
    """The rings of a polygon or of several."""
    return tuple(tuple(_ring(ring) for ring in shapely.get_rings(part)) for part in shapely.get_parts(shape))


def _ring(ring: shapely.Geometry) -> Ring:
    return tuple((x, y) for x, y in shapely.get_coordinates(ring)[:-1].tolist())


def shape_of(body: Body) -> shapely.Geometry:
    """One polygon, or several."""
    parts = [shapely.Polygon(shell, holes or None) for shell, *holes in body]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def edges_of(ring: Ring) -> Iterable[Edge]:
    return zip(ring, (*ring[1:], ring[0]), strict=True)


def undirected(a: Point, b: Point) -> Edge:
    return (a, b) if a <= b else (b, a)


def rings(body: Body) -> Iterable[Ring]:
    return (ring for part in body for ring in part)


def moved(body: Body, places: Mapping[Point, Point]) -> Body:
    """Points put elsewhere; those that fall together become one."""
    return tuple(tuple(_tidy(tuple(places.get(at, at) for at in ring)) for ring in part) for part in body)


def _tidy(ring: Ring) -> Ring:
    return tuple(at for at, before in zip(ring, (ring[-1], *ring[:-1]), strict=True) if at != before)


def rerouted(body: Body, old: Ring, new: Ring) -> Body:
    """The run `old` of neighbouring points replaced by `new`, in whichever direction a ring has it. Both begin and end at
    the same points, which are one when the run is a whole ring. Refused(edit_node) where a ring has a part of it only.
    """
    wanted = {undirected(a, b) for a, b in pairwise(old)}
    return tuple(tuple(_rerouted(ring, old, new, wanted) for ring in part) for part in body)


def _rerouted(ring: Ring, old: Ring, new: Ring, wanted: set[Edge]) -> Ring:
    if wanted.isdisjoint(undirected(a, b) for a, b in edges_of(ring)):
        return ring
    for run, instead in ((old, new), (old[::-1], new[::-1])):
        start = ring.index(run[0]) if run[0] in ring else 0
        turned = (*ring[start:], *ring[:start], ring[start])
        if turned[: len(run)] == run:
            rest = turned[len(run) : -1]
            return _begun_at(ring[0], _tidy((*instead, *rest) if run[0] != run[-1] else instead[:-1]))
    raise Refused("edit_node")


def _begun_at(first: Point, ring: Ring) -> Ring:
    start = ring.index(first) if first in ring else 0
    return (*ring[start:], *ring[:start])


def settled(sheet: Sheet, bodies: Mapping[str, Body], *, points_only: bool = False) -> Changes:
    """Features with their new borders; those that are as before are left out.

    Refused: edit_fixed, edit_vanishes, edit_crosses with the code of the first that would be unsound.
    """
    changes: Changes = {}
    for code, body in bodies.items():
        before = sheet.pieces[code]
        old = body_of(before.shape)
        if body == old:
            continue
        if code in sheet.fixed and not points_only:
            raise Refused("edit_fixed", code=code)
        if any(len(ring) < LEAST for ring in rings(body)):
            raise Refused("edit_vanishes", code=code)
        shape = shape_of(body)
        if before.shape.is_valid:
            must_be_sound(code, shape)
            if turns(old) != turns(body):
                raise Refused("edit_vanishes", code=code)
        changes[code] = before.with_shape(shape)
    return changes


def must_be_sound(code: str, shape: shapely.Geometry) -> None:
    """Refused(edit_crosses)."""
    if not shape.is_valid:
        raise Refused("edit_crosses", code=code)


def turns(body: Body) -> list[bool]:
    """For each ring whether its ground lies to the left."""
    return [_area(ring) > 0 for ring in rings(body)]


def _area(ring: Ring) -> float:
    at = np.array(ring) - ring[0]
    after = np.roll(at, -1, axis=0)
    return float((at[:, 0] * after[:, 1] - at[:, 1] * after[:, 0]).sum())
