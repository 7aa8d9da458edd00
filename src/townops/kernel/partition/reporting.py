"""What a repair did: ground that changed hands, and how far each border moved."""

import numpy as np
import shapely

from townops.kernel.partition.allotment import OUTSIDE
from townops.kernel.partition.flat import Flat, Ints
from townops.kernel.partition.lattice import to_degrees
from townops.kernel.partition.linework import Faces
from townops.kernel.partition.plane import Shapes
from townops.kernel.partition.terms import Change, Deed

WORTH_TELLING = 0.01  # square metres


def changes_of(flat: Flat, shapes: Shapes) -> tuple[tuple[Change, ...], tuple[str, ...]]:
    """Every feature whose shape is not what it was, and the codes of those that are gone."""
    there = flat.alive & ~shapely.is_empty(shapes)
    same = shapely.equals_exact(flat.shapes, shapes, normalize=True)
    rows = np.flatnonzero(there & (~same | flat.mended))
    gone = np.flatnonzero(~there)
    if not len(rows):
        return (), flat.codes_of(gone)
    old, new = flat.metric[rows], flat.plane.metres(shapes[rows])
    moved = flat.plane.areas(shapely.symmetric_difference(old, new))
    far = np.nan_to_num(shapely.hausdorff_distance(shapely.boundary(old), shapely.boundary(new)))
    figures = np.column_stack([moved, far, flat.plane.areas(old), flat.plane.areas(new)]).tolist()
    changes = (
        Change(flat.name_of(row), flat.codes[row], *four)
        for row, four in zip(rows.tolist(), figures, strict=True)
    )
    return tuple(changes), flat.codes_of(gone)


def deeds_of(flat: Flat, faces: Faces, label: Ints, covering: tuple[Ints, Ints]) -> tuple[Deed, ...]:
    """Ground that went to somebody else than its claimants, by who lost and who won it."""
    claimants: dict[int, list[int]] = {}
    for face, row in zip(*(one.tolist() for one in covering), strict=True):
        claimants.setdefault(face, []).append(row)
    groups: dict[tuple[str, tuple[int, ...], int], list[int]] = {}
    for face, row in enumerate(label.tolist()):
        mine = sorted(claimants.get(face, ()))
        lost = tuple(one for one in mine if one != row)
        if row == OUTSIDE and lost:
            groups.setdefault(("cut_outside", lost, row), []).append(face)
        elif row >= 0 and not mine:
            groups.setdefault(("fill_gap", (), row), []).append(face)
        elif row >= 0 and lost:
            groups.setdefault(("settle_overlap" if row in mine else "hand_over", lost, row), []).append(face)
    found = [_deed(flat, faces, group, np.array(places)) for group, places in sorted(groups.items())]
    return tuple(one for one in found if one.m2 >= WORTH_TELLING)


def _deed(flat: Flat, faces: Faces, group: tuple[str, tuple[int, ...], int], places: Ints) -> Deed:
    what, lost, row = group
    area = float(flat.plane.areas(faces.metric[places]).sum())
    won = flat.codes[row] if row >= 0 else ""
    level = flat.name_of(row if row >= 0 else lost[0])
    shapes: Shapes = to_degrees(faces.shapes[places])
    whole = shapes[0] if len(shapes) == 1 else shapely.multipolygons(shapes)
    return Deed(what, level, flat.codes_of(lost), won, area, whole)
