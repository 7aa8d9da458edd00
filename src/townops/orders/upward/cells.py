"""Cells of the district's lists: heads by any of their usual names, times as offices write them, one fault per cell."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from townops.base import calendars, sheets
from townops.kernel.refusal import Refused
from townops.kernel.workdays import SHANGHAI

NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "上级编号": ("上级编号", "工单编号", "热线编号", "案件编号", "任务号", "外部编号"),
    "本镇编号": ("本镇编号",),
    "来源": ("来源",),
    "类别": ("类别", "申请类别", "申请类型"),
    "结果": ("结果", "审批结果", "审核结果", "答复结果"),
    "理由": ("理由", "审批意见", "审核意见", "备注"),
    "新时限": ("新时限", "延期至", "批准时限"),
    "回执号": ("回执号", "回执", "回执编号"),
    "答复时间": ("答复时间", "审批时间", "审核时间"),
    "状态": ("状态", "工单状态", "办理状态"),
    "时限": ("时限", "截止时间", "办结时限", "到期时间"),
    "轮次": ("轮次", "派单轮次"),
}
_MOMENT: Final = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]*(\d{1,2})[:时](\d{1,2})(?:[:分](\d{1,2})?秒?)?分?)?"
)


class Sheet:
    """Rows of a list with the columns it must and may have; Refused("list_columns_missing") for another file."""

    def __init__(self, content: bytes, needed: tuple[str, ...], name: str = "") -> None:
        self._rows = sheets.read(content, name)
        self._first = next(self._rows)
        self._heads = {name: head for name in NAMES if (head := self._head(name))}
        if lacking := [name for name in needed if name not in self._heads]:
            raise Refused("list_columns_missing", columns=lacking)

    def has(self, column: str) -> bool:
        return column in self._heads

    def rows(self) -> Iterator[tuple[int, dict[str, str]]]:
        """(row as a person counts, cells by our names for the columns that are there)."""
        yield self._row(self._first)
        for row in self._rows:
            yield self._row(row)

    def _head(self, name: str) -> str:
        return next((head for head in NAMES[name] if head in self._first.cells), "")

    def _row(self, row: sheets.Row) -> tuple[int, dict[str, str]]:
        return row.number, {name: row.cells.get(head, "").strip() for name, head in self._heads.items()}


def fault(column: str, code: str, **params: object) -> Refused:
    """A refusal that knows its column."""
    return Refused(code, column=column, **params)


def filled(cells: Mapping[str, str], column: str) -> str:
    """The cell; Refused("cell_missing")."""
    if not cells.get(column):
        raise fault(column, "cell_missing")
    return cells[column]


def word(cells: Mapping[str, str], column: str, words: Mapping[str, str]) -> str:
    """What the cell's word stands for; Refused("cell_word_unknown")."""
    given = filled(cells, column)
    if given not in words:
        raise fault(column, "cell_word_unknown", given=given[:20], known=list(dict.fromkeys(words)))
    return words[given]


def figure(cells: Mapping[str, str], column: str) -> int | None:
    """A whole number from 1 on (第2轮 is 2), None for an empty cell; Refused("cell_not_a_number")."""
    given = cells.get(column, "")
    digits = given.removeprefix("第").removesuffix("轮").removesuffix("次")
    if not given:
        return None
    if not digits.isdecimal() or not 0 < int(digits) < 1000:  # noqa: PLR2004  (no order has a thousand rounds)
        raise fault(column, "cell_not_a_number", given=given[:20])
    return int(digits)


def moment(cells: Mapping[str, str], column: str) -> tuple[datetime | None, bool]:
    """(instant, whether only a day was written); a day alone means the end of its working hours.

    None for an empty cell. Refused("cell_not_a_time").
    """
    given = cells.get(column, "")
    if not given:
        return None, False
    matched = _MOMENT.fullmatch(given)
    if matched is None:
        return _iso(given, column), False
    numbers = [int(one or 0) for one in matched.groups()]
    day_only = matched[4] is None
    try:
        found = datetime(*numbers[:6], tzinfo=SHANGHAI)  # type: ignore[arg-type,misc]
    except ValueError:
        raise fault(column, "cell_not_a_time", given=given[:40]) from None
    return (_end_of(found) if day_only else found), day_only


def _iso(given: str, column: str) -> datetime:
    try:
        found = datetime.fromisoformat(given)
    except ValueError:
        raise fault(column, "cell_not_a_time", given=given[:40]) from None
    return found if found.tzinfo else found.replace(tzinfo=SHANGHAI)


def _end_of(day: datetime) -> datetime:
    last = max(window.end for window in calendars.current().windows)
    return day.replace(hour=last.hour, minute=last.minute)
