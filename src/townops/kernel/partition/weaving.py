"""A drawn line worked into the borders it meets: both get a point wherever they meet, the borders on every level."""

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

import numpy as np
import shapely

from townops.kernel.partition.plane import Floats, Plane
from townops.kernel.partition.rings import (
    Body,
    Edge,
    body_of,
    edges_of,
    on_lattice,
    rerouted,
    rings,
    settled,
    undirected,
)
from townops.kernel.partition.sheet import NEAR, Changes, Point, Sheet, box_of
from townops.kernel.partition.terms import LATTICE
from townops.kernel.refusal import Refused

ROUNDS: Final = 8
REACH_M: Final = 0.1  # a drawn point so near a border means the border


@dataclass
class Loom:
    """`path` is the line so far, `edges` the borders it may meet, `added` the points some of them get."""

    plane: Plane
    path: list[Point]
    edges: set[Edge]
    added: dict[Edge, list[Point]] = field(default_factory=dict)

    def metres(self, *points: Point) -> Floats:
        return self.plane.points(np.array(points))

    def add(self, edge: Edge, at: Point) -> None:
        """A point on an edge that may itself be a part of an edge that was there."""
        whole = next((one for one, points in self.added.items() if edge in _parts(one, points)), edge)
        points = [*self.added.get(whole, ()), at]
        points.sort(key=lambda one: np.hypot(*(np.array(one) - whole[0])))
        self.added[whole] = points
        self.edges.discard(edge)
        self.edges |= {undirected(edge[0], at), undirected(at, edge[1])}


def _parts(edge: Edge, points: list[Point]) -> set[Edge]:
    run = (edge[0], *points, edge[1])
    return {undirected(a, b) for a, b in pairwise(run)}


def woven(sheet: Sheet, line: tuple[Point, ...], against: set[str]) -> tuple[Changes, tuple[Point, ...]]:
    """Features with a point more on their border, and the line through all those points, on the lattice.

    Only the borders of `against` are met; a line that is closed stays closed. Borders move by rounding alone, the line
    goes to points and edges within REACH_M. Refused: edit_too_close, edit_crosses.
    """
    box = box_of(line)
    near = sheet.near(box)
    wide = (box[0] - NEAR, box[1] - NEAR, box[2] + NEAR, box[3] + NEAR)
    edges = {one for piece in near if piece.code in against for one in _edges(body_of(piece.shape), wide)}
    loom = Loom(Plane.around(np.array([shapely.LineString(line)], dtype=object)), [], edges)
    for at in line:
        found = _snapped(loom, on_lattice(at))
        if not loom.path or loom.path[-1] != found:
            loom.path.append(found)
    for turn in range(ROUNDS):
        if not _round(loom, REACH_M if turn == 0 else 0.0):
            return _written(sheet, loom), tuple(loom.path)
    raise Refused("edit_too_close")


def _edges(body: Body, box: tuple[float, float, float, float]) -> list[Edge]:
    """Edges of a body whose extent touches a box."""
    found = []
    for ring in rings(body):
        at = np.array(ring)
        low, high = np.minimum(at, np.roll(at, -1, axis=0)), np.maximum(at, np.roll(at, -1, axis=0))
        hit = ((low <= box[2:]) & (high >= box[:2])).all(axis=1)
        pairs = list(edges_of(ring))
        found += [undirected(*pairs[row]) for row in np.flatnonzero(hit).tolist()]
    return found


def _snapped(loom: Loom, at: Point) -> Point:
    """The point, or the end of an edge in reach of it, or its place on an edge in reach, which then has it too."""
    if not loom.edges:
        return at
    edges = sorted(loom.edges)
    lines = shapely.linestrings(loom.plane.points(np.array(edges).reshape(-1, 2)).reshape(-1, 2, 2))
    dot = shapely.Point(loom.metres(at)[0])
    near = np.flatnonzero(shapely.dwithin(lines, dot, REACH_M)).tolist()
    if not near:
        return at
    ends = sorted({end for row in near for end in edges[row]}, key=lambda one: _apart(loom, one, at))
    if _apart(loom, ends[0], at) <= REACH_M:
        return ends[0]
    row = min(near, key=lambda one: lines[one].distance(dot))
    foot = lines[row].interpolate(lines[row].project(dot))
    place = on_lattice(_degrees(loom, foot))
    if place not in edges[row]:
        loom.add(edges[row], place)
    return place


