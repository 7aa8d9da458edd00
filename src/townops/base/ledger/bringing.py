"""A sheet brought into a register: kept, its heads matched with columns, tried row by row, then all of it or none.

Trying reads every row into `SheetLine`s: what it would do, or what is wrong with it. Importing writes just those, provided that
nobody changed one of the rows meanwhile. The same sheet again changes nothing.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from townops.base import crypto, journal, sheets, words
from townops.base.batches import KEPT
from townops.base.canonical import dump, load
from townops.base.db import write
from townops.base.ledger.declaring import Ledger
from townops.base.ledger.reading import Reading, read
from townops.base.ledger.seeing import Viewer, covers
from townops.base.ledger.writing import CHANGED, Act, holders, key_of, put
from townops.base.models import Account, SheetLine, SheetUpload
from townops.kernel.refusal import Refused

MOST_ROWS: Final = 200_000
CHUNK: Final = 500
LOOKED_AT: Final = 10  # rows at the top among which the heads are looked for
SKIPPED: Final = ""
FAULT: Final = "问题"
S = SheetUpload.State
F = SheetLine.Fate
Advance = Callable[[int], bool]


@dataclass(frozen=True, slots=True)
class Head:
    """A head of the sheet, the column it is taken for ("" none), and the first words below it."""

    name: str
    column: str
    sample: str


def bring(
    ledger: Ledger, content: bytes, name: str, *, viewer: Viewer, account: Account, at: datetime
) -> int:
    """Keep a sheet, its heads matched as far as they say it themselves; the upload's id. Refused as `sheets.read`, and: not_permitted."""
    if not viewer.may(ledger, "import"):
        raise Refused("not_permitted")
    top = list(islice(sheets.lines(content, name), LOOKED_AT))
    if not top:
        raise Refused("sheet_empty")
    number, heads = max(top, key=lambda line: (len(_matched(ledger, line[1])), -line[0]))
    digest = crypto.sm3(content).hex()
    with write():
        row = SheetUpload.objects.create(
            kind=ledger.kind, town=viewer.town, owner=account, name=name[-200:], sm3=digest, head=number,
            mapping=dump(list(_matched(ledger, heads).items())), at=at,
        )  # fmt: skip
        path = _path(row)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(crypto.seal_bytes(content, _place(row)))
    return row.pk


def upload_for(ledger: Ledger, account: Account, number: int) -> SheetUpload:
    """One's own sheet. Refused("sheet_upload_unknown") alike for absent and another's."""
    row = SheetUpload.objects.filter(pk=number, owner=account, kind=ledger.kind).first()
    if row is None:
        raise Refused("sheet_upload_unknown")
    return row


def heads_of(ledger: Ledger, row: SheetUpload) -> list[Head]:
    """The heads of the sheet from left to right."""
    mapping = mapping_of(row)
    lines = sheets.lines(_content(row), row.name)
    heads = next((cells for number, cells in lines if number == row.head), [])
    below = next(lines, (0, []))[1]
    padded = [*below, *[""] * len(heads)]
    return [Head(head, mapping.get(head, SKIPPED), padded[n][:40]) for n, head in enumerate(heads) if head]


def match(ledger: Ledger, row: SheetUpload, mapping: Mapping[str, str], *, head: int | None = None) -> None:
    """Say which head is which column; with `head`, in which row the heads stand (their columns are then guessed anew).

    Refused: sheet_column_twice, sheet_head_none, sheet_done.
    """
    if row.state == S.DONE:
        raise Refused("sheet_done")
    if head is not None and head != row.head:
        cells = next(
            (cells for number, cells in sheets.lines(_content(row), row.name) if number == head), None
        )
        if cells is None:
            raise Refused("sheet_head_none", number=head)
        mapping = _matched(ledger, cells)
        row.head = head
    labels = {one.name: one.label for one in ledger.typed}
    chosen = [name for name in mapping.values() if name in labels]
    for name in chosen:
        if chosen.count(name) > 1:
            raise Refused("sheet_column_twice", label=labels[name])
    pairs = [(head, name) for head, name in mapping.items() if name in labels]
    row.mapping, row.state = dump(pairs), S.KEPT
    with write():
        row.lines.all().delete()
        row.save(update_fields=["head", "mapping", "state"])


def mapping_of(row: SheetUpload) -> dict[str, str]:
    """Columns by head, in the order of the sheet."""
    return dict(load(row.mapping))


def lacking(ledger: Ledger, row: SheetUpload) -> list[str]:
    """Labels of columns without which no row can be found or made, and that no head is matched with."""
    chosen = set(mapping_of(row).values())
    wanted = {one.name: one.label for one in (*ledger.keyed, *(one for one in ledger.typed if one.required))}
    return [label for name, label in wanted.items() if name not in chosen]


