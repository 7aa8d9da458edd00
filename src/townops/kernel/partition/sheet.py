"""What an edit looks at: features of all levels by code, found by place or by parent. Values only."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np
import shapely

from townops.kernel.partition.plane import Floats
from townops.kernel.partition.terms import Feature, Level
from townops.kernel.refusal import Refused

Point = tuple[float, float]  # degrees
Box = tuple[float, float, float, float]  # west, south, east, north
NEAR: Final = 2e-6  # degree: what lies so near a box counts as touching it


@dataclass(frozen=True, slots=True)
class Piece:
    """A feature and the number of its level, 0 the coarsest."""

    level: int
    feature: Feature

    @property
    def code(self) -> str:
        return self.feature.code

    @property
    def shape(self) -> shapely.Geometry:
        return self.feature.shape

    def with_shape(self, shape: shapely.Geometry) -> "Piece":
        return replace(self, feature=replace(self.feature, shape=shape))

    def below(self, parent: str) -> "Piece":
        return replace(self, feature=replace(self.feature, parent=parent))


Changes = dict[str, Piece | None]  # by code; None is a feature that is no more


@dataclass(frozen=True)
class Sheet:
    """Features by code, which is unique over all levels. What is `fixed` gets points on its border and nothing else."""

    names: tuple[str, ...]
    pieces: Mapping[str, Piece]
    fixed: frozenset[str] = frozenset()

    @classmethod
    def of(cls, levels: Iterable[Level], *, fixed: Iterable[str] = ()) -> "Sheet":
        given = tuple(levels)
        pieces = {one.code: Piece(row, one) for row, level in enumerate(given) for one in level.features}
        return cls(tuple(level.name for level in given), pieces, frozenset(fixed))

    @property
    def levels(self) -> tuple[Level, ...]:
        """As a proof takes them, each in the order of codes."""
        return self.levels_of(self.pieces.values())

    def levels_of(self, pieces: Iterable[Piece]) -> tuple[Level, ...]:
        """Some features as a proof takes them."""
        rows: list[list[Feature]] = [[] for _ in self.names]
        for piece in sorted(pieces, key=lambda one: one.code):
            rows[piece.level].append(piece.feature)
        return tuple(Level(name, tuple(row)) for name, row in zip(self.names, rows, strict=True))

    def changed(self, changes: Mapping[str, Piece | None]) -> "Sheet":
        """The sheet after an edit."""
        fresh = {code: one for code, one in changes.items() if one is not None}
        left = {code: one for code, one in self.pieces.items() if code not in changes}
        after = replace(self, pieces=left | fresh)
        stays = [code not in changes for code in self._codes]
        added = shapely.bounds(np.array([one.shape for one in fresh.values()], dtype=np.object_)).reshape(
            -1, 4
        )
        after.__dict__["_bounds"] = np.concatenate([self._bounds[stays], added])
        return after

    def piece(self, code: str) -> Piece:
        """Refused(edit_unknown)."""
        found = self.pieces.get(code)
        if found is None:
            raise Refused("edit_unknown", code=code)
        return found

    @cached_property
    def _bounds(self) -> Floats:
        shapes = np.array([one.shape for one in self.pieces.values()], dtype=np.object_)
        return np.asarray(shapely.bounds(shapes), np.float64).reshape(-1, 4)

    @cached_property
    def _codes(self) -> tuple[str, ...]:
        return tuple(self.pieces)

    def near(self, box: Box) -> list[Piece]:
        """Whose extent touches the box."""
        west, south, east, north = box
        at = self._bounds
        hit = (at[:, 0] <= east + NEAR) & (at[:, 2] >= west - NEAR)
        hit &= (at[:, 1] <= north + NEAR) & (at[:, 3] >= south - NEAR)
        return [self.pieces[self._codes[row]] for row in np.flatnonzero(hit).tolist()]

    @cached_property
    def _below(self) -> Mapping[str, list[Piece]]:
        found: dict[str, list[Piece]] = {}
        for one in self.pieces.values():
            found.setdefault(one.feature.parent, []).append(one)
        return found

    def children(self, code: str) -> list[Piece]:
        """What names it as its parent."""
        return list(self._below.get(code, ()))

    def above(self, code: str) -> list[Piece]:
        """Parent, grandparent and so on, as far as they are known."""
        found: list[Piece] = []
        one = self.pieces.get(code)
        while one and (one := self.pieces.get(one.feature.parent)) and one not in found:
            found.append(one)
        return found

    def leaf(self, code: str) -> Piece:
        """One without anything below it. Refused(edit_unknown, edit_has_children)."""
        found = self.piece(code)
        if self._below.get(code):
            raise Refused("edit_has_children", code=code)
        return found


def box_of(points: Iterable[Point]) -> Box:
    """The extent of some points, one at least."""
    at = np.array(list(points), np.float64)
    (west, south), (east, north) = at.min(axis=0).tolist(), at.max(axis=0).tolist()
    return west, south, east, north
