"""The rules as one sheet, out and in: words as people write them, or the codes behind them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from townops.areas import api as areas
from townops.base import sheets
from townops.base.words import render
from townops.catalogue import api as catalogue
from townops.dispatch.domain.table import Hours, Rule
from townops.kernel.refusal import Refused

HEADS: Final = (
    *("次序", "名称", "分类", "区域", "责任块类型", "时段"),
    *("来源", "严重程度", "派往", "处置时限"),
)
HOURS: Final = {"": Hours.ANY, "不限": Hours.ANY, "工作时间": Hours.WORK, "非工作时间": Hours.NIGHT}
SEVERITIES: Final = {"一般": "general", "重大": "major", "紧急": "urgent"}
TARGETS: Final = {
    "居村": "village",
    "联勤联动站": "station",
    "处置责任主体": "handling",
    "管理权属主体": "ownership",
    "维护责任主体": "maintenance",
    "目录主责": "condition",
    "城运中心": "center",
}


@dataclass(frozen=True)
class RowError:
    """A row that is no rule, and why."""

    row: int
    reason: str


def write_rules(rules: Iterable[Rule]) -> bytes:
    """The xlsx file of a rule set; `read_rules` gives the same rules again."""
    target = BytesIO()
    sheets.write_xlsx(target, HEADS, [_line(rule) for rule in rules])
    return target.getvalue()


def read_rules(data: bytes) -> tuple[tuple[Rule, ...], tuple[RowError, ...]]:
    """Every rule of a file with every row that is none. Refused as sheets are, and `rules_column_missing`."""
    rows = list(sheets.read(data, "rules.xlsx"))
    if lacking := [head for head in HEADS if head not in rows[0].cells]:
        raise Refused("rules_column_missing", columns=lacking)
    rules: list[Rule] = []
    errors: list[RowError] = []
    for row in rows:
        try:
            rules.append(_rule(row.cells))
        except Refused as refused:
            errors.append(RowError(row.number, render(refused)))
        except ValueError as reason:
            errors.append(RowError(row.number, str(reason)))
    return tuple(rules), tuple(errors)


def _rule(cells: Mapping[str, str]) -> Rule:
    if not cells["次序"].isdigit():
        raise ValueError(f"次序“{cells['次序']}”不是整数")
    return Rule(
        order=int(cells["次序"]),
        name=cells["名称"],
        target=TARGETS.get(cells["派往"], cells["派往"]),
        class_prefix=cells["分类"],
        area_id=areas.area(cells["区域"]).id if cells["区域"] else None,
        block_type=_code(cells["责任块类型"], _block_types()),
        hours=HOURS.get(cells["时段"], cells["时段"]),
        source=_code(cells["来源"], _sources()),
        severity=_code(cells["严重程度"], SEVERITIES),
        limit=catalogue.read_limit(cells["处置时限"]),
    )


def _line(rule: Rule) -> Sequence[object]:
    return (
        rule.order,
        rule.name,
        rule.class_prefix,
        areas.area_by_id(rule.area_id).code if rule.area_id is not None else "",
        _word(rule.block_type, _block_types()),
        _word(rule.hours, HOURS),
        _word(rule.source, _sources()),
        _word(rule.severity, SEVERITIES),
        _word(rule.target, TARGETS),
        catalogue.limit_text(rule.limit),
    )


def _code(word: str, codes: Mapping[str, str]) -> str:
    """The code of a word; what is none stays as written, and is found when the rules are checked."""
    return codes.get(word, word)


def _word(code: str, codes: Mapping[str, str]) -> str:
    return next((word for word, known in codes.items() if known == code), code)


def _block_types() -> dict[str, str]:
    return {label: code for code, label in areas.block_types()}


def _sources() -> dict[str, str]:
    return {word: code for code, word in catalogue.SOURCE_WORDS.items()}
