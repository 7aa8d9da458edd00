"""What can be chosen on forms: units, classes, conditions, places, as lists one types into; and back to codes.

A choice reads "CODE words", so that it can be found by either, is readable once chosen, and works without script.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import Final

from django.utils import timezone

from townops.areas import api as areas
from townops.base.filetypes import SUFFIXES
from townops.catalogue import api as catalogue
from townops.kernel.refusal import Refused
from townops.orders import api as orders
from townops.people import api as people

ACCEPT: Final = ",".join(sorted(f".{suffix}" for many in SUFFIXES.values() for suffix in many))
NOBODY: Final = "（无）"
NOT_CHOSEN: Final = frozenset({"system", "public"})
SUGGESTED: Final = 3
NEAR: Final = 0.3  # as much of two names is alike


@dataclass(frozen=True, slots=True)
class Listing:
    """A list under an input: `name` is its id in the page."""

    name: str
    lines: tuple[str, ...]


def units(town: str) -> Listing:
    """Every unit of the town that can hold work, by name."""
    found = (one.name for one in people.units(town=town) if one.code not in NOT_CHOSEN)
    return Listing("units", tuple(found))


def handling_units(town: str) -> Listing:
    """Those with a post that takes up orders: to whom one can be given."""
    found = (one.name for one in people.units(town=town) if orders.can_handle(one.id))
    return Listing("units", tuple(found))


def unit_code(given: str, town: str) -> str:
    """The code of a unit given by name or code; what is unknown stays as it is and is refused by the door."""
    given = given.strip()
    if given == NOBODY:
        return orders.NONE
    return next((one.code for one in people.units(town=town) if one.name == given), given)


def unit_name(code: str, town: str) -> str:
    """The other way round, for an address that names a unit by code."""
    if code == orders.NONE:
        return NOBODY
    return next((one.name for one in people.units(town=town) if one.code == code), code)


def unit_meant(given: str, town: str) -> int | None:
    """A unit by name or code; None where nothing is typed. Refused("unit_unknown")."""
    if not given:
        return None
    named = [one.id for one in people.units(town=town) if one.name == given]
    return named[0] if named else people.unit(given[:40], town=town).id


def posts(town: str) -> Iterator[tuple[people.PostView, str]]:
    """Every post of the town, as one reads it: its unit before it."""
    for unit in people.units(town=town):
        yield from ((one, f"{unit.name} {one.name}") for one in people.posts_of(unit.id))


def post_meant(given: str, town: str) -> people.PostView | None:
    """A post as it is read; None where nothing is typed. Refused("post_unknown")."""
    if not given:
        return None
    found = next((one for one, said in posts(town) if said == given), None)
    if found is None:
        raise Refused("post_unknown", code=given[:40])
    return found


def conditions(at: datetime, source: str, text: str = "") -> Listing:
    """Every 立案条件 row of today's catalogue with the limit of this source; those the text suggests first."""
    content = catalogue.content(catalogue.version_at(at))
    likely = [one.code for one in suggested(text, at, branch="grid")]
    rows = sorted(content.conditions, key=lambda one: _rank(one.class_code, likely))
    lines = (condition_line(one, content, source) for one in rows)
    return Listing("conditions", tuple(lines))


def condition_line(row: catalogue.Condition, content: catalogue.Content, source: str) -> str:
    """C-01-01-1 上水井盖：井盖缺失…（2紧急工作时）."""
    klass = content.by_code[row.class_code]
    return f"{row.code} {klass.name}：{row.text}（{catalogue.limit_text(row.limit_for(source))}）"


def condition_said(condition_id: int | None, source: str) -> str:
    """The line of one row by id, empty without one."""
    if condition_id is None:
        return ""
    row = catalogue.condition(condition_id)
    return condition_line(row, catalogue.content(row.version), source)


def standard_said(condition_id: int | None, source: str) -> list[tuple[str, str]]:
    """What the standard says of an order: when it is filed and solved, on which law, and whether its limit is confirmed."""
    if condition_id is None:
        return []
    row = catalogue.condition(condition_id)
    default = row.status is catalogue.Status.TO_CONFIRM
    return [
        ("立案条件", condition_said(condition_id, source).partition("：")[2]),
        ("标准时限", "默认值，待本镇确认" if default else "已确认"),
        ("结案条件", row.close_text),
        ("采集要求", row.evidence),
        ("法规依据", row.legal_basis or "待补充"),
    ]


def classes(at: datetime, text: str = "") -> Listing:
    """The hotline's subject classes, those without parts below them; those the text suggests first."""
    content = catalogue.content(catalogue.version_at(at))
    likely = [one.code for one in suggested(text, at, branch="hotline")]
    found = [one for one in content.classes if one.branch == "hotline" and one.parent]
    return Listing(
        "classes", tuple(class_line(one) for one in sorted(found, key=lambda one: _rank(one.code, likely)))
    )