def _degrees(loom: Loom, at: shapely.Point) -> Point:
    back = loom.plane.degrees(np.array([at], dtype=object))[0]
    return back.x, back.y


def _apart(loom: Loom, one: Point, other: Point) -> float:
    a, b = loom.metres(one, other)
    return float(np.hypot(*(a - b)))


def _round(loom: Loom, reach: float) -> bool:
    """Work in every place where the line and an edge meet without a common point; whether there was one."""
    edges = sorted(loom.edges)
    segments = [shapely.LineString(one) for one in pairwise(loom.path)]
    lines = shapely.linestrings(np.array(edges).reshape(-1, 2, 2)) if edges else np.zeros(0, object)
    tree = shapely.STRtree(lines)
    inserts: dict[int, list[Point]] = {}
    found = False
    for number, segment in enumerate(segments):
        ends = (loom.path[number], loom.path[number + 1])
        for row in tree.query(segment, predicate="dwithin", distance=max(reach, 0.02) / 9e4).tolist():
            place = _meeting(loom, ends, edges[row], reach)
            if place is None:
                continue
            found = True
            if place not in ends:
                inserts.setdefault(number, []).append(place)
            if place not in edges[row] and edges[row] in loom.edges:
                loom.add(edges[row], place)
    loom.path = _with(loom.path, inserts)
    return found


def _meeting(loom: Loom, ends: Edge, edge: Edge, reach: float) -> Point | None:
    """Where they meet and one of them has no point yet."""
    if undirected(*ends) == edge:
        return None
    one, other = shapely.LineString(ends), shapely.LineString(edge)
    for at in edge:  # the line goes through ends of borders in its reach
        if at not in ends and _off(loom, at, ends) <= max(reach, 0.0) and _between(loom, at, ends):
            return at
    common = shapely.intersection(one, other)
    if common.is_empty:
        return None
    touched = [at for at in _points(common) if not (at in ends and at in edge)]
    if not touched:
        return None
    at = touched[0]
    known = next((end for end in (*edge, *ends) if _apart(loom, end, at) <= LATTICE * 1e5), None)
    return known if known is not None and not (known in ends and known in edge) else on_lattice(at)


def _points(shape: shapely.Geometry) -> list[Point]:
    return [(x, y) for x, y in shapely.get_coordinates(shape).tolist()]


def _off(loom: Loom, at: Point, ends: Edge) -> float:
    a, b, p = loom.metres(*ends, at)
    return float(shapely.LineString([a, b]).distance(shapely.Point(p)))


def _between(loom: Loom, at: Point, ends: Edge) -> bool:
    return min(_apart(loom, at, end) for end in ends) > LATTICE * 1e5


def _with(path: list[Point], inserts: dict[int, list[Point]]) -> list[Point]:
    found: list[Point] = []
    for number, at in enumerate(path):
        found.append(at)
        more = sorted(set(inserts.get(number, ())), key=lambda one: np.hypot(*(np.array(one) - at)))
        found += [one for one in more if one != at]
    return found


def _written(sheet: Sheet, loom: Loom) -> Changes:
    """Every owner of an edge that got points, on all levels, with them."""
    bodies: dict[str, Body] = {}
    for edge, points in loom.added.items():
        for piece in sheet.near(box_of((*edge, *points))):
            body = bodies.get(piece.code) or body_of(piece.shape)
            bodies[piece.code] = rerouted(body, edge, (edge[0], *points, edge[1]))
    return settled(sheet, bodies, points_only=True)
