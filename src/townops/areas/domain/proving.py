"""A set of borders as the levels of a partition, to be proven or repaired by the kernel (U8-U11). Pure."""

from collections.abc import Callable, Iterable, Sequence

from townops.areas.domain.candidates import KINDS
from townops.areas.domain.features import Feature
from townops.kernel import partition

Prover = Callable[[Sequence[Feature]], partition.Proof]


def levels_of(features: Iterable[Feature]) -> tuple[partition.Level, ...]:
    """The features by kind, coarsest first, each level by code; a kind without features has no level."""
    found: dict[str, list[Feature]] = {kind: [] for kind in KINDS}
    for one in features:
        found[one.kind].append(one)
    return tuple(
        partition.Level(kind, tuple(_bare(one) for one in sorted(level, key=lambda one: one.code)))
        for kind, level in found.items()
        if level
    )


def _bare(one: Feature) -> partition.Feature:
    flags = {"detached_allowed": one.detached_allowed, "directly_managed": one.directly_managed}
    return partition.Feature(one.code, one.geometry, one.parent, **flags)


def prove(features: Sequence[Feature]) -> partition.Proof:
    """Full cover, no overlap, common borders the same point for point, each child wholly inside its parent.

    Refused(nothing_to_prove).
    """
    return partition.prove(levels_of(features))
