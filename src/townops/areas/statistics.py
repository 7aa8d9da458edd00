"""What a town's grid consists of today: blocks by type, ground by area, areas found by code or name (U8-U11)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from weakref import WeakKeyDictionary

import numpy as np
import shapely
from django.utils import timezone

from townops.areas.domain.ground import FINEST_FIRST, Ground
from townops.areas.domain.views import AreaView
from townops.areas.geography import picture
from townops.areas.models import Area
from townops.kernel.partition.plane import Plane

_sizes: WeakKeyDictionary[Ground, dict[int, float]] = WeakKeyDictionary()
SEARCHED: Final = ("grid", "village", "block")


@dataclass(frozen=True, slots=True)
class TypeCount:
    """Blocks of one type: how many, and their ground in square metres."""

    code: str
    label: str
    blocks: int
    m2: float


@dataclass(frozen=True, slots=True)
class Share:
    """An area with the number of its blocks and its own ground in square metres."""

    area: AreaView
    blocks: int
    m2: float


def sizes() -> Mapping[int, float]:
    """Square metres of every area that has ground today, by id; computed once for each ground."""
    ground = picture.get().ground(timezone.localdate())
    if ground not in _sizes:
        _sizes[ground] = {key: m2 for kind in FINEST_FIRST for key, m2 in _level(ground, kind)}
    return _sizes[ground]


def _level(ground: Ground, kind: str) -> list[tuple[int, float]]:
    pairs = list(ground.shapes(kind))
    if not pairs:
        return []
    shapes = np.asarray(shapely.from_wkb([wkb for _, wkb in pairs]), dtype=np.object_)
    plane = Plane.around(shapes)
    m2 = plane.areas(plane.metres(shapes)).tolist()
    return [(area.id, size) for (area, _), size in zip(pairs, m2, strict=True)]


def blocks_below(area_id: int) -> list[AreaView]:
    """Blocks under an area (or the block itself) that stand today, by code."""
    known, today = picture.get(), timezone.localdate()
    found = (known.by_id[one] for one in known.below(area_id))
    living = (one for one in found if one.kind == "block" and one.stands(today))
    return sorted(living, key=lambda one: one.code)


def by_type(area_id: int) -> list[TypeCount]:
    """All 14 types in their order, those without a block too."""
    m2, of = sizes(), defaultdict[str, list[float]](list)
    for one in blocks_below(area_id):
        of[one.block_type].append(m2.get(one.id, 0.0))
    return [TypeCount(code, label, len(of[code]), sum(of[code])) for code, label in Area.BlockType.choices]


def shares(areas: Sequence[AreaView], types: frozenset[str] = frozenset()) -> list[Share]:
    """Each of these areas with how many blocks it has, of all types or of these alone."""
    m2 = sizes()
    return [
        Share(
            one,
            sum(not types or block.block_type in types for block in blocks_below(one.id)),
            m2.get(one.id, 0.0),
        )
        for one in areas
    ]


def search(town_id: int, q: str, most: int) -> list[AreaView]:
    """Grids, 居村 and blocks of a town whose code or name holds every word, the coarsest first, then by code."""
    words, known, today = q.split(), picture.get(), timezone.localdate()
    if not words:
        return []
    under = (known.by_id[one] for one in known.below(town_id))
    found = [
        one
        for one in under
        if one.kind in SEARCHED
        and one.stands(today)
        and all(word in one.code or word in one.name for word in words)
    ]
    return sorted(found, key=lambda one: (SEARCHED.index(one.kind), one.code))[:most]
