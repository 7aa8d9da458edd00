"""The repair: one drawing of all borders on the lattice, every face given to one feature, parents put together again."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import shapely

from townops.kernel.partition.allotment import FREE, OUTSIDE, Claims, allotted, narrow_of, without_crumbs
from townops.kernel.partition.edges import chain_of, edges_of
from townops.kernel.partition.flat import NOBODY, Bools, Flat, Ints, polygons_of
from townops.kernel.partition.lattice import on_lattice, scaled, settled_on, to_degrees
from townops.kernel.partition.linework import Faces, drawn, near_rows
from townops.kernel.partition.plane import Shapes
from townops.kernel.partition.proving import Examination, examine, prove
from townops.kernel.partition.reporting import changes_of, deeds_of
from townops.kernel.partition.terms import Choices, Deed, Fault, Level, Proof, Repair, Tolerances
from townops.kernel.refusal import Refused

Orders = tuple[tuple[int, ...], Choices]  # levels that keep their ground, and who keeps what


def repair(
    levels: Sequence[Level],
    tolerances: Tolerances | None = None,
    *,
    fixed: Sequence[int] | None = None,
    choices: Choices | None = None,
) -> Repair:
    """Levels that are a partition, on the lattice of 1e-7 degree. What was sound moves by rounding only.

    `fixed` levels keep their ground (the coarsest, unless told; a single level has none). Of two that overlap,
    `choices` names the keeper. What cannot be repaired stays and is in `unrepaired`. Refused(fixed_unknown).
    """
    tolerances = tolerances or Tolerances()
    held = tuple(sorted(set((0,) if fixed is None and len(levels) > 1 else fixed or ())))
    if any(not 0 <= level < len(levels) for level in held):
        raise Refused("fixed_unknown", fixed=held, levels=len(levels))
    first = examine(levels, tolerances)
    if first.proof.passed and on_lattice(first.flat.shapes).all():
        return Repair(tuple(levels), first.proof, first.proof)
    proof = first.proof
    if all(one.type is Fault.BORDER for one in proof.defects):  # rounding may be all that is needed
        rounded = _reported(levels, settled_on(first.flat.shapes), first)
        if rounded.after.passed:
            return rounded
        proof = rounded.after
    done = _attempt(first, levels, (held, choices or {}), np.array(_concerned(first, proof), np.int64))
    if not mendable(done):
        return done
    whole = _attempt(first, levels, (held, choices or {}), np.arange(len(first.flat)))
    return min(done, whole, key=lambda one: len(one.unrepaired))


def mendable(done: Repair) -> bool:
    """Whether something is left that a drawing of everything might mend."""
    kinds = (Fault.SLIVER, Fault.OVERLAP, Fault.BORDER, Fault.INVALID)
    return any(one.type in kinds and one.detail != "empty" for one in done.unrepaired)


def _concerned(first: Examination, after: Proof) -> list[int]:
    """Rows that a defect names, or whose border does not cancel."""
    flat = first.flat
    named = {
        (one.level, code)
        for one in (*first.proof.defects, *after.defects)
        for code in (*one.features, one.toward)
    }
    rows = {row for row in range(len(flat)) if (flat.name_of(row), flat.codes[row]) in named}
    settled = replace(flat, shapes=settled_on(flat.shapes))
    edges = edges_of(settled)
    chain = chain_of(settled, edges, first.parents)
    return sorted(rows | set(edges.owner[chain.edge].tolist()))


def _attempt(first: Examination, levels: Sequence[Level], orders: Orders, concerned: Ints) -> Repair:
    """Draw the borders of whoever is concerned and of their neighbours anew."""
    flat, parents = first.flat, first.parents
    active = np.zeros(len(flat), bool)
    active[concerned] = True
    leaves = leaves_of(flat, parents)
    zone = near_rows(flat, leaves, active, first.proof.tolerances.width_m)
    bound = bound_of(flat, parents, orders[0])
    frames = np.unique(bound[zone][bound[zone] >= 0])
    faces = drawn(flat, np.union1d(zone, frames), _wide_gaps(first, leaves), first.proof.tolerances.snap_m)
    claims = _claims(first, faces, bound, zone, orders[1])
    which, claimant = _covering(flat, faces, leaves)
    quiet = np.zeros(len(faces.shapes), bool)
    quiet[which[~np.isin(claimant, zone)]] = True
    quiet[which[np.isin(claimant, zone)]] = False
    claims.frame[quiet] = OUTSIDE
    label = without_crumbs(claims, *allotted(claims, which, claimant))
    shapes = _rebuilt(first, zone, faces, label)
    deeds = deeds_of(flat, faces, label, (which[~quiet[which]], claimant[~quiet[which]]))
    return _reported(levels, shapes, first, deeds)


def leaves_of(flat: Flat, parents: Ints) -> Ints:
    """Rows that have a place in the tree and nothing below them."""
    has = np.zeros(len(flat), bool)
    has[parents[(parents >= 0) & flat.alive]] = True
    return np.flatnonzero(flat.alive & ~has & (parents >= NOBODY))


def bound_of(flat: Flat, parents: Ints, held: tuple[int, ...]) -> Ints:
    """For each row the nearest row above it, or itself, whose level keeps its ground."""
    bound = np.full(len(flat), FREE, np.int64)
    for level in range(len(flat.names)):
        rows = np.flatnonzero(flat.level == level)
        bound[rows] = rows if level in held else np.where(parents[rows] >= 0, bound[parents[rows]], FREE)
    return bound


def _wide_gaps(first: Examination, leaves: Ints) -> Shapes:
    """Gaps that nobody covers: their border keeps what fills them within the parent."""
    found = [
        one.geometry for one in first.proof.defects if one.type is Fault.GAP and one.detail != "childless"
    ]
    boxed = np.empty(len(found), dtype=np.object_)
    boxed[:] = found
    inner = shapely.point_on_surface(boxed)
    taken = shapely.STRtree(first.flat.shapes[leaves]).query(inner, predicate="intersects")[0]
    return np.delete(boxed, np.unique(taken))


def _covering(flat: Flat, faces: Faces, rows: Ints) -> tuple[Ints, Ints]:
    """(face, row) wherever a row covers a face."""
    inner = shapely.point_on_surface(faces.shapes)
    which, holder = shapely.STRtree(scaled(flat.shapes[rows])).query(inner, predicate="intersects")
    return which, rows[holder]


def _claims(first: Examination, faces: Faces, bound: Ints, zone: Ints, choices: Choices) -> Claims:
    """Where every face lies: in which parent, in which feature that keeps its ground."""
    flat, tolerances = first.flat, first.proof.tolerances
    above = np.setdiff1d(np.flatnonzero(flat.alive), leaves_of(flat, first.parents))
    home = np.full(len(faces.shapes), NOBODY, np.int64)
    for level in np.unique(flat.level[above]):
        which, row = _covering(flat, faces, above[flat.level[above] == level])
        home[which[::-1]] = row[::-1]
    frames = np.unique(bound[zone])
    frame = np.full(len(faces.shapes), OUTSIDE, np.int64)
    if FREE in frames:
        frame[(home >= 0) | (len(above) == 0)] = FREE
        frame[_covering(flat, faces, zone)[0]] = FREE
    which, row = _covering(flat, faces, frames[frames >= 0])
    frame[which[::-1]] = row[::-1]
    return Claims(
        flat, first.parents, faces, bound, home, frame, narrow_of(faces, tolerances), tolerances, choices
    )


def _rebuilt(first: Examination, zone: Ints, faces: Faces, label: Ints) -> Shapes:
    """Shapes in degrees: those of the zone from their faces, those above them from their children."""
    flat, parents = first.flat, first.parents
    before = settled_on(flat.shapes)
    shapes = before.copy()
    order = np.argsort(label, kind="stable")
    for row in zone.tolist():
        start, stop = np.searchsorted(label[order], [row, row + 1])
        shapes[row] = joined(faces.shapes[order[start:stop]])
    shapes[zone] = to_degrees(shapes[zone])
    stale = _above(parents, zone)
    for level in range(len(flat.names) - 1, -1, -1):
        for row in np.flatnonzero(stale & (flat.level == level)).tolist():
            shapes[row] = joined(shapes[(parents == row) & flat.alive])
    return np.where(
        shapely.equals_exact(before, shapes, normalize=True), before, shapes
    )  # rings begin as they did


def _above(parents: Ints, rows: Ints) -> Bools:
    found = np.zeros(len(parents), bool)
    while len(rows := np.unique(parents[rows][parents[rows] >= 0])):
        found[rows] = True
    return found


def joined(shapes: Shapes) -> shapely.Geometry:
    """Neighbours that share their points, as one."""
    if len(shapes) == 1:
        return shapes[0]
    whole = polygons_of(shapely.coverage_union_all(shapes))
    return whole if whole.is_valid else polygons_of(shapely.union_all(shapes, grid_size=None))


def with_shapes(levels: Sequence[Level], flat: Flat, shapes: Shapes) -> tuple[Level, ...]:
    """The same levels with other shapes; second copies and what lost all its ground are left out."""
    result, row = [], 0
    for level in levels:
        kept = []
        for feature in level.features:
            if flat.alive[row] and not shapes[row].is_empty:
                kept.append(feature if feature.shape is shapes[row] else replace(feature, shape=shapes[row]))
            row += 1
        result.append(Level(level.name, tuple(kept)))
    return tuple(result)


def _reported(
    levels: Sequence[Level], shapes: Shapes, first: Examination, deeds: tuple[Deed, ...] = ()
) -> Repair:
    made = with_shapes(levels, first.flat, shapes)
    after = prove(made, first.proof.tolerances)
    changes, removed = changes_of(first.flat, shapes)
    return Repair(made, first.proof, after, changes, deeds, removed)
