"""Invents the ground of a town: cells that meet exactly, grown into villages and grids. Pure and seeded.

Every block is one cell of a Voronoi diagram whose corners are rounded once (1e-7 degree, about 1 cm), so
neighbours share their corners by construction; a village is the union of whole cells, a grid of whole
villages, the town of whole grids.
"""

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import cos, hypot, pi, radians, sin
from random import Random
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

WEST, SOUTH, EAST, NORTH = 121.499, 31.331, 121.596, 31.391
AREA_M2: Final = 39_000_000.0
BLOCKS: Final = 1_200
METRES_NORTH: Final = 111_320.0
METRES_EAST: Final = METRES_NORTH * cos(radians((SOUTH + NORTH) / 2))
CORNERS: Final = 240
Point = tuple[float, float]
Neighbours = Mapping[int, frozenset[int]]


@dataclass(frozen=True, slots=True)
class Ground:
    """Cells with the number of their village, and villages with the number of their grid; the last village
    is the
    directly-managed area, `detached` the village that has cells inside another one."""

    cells: NDArray[np.object_]
    village_of: tuple[int, ...]
    grid_of: tuple[int, ...]
    detached: int


def invent(seed: int, *, villages: int, grids: int) -> Ground:
    """A town of so many villages, and one directly-managed area more, in so many grids."""
    rng = Random(seed)
    middles, cells = draw_cells(outline(rng), rng)
    beside = neighbours(cells)
    centres = spread(middles, villages + 1)
    village_of = grow(middles, beside, centres)
    order = by_size(village_of, direct=easternmost(middles, village_of))
    village_of = [order[one] for one in village_of]
    village_centres = [middle_of(middles, village_of, one) for one in range(villages + 1)]
    between = joined(beside, village_of)
    grid_of = grow(village_centres, between, spread(village_centres, grids))
    detached = detach(village_of, beside, grid_of)
    return Ground(cells, tuple(village_of), tuple(grid_of), detached)


def outline(rng: Random) -> shapely.Polygon:
    """An irregular shore in metres from the middle that fills the box of the town to `AREA_M2`."""
    waves = [(k, rng.uniform(0.02, 0.09) / k**0.5, rng.uniform(0, 2 * pi)) for k in (2, 3, 4, 5, 7, 9, 13)]
    low, high = 0.7, 4.0
    for _ in range(40):
        bulge = (low + high) / 2
        shore = _shore(waves, bulge)
        low, high = (bulge, high) if shore.area < AREA_M2 else (low, bulge)
    return shore


def _shore(waves: Sequence[tuple[int, float, float]], bulge: float) -> shapely.Polygon:
    ring = []
    for step in range(CORNERS):
        turn = 2 * pi * step / CORNERS
        ease = (abs(cos(turn)) ** bulge + abs(sin(turn)) ** bulge) ** (-1 / bulge)
        reach = ease * (1 + sum(high * sin(k * turn + phase) for k, high, phase in waves))
        ring.append((reach * cos(turn), reach * sin(turn)))
    points = np.asarray(ring)
    span = points.max(axis=0) - points.min(axis=0)
    points = (points - points.min(axis=0)) / span - 0.5
    return shapely.Polygon(points * ((EAST - WEST) * METRES_EAST, (NORTH - SOUTH) * METRES_NORTH))


def draw_cells(shore: shapely.Polygon, rng: Random) -> tuple[list[Point], NDArray[np.object_]]:
    """Middles in metres and cells in degrees. Points near the shore are mirrored outside, so that it is an
    edge of cells.
    """
    pitch = (shore.area / BLOCKS) ** 0.5
    dots = [shapely.Point(at) for at in _scatter(shore.buffer(3 * pitch).bounds, pitch, rng)]
    shapely.prepare(shore)
    inside = [dot for dot in dots if shore.contains(dot) and shore.exterior.distance(dot) > pitch * 0.15]
    beyond = [dot for dot in dots if shore.distance(dot) > pitch * 1.2]
    near = [dot for dot in inside if shore.exterior.distance(dot) < pitch * 1.2]
    mirrored = [_mirrored(shore.exterior, dot) for dot in near]
    outside = [dot for dot in mirrored if not shore.contains(dot)] + beyond
    dots = inside + outside
    diagram = shapely.voronoi_polygons(shapely.MultiPoint(dots), ordered=True)
    cells = shapely.get_parts(diagram)[: len(inside)]
    return [(dot.x, dot.y) for dot in inside], shapely.transform(cells, _degrees)


