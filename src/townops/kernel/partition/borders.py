"""Faults without an area: borders that run together and do not have the same points."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from townops.kernel.partition.flat import Ints
from townops.kernel.partition.plane import Floats, Shapes
from townops.kernel.partition.stratum import Stratum
from townops.kernel.partition.terms import ANNOUNCED, Defect, Fault


@dataclass(frozen=True, slots=True)
class Different:
    """A defect of a border with the rows it concerns."""

    defect: Defect
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Meetings:
    """Node `node` lies `far` metres from loose edge `edge`, whose owner does not have it; `near` is that edge's end when
    it is as near as the snap distance, else -1.
    """

    node: Ints
    edge: Ints
    near: Ints
    far: Floats


def borders(stratum: Stratum, grounds: Shapes) -> Iterator[Different]:
    """Borders that differ where none of the `grounds` of other faults explains it."""
    open_ = _unexplained(stratum, grounds)
    if not len(open_):
        return
    meetings = _meetings(stratum, open_)
    rows = _culprits(stratum, meetings)
    groups, place = np.unique(rows, axis=0, return_inverse=True)
    order = np.argsort(place, kind="stable")
    starts = np.searchsorted(place[order], np.arange(len(groups) + 1))
    for number, pair in enumerate(groups.tolist()):
        rows_of = (pair[0],) if pair[0] == pair[1] else tuple(pair)
        yield _told(stratum, rows_of, meetings, order[starts[number] : starts[number + 1]])
    if len(stratum.uppers):  # on the coarsest level the outer border meets nobody
        yield from _unmet(stratum, open_, meetings)


def _unexplained(stratum: Stratum, grounds: Shapes) -> Ints:
    """Loose edges that touch no ground of another fault."""
    keep = np.ones(len(stratum.loose), bool)
    hidden = np.concatenate([grounds, stratum.stand_ins, stratum.told])
    if len(hidden):
        keep[stratum.line_tree.query(hidden, predicate="dwithin", distance=ANNOUNCED)[1]] = False
    return stratum.loose[keep]


def _meetings(stratum: Stratum, open_: Ints) -> Meetings:
    edges, snap = stratum.edges, stratum.tolerances.snap_m
    nodes = np.unique(np.concatenate([edges.a[open_], edges.b[open_]]))
    dots = shapely.points(stratum.points[nodes])
    lines = edges.lines(open_, stratum.points)
    which, met = shapely.STRtree(lines).query(dots, predicate="dwithin", distance=snap)
    node, edge = nodes[which], open_[met]
    foreign = ~_has(stratum, edges.owner[edge], node)
    node, edge, far = node[foreign], edge[foreign], shapely.distance(dots[which], lines[met])[foreign]
    to_a, to_b = (_apart(stratum, node, end[edge]) for end in (edges.a, edges.b))
    nearest = np.where(to_a <= to_b, edges.a[edge], edges.b[edge])
    near = np.where(np.minimum(to_a, to_b) <= snap, nearest, -1)
    order = np.lexsort((edges.owner[edge], node, far))
    return Meetings(node[order], edge[order], near[order], np.asarray(far[order], np.float64))


def _has(stratum: Stratum, owner: Ints, node: Ints) -> NDArray[np.bool_]:
    count = len(stratum.edges.points)
    which = stratum.open_nodes
    return np.isin(owner * count + node, stratum.edges.owner[which] * count + stratum.edges.a[which])


def _apart(stratum: Stratum, one: Ints, other: Ints) -> Floats:
    step = stratum.points[one] - stratum.points[other]
    return np.asarray(np.hypot(step[:, 0], step[:, 1]), np.float64)


def _culprits(stratum: Stratum, meetings: Meetings) -> Ints:
    """Two rows for each meeting, lower first, alike when one is at fault: whoever lacks a point that several share; of two
    points that should be one, whoever has the one that fewer have.
    """
    lacks = stratum.edges.owner[meetings.edge]
    owner = stratum.holder[meetings.node]
    mine, theirs = stratum.votes[meetings.node], stratum.votes[np.maximum(meetings.near, 0)]
    twin = meetings.near >= 0
    right = np.where(twin, mine > theirs, stratum.users[meetings.node] > 1)
    wrong = twin & (mine < theirs)
    pair = np.column_stack([np.where(right, lacks, owner), np.where(wrong, owner, lacks)])
    return np.sort(pair, axis=1)


def _told(stratum: Stratum, rows: tuple[int, ...], meetings: Meetings, places: Ints) -> Different:
    far = float(meetings.far[places].max())
    near_miss = far > ANNOUNCED or bool((meetings.near[places] >= 0).any())
    spots = shapely.multipoints(stratum.edges.points[np.unique(meetings.node[places])])
    detail = "near_miss" if near_miss else "t_junction"
    return _border(stratum, rows, detail, far, spots)


def _unmet(stratum: Stratum, open_: Ints, meetings: Meetings) -> Iterator[Different]:
    """What is loose and near nothing: told all the same, for a proof never passes what does not cancel."""
    edges = stratum.edges
    met = np.isin(open_, meetings.edge)
    met |= np.isin(edges.a[open_], meetings.node) | np.isin(edges.b[open_], meetings.node)
    rest = open_[~met]
    for row in np.unique(edges.owner[rest]):
        mine = rest[edges.owner[rest] == row]
        spots = shapely.multilinestrings(edges.lines(mine, edges.points))
        yield _border(stratum, (int(row),), "unmatched", stratum.tolerances.snap_m, spots)


def _border(
    stratum: Stratum, rows: tuple[int, ...], detail: str, far: float, spots: shapely.Geometry
) -> Different:
    codes = stratum.flat.codes_of(rows)
    defect = Defect(Fault.BORDER, detail, stratum.level, codes, 0.0, far, spots, "share_points")
    return Different(defect, rows)
