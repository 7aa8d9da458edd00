"""Borders as directed edges between numbered points, so that "the same border" is a question about whole numbers.

The ground lies left of every edge. Along a border that two features share, one has the edge and the other its
reverse: in the sum over all children of a parent the two cancel, and what remains must be the parent's own border.
If it is, every point inside is covered exactly once (a sum of areas is determined by its boundary), which
proves no overlap, no gap, containment and identical vertices at once.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from townops.kernel.partition.flat import NOBODY, Flat, Ints
from townops.kernel.partition.plane import Floats, Shapes

NO_GROUP = -2


@dataclass(frozen=True, slots=True)
class Edges:
    """Every edge of every living feature: from node `a` to node `b` of row `owner`. `key` is the same for an edge and
    its reverse, `sign` tells them apart. `points` holds the degrees of each node.
    """

    owner: Ints
    a: Ints
    b: Ints
    key: Ints
    sign: Ints
    points: Floats

    def lines(self, which: Ints, points: Floats) -> Shapes:
        """Some edges as lines, drawn with the points given."""
        ends = np.stack([points[self.a[which]], points[self.b[which]]], axis=1)
        return np.asarray(shapely.linestrings(ends), dtype=np.object_)


def rings_of(shapes: Shapes) -> tuple[Floats, Ints, Ints]:
    """Points of all rings, the ring of each point, and the shape of each ring; ground to the left."""
    turned = shapely.orient_polygons(shapes, exterior_cw=False)
    parts, of_shape = shapely.get_parts(turned, return_index=True)
    rings, of_part = shapely.get_rings(parts, return_index=True)
    points, of_ring = shapely.get_coordinates(rings, return_index=True)
    return points, of_ring.astype(np.int64), of_shape[of_part].astype(np.int64)


def numbered(points: Floats) -> tuple[Floats, Ints]:
    """Distinct points, and the number of each point given. Equal means equal to the last bit."""
    whole = np.ascontiguousarray(points + 0.0)  # -0.0 is 0.0
    distinct, number = np.unique(whole.view(np.complex128).ravel(), return_inverse=True)
    return np.column_stack([distinct.real, distinct.imag]), number.astype(np.int64)


def edges_of(flat: Flat) -> Edges:
    rows = np.flatnonzero(flat.alive)
    points, of_ring, of_shape = rings_of(flat.shapes[rows])
    distinct, node = numbered(points)
    follows = (of_ring[1:] == of_ring[:-1]) & (node[1:] != node[:-1])
    a, b = node[:-1][follows], node[1:][follows]
    owner = rows[of_shape[of_ring[:-1][follows]]]
    low, high = np.minimum(a, b), np.maximum(a, b)
    _, key = np.unique(low * len(distinct) + high, return_inverse=True)
    return Edges(owner, a, b, key.astype(np.int64), np.where(a < b, 1, -1).astype(np.int64), distinct)


@dataclass(frozen=True, slots=True)
class Chain:
    """What is left over when the borders of all children are added and the border of the parent is taken away.

    `edge` are numbers of edges that do not cancel, `group` the parent they were looked at for.
    """

    edge: Ints
    group: Ints
    dirty: NDArray[np.bool_]  # for each row: whether its children fail to tile it exactly


def chain_of(flat: Flat, edges: Edges, parents: Ints) -> Chain:
    """Leftovers of every parent that has children. The top level has no parent: see `outline_is_sound`."""
    has_children = np.zeros(len(flat), bool)
    has_children[parents[(parents >= 0) & flat.alive]] = True
    above = parents[edges.owner]
    lower, upper = np.flatnonzero(above >= 0), np.flatnonzero(has_children[edges.owner])
    number = np.concatenate([lower, upper])
    group = np.concatenate([above[lower], edges.owner[upper]])
    sign = np.concatenate([edges.sign[lower], -edges.sign[upper]])
    left = leftovers(group, edges.key[number], sign)
    dirty = np.zeros(len(flat), bool)
    dirty[group[left]] = True
    return Chain(number[left], group[left], dirty)


def top_chain(flat: Flat, edges: Edges, parents: Ints) -> Chain:
    """The outer border of the coarsest level, which nothing cancels."""
    number = np.flatnonzero((flat.level[edges.owner] == 0) & (parents[edges.owner] == NOBODY))
    left = leftovers(np.zeros(len(number), np.int64), edges.key[number], edges.sign[number])
    return Chain(number[left], np.full(int(left.sum()), NOBODY), np.zeros(0, bool))


def leftovers(group: Ints, key: Ints, sign: Ints) -> NDArray[np.bool_]:
    """Which of the signed edges belong to a sum that is not zero."""
    if len(key) == 0:
        return np.zeros(0, bool)
    joint = (group + 1) * (int(key.max()) + 1) + key
    _, place = np.unique(joint, return_inverse=True)
    return np.asarray(np.bincount(place, weights=sign)[place] != 0)


def outline_is_sound(flat: Flat, edges: Edges, chain: Chain, rows: Ints) -> bool:
    """Whether the leftovers of the top level are the border of one sound shape without holes in between."""
    if len(rows) <= 1:
        return True
    whole = shapely.coverage_union_all(flat.shapes[rows])
    if not shapely.is_valid(whole) or shapely.get_num_interior_rings(shapely.get_parts(whole)).any():
        return False
    points, of_ring, _ = rings_of(np.array([whole], dtype=np.object_))
    ends = np.column_stack([points[:-1], points[1:]])[of_ring[1:] == of_ring[:-1]]
    mine = np.column_stack([edges.points[edges.a[chain.edge]], edges.points[edges.b[chain.edge]]])
    return ends.shape == mine.shape and bool((_sorted(ends) == _sorted(mine)).all())


def _sorted(rows: Floats) -> Floats:
    return rows[np.lexsort(rows.T)]
