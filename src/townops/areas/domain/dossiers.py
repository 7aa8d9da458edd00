"""What a dossier (责任块档案) says: its fields as one reads and types them, checked, compared (U11). Pure.

A dossier's content is a text for each field, so that form, sheet, history and comparison are of one kind. A field of lines holds
one thing a line, its cells apart by a comma or a tab.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from townops.kernel.identifiers import component_code
from townops.kernel.refusal import Refused

Content = Mapping[str, str]
Cells = tuple[str, ...]
CELL: Final = re.compile(r"\s*[,，\t]\s*")
BETWEEN: Final = "，"
MOST_LINES: Final = 500
LONGEST_CELL: Final = 80
DIGITS: Final = 7
COUNTY: Final = 6
BLOCK: Final = frozenset({"block"})
GRID: Final = frozenset({"grid"})


@dataclass(frozen=True, slots=True)
class Field:
    """One field: of which levels, what is typed into it; `cells` names the cells of a line, `hint` shows one."""

    name: str
    label: str
    levels: frozenset[str]
    kind: Literal["text", "count", "day", "lines"] = "text"
    longest: int = 0
    cells: tuple[str, ...] = ()
    hint: str = ""


FIELDS: Final = (
    Field("address", "地址", BLOCK, longest=200),
    Field("plates", "门牌", BLOCK, longest=400, hint="几个门牌用顿号隔开"),
    Field("households", "户数", BLOCK, "count"),
    Field("residents", "常住人口", BLOCK, "count"),
    Field("incomers", "来沪人员", BLOCK, "count"),
    Field("elders", "60岁及以上", BLOCK, "count"),
    Field("workers", "从业人员", BLOCK, "count"),
    Field("counted_on", "统计日期", BLOCK, "day"),
    Field(
        "components", "部件", BLOCK, "lines", cells=("编码", "名称", "位置"), hint="3101150101000001，上水井盖，北街12号门前"
    ),
    Field("force", "力量", GRID, "lines", cells=("类别", "数量", "说明"), hint="网格辅助员，12，两班"),
    Field("equipment", "装备", GRID, "lines", cells=("名称", "数量", "说明"), hint="巡逻电动车，4"),
    Field("note", "备注", BLOCK | GRID, longest=500),
)  # fmt: skip
FORMER: Final = (
    Field("places", "重点场所", BLOCK, "lines"),
)  # told by the history alone: now a register of its own
COUNTS: Final = tuple(one.name for one in FIELDS if one.kind == "count")
LINES: Final = tuple(one.name for one in FIELDS if one.kind == "lines")
COUNTED: Final = frozenset({"force", "equipment"})  # whose second cell is a number


def fields_of(level: str) -> tuple[Field, ...]:
    """Fields of a level (block, grid); of others none."""
    return tuple(one for one in FIELDS if level in one.levels)


def read(level: str, typed: Mapping[str, str], *, county: str) -> dict[str, str]:
    """Every field of a level as it is kept. `county`: the six digits components of this place begin with.

    Refused: dossier_text_long, dossier_count, dossier_day, dossier_line, dossier_lines_many, dossier_counted_missing,
    component_code, dossier_component_county, dossier_component_twice.
    """
    found = {one.name: read_field(one, typed.get(one.name, ""), county=county) for one in fields_of(level)}
    if any(found.get(name) for name in COUNTS) and not found.get("counted_on"):
        raise Refused("dossier_counted_missing")
    return found


def read_field(one: Field, typed: str, *, county: str) -> str:
    """One field as it is kept. Refused as `read`."""
    text = typed.strip()
    if one.kind == "lines":
        return "\n".join(BETWEEN.join(cells) for cells in _lines(one, text, county))
    if one.kind == "count":
        return _count(one.label, text)
    if one.kind == "day":
        return _day(one.label, text)
    told = " ".join(text.split())
    if len(told) > one.longest:
        raise Refused("dossier_text_long", label=one.label, longest=one.longest)
    return told


def _count(label: str, text: str) -> str:
    if text and not (text.isascii() and text.isdigit() and len(text) <= DIGITS):
        raise Refused("dossier_count", label=label, value=text[:20])
    return str(int(text)) if text else ""


def _day(label: str, text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError:
        raise Refused("dossier_day", label=label, value=text[:20]) from None


def _lines(one: Field, text: str, county: str) -> Iterator[Cells]:
    rows = [line for line in text.splitlines() if line.strip()]
    if len(rows) > MOST_LINES:
        raise Refused("dossier_lines_many", label=one.label, most=MOST_LINES)
    seen: dict[str, int] = {}
    for number, line in enumerate(rows, 1):
        cells = _cells(one, line.strip(), number)
        if one.name == "components":
            _check_component(cells[0], number, county, seen)
        yield cells


def _cells(one: Field, line: str, number: int) -> Cells:
    cells = tuple(CELL.split(line))
    fits = len(cells) <= len(one.cells) and all(cells) and max(map(len, cells)) <= LONGEST_CELL
    if not fits or len(cells) < len(one.cells) - 1:
        raise Refused("dossier_line", label=one.label, row=number, value=line[:40], form=one.hint)
    return (cells[0], _count(one.label, cells[1]), *cells[2:]) if one.name in COUNTED else cells


def _check_component(code: str, number: int, county: str, seen: dict[str, int]) -> None:
    """GB/T 30428: county 6, large class 2, small class 2, serial 6."""
    component_code(code)
    if code[:COUNTY] != county:
        raise Refused("dossier_component_county", row=number, code=code, county=county)
    if code in seen:
        raise Refused("dossier_component_twice", row=number, code=code, first=seen[code])
    seen[code] = number


def cells_of(text: str) -> list[Cells]:
    """The lines of a kept field."""
    return [tuple(line.split(BETWEEN)) for line in text.splitlines()]


def changes(before: Content, after: Content) -> dict[str, tuple[str, str]]:
    """Fields that differ: what it was, what it is."""
    names = [one.name for one in FIELDS if one.name in before or one.name in after]
    pairs = {name: (before.get(name, ""), after.get(name, "")) for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def total(lines: Sequence[Cells]) -> int:
    """The numbers of counted lines together."""
    return sum(int(cells[1]) for cells in lines if len(cells) > 1 and cells[1])
