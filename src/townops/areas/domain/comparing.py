"""What differs between two sets of borders, and what became of each area (U8-U11). Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import shapely

from townops.areas.domain.features import Feature, in_metres

LEAST_M2: Final = 1.0


@dataclass(frozen=True, slots=True)
class Link:
    """Ground of `before` that is `after` from a day on; `share` is the part of `before` that went there (0 to 1).

    `how`: split, merged, moved (border) or renamed (the same ground under another code or name).
    """

    on: date
    before: str
    after: str
    how: str
    m2: float
    share: float


@dataclass(frozen=True, slots=True)
class Difference:
    """Codes added, removed, changed in shape or in words, and the ground that moved from one area to another."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    reshaped: tuple[str, ...]
    renamed: tuple[str, ...]
    reworded: tuple[str, ...]
    moved: tuple[Link, ...]

    @property
    def empty(self) -> bool:
        return not (self.added or self.removed or self.reshaped or self.renamed or self.reworded)


@dataclass(frozen=True, slots=True)
class Carried:
    """Where an area's ground is on a later day: its code then and the part of the ground that is there."""

    code: str
    share: float


def compare(before: Iterable[Feature], after: Iterable[Feature], on: date) -> Difference:
    """Every difference, each list by code; `on` is the day the links begin."""
    old, new = ({one.code: one for one in side} for side in (before, after))
    both = sorted(old.keys() & new.keys())
    return Difference(
        added=tuple(sorted(new.keys() - old.keys())),
        removed=tuple(sorted(old.keys() - new.keys())),
        reshaped=tuple(code for code in both if old[code].shape != new[code].shape),
        renamed=tuple(code for code in both if old[code].name != new[code].name),
        reworded=tuple(code for code in both if old[code].words[1:] != new[code].words[1:]),
        moved=links(old, new, on),
    )


def _same_ground(one: Feature, other: Feature) -> bool:
    return one.shape == other.shape or bool(one.geometry.equals(other.geometry))


def links(old: Mapping[str, Feature], new: Mapping[str, Feature], on: date) -> tuple[Link, ...]:
    """What became of every area that changed: only pairs of one kind that share at least a square metre."""
    gone = [one for one in old.values() if one.code not in new or _touched(one, new[one.code])]
    come = [one for one in new.values() if one.code not in old or _touched(old[one.code], one)]
    kinds = sorted({one.kind for one in gone})
    found = [
        link
        for kind in kinds
        for link in _links(
            [one for one in gone if one.kind == kind], [one for one in come if one.kind == kind], on
        )
    ]
    return tuple(sorted(found, key=lambda one: (one.before, one.after)))


def _touched(one: Feature, other: Feature) -> bool:
    return one.name != other.name or not _same_ground(one, other)


def _links(gone: Sequence[Feature], come: Sequence[Feature], on: date) -> list[Link]:
    if not gone or not come:
        return []
    plane = in_metres(one.geometry for one in (*gone, *come))
    old, new = plane[: len(gone)], plane[len(gone) :]
    left, right = shapely.STRtree(new).query(old, predicate="intersects")
    m2 = shapely.area(shapely.intersection(old[left], new[right]))
    kept = m2 >= LEAST_M2
    left, right, m2 = left[kept], right[kept], m2[kept]
    parts, sources = np.bincount(left, minlength=len(gone)), np.bincount(right, minlength=len(come))
    sizes = shapely.area(old)
    return [
        Link(
            on,
            gone[i].code,
            come[j].code,
            _how(gone[i], come[j], parts[i], sources[j]),
            size,
            size / sizes[i],
        )
        for i, j, size in zip(left.tolist(), right.tolist(), m2.tolist(), strict=True)
    ]


def _how(before: Feature, after: Feature, parts: int, sources: int) -> str:
    """A pair that stands alone was renamed; else both sides tell whether ground was divided, joined or both."""
    if parts == 1 and sources == 1:
        return "renamed" if (before.code, before.name) != (after.code, after.name) else "moved"
    if sources == 1:
        return "split"
    return "merged" if parts == 1 else "moved"


def carried(code: str, lineage: Iterable[Link], since: date, until: date) -> tuple[Carried, ...]:
    """Where the ground an area had on the day `since` is on the day `until`, largest share first, then by code.

    An area without a link is still itself; ground that left every area is in no share.
    """
    steps: dict[date, dict[str, list[Link]]] = {}
    for link in lineage:
        if since < link.on <= until:
            steps.setdefault(link.on, {}).setdefault(link.before, []).append(link)
    shares = {code: 1.0}
    for day in sorted(steps):
        shares = _stepped(shares, steps[day])
    return tuple(sorted((Carried(*one) for one in shares.items()), key=lambda one: (-one.share, one.code)))


def _stepped(shares: Mapping[str, float], day: Mapping[str, Sequence[Link]]) -> dict[str, float]:
    after: dict[str, float] = {}
    for code, share in shares.items():
        went = [(link.after, link.share) for link in day.get(code, ())] or [(code, 1.0)]
        for target, part in went:
            after[target] = after.get(target, 0.0) + share * part
    return after