def _scatter(bounds: Sequence[float], pitch: float, rng: Random) -> Iterable[Point]:
    west, south, east, north = bounds
    for row in range(int((north - south) / pitch) + 1):
        for column in range(int((east - west) / pitch) + 1):
            yield (
                west + (column + 0.25 * (row % 2) + rng.uniform(-0.33, 0.33)) * pitch,
                south + (row + rng.uniform(-0.33, 0.33)) * pitch,
            )


def _mirrored(shore: shapely.LinearRing, dot: shapely.Point) -> shapely.Point:
    foot = shore.interpolate(shore.project(dot))
    return shapely.Point(2 * foot.x - dot.x, 2 * foot.y - dot.y)


def _degrees(metres: NDArray[np.float64]) -> NDArray[np.float64]:
    middle = ((WEST + EAST) / 2, (SOUTH + NORTH) / 2)
    return np.round(metres / (METRES_EAST, METRES_NORTH) + middle, 7)


def neighbours(cells: NDArray[np.object_]) -> Neighbours:
    """Cells that share an edge corner by corner."""
    owners: dict[tuple[Point, Point], list[int]] = {}
    for number, cell in enumerate(cells):
        ring = [(float(x), float(y)) for x, y in cell.exterior.coords]
        for one, other in pairwise(ring):
            owners.setdefault((min(one, other), max(one, other)), []).append(number)
    found: dict[int, set[int]] = {number: set() for number in range(len(cells))}
    for edge in owners.values():
        for number in edge:
            found[number].update(other for other in edge if other != number)
    return {number: frozenset(others) for number, others in found.items()}


def spread(points: Sequence[Point], count: int) -> list[int]:
    """Indices of points far from each other, each new one the farthest from those before."""
    chosen = [0]
    away = [_apart(points[0], one) for one in points]
    while len(chosen) < count:
        chosen.append(max(range(len(points)), key=lambda i: away[i]))
        away = [min(known, _apart(points[chosen[-1]], one)) for known, one in zip(away, points, strict=True)]
    return chosen


def grow(points: Sequence[Point], beside: Neighbours, centres: Sequence[int]) -> list[int]:
    """Give every point to a centre, spreading only between neighbours, so that each group hangs together."""
    owner: dict[int, int] = {}
    front = [(0.0, group, start) for group, start in enumerate(centres)]
    while front:
        _, group, at = heapq.heappop(front)
        if at in owner:
            continue
        owner[at] = group
        for other in beside[at] - owner.keys():
            heapq.heappush(front, (_apart(points[centres[group]], points[other]), group, other))
    return [owner[number] for number in range(len(points))]


def by_size(group_of: Sequence[int], *, direct: int) -> dict[int, int]:
    """New numbers of the groups: the smallest first, the directly-managed one last."""
    sizes = {group: group_of.count(group) for group in sorted(set(group_of))}
    order = sorted(sizes, key=lambda group: (group == direct, sizes[group], group))
    return {group: number for number, group in enumerate(order)}


def easternmost(points: Sequence[Point], group_of: Sequence[int]) -> int:
    """The group of the point farthest east."""
    return group_of[max(range(len(points)), key=lambda i: points[i][0])]


def middle_of(points: Sequence[Point], group_of: Sequence[int], group: int) -> Point:
    """Mean of a group's points."""
    own = [point for point, of in zip(points, group_of, strict=True) if of == group]
    return sum(x for x, _ in own) / len(own), sum(y for _, y in own) / len(own)


def joined(beside: Neighbours, group_of: Sequence[int]) -> Neighbours:
    """Which groups touch."""
    found: dict[int, set[int]] = {group: set() for group in set(group_of)}
    for number, others in beside.items():
        found[group_of[number]].update(group_of[other] for other in others)
    return {group: frozenset(others - {group}) for group, others in found.items()}


def detach(village_of: list[int], beside: Neighbours, grid_of: Sequence[int]) -> int:
    """Give one cell in the midst of a village to another village of its grid that is not near it; returns
    which.
    """
    direct = max(village_of)
    for cell, others in sorted(beside.items()):
        host = village_of[cell]
        ring = others.union(*(beside[other] for other in others))
        if host == direct or any(village_of[one] != host for one in ring):
            continue
        for village in sorted(set(village_of) - {host, direct}):
            if grid_of[village] == grid_of[host]:
                village_of[cell] = village
                return village
    raise ValueError("no village is wide enough to hold a detached part of another; take another seed")


def _apart(one: Point, other: Point) -> float:
    return hypot(one[0] - other[0], one[1] - other[1])
