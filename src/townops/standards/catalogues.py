"""The catalogue as it is shipped: `catalogue/*.toml`, read once. CatalogueError stops start-up."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from townops.standards.domain.cadence import Rhythms, read_rhythms
from townops.standards.domain.items import Item, Terms, read_items, read_terms, refuse_unsound

FOLDER: Final = Path(__file__).parent / "catalogue"
TERMS, RHYTHM = "terms.toml", "rhythm.toml"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every item in order of id, what they refer to, and how the years run."""

    items: tuple[Item, ...]
    terms: Terms
    rhythms: Rhythms

    def item(self, code: str) -> Item | None:
        return next((one for one in self.items if one.id == code), None)

    def subject_name(self, code: str) -> str:
        return next(one.name for one in self.terms.subjects if one.code == code)

    def waits_for(self, item: Item) -> str:
        """What a clause without records waits for, in words."""
        context = item.measure.partition(".")[0]
        return next((one.words for one in self.terms.waits if one.context == context), "")


def read(folder: Path) -> Catalogue:
    """A folder of catalogue files. CatalogueError."""
    terms = read_terms((folder / TERMS).read_text("utf-8"), name=TERMS)
    rhythms = read_rhythms((folder / RHYTHM).read_text("utf-8"), name=RHYTHM)
    files = sorted(path for path in folder.glob("*.toml") if path.name not in (TERMS, RHYTHM))
    found = [item for path in files for item in read_items(path.read_text("utf-8"), name=path.name)]
    items = tuple(sorted(found, key=lambda one: one.order))
    refuse_unsound(items, terms)
    return Catalogue(items, terms, rhythms)


@cache
def current() -> Catalogue:
    """The one that is installed."""
    return read(FOLDER)
