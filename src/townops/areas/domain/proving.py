"""Whether a set of borders is a partition. `prove` is the one seam: a stronger prover replaces its body alone (U8-U11)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from townops.areas.domain.candidates import KINDS, UPPER
from townops.areas.domain.features import Feature, in_metres

LEAST_M2: Final = 1.0


@dataclass(frozen=True, slots=True)
class Defect:
    """One fault: type invalid, overlap, gap, border or containment; the areas it is about; its size in square metres."""

    type: str
    level: str
    codes: tuple[str, ...]
    m2: float = 0.0


@dataclass(frozen=True, slots=True)
class Proof:
    """What was found; no defect means proven."""

    defects: tuple[Defect, ...]

    @property
    def passes(self) -> bool:
        return not self.defects


Prover = Callable[[Sequence[Feature]], Proof]
Shapes = dict[str, shapely.Geometry]


def prove(features: Sequence[Feature]) -> Proof:
    """Full cover, no overlap, identical common borders, each child wholly inside its parent. An empty set proves nothing."""
    if not features:
        return Proof((Defect("gap", "town", ()),))
    found = features, [one.geometry for one in features]
    invalid = [
        Defect("invalid", one.kind, (one.code,))
        for one, shape in zip(*found, strict=True)
        if shape.is_empty or not shape.is_valid
    ]
    if invalid:
        return Proof(tuple(invalid))
    plane = dict(zip((one.code for one in features), in_metres(found[1]), strict=True))
    levels = (defect for kind in KINDS for defect in _level(kind, features))
    return Proof((*levels, *_parents(features, plane), *_parts(features)))


def _level(kind: str, features: Sequence[Feature]) -> Iterator[Defect]:
    """Faults between areas of one kind: overlaps with their size, then borders that are not vertex for vertex the same."""
    level = sorted((one for one in features if one.kind == kind), key=lambda one: one.code)
    degrees = np.asarray([one.geometry for one in level], dtype=np.object_)
    if shapely.coverage_is_valid(degrees):
        return
    told: set[str] = set()
    for one, other, m2 in _overlaps(level, in_metres(degrees)):
        told |= {one, other}
        yield Defect("overlap", kind, (one, other), m2)
    edges = shapely.coverage_invalid_edges(degrees)
    odd = [one.code for one, edge in zip(level, edges, strict=True) if not edge.is_empty]
    yield from (Defect("border", kind, (code,)) for code in odd if code not in told)


def _overlaps(level: Sequence[Feature], plane: NDArray[np.object_]) -> Iterator[tuple[str, str, float]]:
    left, right = shapely.STRtree(plane).query(plane, predicate="intersects")
    pairs = left < right
    left, right = left[pairs], right[pairs]
    sizes = shapely.area(shapely.intersection(plane[left], plane[right]))
    for i, j, m2 in zip(left.tolist(), right.tolist(), sizes.tolist(), strict=True):
        if m2 >= LEAST_M2:
            yield level[i].code, level[j].code, m2


def _parents(features: Sequence[Feature], plane: Shapes) -> Iterator[Defect]:
    """Orphans, children that leave their parent, and parents their children do not cover."""
    by_code = {one.code: one for one in features}
    children: dict[str, list[str]] = {}
    for one in features:
        upper = by_code.get(one.parent)
        if (upper.kind if upper else None) != UPPER.get(one.kind):
            yield Defect("containment", one.kind, (one.code,))
        elif upper:
            children.setdefault(upper.code, []).append(one.code)
            outside = shapely.area(shapely.difference(plane[one.code], plane[upper.code]))
            if outside >= LEAST_M2:
                yield Defect("containment", one.kind, (one.code, upper.code), float(outside))
    for code, under in children.items():
        covered = shapely.union_all([plane[child] for child in under])
        bare = float(shapely.area(shapely.difference(plane[code], covered)))
        if bare >= LEAST_M2 and not by_code[code].directly_managed:
            yield Defect("gap", by_code[code].kind, (code,), bare)


def _parts(features: Sequence[Feature]) -> Iterator[Defect]:
    """Detached parts (插花地) that nobody declared."""
    for one in features:
        if shapely.get_num_geometries(one.geometry) > 1 and not one.detached_allowed:
            yield Defect("containment", one.kind, (one.code,))
