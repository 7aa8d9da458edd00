"""达标一览 as rows for the page: filtered lines, town duties as a list, the others as one row a duty with a cell a subject."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from townops.standards import api as standards

TOWN: Final = "town"
SOON_DAYS: Final = (7, 30, 90)


@dataclass(frozen=True, slots=True)
class Look:
    """One state has one word, one sign for a narrow cell, one colour and one icon."""

    word: str
    short: str
    colour: str
    icon: str


LOOKS: Final = {
    "met": Look("达标", "达", "green", "done"),
    "due_soon": Look("临期", "临", "amber", "clock"),
    "not_met": Look("未达标", "未", "red", "warn"),
    "no_source": Look("无数据来源", "无", "slate", "ban"),
    "exempt": Look("豁免", "免", "grey", "sign"),
    "optional_open": Look("可选未做", "可", "blue", "plus"),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the board is asked for; empty shows all."""

    plan: str = ""
    unit: str = ""
    state: str = ""
    days: int = 0

    def shows(self, line: standards.Line, today: date) -> bool:
        item = line.item
        return (
            self.plan in ("", item.plan)
            and (not self.unit or self.unit in item.units)
            and self.state in ("", line.state)
            and (not self.days or self._is_due(line, today))
        )

    def _is_due(self, line: standards.Line, today: date) -> bool:
        return (
            line.due is not None
            and line.state in ("due_soon", "not_met", "met")
            and line.due <= today + timedelta(days=self.days)
        )


@dataclass(frozen=True, slots=True)
class Row:
    """A duty of many subjects, the `first` by code: a cell for each of the table's heads (None: not shown), or one sentence for all."""

    item: standards.Item
    first: str
    cells: tuple[standards.Line | None, ...]
    said: str
    counts: tuple[tuple[Look, int], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The duties of one kind of subject."""

    kind: str
    name: str
    heads: tuple[str, ...]
    rows: tuple[Row, ...]


def look(state: str) -> Look:
    return LOOKS[state]


def counted(lines: Iterable[standards.Line]) -> list[tuple[str, Look, int]]:
    """How many lines there are of each state, all states."""
    found = Counter(one.state for one in lines)
    return [(state, look, found[state]) for state, look in LOOKS.items()]


def of_town(lines: Iterable[standards.Line]) -> list[standards.Line]:
    return [one for one in lines if one.item.subject == TOWN]


def tables(lines: Sequence[standards.Line]) -> list[Table]:
    """One table a kind of subject that is not the town."""
    kinds = dict.fromkeys(one.item.subject for one in lines if one.item.subject != TOWN)
    return [_table(kind, [one for one in lines if one.item.subject == kind]) for kind in kinds]


def _table(kind: str, lines: list[standards.Line]) -> Table:
    heads = sorted({(one.subject.code, one.subject.name) for one in lines})
    by: dict[str, dict[str, standards.Line]] = {}
    for one in lines:
        by.setdefault(one.item.id, {})[one.subject.code] = one
    rows = tuple(_row(found, [code for code, _ in heads]) for found in by.values())
    name = standards.current().subject_name(kind)
    return Table(kind, name, tuple(_short(name) for _, name in heads), rows)


def _row(found: Mapping[str, standards.Line], codes: list[str]) -> Row:
    """Cells that all say the same, with the same reason, are said once."""
    lines = list(found.values())
    counts = tuple((look, number) for _, look, number in counted(lines) if number)
    alike = {(one.state, one.why) for one in lines}
    said = lines[0].why if len(alike) == 1 and lines[0].state == "no_source" else ""
    return Row(lines[0].item, lines[0].subject.code, tuple(found.get(code) for code in codes), said, counts)


def _short(name: str) -> str:
    """A head that fits above a narrow cell."""
    for ending in ("居委会", "村委会", "联勤联动站"):
        name = name.removesuffix(ending)
    return name


def next_step(line: standards.Line) -> str:
    """What whoever answers for it does now."""
    if line.state in ("met", "exempt"):
        return "保持；到期前再核对"
    if line.item.attested:
        return "由负责人签认，写明文件和有效期"
    if line.state == "no_source":
        return f"{line.why}，有了记录才能计算"
    if line.left_out:
        return f"先补齐未计的{len(line.left_out)}条：{line.left_out[0].reason}"
    return f"由{'、'.join(line.item.units[:3])}办理并登记{'、'.join(line.item.evidence)}"
