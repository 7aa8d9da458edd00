"""Tables in and out: xlsx and csv as people send them, without their surprises.

Reading: first sheet with anything in it, first row with anything in it is the head; numbers, dates and
full-width digits become plain text; csv in UTF-8 (with or without mark), UTF-16 with mark, or GBK; gzip is
opened. Writing: nothing is ever a formula.
"""

import csv
import gzip
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import chain
from pathlib import Path
from typing import IO, Final

import python_calamine as calamine
import xlsxwriter  # type: ignore[import-untyped]

from townops.kernel.refusal import Refused

LARGEST_MB: Final = 400
MEGABYTE: Final = 1024 * 1024
LONGEST_CELL: Final = 32_767
_WIDE: Final = str.maketrans(
    {**{0xFF10 + n: str(n) for n in range(10)}, **{0xFF21 + n: chr(65 + n) for n in range(26)}}
    | {0xFF41 + n: chr(97 + n) for n in range(26)}
    | {0x3000: " ", 0xA0: " ", 0xFEFF: None, 0x200B: None}
)
_WIDE_NUMBER: Final = re.compile(r"[\d．，：／－＋]+")
_NUMBER_SIGNS: Final = str.maketrans("．，：／－＋", ".,:/-+")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_NUMBER: Final = re.compile(r"[+-]?\d+(\.\d+)?")
_GUARD: Final = "'"
_BOOK: Final = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "remove_timezone": True,
}
csv.field_size_limit(10 * MEGABYTE)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of data: `number` as a person sees it in the sheet (the head is usually 1), cells by head as
    plain text.
    """

    number: int
    cells: dict[str, str]


def lines(source: bytes | str | Path, name: str = "") -> Iterator[tuple[int, list[str]]]:
    """Every row with anything in it as it stands, with its number: for sheets whose heads do not come first. Refused as `read`."""
    content = _opened(source if isinstance(source, bytes) else Path(source).read_bytes())
    if not content.strip():
        raise Refused("sheet_empty")
    raw = _xlsx(content) if content.startswith(b"PK\x03\x04") else _csv(content, name)
    return ((number, cells) for number, cells in raw if any(cells))


def read(source: bytes | str | Path, name: str = "") -> Iterator[Row]:
    """Rows of a sheet. The file is judged before the first row is returned.

    Refused: `sheet_empty`, `sheet_encrypted`, `sheet_macro`, `sheet_type`, `sheet_unreadable`,
    `sheet_large`, `sheet_head_twice`.
    """
    numbered = lines(source, name)
    first = next(numbered, None)
    if first is None:
        raise Refused("sheet_empty")
    heads = _heads(first[1])
    following = next(numbered, None)
    if following is None:
        raise Refused("sheet_empty")
    return _rows(heads, chain([following], numbered))


def heads(source: bytes | str | Path, name: str = "") -> list[str]:
    """The column heads of a sheet, left to right. Refused as `read`."""
    return list(next(read(source, name)).cells)


def read_book(source: bytes, names: Iterable[str]) -> dict[str, list[Row]]:
    """Rows of the named sheets of an xlsx file; a sheet that is absent or empty has none. Refused as `read`."""
    if not source.startswith(b"PK\x03\x04"):
        raise Refused("sheet_type")
    book = _book(source)
    return {name: _named_rows(book, name) for name in names}


def _named_rows(book: calamine.CalamineWorkbook, name: str) -> list[Row]:
    if name not in book.sheet_names:
        return []
    lines = enumerate(book.get_sheet_by_name(name).iter_rows(), start=1)
    numbered = [(number, cells) for number, raw in lines if any(cells := [plain(cell) for cell in raw])]
    return list(_rows(_heads(numbered[0][1]), numbered[1:])) if numbered else []


Sheet = tuple[Sequence[str], Iterable[Sequence[object]]]


def write_book(target: Path | str | IO[bytes], pages: Mapping[str, Sheet]) -> int:
    """Write several sheets as {name: (heads, rows)}; returns how many rows."""
    with xlsxwriter.Workbook(target, _BOOK) as book:
        return sum(_write(_Page(book, name), heads, rows) for name, (heads, rows) in pages.items())


def write_xlsx(target: Path | str | IO[bytes], heads: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    """Write one sheet, every text a text, numbers and dates as such; returns how many rows."""
    with xlsxwriter.Workbook(target, _BOOK) as book:
        return _write(_Page(book), heads, rows)


def _write(page: "_Page", heads: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    written = 0
    for column, head in enumerate(heads):
        page.put(0, column, head)
    for row in rows:
        written += 1
        for column, value in enumerate(row):
            page.put(written, column, value)
    return written


class _Page:
    """A sheet of a book being written, with the formats of its cells."""

    def __init__(self, book: xlsxwriter.Workbook, name: str | None = None) -> None:
        self._page = book.add_worksheet(name)
        self._page.freeze_panes(1, 0)
        self._day = book.add_format({"num_format": "yyyy-mm-dd"})
        self._moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})

    def put(self, row: int, column: int, value: object) -> None:
        """Write one cell as what it is; everything but numbers and dates is text."""
        if isinstance(value, datetime):
            self._page.write_datetime(row, column, value, self._moment)
        elif isinstance(value, date):
            self._page.write_datetime(row, column, value, self._day)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            self._page.write_number(row, column, value)
        else:
            self._page.write_string(row, column, _printable(value)[:LONGEST_CELL])


def write_csv(target: Path | str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    """Write UTF-8 with mark; a text a spreadsheet would compute gets an apostrophe in front.

    Returns how many rows.
    """
    with Path(target).open("w", encoding="utf-8-sig", newline="") as file:
        return _put_csv(file, heads, rows)


def csv_bytes(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """The same in memory, for what may not lie on disk in the clear."""
    file = io.StringIO(newline="")
    _put_csv(file, heads, rows)
    return file.getvalue().encode("utf-8-sig")


def _put_csv(file: IO[str], heads: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    writer = csv.writer(file)
    writer.writerow([guarded(head) for head in heads])
    written = 0
    for row in rows:
        writer.writerow([guarded(_printable(value)) for value in row])
        written += 1
    return written


def guarded(text: str) -> str:
    """Text that no spreadsheet takes for a formula; plain numbers stay."""
    return f"{_GUARD}{text}" if _is_risky(text) and not _NUMBER.fullmatch(text) else text


def unguarded(text: str) -> str:
    """The text as it was before `guarded`."""
    return text[1:] if text.startswith(_GUARD) and _is_risky(text[1:]) else text


def _is_risky(text: str) -> bool:
    return text.lstrip()[:1] in {"=", "+", "-", "@"} or text[:1] in {"\t", "\r"}


def plain(value: object) -> str:
    """One cell as plain text: 3.0 -> 3, dates ISO, full-width digits and letters narrow, blanks trimmed."""
    if isinstance(value, str):
        narrow = value.translate(_WIDE).strip()
        return narrow.translate(_NUMBER_SIGNS) if _WIDE_NUMBER.fullmatch(narrow) else narrow
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else format(value, ".15g")
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value) if isinstance(value, int | timedelta) else ""


def _printable(value: object) -> str:
    text = value if isinstance(value, str) else "" if value is None else plain(value) or str(value)
    return _CONTROL.sub("", text)


def _opened(content: bytes) -> bytes:
    if not content.startswith(b"\x1f\x8b"):
        return content
    try:
        with gzip.open(io.BytesIO(content)) as file:
            opened = file.read(LARGEST_MB * MEGABYTE + 1)
    except (OSError, EOFError):
        raise Refused("sheet_unreadable") from None
    if len(opened) > LARGEST_MB * MEGABYTE:
        raise Refused("sheet_large", largest=LARGEST_MB)
    return opened


def _xlsx(content: bytes) -> Iterator[tuple[int, list[str]]]:
    book = _book(content)
    pages = (book.get_sheet_by_name(name) for name in book.sheet_names)
    page = next((page for page in pages if page.height), None)
    if page is None:
        raise Refused("sheet_empty")
    return (
        (number, [plain(cell) for cell in cells]) for number, cells in enumerate(page.iter_rows(), start=1)
    )


def _book(content: bytes) -> calamine.CalamineWorkbook:
    _inspect(content)
    try:
        return calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    except calamine.PasswordError:
        raise Refused("sheet_encrypted") from None
    except (calamine.CalamineError, OSError, ValueError):
        raise Refused("sheet_unreadable") from None


def _inspect(content: bytes) -> None:
    try:
        parts = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except zipfile.BadZipFile:
        raise Refused("sheet_unreadable") from None
    if sum(part.file_size for part in parts) > LARGEST_MB * MEGABYTE:
        raise Refused("sheet_large", largest=LARGEST_MB)
    if any(part.filename.lower().endswith("vbaproject.bin") for part in parts):
        raise Refused("sheet_macro")
    if not any(part.filename == "xl/workbook.xml" for part in parts):
        raise Refused("sheet_type")


def _csv(content: bytes, name: str) -> Iterator[tuple[int, list[str]]]:
    if content.startswith(b"\xd0\xcf\x11\xe0"):  # an OLE box: a sheet with a password, or one of before 2007
        locked = "EncryptedPackage".encode("utf-16-le") in content
        raise Refused("sheet_encrypted" if locked else "sheet_type", name=name)
    text = _decoded(content)
    if "\0" in text:
        raise Refused("sheet_type", name=name)
    separator = max(",\t;", key=text.split("\n", 1)[0].count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    return ((number, [plain(cell) for cell in cells]) for number, cells in enumerate(rows, start=1))


def _decoded(content: bytes) -> str:
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refused("sheet_unreadable")


def _heads(cells: Sequence[str]) -> list[str]:
    named = [head for head in cells if head]
    for head in named:
        if named.count(head) > 1:
            raise Refused("sheet_head_twice", head=head)
    return list(cells)


def _rows(heads: Sequence[str], numbered: Iterable[tuple[int, list[str]]]) -> Iterator[Row]:
    for number, cells in numbered:
        padded = chain(cells, [""] * (len(heads) - len(cells)))
        yield Row(number, {head: cell for head, cell in zip(heads, padded, strict=False) if head})
