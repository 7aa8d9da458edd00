"""The decision table as an Excel sheet, and each rule in words. Whatever cannot be taken is named by row, column, reason."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Final, TypeVar

from townops.areas import api as areas
from townops.base import sheets
from townops.catalogue import api as catalogue
from townops.dispatch.domain.table import Hours, Rule
from townops.kernel.refusal import Refused
from townops.people import api as people

T = TypeVar("T")
HEADS: Final = (
    "次序", "名称", "分类", "区域", "责任块类型", "时段", "来源", "严重程度", "派往", "时限", "说明",
)  # fmt: skip
HOURS: Final = {Hours.ANY.value: "", Hours.WORK.value: "工作时间", Hours.NIGHT.value: "非工作时间"}
SEVERITY: Final = {"": "", "general": "一般", "major": "重大", "urgent": "紧急"}
TARGETS: Final = {
    "village": "居村", "station": "联勤联动站", "handling": "处置责任主体", "ownership": "管理权属主体",
    "maintenance": "维护责任主体", "condition": "目录主责", "center": "城运中心",
}  # fmt: skip
LARGEST: Final = 9999


@dataclass(frozen=True)
class CellError:
    """A cell that cannot be taken: row as Excel counts it, column heading, why."""

    row: int
    column: str
    reason: str


@dataclass(frozen=True)
class RuleLine:
    """A rule in words: what it asks for, where it sends, its own limit if it has one."""

    order: int
    name: str
    when: str
    target: str
    limit: str
    fault: str


def said(rule: Rule, content: catalogue.Content) -> RuleLine:
    """A rule as people read it; what names nothing that exists stands as it is written."""
    parts = (
        _class_name(rule.class_prefix, content) if rule.class_prefix else "",
        f"在{_area_name(rule.area_id)}" if rule.area_id is not None else "",
        dict(areas.block_types()).get(rule.block_type, rule.block_type),
        HOURS.get(rule.hours, rule.hours),
        f"来自{catalogue.SOURCE_WORDS.get(rule.source, rule.source)}" if rule.source else "",
        SEVERITY.get(rule.severity, rule.severity),
    )
    when = "，".join(part for part in parts if part) or "其余全部"
    limit = catalogue.limit_text(rule.limit)
    return RuleLine(rule.order, rule.name, when, target_said(rule.target), limit, rule.fault)


def target_said(target: str) -> str:
    """居村, 联勤联动站 ..., or the unit by name."""
    return TARGETS.get(target) or people.meant_by_code().get(target, target)


def _class_name(code: str, content: catalogue.Content) -> str:
    known = content.by_code.get(code)
    return f"{code} {known.name}" if known else code


def _area_name(area_id: int) -> str:
    try:
        return areas.area_by_id(area_id).name
    except Refused:
        return f"区域（{area_id}）"


def write_rules(rules: tuple[Rule, ...], content: catalogue.Content) -> bytes:
    """The sheet of a table; reading it gives the same rules again."""
    target = BytesIO()
    sheets.write_xlsx(target, HEADS, [_line(rule, content) for rule in rules])
    return target.getvalue()


def _line(rule: Rule, content: catalogue.Content) -> list[str]:
    line = said(rule, content)
    return [
        str(rule.order),
        rule.name,
        rule.class_prefix,
        areas.area_by_id(rule.area_id).code if rule.area_id is not None else "",
        dict(areas.block_types()).get(rule.block_type, rule.block_type),
        HOURS.get(rule.hours, rule.hours),
        catalogue.SOURCE_WORDS.get(rule.source, rule.source),
        SEVERITY.get(rule.severity, rule.severity),
        TARGETS.get(rule.target, rule.target),
        line.limit,
        f"{line.when} → {line.target}",
    ]


def read_rules(data: bytes) -> tuple[tuple[Rule, ...], tuple[CellError, ...]]:
    """Every row as a rule with every error; the column 说明 is for reading only. Refused as `sheets.read`."""
    errors: list[CellError] = []
    rules: list[Rule] = []
    rows = list(sheets.read(data, "rules.xlsx"))
    missing = [head for head in HEADS[:-1] if head not in rows[0].cells]
    if missing:
        return (), tuple(CellError(1, head, f"缺少“{head}”列") for head in missing)
    for row in rows:
        reader = _Reader(row, errors)
        rules.append(_rule(reader))
    return tuple(sorted(rules, key=lambda one: one.order)), tuple(errors)


class _Reader:
    """One row; a cell that cannot be taken is noted and the reading goes on."""

    def __init__(self, row: sheets.Row, errors: list[CellError]) -> None:
        self._row, self._errors = row, errors

    def text(self, column: str) -> str:
        return self._row.cells.get(column, "").strip()

    def read(self, column: str, reader: Callable[[str], T], otherwise: T) -> T:
        try:
            return reader(self.text(column))
        except ValueError as error:
            self._errors.append(CellError(self._row.number, column, str(error)))
            return otherwise

    def code(self, column: str, words: Mapping[str, str]) -> str:
        """The code of a word, or the code itself; what is neither is left to the check of the rules."""
        given = self.text(column)
        return next((code for code, word in words.items() if word == given), given)


def _rule(cells: _Reader) -> Rule:
    return Rule(
        order=cells.read("次序", _order, 0),
        name=cells.text("名称"),
        target=_target(cells),
        class_prefix=cells.text("分类"),
        area_id=cells.read("区域", _area, None),
        block_type=cells.code("责任块类型", dict(areas.block_types())),
        hours=cells.code("时段", HOURS),
        source=cells.code("来源", catalogue.SOURCE_WORDS),
        severity=cells.code("严重程度", SEVERITY),
        limit=cells.read("时限", catalogue.read_limit, None),
    )


def rule_cells(rule: Rule, content: catalogue.Content) -> dict[str, str]:
    """A rule as the sheet has it, by heading."""
    return dict(zip(HEADS, _line(rule, content), strict=True))


def read_cells(cells: Mapping[str, str]) -> tuple[Rule, tuple[CellError, ...]]:
    """One rule from cells by heading, with every error."""
    errors: list[CellError] = []
    return _rule(_Reader(sheets.Row(1, dict(cells)), errors)), tuple(errors)


def _target(cells: _Reader) -> str:
    """A word for a target, the name of a unit, or its code."""
    word = cells.code("派往", TARGETS)
    return word if word in TARGETS else cells.code("派往", people.meant_by_code())


def _order(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= LARGEST:
        raise ValueError(f"“{text}”不是1到{LARGEST}的次序")
    return int(text)


def _area(text: str) -> int | None:
    try:
        return areas.area(text).id if text else None
    except Refused:
        raise ValueError(f"没有编码为“{text}”的区域") from None
