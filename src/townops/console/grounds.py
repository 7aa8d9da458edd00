"""How the grid is shown: what an address of the grid map asks for, and the mark of each type of block."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from django.http.request import QueryDict

from townops.areas import api as areas
from townops.kernel.refusal import Refused

HECTARE: Final = 10_000.0
FOUND: Final = 30
LEVELS: Final = (("grid", "责任网格"), ("village", "居村"), ("block", "责任块"))
KIND_WORDS: Final = {"town": "街镇", **dict(LEVELS)}
GLYPHS: Final = {
    "estate": "住", "hamlet": "村", "firm": "企", "building": "楼", "commerce": "商", "institution": "机", "school": "学",
    "scenic": "景", "culture": "文", "medical": "医", "care": "养", "site": "工", "public": "公", "other": "其",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """The choice an address of the grid map carries; `area` narrows, `at` is the area looked at, `listed` is without map."""

    town: str
    level: str = "block"
    types: frozenset[str] = frozenset()
    area: str = ""
    at: str = ""
    q: str = ""
    listed: bool = False

    def but(self, **other: str) -> str:
        """The address of another choice (`form` list or map), without what is as usual."""
        told = {"level": self.level, "area": self.area, "at": self.at, "q": self.q}
        told |= {"form": "list" if self.listed else "map"} | other
        usual = {"level": "block", "form": "map"}
        pairs = [(name, word) for name, word in told.items() if word and word != usual.get(name)]
        return "?" + urlencode([*pairs, *(("type", one) for one in sorted(self.types))])

    @property
    def narrowed(self) -> areas.AreaView:
        """The area whose ground is counted: the town without another choice. Refused("area_unknown")."""
        return of_town(self.area or self.town, self.town)


def asked(given: QueryDict, town: str) -> Asked:
    """What an address says; words it does not know are left out."""
    level, types = given.get("level", ""), dict(areas.block_types())
    return Asked(
        town,
        level if level in dict(LEVELS) else "block",
        frozenset(one for one in given.getlist("type") if one in types),
        given.get("area", "").strip().partition(" ")[0][:32],
        given.get("at", "").strip()[:32],
        given.get("q", "").strip()[:40],
        given.get("form") == "list",
    )


def of_town(code: str, town: str) -> areas.AreaView:
    """An area of this town by code. Refused("area_unknown")."""
    found = areas.area(code)
    if town not in {found.town, found.code}:
        raise Refused("area_unknown", code=code)
    return found


def chain(area: areas.AreaView) -> list[areas.AreaView]:
    """What an area lies in, the town first."""
    return list(_above(area))[::-1]


def _above(area: areas.AreaView) -> Iterator[areas.AreaView]:
    at = area.parent_id
    while at is not None:
        one = areas.area_by_id(at)
        yield one
        at = one.parent_id


def hectares(m2: float) -> str:
    """12.3 of square metres."""
    return f"{m2 / HECTARE:,.1f}"


@dataclass(frozen=True, slots=True)
class TypeLine:
    """A type of block in legend and table: code, sign, word, and how many there are."""

    code: str
    glyph: str
    label: str
    blocks: int
    hectares: str
    chosen: bool


def type_lines(of: areas.AreaView, chosen: frozenset[str]) -> list[TypeLine]:
    """All 14 types of an area's blocks."""
    return [
        TypeLine(one.code, GLYPHS[one.code], one.label, one.blocks, hectares(one.m2), one.code in chosen)
        for one in areas.by_type(of.id)
    ]


def type_words() -> Mapping[str, str]:
    return dict(areas.block_types())
