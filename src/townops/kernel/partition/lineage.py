"""Which feature lies under which: by its parent's code where it has one, else by where it lies."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely

from townops.kernel.partition.edges import NO_GROUP
from townops.kernel.partition.flat import NOBODY, Bools, Flat, Ints
from townops.kernel.partition.plane import Floats, Shapes
from townops.kernel.partition.terms import Defect, Fault

HALF = 0.5


@dataclass(frozen=True, slots=True)
class Lineage:
    """The row above each row: NOBODY on the coarsest level, NO_GROUP where none was found.

    `guessed` rows were placed by one point and may be looked at again; `defects` say whose parent is wrong.
    """

    parents: Ints
    guessed: Ints
    defects: tuple[Defect, ...]


def lineage_of(flat: Flat) -> Lineage:
    """By code first; the rest by a point inside."""
    parents = np.full(len(flat), NO_GROUP, np.int64)
    parents[flat.level == 0] = NOBODY
    defects = list(_by_code(flat, parents))
    unknown = np.flatnonzero((parents == NO_GROUP) & flat.alive)
    lost = {int(row) for row in unknown if flat.declared[row]}
    if len(unknown):
        points = shapely.point_on_surface(flat.metric[unknown])
        for level in np.unique(flat.level[unknown]):
            mine = flat.level[unknown] == level
            parents[unknown[mine]] = _holding(flat, points[mine], int(level) - 1)
    defects += [_orphan(flat, row, "parent_unknown", flat.declared[row]) for row in sorted(lost)]
    return Lineage(parents, unknown, tuple(defects))


def _by_code(flat: Flat, parents: Ints) -> Iterator[Defect]:
    """Fill in the parents named by code; a parent further up than the next level must be declared."""
    rows: dict[tuple[int, str], int] = {}
    for row in range(len(flat)):
        rows.setdefault((int(flat.level[row]), flat.codes[row]), row)
    for row in np.flatnonzero((flat.level > 0) & flat.alive).tolist():
        above = range(int(flat.level[row]) - 1, -1, -1)
        found = next(
            (at for level in above if (at := rows.get((level, flat.declared[row]))) is not None), None
        )
        if not flat.declared[row] or found is None or not flat.alive[found]:
            continue
        parents[row] = found
        if flat.level[found] < flat.level[row] - 1 and not flat.managed[row]:
            yield unmanaged(flat, row)


def _holding(flat: Flat, points: Shapes, level: int) -> Ints:
    """The first feature of a level that holds each point."""
    rows = flat.of_level(level)
    found = np.full(len(points), NO_GROUP, np.int64)
    if len(rows):
        which, holder = shapely.STRtree(flat.metric[rows]).query(points, predicate="intersects")
        order = np.lexsort((-holder, which))
        found[which[order]] = rows[holder[order]]
    return found


def settled(flat: Flat, lineage: Lineage, dirty: Ints, loose: Bools) -> Lineage:
    """Look again, by area, at whoever lies under no parent, or under one that is not tiled and has a loose border
    itself or its middle elsewhere.
    """
    parents = lineage.parents.copy()
    defects = list(lineage.defects)
    said = {one.features[0] for one in defects if one.detail == "parent_unknown"}
    guessed = set(lineage.guessed.tolist())
    for row, best, share in _candidates(flat, _doubtful(flat, parents, dirty, loose)):
        if row in guessed:
            parents[row], defect = _placed(flat, row, best, share)
            defects += [defect] if defect and flat.codes[row] not in said else []
        elif (
            best >= 0
            and share > HALF
            and best != parents[row]
            and flat.level[parents[row]] == flat.level[best]
        ):
            defects.append(_elsewhere(flat, row, best))
            parents[row] = best
    return Lineage(parents, lineage.guessed, tuple(defects))


def _doubtful(flat: Flat, parents: Ints, dirty: Ints, loose: Bools) -> Bools:
    found = np.asarray((parents == NO_GROUP) | (loose & np.isin(parents, dirty)), bool)
    rows = np.flatnonzero(np.isin(parents, dirty) & ~loose & flat.alive)
    inside = shapely.intersects(flat.metric[parents[rows]], shapely.point_on_surface(flat.metric[rows]))
    found[rows[~inside]] = True
    return found


def _candidates(flat: Flat, doubtful: Bools) -> Iterator[tuple[int, int, float]]:
    """(row, the row above that holds most of it or NO_GROUP, which share), for the rows in question."""
    for level in np.unique(flat.level[doubtful & (flat.level > 0)]):
        rows = flat.of_level(int(level))
        rows = rows[doubtful[rows]]
        above = flat.of_level(int(level) - 1)
        if len(rows) == 0:
            continue
        which, holder = shapely.STRtree(flat.metric[above]).query(flat.metric[rows])
        common = _common(flat.metric[rows[which]], flat.metric[above[holder]])
        yield from _best(flat, rows, which, above[holder], common)


def _common(shapes: Shapes, holders: Shapes) -> Floats:
    """Square metres that each has in common with its holder; what lies wholly inside is quickly told."""
    shapely.prepare(holders)
    inside = shapely.covers(holders, shapes)
    found = np.asarray(shapely.area(shapes), np.float64)
    found[~inside] = shapely.area(shapely.intersection(shapes[~inside], holders[~inside]))
    return found


def _best(
    flat: Flat, rows: Ints, which: Ints, above: Ints, common: Floats
) -> Iterator[tuple[int, int, float]]:
    order = np.lexsort((-above, common, which))
    best, share = np.full(len(rows), NO_GROUP, np.int64), np.zeros(len(rows))
    held = order[common[order] > 0]
    best[which[held]] = above[held]
    share[which[held]] = common[held] / shapely.area(flat.metric[rows[which[held]]])
    yield from zip(rows.tolist(), best.tolist(), share.tolist(), strict=True)


def _placed(flat: Flat, row: int, best: int, share: float) -> tuple[int, Defect | None]:
    """Where a row without a parent's code belongs: under who holds most of it, or further up when declared."""
    if best >= 0 and (share > HALF or not flat.managed[row]):
        return best, None
    point = shapely.point_on_surface(flat.metric[[row]])
    for level in range(int(flat.level[row]) - 2, -1, -1):
        found = int(_holding(flat, point, level)[0])
        if found >= 0:
            return (
                (found, None) if flat.managed[row] else (NO_GROUP, None)
            )  # the level between has a gap there
    return NO_GROUP, _orphan(flat, row, "orphan", "")


def _orphan(flat: Flat, row: int, detail: str, toward: str) -> Defect:
    fix = "name_parent" if detail == "parent_unknown" else "move_inside"
    return _whole(flat, row, detail, fix, toward)


def unmanaged(flat: Flat, row: int) -> Defect:
    return _whole(flat, row, "unmanaged", "declare_managed", flat.declared[row])


def _elsewhere(flat: Flat, row: int, best: int) -> Defect:
    return _whole(flat, row, "elsewhere", "name_parent", flat.codes[best])


def _whole(flat: Flat, row: int, detail: str, fix: str, toward: str) -> Defect:
    shape = flat.metric[row]
    width = float(shapely.minimum_bounding_radius(shape)) * 2
    area = float(flat.plane.areas(np.array([shape], dtype=object))[0])
    return Defect(
        Fault.CONTAINMENT,
        detail,
        flat.name_of(row),
        (flat.codes[row],),
        area,
        width,
        flat.shapes[row],
        fix,
        toward,
    )
