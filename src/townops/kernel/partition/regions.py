"""Faults that have an area: ground claimed twice, by nobody, or outside the parent."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import shapely

from townops.kernel.partition import single
from townops.kernel.partition.edges import NO_GROUP
from townops.kernel.partition.flat import NOBODY, Bools, Ints
from townops.kernel.partition.plane import Floats, Shapes
from townops.kernel.partition.stratum import SMALLEST, Stratum, kind_of, parts_wider, width_of
from townops.kernel.partition.terms import ANNOUNCED, Defect, Fault

INNER: Final = "T********"  # their interiors meet: four of five neighbours only touch, which is quickly told
ALIKE: Final = 0.95  # of both: the same place drawn twice


@dataclass(frozen=True, slots=True)
class Region:
    """A defect with its ground in metres and the rows it concerns."""

    defect: Defect
    ground: shapely.Geometry
    rows: tuple[int, ...]


def describe(
    stratum: Stratum,
    parts: list[shapely.Geometry],
    rows: tuple[int, ...],
    wide: Fault,
    words: tuple[str, str, str],
) -> Region:
    """A region as a defect; `words` are detail, fix and toward."""
    ground = parts[0] if len(parts) == 1 else shapely.multipolygons(parts)
    plane = stratum.flat.plane
    boxed = np.array([ground], dtype=object)
    kind = kind_of(parts, wide, stratum.tolerances) if wide in (Fault.OVERLAP, Fault.GAP) else wide
    area, width = float(plane.areas(boxed)[0]), width_of(max(parts, key=lambda one: one.area))
    detail, fix, toward = words
    codes = stratum.flat.codes_of(rows)
    shape = plane.degrees(boxed)[0]
    return Region(Defect(kind, detail, stratum.level, codes, area, width, shape, fix, toward), ground, rows)


def overlaps(stratum: Stratum) -> Iterator[Region]:
    """Pairs of children with common ground; those that are nearly one shape are duplicates."""
    metric, codes = stratum.flat.metric, stratum.flat.codes
    pairs, common = _crossings(stratum)
    for (one, other), ground in zip(pairs.tolist(), common, strict=True):
        parts = parts_wider(ground, stratum.tolerances.snap_m)
        if not parts:
            continue
        sizes = metric[one].area, metric[other].area
        if sum(part.area for part in parts) >= ALIKE * max(sizes):
            same = single.duplicate(stratum.flat, one, other, "nearly_same_shape")
            yield Region(replace(same, level=stratum.level), metric[other], (one, other))
            continue
        keeper = codes[one if sizes[0] <= sizes[1] else other]
        inside = sum(part.area for part in parts) >= (1 - 1e-9) * min(sizes)
        words = ("inside" if inside else "overlap", "cut_from", keeper)
        yield describe(stratum, parts, (one, other), Fault.OVERLAP, words)


def _crossings(stratum: Stratum) -> tuple[Ints, Shapes]:
    """Pairs of rows, lower first, and their common ground; touching pairs and stand-ins left out."""
    flat = stratum.flat
    rows = stratum.doubtful
    mine, other = stratum.tree.query(flat.metric[rows])
    pairs = np.sort(np.column_stack([rows[mine], stratum.beside[other]]), axis=1)
    pairs = np.unique(pairs[(pairs[:, 0] != pairs[:, 1]) & ~flat.mended[pairs].any(axis=1)], axis=0)
    shapely.prepare(flat.metric[rows])
    known = np.where(np.isin(pairs[:, 0], rows), pairs[:, 0], pairs[:, 1])  # the prepared one of each
    others = pairs.sum(axis=1) - known
    pairs = pairs[shapely.relate_pattern(flat.metric[known], flat.metric[others], INNER)]
    common = shapely.intersection(flat.metric[pairs[:, 0]], flat.metric[pairs[:, 1]])
    some = shapely.area(common) > SMALLEST * stratum.tolerances.snap_m**2
    return pairs[some], np.asarray(common[some], dtype=np.object_)


def gaps(stratum: Stratum) -> Iterator[Region]:
    """Ground of a parent that no child covers, or on the coarsest level holes between features.

    The edges that do not cancel bound every such place; the faces between them that nobody covers are the gaps.
    """
    faces, upper = uncovered(stratum)
    if not len(faces):
        return
    hidden = np.concatenate([stratum.stand_ins, stratum.told])
    if len(hidden):
        near = shapely.STRtree(faces).query(hidden, predicate="dwithin", distance=ANNOUNCED)[1]
        faces, upper = np.delete(faces, near), np.delete(upper, near)
    for face, row in zip(faces, upper.tolist(), strict=True):
        parts = parts_wider(face, stratum.tolerances.snap_m)
        if parts:
            yield _gap(stratum, parts, row)


def uncovered(stratum: Stratum) -> tuple[Shapes, Ints]:
    """Faces that lie in a parent (or in nothing, on the coarsest level) and under no child, and that parent."""
    noded = shapely.union_all(stratum.lines)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    faces = faces[shapely.area(faces) > SMALLEST * stratum.tolerances.snap_m**2]
    inner = shapely.point_on_surface(faces)
    taken = np.zeros(len(faces), bool)
    taken[stratum.tree.query(inner, predicate="intersects")[0]] = True
    upper = np.full(len(faces), NOBODY, np.int64)
    if len(stratum.uppers):
        upper[:] = NO_GROUP
        which, holder = shapely.STRtree(stratum.flat.metric[stratum.uppers]).query(
            inner, predicate="intersects"
        )
        upper[which] = stratum.uppers[holder]
    free = ~taken & (upper != NO_GROUP)
    return np.asarray(faces[free], dtype=np.object_), upper[free]


def _gap(stratum: Stratum, parts: list[shapely.Geometry], upper: int) -> Region:
    rows, lengths, own = around(stratum, parts)
    toward = stratum.flat.codes[rows[int(np.argmax(lengths))]] if len(rows) else ""
    guilty = rows[own] if own.any() and not own.all() else rows
    thin = kind_of(parts, Fault.GAP, stratum.tolerances) is Fault.SLIVER
    if upper >= 0 and (len(guilty) == 0 or (len(guilty) == len(rows) > 1 and not thin)):
        guilty = np.array([upper])
    detail = "hole" if len(rows) == 1 else "gap"
    return describe(stratum, parts, tuple(guilty.tolist()), Fault.GAP, (detail, "fill_from", toward))


def around(stratum: Stratum, parts: list[shapely.Geometry]) -> tuple[Ints, Floats, Bools]:
    """Children along a gap, longest common border first: rows, metres, and whether a point there is theirs alone."""
    edges = stratum.edges
    near = stratum.line_tree.query(parts, predicate="dwithin", distance=ANNOUNCED)[1]
    middle = shapely.line_interpolate_point(stratum.lines[near], 0.5, normalized=True)
    ring = shapely.boundary(shapely.union_all(parts))
    shapely.prepare(ring)
    number = stratum.loose[near[shapely.dwithin(ring, middle, ANNOUNCED)]]
    number = number[np.isin(edges.owner[number], stratum.beside)]
    rows, place = np.unique(edges.owner[number], return_inverse=True)
    step = stratum.points[edges.b[number]] - stratum.points[edges.a[number]]
    lengths = np.bincount(place, weights=np.hypot(*step.T), minlength=len(rows)).astype(np.float64)
    alone = (stratum.users[edges.a[number]] == 1) | (stratum.users[edges.b[number]] == 1)
    order = np.lexsort((rows, -lengths))
    own = np.bincount(place, weights=alone, minlength=len(rows)) > 0
    return rows[order].astype(np.int64), lengths[order], own[order]


def strays(stratum: Stratum, found: list[Region]) -> Iterator[Region]:
    """Children that reach over the border of their parent where no other fault says so already."""
    flat, uppers = stratum.flat, stratum.uppers
    if not len(uppers):
        return
    tree = shapely.STRtree(flat.metric[uppers])
    rows = stratum.doubtful
    above = stratum.parents[rows]
    out = ~shapely.covers(flat.metric[above], flat.metric[rows])
    for row, parent in zip(rows[out].tolist(), above[out].tolist(), strict=True):
        if flat.mended[[row, parent]].any():
            continue
        beyond = shapely.difference(flat.metric[row], flat.metric[parent])
        told = [one.ground for one in found if row in one.rows] + list(stratum.told)
        if beyond.area < SMALLEST * stratum.tolerances.snap_m**2:
            continue
        told = [one for one in told if shapely.intersects(one, beyond)]
        parts = parts_wider(shapely.difference(beyond, shapely.union_all(told)), stratum.tolerances.snap_m)
        if parts:
            yield _stray(stratum, parts, row, tree)


def _stray(stratum: Stratum, parts: list[shapely.Geometry], row: int, tree: shapely.STRtree) -> Region:
    flat = stratum.flat
    whole = shapely.multipolygons(parts)
    others = stratum.uppers[np.unique(tree.query(whole, predicate="intersects"))]
    others = others[others != stratum.parents[row]]
    held = shapely.area(shapely.intersection(whole, flat.metric[others])) > stratum.tolerances.snap_m**2
    toward = flat.codes[int(stratum.parents[row])]
    detail = "across" if held.any() else "outside"
    return describe(stratum, parts, (row,), Fault.CONTAINMENT, (detail, "cut_at_parent", toward))
