"""Everybody's borders as one drawing on the lattice, cut where they cross, and the faces between them."""

from dataclasses import dataclass

import numpy as np
import shapely

from townops.kernel.partition.edges import numbered, rings_of
from townops.kernel.partition.flat import Bools, Flat, Ints
from townops.kernel.partition.lattice import rounded
from townops.kernel.partition.plane import Floats, Shapes


@dataclass(frozen=True, slots=True)
class Faces:
    """Faces of the drawing in lattice units; for each common edge of two faces (`one`, `other`) its metres, and for each
    (face, owner) of `corner_face`, `corner_owner` a corner that this owner alone has.
    """

    shapes: Shapes
    metric: Shapes
    one: Ints
    other: Ints
    metres: Floats
    corner_face: Ints
    corner_owner: Ints


def drawn(flat: Flat, rows: Ints, extra: Shapes, snap: float) -> Faces:
    """The faces between the borders of some rows and extra lines (degrees)."""
    points, of_ring, of_shape = rings_of(rounded(flat.shapes[rows]))
    owner = rows[of_shape[of_ring]]
    points = snapped(points, owner, flat, snap)
    follows = (of_ring[1:] == of_ring[:-1]) & (points[1:] != points[:-1]).any(axis=1)
    ends = np.stack([points[:-1][follows], points[1:][follows]], axis=1)
    turned = (ends[:, 0, 0] > ends[:, 1, 0]) | (
        (ends[:, 0, 0] == ends[:, 1, 0]) & (ends[:, 0, 1] > ends[:, 1, 1])
    )
    ends[turned] = ends[turned][:, ::-1]
    lines = shapely.linestrings(np.unique(ends, axis=0))
    noded = shapely.union_all(np.concatenate([lines, shapely.boundary(rounded(extra))]), grid_size=1)
    shapes = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    return _described(flat, np.asarray(shapes, dtype=np.object_), points, owner)


def _described(flat: Flat, shapes: Shapes, points: Floats, owner: Ints) -> Faces:
    corners, of_ring, of_face = rings_of(shapes)
    _, node = numbered(np.concatenate([corners, points]))
    users, alone = users_of(node[len(corners) :], owner, int(node.max(initial=-1)) + 1)
    mine = node[: len(corners)]
    face = of_face[of_ring]
    private = users[mine] == 1
    follows = of_ring[1:] == of_ring[:-1]
    a, b, at = mine[:-1][follows], mine[1:][follows], face[:-1][follows]
    step = flat.plane.points(corners[1:][follows] / 1e7) - flat.plane.points(corners[:-1][follows] / 1e7)
    one, other, place = _sides(a, b, at)
    metric = flat.plane.metres(np.asarray(shapely.transform(shapes, lambda xy: xy / 1e7), dtype=np.object_))
    return Faces(
        shapes,
        metric,
        one,
        other,
        np.hypot(step[:, 0], step[:, 1])[place],
        face[private],
        alone[mine[private]],
    )


def _sides(a: Ints, b: Ints, face: Ints) -> tuple[Ints, Ints, Ints]:
    """Faces left and right of every edge that two faces share, and the place of the edge."""
    count = int(max(a.max(initial=0), b.max(initial=0))) + 1
    key, back = a * count + b, b * count + a
    order = np.argsort(key)
    at = np.minimum(np.searchsorted(key[order], back), max(len(key) - 1, 0))
    place = np.flatnonzero(key[order][at] == back) if len(key) else np.zeros(0, np.int64)
    return face[place], face[order[at[place]]], place


def users_of(node: Ints, owner: Ints, count: int) -> tuple[Ints, Ints]:
    """For each node how many owners have it, and one of them."""
    pairs = np.unique(np.column_stack([node, owner]), axis=0)
    alone = np.full(count, -1, np.int64)
    alone[pairs[::-1, 0]] = pairs[::-1, 1]
    return np.bincount(pairs[:, 0], minlength=count).astype(np.int64), alone


def snapped(points: Floats, owner: Ints, flat: Flat, snap: float) -> Floats:
    """Points that only one owner has, drawn to the nearest point of somebody else within the snap distance: to one
    that several have, or to one of an earlier row that only that row has.
    """
    distinct, node = numbered(points)
    users, alone = users_of(node, owner, len(distinct))
    dots = shapely.points(flat.plane.points(distinct / 1e7))
    lone = np.flatnonzero(users == 1)
    which, near = shapely.STRtree(dots).query(dots[lone], predicate="dwithin", distance=snap)
    which = lone[which]
    pairs = np.unique(np.column_stack([node, owner]), axis=0)
    known = pairs[:, 0] * (len(flat) + 1) + pairs[:, 1]
    foreign = ~np.isin(near * (len(flat) + 1) + alone[which], known)
    better = foreign & ((users[near] > 1) | (alone[near] < alone[which]))
    which, near = which[better], near[better]
    order = np.lexsort((near, shapely.distance(dots[which], dots[near]), which))
    moved = distinct.copy()
    first, at = np.unique(which[order], return_index=True)
    moved[first] = distinct[near[order][at]]
    return moved[node]


def near_rows(flat: Flat, rows: Ints, active: Bools, distance: float) -> Ints:
    """Of `rows`, those that are active or come near one that is."""
    live = rows[active[rows]]
    if not len(live):
        return live
    tree = shapely.STRtree(flat.metric[rows])
    return np.union1d(rows[tree.query(flat.metric[live], predicate="dwithin", distance=distance)[1]], live)
