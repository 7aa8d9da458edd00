"""Who gets each face: its only claimant, the better of several, or for a gap the neighbour with the longest border."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely

from townops.kernel.partition.flat import Bools, Flat, Ints
from townops.kernel.partition.linework import Faces
from townops.kernel.partition.stratum import thin
from townops.kernel.partition.terms import Choices, Tolerances

FREE, OUTSIDE = -1, -2


@dataclass(frozen=True)
class Claims:
    """What decides. `bound` is for every row the fixed feature it must stay in (FREE: none); `home` and `frame` are for
    every face the parent and the fixed feature it lies in.
    """

    flat: Flat
    parents: Ints
    faces: Faces
    bound: Ints
    home: Ints
    frame: Ints
    narrow: Bools
    tolerances: Tolerances
    choices: Choices


def allotted(claims: Claims, which: Ints, claimant: Ints) -> tuple[Ints, Bools]:
    """The row of every face, OUTSIDE where it is nobody's ground, and whether several claimed it; `claimant` rows
    cover the faces `which`.
    """
    bound = claims.bound[claimant]
    fits = (claims.frame[which] == bound) | (bound == FREE)
    label = np.where(claims.frame == OUTSIDE, OUTSIDE, FREE)
    sides: dict[int, list[int]] = {}
    for face, row in sorted(zip(which[fits].tolist(), claimant[fits].tolist(), strict=True)):
        sides.setdefault(face, []).append(row)
    for face, rivals in sides.items():
        if label[face] == FREE:
            label[face] = rivals[0] if len(rivals) == 1 else winner(claims, face, rivals)
    disputed = np.zeros(len(label), bool)
    disputed[[face for face, rivals in sides.items() if len(rivals) > 1]] = True
    return filled(claims, label, {}), disputed


def winner(claims: Claims, face: int, rivals: list[int]) -> int:
    """By choice; else by home, by a sound ring, in a sliver by a border that others share; else the smaller, the first."""
    flat = claims.flat
    codes = frozenset(flat.codes_of(rivals))
    for pair, keeper in claims.choices.items():
        if pair <= codes:
            rivals = [row for row in rivals if flat.codes[row] == keeper or flat.codes[row] not in pair]
    private = set(claims.faces.corner_owner[claims.faces.corner_face == face].tolist())

    def rank(row: int) -> tuple[bool, bool, bool, float, int]:
        astray = claims.home[face] != claims.parents[row]
        doubtful = bool(claims.narrow[face]) and row in private
        return astray, bool(flat.mended[row]), doubtful, flat.metric[row].area, row

    return min(rivals, key=rank)


def filled(claims: Claims, label: Ints, barred: dict[int, int]) -> Ints:
    """Free faces given to neighbours, those that touch as one; `barred` names a row that may not get a face."""
    label = label.copy()
    for _ in range(len(label)):
        groups = list(_free_groups(claims, label))
        given = [(group, row) for group in groups if (row := _heir(claims, label, group, barred)) is not None]
        if not given:
            break
        for group, row in given:
            label[group] = row
    return label


def _free_groups(claims: Claims, label: Ints) -> Iterator[list[int]]:
    """Free faces that share an edge and a home, as one gap."""
    free = label == FREE
    home, faces = claims.home, claims.faces
    linked = free[faces.one] & free[faces.other] & (home[faces.one] == home[faces.other])
    yield from components(np.flatnonzero(free), faces.one[linked], faces.other[linked])


def components(nodes: Ints, one: Ints, other: Ints) -> Iterator[list[int]]:
    """Nodes that hang together, each group sorted."""
    links: dict[int, list[int]] = {int(node): [] for node in nodes}
    for a, b in zip(one.tolist(), other.tolist(), strict=True):
        links[a].append(b)
    seen: set[int] = set()
    for start in links:
        if start in seen:
            continue
        group, todo = [], [start]
        seen.add(start)
        while todo:
            group.append(todo.pop())
            fresh = [node for node in links[group[-1]] if node not in seen]
            seen.update(fresh)
            todo += fresh
        yield sorted(group)


def _heir(claims: Claims, label: Ints, group: list[int], barred: dict[int, int]) -> int | None:
    """Of the neighbours in the same frame: of the same home first, of a sliver who left it, longest border, first."""
    faces, bound = claims.faces, claims.bound
    mine = np.isin(faces.one, group)
    rows, metres = label[faces.other[mine]], faces.metres[mine]
    frame, home = claims.frame[group[0]], claims.home[group[0]]
    fits = (rows >= 0) & ((bound[rows] == frame) | (bound[rows] == FREE))
    fits &= ~np.isin(rows, [barred[face] for face in group if face in barred])
    lengths: dict[int, float] = {}
    for row, metre in zip(rows[fits].tolist(), metres[fits].tolist(), strict=True):
        lengths[row] = lengths.get(row, 0.0) + metre
    private = set(faces.corner_owner[np.isin(faces.corner_face, group)].tolist())
    narrow = bool(claims.narrow[group].all())

    def rank(row: int) -> tuple[bool, bool, float, int]:
        return claims.parents[row] != home, narrow and row not in private, -round(lengths[row], 3), row

    return min(lengths, key=rank, default=None)


def without_crumbs(claims: Claims, label: Ints, disputed: Bools) -> Ints:
    """Give away what a feature has apart from its main part, when that is a sliver or others claimed it too."""
    faces = claims.faces
    same = (label[faces.one] == label[faces.other]) & (label[faces.one] >= 0)
    sizes = shapely.area(faces.metric)
    parts: dict[int, list[list[int]]] = {}
    for group in components(np.flatnonzero(label >= 0), faces.one[same], faces.other[same]):
        parts.setdefault(int(label[group[0]]), []).append(group)
    freed = label.copy()
    barred: dict[int, int] = {}
    for row, groups in parts.items():
        groups.sort(key=lambda group: -float(sizes[group].sum()))
        for group in groups[1:] if not claims.flat.detached[row] else []:
            small = sizes[group].sum() < claims.tolerances.area_m2 or claims.narrow[group].all()
            if small or disputed[group].all():
                freed[group] = FREE
                barred |= dict.fromkeys(group, row)
    return filled(claims, freed, barred) if barred else label


def narrow_of(faces: Faces, tolerances: Tolerances) -> Bools:
    """Which faces are slivers."""
    return np.array(
        [one.area < tolerances.area_m2 or thin(one, tolerances.width_m) for one in faces.metric], bool
    )
