"""What a repair would do to a set of borders: wholly, or for some defects and no more than they need (U8-U11). Pure."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b

import shapely

from townops.areas.domain.features import Feature
from townops.areas.domain.proving import levels_of
from townops.kernel import partition
from townops.kernel.partition import Choices, Defect, Proof

Changes = dict[str, Feature | None]


@dataclass(frozen=True, slots=True)
class Mending:
    """Features as they would be (None: gone, because it was a second copy or lost all its ground), and both proofs."""

    changes: Mapping[str, Feature | None]
    before: Proof
    after: Proof


def key_of(defect: Defect) -> str:
    """Names a defect of one proof; the same borders give the same name."""
    words = "\n".join((defect.type, defect.detail, defect.level, defect.toward, *defect.features))
    return blake2b(words.encode() + shapely.to_wkb(defect.geometry), digest_size=8).hexdigest()


def mend(
    features: Sequence[Feature], only: Collection[str] | None = None, choices: Choices | None = None
) -> Mending:
    """Repair everything, or the defects with the keys `only` and whatever cannot be parted from them.

    Of two that overlap `choices` names the keeper. Refused(nothing_to_prove).
    """
    done = partition.repair(levels_of(features), choices=choices)
    every = {one.code: one for one in features}
    changes = _changes(every, done)
    if only is None:
        return Mending(changes, done.before, done.after)
    return _partly(every, changes, done, {one for one in done.before.defects if key_of(one) in only})


def _changes(every: Mapping[str, Feature], done: partition.Repair) -> Changes:
    changes: Changes = dict.fromkeys(done.removed)
    for level in done.levels:
        for one in level.features:
            before = every[one.code]
            if one.shape is None or one.code in changes:
                continue
            shape = shapely.to_wkb(one.shape)
            if shape != before.shape:
                changes[one.code] = replace(before, shape=shape)
    return changes


def _partly(
    every: Mapping[str, Feature], changes: Mapping[str, Feature | None], done: partition.Repair, wanted: Collection[Defect]
) -> Mending:  # fmt: skip
    """Take the changes of the named features, then of whomever that would newly put in the wrong, until nobody is."""
    known = Counter(_about(one) for one in done.before.defects)
    taken: set[str] = set()
    after, fresh = done.before, list(wanted)
    while more := {code for code in _near(every, fresh) if code in changes} - taken:
        taken |= more
        after = partition.prove(levels_of(_with(every, changes, taken)))
        found = Counter(_about(one) for one in after.defects)
        left = {_about(one) for one in wanted if one in after.defects}
        fresh = [
            one for one in after.defects if found[_about(one)] > known[_about(one)] or _about(one) in left
        ]
    return Mending({code: changes[code] for code in sorted(taken)}, done.before, after)


def _about(one: Defect) -> tuple[object, ...]:
    return one.type, one.detail, one.level, one.features


def _with(
    every: Mapping[str, Feature], changes: Mapping[str, Feature | None], taken: Collection[str]
) -> list[Feature]:
    now = {**every, **{code: changes[code] for code in taken}}
    return [one for one in now.values() if one is not None]


def _near(every: Mapping[str, Feature], defects: Iterable[Defect]) -> Iterator[str]:
    """The features a defect names, and all above them."""
    for defect in defects:
        for code in (*defect.features, defect.toward):
            at = every.get(code)
            while at is not None:
                yield at.code
                at = every.get(at.parent)
