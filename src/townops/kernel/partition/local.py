"""The proof of what an edit touched: the same proof, over the part of the grid round the change.

Taken are the parents whose ground the change touches with all their children, everything above them, and what lies
beside those, which counts as having ground of its own. If all was proven before, then this part is proven exactly when all is.
"""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import shapely

from townops.kernel.partition.edges import rings_of
from townops.kernel.partition.plane import Floats
from townops.kernel.partition.proving import prove, sorted_defects
from townops.kernel.partition.sheet import NEAR, Box, Piece, Sheet
from townops.kernel.partition.terms import Defect, Level, Proof, Tolerances


def prove_changed(before: Sheet, after: Sheet, codes: Iterable[str]) -> Proof:
    """The defects of `after` that lie where `codes` differ from `before`, or that name one of them."""
    return _looked(before, after, codes)[0]


def carried(known: Proof, before: Sheet, after: Sheet, codes: Iterable[str]) -> Proof:
    """The whole proof of `after` from the one of `before`: what lies elsewhere stays, what lies here is proven anew."""
    local, box, changed = _looked(before, after, codes)
    if box is None:
        return known
    stays = (one for one in known.defects if not _is_there(one, box, changed))
    return replace(known, defects=sorted_defects((*stays, *local.defects)))


def _looked(before: Sheet, after: Sheet, codes: Iterable[str]) -> tuple[Proof, Box | None, set[str]]:
    changed = {code for code in codes if before.pieces.get(code) != after.pieces.get(code)}
    box = region(before, after, changed)
    if box is None:
        return Proof(Tolerances(), ()), None, changed
    proof = prove(part(after, box, _families(before, after, changed)))
    found = tuple(one for one in proof.defects if _is_there(one, box, changed))
    return replace(proof, defects=found), box, changed


def _families(before: Sheet, after: Sheet, codes: set[str]) -> set[str]:
    """Whose children are looked at wherever they lie: old and new parents of what changed, and all above them."""
    found: set[str] = set()
    for sheet in (before, after):
        parents = {sheet.pieces[code].feature.parent for code in codes if code in sheet.pieces}
        found |= parents | {piece.code for code in parents for piece in sheet.above(code)}
    return found


def part(sheet: Sheet, box: Box, families: set[str]) -> tuple[Level, ...]:
    """The coarsest level whole, and below it the children of whoever touches the box or is named."""
    near = {piece.code for piece in sheet.near(box)}
    found: list[Piece] = []
    todo = [one for one in sheet.pieces.values() if one.level == 0 or one.feature.parent not in sheet.pieces]
    while todo:
        piece = todo.pop()
        below = sheet.children(piece.code)
        if piece.code in near or piece.code in families:
            todo += below
        elif below:
            piece = replace(piece, feature=replace(piece.feature, directly_managed=True))
        found.append(piece)
    return sheet.levels_of(found)


def region(before: Sheet, after: Sheet, codes: set[str]) -> Box | None:
    """The extent of the edges that some features have on one sheet alone; all of a feature of which more changed."""
    found: list[Floats] = []
    for code in codes:
        old, new = before.pieces.get(code), after.pieces.get(code)
        if old and new and replace(old.feature, shape=new.shape) == new.feature and old.level == new.level:
            found.append(_difference(old.shape, new.shape))
        else:
            found += [shapely.get_coordinates(one.shape) for one in (old, new) if one]
    points = np.concatenate([one for one in found if len(one)]) if any(map(len, found)) else None
    if points is None:
        return None
    (west, south), (east, north) = points.min(axis=0), points.max(axis=0)
    return float(west) - NEAR, float(south) - NEAR, float(east) + NEAR, float(north) + NEAR


def _difference(old: shapely.Geometry, new: shapely.Geometry) -> Floats:
    """Ends of the edges that only one of the two has."""
    pairs = []
    for shape in (old, new):
        points, of_ring, _ = rings_of(np.array([shape], dtype=object))
        follows = of_ring[1:] == of_ring[:-1]
        pairs.append(np.column_stack([points[:-1][follows], points[1:][follows]]))
    edges, count = np.unique(np.concatenate(pairs), axis=0, return_counts=True)
    return np.asarray(edges[count == 1].reshape(-1, 2), np.float64)


def _is_there(defect: Defect, box: Box, codes: set[str]) -> bool:
    if codes & {*defect.features, defect.toward}:
        return True
    west, south, east, north = shapely.bounds(defect.geometry).tolist()
    return bool(west <= box[2] and east >= box[0] and south <= box[3] and north >= box[1])
