"""The same documents for a reader in a browser."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from townops.base.layers import Layer
from townops.kernel.featuresets import FeatureSet, Places
from townops.kernel.vectortiles import Fact
from townops.sharing.ogc.telling import ABOUT, CONFORMS, TITLE

NAME: Final = "name"
_SPOKEN: Final = {True: "是", False: "否", None: ""}


@dataclass(frozen=True, slots=True)
class Link:
    href: str
    title: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """A page of links and lines."""

    title: str
    about: str = ""
    lines: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """A fact in words; `own` what the town named itself, which no other language has."""

    label: str
    text: str
    own: bool


@dataclass(frozen=True, slots=True)
class Row:
    id: str
    cells: tuple[Cell, ...]


LANDING: Final = Said(
    TITLE, ABOUT, (),
    (
        Link("/ogc/collections?f=html", "图层", "可用的图层和要素"),
        Link("/ogc/conformance?f=html", "符合的标准条款"),
        Link("/ogc/api", "接口说明", "OpenAPI 3.0，供程序读取"),
    ),
)  # fmt: skip
CONFORMANCE: Final = Said("符合的标准条款", "", CONFORMS)
API: Final = Said(
    "接口说明",
    "每个图层按 bbox、datetime、limit、offset、crs 和各属性查询；完整说明供程序读取。",
    (),
    (Link("/ogc/api?f=json", "OpenAPI 3.0"),),
)


def collections(layers: Sequence[Layer]) -> Said:
    """Each layer with its features."""
    return Said(
        "图层", "" if layers else "令牌所属账号没有可看的图层。", (),
        tuple(Link(f"/ogc/collections/{one.name}?f=html", one.label, one.about) for one in layers),
    )  # fmt: skip


def collection(layer: Layer, found: FeatureSet) -> Said:
    """One layer."""
    facts = tuple(f"{one.name}：{one.label}" for one in layer.facts)
    link = Link(f"/ogc/collections/{layer.name}/items?f=html", f"要素（{len(found)}个）")
    return Said(layer.label, layer.about, facts, (link,))


def rows(layer: Layer, found: FeatureSet, places: Places) -> list[Row]:
    """A line of text for each feature."""
    return [Row(found.ids[place], tuple(cells(layer, found.facts[place]))) for place in places]


def cells(layer: Layer, facts: Mapping[str, Fact]) -> list[Cell]:
    """Each fact of the layer."""
    return [Cell(one.label, spoken(facts.get(one.name)), one.name == NAME) for one in layer.facts]


def spoken(fact: Fact) -> str:
    return _SPOKEN[fact] if fact is None or isinstance(fact, bool) else str(fact)