def attempt(
    ledger: Ledger, row: SheetUpload, *, viewer: Viewer, advance: Advance | None = None
) -> dict[str, int]:
    """Read every row and say what it would do; nothing of the register is touched. Counts by fate.

    `advance(done)` is told how far it has come, and says False to stop. Refused: sheet_columns_lacking, sheet_rows_many, sheet_done.
    """
    if not viewer.may(ledger, "import"):
        raise Refused("not_permitted")
    if row.state == S.DONE:
        raise Refused("sheet_done")
    if missing := lacking(ledger, row):
        raise Refused("sheet_columns_lacking", labels="、".join(missing))
    with write():
        row.lines.all().delete()
    counts = dict.fromkeys(F.values, 0)
    seen: dict[tuple[Any, ...], int] = {}
    rows = _typed_rows(row)
    while part := list(islice(rows, CHUNK)):
        lines = _lines(ledger, row, part, viewer, seen)
        with write():
            SheetLine.objects.bulk_create(lines)
        for line in lines:
            counts[line.fate] += 1
        if sum(counts.values()) > MOST_ROWS:
            raise Refused("sheet_rows_many", most=MOST_ROWS)
        if advance is not None and not advance(sum(counts.values())):
            return counts
    with write():
        row.state, row.counts = S.TRIED, dump(counts)
        row.save(update_fields=["state", "counts"])
    return counts


def apply(ledger: Ledger, row: SheetUpload, *, viewer: Viewer, at: datetime) -> dict[str, int]:
    """Write all that was tried, or nothing. Counts by fate.

    Refused: not_permitted, sheet_untried, sheet_wrong (some row is), sheet_stale (a row was changed since), row_exists, sheet_done.
    """
    if not viewer.may(ledger, "import"):
        raise Refused("not_permitted")
    with write():
        fresh = SheetUpload.objects.select_for_update().get(pk=row.pk)
        if fresh.state != S.TRIED:
            raise Refused("sheet_done" if fresh.state == S.DONE else "sheet_untried")
        counts: dict[str, int] = load(fresh.counts)
        if counts[F.WRONG]:
            raise Refused("sheet_wrong", count=counts[F.WRONG])
        lines = fresh.lines.filter(fate__in=(F.NEW, F.CHANGE)).order_by("number")
        for part in _parts(lines.iterator(CHUNK)):
            put(ledger, _again(ledger, part, viewer), Act(CHANGED, viewer, at, f"导入 {fresh.name}"))
        fresh.state = S.DONE
        fresh.save(update_fields=["state"])
        fresh.lines.all().delete()
        body = {"file": fresh.name, "sm3": fresh.sm3, "counts": counts}
        journal.append(
            kind=f"{ledger.kind}.import", key=fresh.pk, action="import", actor=viewer.actor, at=at, body=body
        )
    return counts


def corrected(
    ledger: Ledger, row: SheetUpload, *, only_wrong: bool = False
) -> tuple[list[str], Iterator[list[str]]]:
    """Heads and rows of the sheet with what is wrong in a last column, to be mended and brought again."""
    lines = row.lines.order_by("number")
    if only_wrong:
        lines = lines.filter(fate=F.WRONG)
    heads = list(mapping_of(row))
    return [*heads, FAULT], ([*_cells(line, heads), line.said] for line in lines.iterator(CHUNK))


def size_of(row: SheetUpload) -> int:
    """How many rows stand below the heads."""
    return sum(1 for _ in _typed_rows(row)) if mapping_of(row) else 0


def writes(row: SheetUpload) -> int:
    """How many rows an import would write."""
    return row.lines.filter(fate__in=(F.NEW, F.CHANGE)).count()


def counts_of(row: SheetUpload) -> dict[str, int]:
    """Rows by fate, as the last trial found them; empty before one."""
    found: dict[str, int] = load(row.counts)
    return found


def wrong_lines(row: SheetUpload, start: int, most: int) -> list[SheetLine]:
    """Rows with something wrong, in their order."""
    return list(row.lines.filter(fate=F.WRONG).order_by("number")[start : start + most])


def forget(at: datetime) -> int:
    """Drop sheets older than a batch is kept, with their files; how many."""
    old = list(SheetUpload.objects.filter(at__lt=at - KEPT))
    for row in old:
        _path(row).unlink(missing_ok=True)
    with write():
        SheetUpload.objects.filter(pk__in=[row.pk for row in old]).delete()
    return len(old)


def _matched(ledger: Ledger, heads: Sequence[str]) -> dict[str, str]:
    """Heads that say themselves which column they are: its label, or its name, blanks and marks aside."""
    known = {_bare(one.label): one.name for one in ledger.typed} | {
        one.name: one.name for one in ledger.typed
    }
    return {head: known[_bare(head)] for head in heads if _bare(head) in known}


def _bare(head: str) -> str:
    return "".join(head.split()).strip("*＊").replace("（", "(").replace("）", ")")


def _typed_rows(row: SheetUpload) -> Iterator[tuple[int, dict[str, str]]]:
    """Cells by head for every row below the heads."""
    mapping = mapping_of(row)
    lines = sheets.lines(_content(row), row.name)
    heads = next(cells for number, cells in lines if number == row.head)
    for number, cells in lines:
        found = {head: cell for head, cell in zip(heads, cells, strict=False) if head in mapping}
        if any(found.values()):
            yield number, {head: found.get(head, "") for head in mapping}


