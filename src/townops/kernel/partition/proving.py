"""The proof: what cancels is proven, what does not is looked at until its fault has a name."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from townops.kernel.partition import single
from townops.kernel.partition.borders import borders
from townops.kernel.partition.edges import (
    NO_GROUP,
    Chain,
    Edges,
    chain_of,
    edges_of,
    outline_is_sound,
    top_chain,
)
from townops.kernel.partition.flat import Flat, Ints, flatten
from townops.kernel.partition.lineage import lineage_of, settled
from townops.kernel.partition.plane import Shapes
from townops.kernel.partition.regions import Region, gaps, overlaps, strays
from townops.kernel.partition.stratum import Stratum
from townops.kernel.partition.terms import Defect, Fault, Level, Proof, Tolerances
from townops.kernel.refusal import Refused

ORDER = {fault: place for place, fault in enumerate(Fault)}


def prove(levels: Sequence[Level], tolerances: Tolerances | None = None) -> Proof:
    """Whether each level, the coarsest first, is tiled exactly by the next; every fault once, with its type.

    Passed means: every ring is sound, and for every feature with children their borders add up to its own, point
    for point. Refused(nothing_to_prove).
    """
    return examine(levels, tolerances or Tolerances()).proof


@dataclass(frozen=True, slots=True)
class Examination:
    """A proof with what it was made from, for a repair."""

    proof: Proof
    flat: Flat
    parents: Ints
    regions: tuple[Region, ...]


def examine(levels: Sequence[Level], tolerances: Tolerances) -> Examination:
    """The proof and what was learned on the way."""
    if not any(level.features for level in levels):
        raise Refused("nothing_to_prove")
    flat, given = flatten(levels)
    second, defects = single.twins(flat)
    told = [*single.invalid(flat, given), *defects]
    flat = flat.without(second)
    while True:
        found = _looked(flat, tolerances)
        copies = [one for one in found.regions if one.defect.type is Fault.DUPLICATE]
        if not copies:
            break
        told += [one.defect for one in copies]
        flat = flat.without([one.rows[1] for one in copies])
    told += [*found.proof.defects, *single.detached(flat), *single.childless(flat, found.parents)]
    return Examination(Proof(tolerances, sorted_defects(told)), flat, found.parents, found.regions)


def sorted_defects(defects: Sequence[Defect]) -> tuple[Defect, ...]:
    """By type, then level, then features, the largest first."""
    return tuple(sorted(defects, key=lambda one: (ORDER[one.type], one.level, one.features, -one.m2)))


def _looked(flat: Flat, tolerances: Tolerances) -> Examination:
    """Everything about levels together; features that are one are only named."""
    edges = edges_of(flat)
    lineage = lineage_of(flat)
    chain = chain_of(flat, edges, lineage.parents)
    if chain.dirty.any() or (lineage.parents[flat.alive] == NO_GROUP).any():
        loose = np.isin(np.arange(len(flat)), edges.owner[chain.edge])
        lineage = settled(flat, lineage, np.flatnonzero(chain.dirty), loose)
        chain = chain_of(flat, edges, lineage.parents)
    regions: list[Region] = []
    defects, blamed = list(lineage.defects), set[int]()
    for stratum in _strata((flat, edges, lineage.parents, tolerances), chain, regions):
        found = [*overlaps(stratum), *gaps(stratum)]
        found += strays(stratum, found)
        defects += [one.defect for one in found]
        different = [one for one in borders(stratum, _grounds(found)) if not blamed & set(one.rows)]
        defects += [one.defect for one in different]
        blamed |= {row for one in different for row in one.rows}
        regions += found
    wanted = [one for one in defects if one.type is not Fault.DUPLICATE]
    return Examination(Proof(tolerances, tuple(wanted)), flat, lineage.parents, tuple(regions))


def _strata(
    given: tuple[Flat, Edges, Ints, Tolerances], chain: Chain, regions: list[Region]
) -> Iterator[Stratum]:
    """The coarsest level, then the children of each level, where something does not cancel."""
    flat, edges, parents, tolerances = given
    rows = flat.of_level(0)
    top = top_chain(flat, edges, parents)
    if not outline_is_sound(flat, edges, top, rows):
        none = np.zeros(0, np.int64)
        yield Stratum(
            flat, edges, parents, none, rows, rows, top.edge, _grounds([]), tolerances, flat.names[0]
        )
    for level in range(len(flat.names) - 1):
        uppers = np.flatnonzero(chain.dirty & (flat.level == level))
        if not len(uppers):
            continue
        beside = np.flatnonzero(flat.alive & (parents >= 0) & (flat.level[np.maximum(parents, 0)] == level))
        children = np.flatnonzero(flat.alive & np.isin(parents, uppers))
        loose = np.unique(chain.edge[np.isin(chain.group, uppers)])
        told, name = _grounds(regions), flat.names[level + 1]
        yield Stratum(flat, edges, parents, uppers, children, beside, loose, told, tolerances, name)


def _grounds(regions: Sequence[Region]) -> Shapes:
    found = np.empty(len(regions), dtype=np.object_)
    found[:] = [one.ground for one in regions]
    return found
