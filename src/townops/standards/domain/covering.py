"""Whether a document is covered by the catalogue: what nobody took up, and which items a change touches (C3)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from townops.standards.domain.document import Paragraph
from townops.standards.domain.items import Item


class Change(StrEnum):
    """What happened to the paragraph an item stands on."""

    TEXT = "text"
    MOVED = "moved"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Covered:
    """A paragraph and the ids of its items."""

    place: str
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Changed:
    """A paragraph that is not as the catalogue knows it; `now` is where it stands in this document, empty when gone."""

    place: str
    items: tuple[str, ...]
    change: Change
    now: str
    text: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """`whole`: every numbered paragraph is covered and none changed."""

    paragraphs: tuple[Paragraph, ...]
    covered: tuple[Covered, ...]
    uncovered: tuple[Paragraph, ...]
    changed: tuple[Changed, ...]

    @property
    def whole(self) -> bool:
        return bool(self.paragraphs) and not self.uncovered and not self.changed


def coverage(paragraphs: Sequence[Paragraph], items: Iterable[Item]) -> Coverage:
    """Paragraphs are known by place and hash: one renumbered is told apart from one rewritten."""
    claimed: dict[tuple[str, str], list[str]] = {}
    for item in items:
        claimed.setdefault((item.source, item.paragraph.removeprefix("sha256:")), []).append(item.id)
    by_place = {one.place: one for one in paragraphs}
    covered, changed = [], []
    for (place, sha256), ids in claimed.items():
        here = by_place.get(place)
        if here is not None and here.sha256 == sha256:
            covered.append(Covered(place, tuple(ids)))
        else:
            changed.append(_changed(place, sha256, tuple(ids), paragraphs, claimed))
    taken = {one.place for one in covered} | {one.now for one in changed}
    left = tuple(one for one in paragraphs if one.place not in taken)
    return Coverage(tuple(paragraphs), tuple(covered), left, tuple(changed))


def _changed(
    place: str,
    sha256: str,
    ids: tuple[str, ...],
    paragraphs: Sequence[Paragraph],
    claimed: dict[tuple[str, str], list[str]],
) -> Changed:
    moved = [one for one in paragraphs if one.sha256 == sha256 and (one.place, sha256) not in claimed]
    if moved:
        return Changed(place, ids, Change.MOVED, moved[0].place, moved[0].text)
    here = next((one for one in paragraphs if one.place == place), None)
    if here is None or any(here.sha256 == known for _, known in claimed):
        return Changed(place, ids, Change.GONE, "", "")
    return Changed(place, ids, Change.TEXT, place, here.text)
