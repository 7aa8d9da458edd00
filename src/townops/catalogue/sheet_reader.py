"""Reads the Excel file of a catalogue; whatever cannot be taken is named by sheet, row, column, reason."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import TypeVar

from python_calamine import CalamineError, CalamineWorkbook

from townops.catalogue import sheets as words
from townops.catalogue.domain.check import CLASSES, CONDITIONS, HOTLINE, Fault, faults
from townops.catalogue.domain.limits import read_limit, read_source_limits
from townops.catalogue.domain.rows import (
    Branch,
    Condition,
    Content,
    DemandType,
    Klass,
    Level,
    Severity,
    Status,
    TimeClass,
    time_class,
)
from townops.kernel.refusal import Refused
from townops.kernel.workdays import Limit, TimeUnit

Record = Klass | Condition | DemandType | TimeClass
T = TypeVar("T")
LONGEST_DAYS = 999
NO_LIMIT = Limit(1, TimeUnit.WORK_DAY)
KEY_COLUMN = {CLASSES: "代码", CONDITIONS: "条件编号", HOTLINE: "代码"}


@dataclass(frozen=True)
class SheetError:
    """A cell that cannot be taken: sheet, row as Excel counts it (0: the sheet), column heading, why."""

    sheet: str
    row: int
    column: str
    reason: str


@dataclass(frozen=True)
class Sheets:
    """What a file says; the content is worth something only without errors."""

    content: Content
    errors: tuple[SheetError, ...]


class Cells:
    """One row of a sheet; asking for a value notes what is wrong instead of stopping at the first."""

    def __init__(self, sheet: str, number: int, values: Mapping[str, str]) -> None:
        self.sheet, self.number, self._values = sheet, number, values
        self.errors: list[SheetError] = []

    def text(self, column: str) -> str:
        return self._values.get(column, "")

    def words(self, column: str) -> tuple[str, ...]:
        return tuple(self.text(column).split())

    def read(self, column: str, reader: Callable[[str], T], otherwise: T) -> T:
        """The cell through `reader`; a `ValueError` becomes an error of the row and gives `otherwise`."""
        try:
            return reader(self.text(column))
        except ValueError as error:
            self.errors.append(SheetError(self.sheet, self.number, column, str(error)))
            return otherwise

    def choice(self, column: str, among: Mapping[T, str], otherwise: T) -> T:
        """The meaning of a cell that holds one of a few words."""
        return self.read(column, lambda text: _chosen(text, among), otherwise)


def read_sheets(data: bytes) -> Sheets:
    """Every row of the three sheets with every error; Refused("sheet_unreadable") if it is no xlsx."""
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(data))
    except (CalamineError, OSError) as error:
        raise Refused("sheet_unreadable") from error
    errors: list[SheetError] = []
    records: list[Record] = []
    places: dict[tuple[str, str], int] = {}
    for cells in _rows(book, errors):
        records.append(READERS[cells.sheet](cells))
        places[cells.sheet, cells.text(KEY_COLUMN[cells.sheet])] = cells.number
        errors += cells.errors
    content = _content(records)
    if not errors:
        errors += (_located(one, places) for one in faults(content))
    return Sheets(content, tuple(errors))


def _rows(book: CalamineWorkbook, errors: list[SheetError]) -> Iterator[Cells]:
    for name, heads in words.HEADS.items():
        if name not in book.sheet_names:
            errors.append(SheetError(name, 0, "", f"缺少工作表“{name}”"))
            continue
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        lines = [[_plain(cell) for cell in row] for row in rows]
        found = lines[0] if lines else []
        missing = [head for head in heads if head not in found]
        errors += (SheetError(name, 1, head, f"缺少“{head}”列") for head in missing)
        for number, line in enumerate(lines[1:] if not missing else (), start=2):
            if any(line):
                yield Cells(name, number, dict(zip(found, line, strict=False)))


def _plain(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _content(records: list[Record]) -> Content:
    return Content(
        tuple(one for one in records if isinstance(one, Klass)),
        tuple(one for one in records if isinstance(one, Condition)),
        tuple(one for one in records if isinstance(one, DemandType)),
        tuple(one for one in records if isinstance(one, TimeClass)),
    ).sorted()


def _located(fault: Fault, places: Mapping[tuple[str, str], int]) -> SheetError:
    return SheetError(fault.sheet, places.get((fault.sheet, fault.code), 0), fault.column, fault.reason)


def _chosen(text: str, among: Mapping[T, str]) -> T:
    for meaning, word in among.items():
        if text == word:
            return meaning
    allowed = "、".join(word or "空白" for word in among.values())
    raise ValueError(f"“{text}”不在可填范围：{allowed}")


def _class(cells: Cells) -> Klass:
    return Klass(
        branch=cells.choice("分支", words.BRANCH_WORDS, Branch.EVENT),
        level=cells.choice("层级", words.LEVEL_WORDS, Level.SMALL),
        code=cells.text("代码"), parent=cells.text("上级代码"), name=cells.text("名称"),
        keywords=cells.words("关键词"), fallback=cells.text("兜底单位"),
    )  # fmt: skip


def _condition(cells: Cells) -> Condition:
    return Condition(
        code=cells.text("条件编号"), class_code=cells.text("小类代码"), text=cells.text("立案条件"),
        limit=cells.read("处置时限", _required_limit, NO_LIMIT),
        make_safe=cells.read("先行排险时限", read_limit, None),
        close_text=cells.text("结案条件"), main_kind=cells.text("主责"), fallback=cells.text("兜底单位"),
        assist=cells.words("协办单位"), needs_power=cells.choice("需执法权", words.YES, False),
        legal_basis=cells.text("法规依据"), evidence=cells.text("采集要求"),
        severity=cells.choice("严重程度", words.SEVERITY_WORDS, Severity.GENERAL),
        status=cells.choice("时限状态", words.STATUS_WORDS, Status.TO_CONFIRM),
        source_limits=cells.read("来源时限", read_source_limits, ()),
    )  # fmt: skip


def _required_limit(text: str) -> Limit:
    limit = read_limit(text)
    if limit is None:
        raise ValueError("处置时限为空")
    return limit


def _hotline(cells: Cells) -> Record:
    kinds = {DemandType: words.DEMAND, TimeClass: words.TIME, Klass: words.SUBJECT}
    kind = cells.choice("类别", kinds, Klass)
    if kind is DemandType:
        return DemandType(cells.text("代码"), cells.text("名称"))
    if kind is TimeClass:
        return time_class(cells.read("代码", _days, 1), cells.text("名称"))
    return Klass(
        branch=Branch.HOTLINE, level=cells.choice("层级", words.LEVEL_WORDS, Level.SMALL),
        code=cells.text("代码"), parent=cells.text("上级代码"), name=cells.text("名称"),
        keywords=cells.words("关键词"), unit=cells.text("主责"), fallback=cells.text("兜底单位"),
        needs_power=cells.choice("需执法权", words.YES, False),
        time_class=cells.read("时限", _days_or_none, 0),
    )  # fmt: skip


def _days(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= LONGEST_DAYS:
        raise ValueError(f"“{text}”不是工作日天数")
    return int(text)


def _days_or_none(text: str) -> int:
    return _days(text) if text else 0


READERS: dict[str, Callable[[Cells], Record]] = {CLASSES: _class, CONDITIONS: _condition, HOTLINE: _hotline}