def _rank(code: str, likely: list[str]) -> int:
    return likely.index(code) if code in likely else len(likely)


def class_line(klass: catalogue.Klass) -> str:
    return f"{klass.code} {klass.name}"


def class_said(code: str | None, at: datetime) -> str:
    """CODE name, or the code where the catalogue of today lacks it."""
    if not code:
        return ""
    try:
        return class_line(catalogue.klass(code, catalogue.version_at(at)))
    except Refused:
        return code


def class_of_today(code: str) -> str:
    """CODE name of any class of today's catalogue, "" where it has none of that code."""
    content = catalogue.content(catalogue.version_at(timezone.now()))
    found = content.by_code.get(code)
    return class_line(found) if found else ""


def class_name(code: str) -> str:
    """The name of a class in today's catalogue, or its code."""
    return class_of_today(code).partition(" ")[2] or code


def source(code: str) -> str:
    """The word of a source, or its code."""
    return dict(orders.every_source()).get(code, code)


def every_class(at: datetime) -> Listing:
    """The tree of classes, each under the one it belongs to, for the filter of a list."""
    content = catalogue.content(catalogue.version_at(at))
    return Listing("every-class", tuple(class_line(one) for one in content.classes))


def units_or_none(town: str) -> Listing:
    """Units, and that there is none."""
    return Listing("units", (NOBODY, *units(town).lines))


def suggested(text: str, at: datetime, *, branch: str) -> tuple[catalogue.Klass, ...]:
    """Classes whose words stand in the text, the most of it first: what a person is offered, not what is decided."""
    content = catalogue.content(catalogue.version_at(at))
    found = [one for one in content.classes if (one.branch == "hotline") == (branch == "hotline")]
    hits = {
        one.code: sum(len(word) for word in (one.name, *one.keywords) if word and word in text)
        for one in found
    }
    best = sorted((one for one in found if hits[one.code]), key=lambda one: -hits[one.code])
    return tuple(best[:SUGGESTED])


def areas_of(town: str) -> Listing:
    """居村 first, then blocks with their 居村."""
    villages = [area_line(one) for one in areas.areas_of(town, "village")]
    blocks = [area_line(one) for one in areas.areas_of(town, "block")]
    return Listing("areas", (*villages, *blocks))


def found_areas(town: str, q: str, most: int = 50) -> Listing:
    """Those places whose line holds every word."""
    words = q.split()
    hits = (line for line in areas_of(town).lines if all(word in line for word in words))
    return Listing("areas", tuple(line for line, _ in zip(hits, range(most), strict=False)))


def places(town: str) -> Listing:
    """Grids and 居村, for the filter of a list."""
    found = (*areas.areas_of(town, "grid"), *areas.areas_of(town, "village"))
    return Listing("places", tuple(area_line(one) for one in found))


def villages(town: str) -> Listing:
    """What a place is looked for among before blocks are fetched while one types."""
    return Listing("areas", tuple(area_line(one) for one in areas.areas_of(town, "village")))


def area_line(area: areas.AreaView) -> str:
    """CODE name（居村）."""
    above = areas.area_by_id(area.parent_id).name if area.kind == "block" and area.parent_id else ""
    return f"{area.code} {area.name}" + (f"（{above}）" if above else "")


def named_line(place: areas.Named) -> str:
    """The same for a place found by name."""
    return f"{place.code} {place.name}" + (f"（{place.above}）" if place.above else "")


def by_triple(source: str, town: str, at: datetime) -> bool:
    """Whether orders of a source are filed by class, demand type and reply time, as the hotline's are."""
    if source not in dict(orders.every_source()):
        return False
    return orders.flows.flow_now(source, areas.area(town).id, at).options.filing is orders.Filing.TRIPLE


def area_said(code: str) -> str:
    """The line of one area by code, or what was given."""
    try:
        return area_line(areas.area(code)) if code else ""
    except Refused:
        return code


def area_code(given: str, town: str) -> str:
    """The code of an area given as a line, a code, or the exact name of a 居村 or grid. Refused("area_not_named")."""
    name, first = given.strip(), code_of(given)
    named = {one.name: one.code for kind in ("grid", "village") for one in areas.areas_of(town, kind)}
    if name in named:
        return named[name]
    if not name.isascii() and first.isalpha():  # a name, where a line begins with its code
        near = get_close_matches(name, named, n=SUGGESTED, cutoff=NEAR)
        code = "area_not_named_near" if near else "area_not_named"
        raise Refused(code, name=name[:20], **({"near": "、".join(near)} if near else {}))
    return first


def code_of(given: str) -> str:
    """The first word of a line: the code."""
    return next(iter(given.split()), "")
