"""What a set of borders changes against another, area by area and as layers of a map (U8-U11). Pure."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import shapely

from townops.areas.domain.candidates import KINDS
from townops.areas.domain.comparing import Difference, Link, compare
from townops.areas.domain.features import Feature, in_metres
from townops.kernel.partition import Defect

DIGITS: Final = 7
MOST_DRAWN: Final = 2000
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class AreaChange:
    """One area that differs. `what`: added, removed, reshaped, renamed, reworded; sizes in square metres, 0 where it is
    not; `box` is west, south, east, north of both its shapes.
    """

    code: str
    what: tuple[str, ...]
    before: Feature | None
    after: Feature | None
    m2_before: float
    m2_after: float
    box: Box

    @property
    def feature(self) -> Feature:
        """As it is, or as it was."""
        return next(one for one in (self.after, self.before) if one is not None)


@dataclass(frozen=True, slots=True)
class Comparison:
    """`difference` says it in codes, `changes` area by area, the coarsest level first, then by code."""

    difference: Difference
    changes: tuple[AreaChange, ...]

    @property
    def taken(self) -> tuple[Link, ...]:
        """Ground that went from one area to another, the largest first."""
        found = (one for one in self.difference.moved if one.before != one.after)
        return tuple(sorted(found, key=lambda one: (-one.m2, one.before, one.after)))


def compared(before: Iterable[Feature], after: Iterable[Feature], on: date) -> Comparison:
    """What leads from one set to the other; `on` is the day links begin."""
    old, new = ({one.code: one for one in side} for side in (before, after))
    found = compare(old.values(), new.values(), on)
    what: dict[str, list[str]] = {}
    for word in ("added", "removed", "reshaped", "renamed", "reworded"):
        for code in getattr(found, word):
            what.setdefault(code, []).append(word)
    pairs = [(code, old.get(code), new.get(code)) for code in what]
    sizes = [_sizes(side) for side in zip(*((one, other) for _, one, other in pairs), strict=True)] or [
        [],
        [],
    ]
    lines = [
        AreaChange(code, tuple(what[code]), one, other, was, now, _box(one, other))
        for (code, one, other), was, now in zip(pairs, *sizes, strict=True)
    ]
    return Comparison(found, tuple(sorted(lines, key=lambda one: (KINDS.index(one.feature.kind), one.code))))


def _sizes(side: Sequence[Feature | None]) -> list[float]:
    present = [place for place, one in enumerate(side) if one is not None]
    sizes = [0.0] * len(side)
    areas = shapely.area(in_metres(one.geometry for one in side if one is not None))
    for place, size in zip(present, np.atleast_1d(areas).tolist(), strict=True):
        sizes[place] = size
    return sizes


def _box(one: Feature | None, other: Feature | None) -> Box:
    west, south, east, north = shapely.total_bounds([side.geometry for side in (one, other) if side]).tolist()
    return west, south, east, north


def drawn(found: Comparison, defects: Iterable[Defect] = ()) -> str:
    """A GeoJSON collection: defects (side defect), ground that was taken (side taken), and each changed area with side
    before or after, finest level first, until there are enough.
    """
    lines = [*map(_defect, defects), *_taken(found), *_areas(found)]
    return f'{{"type":"FeatureCollection","features":[{",".join(lines[:MOST_DRAWN])}]}}'


def _defect(one: Defect) -> str:
    told = {
        "side": "defect",
        "code": "、".join(one.features),
        "name": "",
        "kind": one.level,
        "what": str(one.type),
    }
    return _line(one.geometry, told)


def _areas(found: Comparison) -> Iterator[str]:
    for one in sorted(found.changes, key=lambda one: -KINDS.index(one.feature.kind)):
        for side, area in (("before", one.before), ("after", one.after)):
            if area is not None:
                told = {
                    "side": side,
                    "code": one.code,
                    "name": area.name,
                    "kind": area.kind,
                    "what": one.what[0],
                }
                yield _line(area.geometry, told)


def _taken(found: Comparison) -> Iterator[str]:
    """Only at the finest level that changed: what blocks gain their villages gain with them."""
    sides: Mapping[str, AreaChange] = {one.code: one for one in found.changes}
    kinds = {one.before.kind for one in found.changes if one.before}
    finest = max(kinds, key=KINDS.index) if kinds else ""
    for link in found.taken:
        before, after = sides[link.before].before, sides[link.after].after
        if before and after and before.kind == finest:
            ground = shapely.intersection(before.geometry, after.geometry)
            yield _line(
                ground,
                {"side": "taken", "code": link.before, "name": link.after, "kind": finest, "what": "taken"},
            )


def _line(shape: shapely.Geometry, told: Mapping[str, str]) -> str:
    rounded = shapely.transform(shape, lambda at: np.round(at, DIGITS))
    words = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    return f'{{"type":"Feature","properties":{words},"geometry":{shapely.to_geojson(rounded)}}}'