def _lines(
    ledger: Ledger, row: SheetUpload, part: Sequence[tuple[int, dict[str, str]]], viewer: Viewer,
    seen: dict[tuple[Any, ...], int],
) -> list[SheetLine]:  # fmt: skip
    mapping = mapping_of(row)
    drawn = [
        (number, {mapping[head]: sheets.unguarded(cell) for head, cell in cells.items()})
        for number, cells in part
    ]
    keys = [_keyed(ledger, typed, viewer.town) for _, typed in drawn]
    known = holders(ledger, [one for one in keys if one is not None])
    lines = []
    for (number, cells), (_, typed), key_row in zip(part, drawn, keys, strict=True):
        held = None if key_row is None else known.get(key_of(ledger, key_row))
        line = SheetLine(upload=row, number=number, cells=crypto.seal(dump(cells), _cells_place(row)))
        said = _twice(ledger, key_row, number, seen) or _strange(ledger, held, viewer)
        reading = read(ledger, typed, viewer.town, onto=held)
        _settle(line, reading, said or _faults(ledger, reading, viewer))
        lines.append(line)
    return lines


def _keyed(ledger: Ledger, typed: Mapping[str, str], town: str) -> Any:
    """A row that has just the business key; None when the key itself cannot be read."""
    row = ledger.model(town=town)
    for column in ledger.keyed:
        with suppress(Refused):
            setattr(row, column.attribute, column.read(typed.get(column.name, "").strip(), town))
            continue
        return None
    return row


def _twice(ledger: Ledger, key_row: Any, number: int, seen: dict[tuple[Any, ...], int]) -> list[str]:
    first = number if key_row is None else seen.setdefault(key_of(ledger, key_row), number)
    if first == number:
        return []
    labels = "、".join(one.label for one in ledger.keyed)
    return [words.render(Refused("sheet_key_twice", label=labels, number=first))]


def _strange(ledger: Ledger, held: Any, viewer: Viewer) -> list[str]:
    """A row of somebody else, as it stands before the sheet: nobody takes it over by naming its key."""
    if held is None or covers(ledger, viewer, held, "import"):
        return []
    return [words.render(Refused("row_outside", title=ledger.title))]


def _settle(line: SheetLine, reading: Reading, said: list[str]) -> None:
    """What the row would do, and what is wrong with it."""
    if not reading.is_new:
        line.row, line.seq = reading.row.pk, reading.row.seq
    line.said = "；".join(said)
    line.fate = F.WRONG if said else F.NEW if reading.is_new else F.SAME if reading.is_same else F.CHANGE


def _faults(ledger: Ledger, reading: Reading, viewer: Viewer) -> list[str]:
    found = [words.render(fault) for fault in reading.faults.values()]
    return found or [words.render(one) for one in _barred(ledger, reading, viewer)]


def _barred(ledger: Ledger, reading: Reading, viewer: Viewer) -> Iterator[Refused]:
    if reading.row.archived_at is not None and not reading.is_same:
        yield Refused("row_archived", title=ledger.title)
    if not covers(ledger, viewer, reading.row, "import"):
        yield Refused("row_outside", title=ledger.title)


def _again(ledger: Ledger, part: Sequence[SheetLine], viewer: Viewer) -> list[Reading]:
    """The lines read once more, onto the rows they were tried on. Refused("row_stale") when one of them is no more what it was."""
    held = ledger.model._default_manager.in_bulk([line.row for line in part if line.row is not None])
    readings = []
    for line in part:
        onto = held.get(line.row) if line.row is not None else None
        if line.row is not None and (onto is None or onto.seq != line.seq or _strange(ledger, onto, viewer)):
            raise Refused("sheet_stale", number=line.number)
        mapping = mapping_of(line.upload)
        typed = {mapping[head]: sheets.unguarded(cell) for head, cell in _opened(line).items()}
        reading = read(ledger, typed, viewer.town, onto=onto)
        if reading.faults:  # a name it links to is gone since it was tried
            raise Refused("sheet_stale", number=line.number)
        readings.append(reading)
    return readings


def _parts(lines: Iterator[SheetLine]) -> Iterator[list[SheetLine]]:
    while part := list(islice(lines, CHUNK)):
        yield part


def _opened(line: SheetLine) -> dict[str, str]:
    found: dict[str, str] = load(crypto.unseal(bytes(line.cells), f"base_sheetline.{line.upload_id}"))
    return found


def _cells(line: SheetLine, heads: Sequence[str]) -> list[str]:
    found = _opened(line)
    return [found.get(head, "") for head in heads]


def _cells_place(row: SheetUpload) -> str:
    return f"base_sheetline.{row.pk}"


def _content(row: SheetUpload) -> bytes:
    try:
        return crypto.unseal_bytes(_path(row).read_bytes(), _place(row))
    except FileNotFoundError:
        raise Refused("sheet_upload_unknown") from None


def _path(row: SheetUpload) -> Path:
    return Path(settings.DATA) / "sheets" / f"{row.pk}-{row.sm3[:16]}"


def _place(row: SheetUpload) -> str:
    return f"sheets.{row.sm3}"
