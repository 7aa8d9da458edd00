"""A draft as an editor sees it: its features by code with the revision of their last change, and as a sheet of the kernel. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from townops.areas.domain.candidates import KINDS
from townops.areas.domain.features import Feature
from townops.kernel import partition
from townops.kernel.partition.sheet import Changes, Piece, Sheet
from townops.kernel.refusal import Refused

LEVEL: Final = {kind: number for number, kind in enumerate(KINDS)}


@dataclass(frozen=True)
class Held:
    """`touched` has the revision of every area there ever was, gone ones too."""

    revision: int
    features: Mapping[str, Feature]
    touched: Mapping[str, int]
    sheet: Sheet

    @classmethod
    def nothing(cls) -> "Held":
        return cls(-1, {}, {}, Sheet(KINDS, {}))

    def followed(self, news: Iterable[tuple[int, str, Feature | None]]) -> "Held":
        """With later changes: (revision, code, what it is now)."""
        given = list(news)
        if not given:
            return self
        changes = {code: one for _, code, one in given}
        features = {code: one for code, one in self.features.items() if code not in changes}
        features |= {code: one for code, one in changes.items() if one}
        touched = {**self.touched, **{code: revision for revision, code, _ in given}}
        pieces = {code: piece_of(one) if one else None for code, one in changes.items()}
        return Held(max(touched.values()), features, touched, self.sheet.changed(pieces))

    def since(self, revision: int) -> list[str]:
        """Codes of what changed after a revision."""
        return sorted(code for code, last in self.touched.items() if last > revision)

    def feature(self, code: str) -> Feature:
        """Refused(edit_unknown)."""
        found = self.features.get(code)
        if found is None:
            raise Refused("edit_unknown", code=code)
        return found

    def with_words(self, changes: Changes, *fresh: Feature) -> dict[str, Feature | None]:
        """What the kernel changed, with the words of the areas; `fresh` has those of new ones."""
        known = {one.code: one for one in fresh}
        return {code: self._worded(piece, known) if piece else None for code, piece in changes.items()}

    def _worded(self, piece: Piece, fresh: Mapping[str, Feature]) -> Feature:
        before = self.features.get(piece.code) or fresh.get(piece.code)
        if before is None:
            raise Refused("edit_unknown", code=piece.code)
        shape = before.shape
        if piece.code not in self.features or piece.shape is not self.sheet.pieces[piece.code].shape:
            shape = piece.shape.wkb
        return replace(before, shape=shape, parent=piece.feature.parent)


def piece_of(one: Feature) -> Piece:
    """As the kernel sees an area."""
    flags = {"detached_allowed": one.detached_allowed, "directly_managed": one.directly_managed}
    return Piece(LEVEL[one.kind], partition.Feature(one.code, one.geometry, one.parent, **flags))
