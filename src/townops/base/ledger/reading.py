"""A row read from words: what a form, a sheet or a machine sent, onto what stands there; every fault of it at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from townops.base import sheets
from townops.base.ledger.columns import Column, opened
from townops.base.ledger.declaring import Ledger
from townops.base.ledger.saying import Sayer
from townops.kernel.refusal import Refused

EMPTIED: Final = "无"  # typed into a sealed column: nothing is kept there any more; left empty, it stays


@dataclass(frozen=True, slots=True)
class Reading:
    """`row` with the new values set, `before` and `after` in words for what changed (sealed texts masked), `past` what undoing
    needs, `faults` by column.
    """

    row: Any
    before: Mapping[str, str]
    after: Mapping[str, str]
    past: Mapping[str, str]
    faults: Mapping[str, Refused]

    @property
    def is_new(self) -> bool:
        return self.row.pk is None

    @property
    def is_same(self) -> bool:
        return not self.is_new and not self.after


def read(ledger: Ledger, typed: Mapping[str, str], town: str, onto: Any = None) -> Reading:
    """Words by column name; a column that is absent keeps what it holds, in a new row its default. `onto`: the row as it stands."""
    row = ledger.model(town=town) if onto is None else onto
    sayer = Sayer(ledger.typed, [row])
    before, after, past, faults = {}, {}, {}, {}
    for column in ledger.typed:
        name = column.name
        if name not in typed and (row.pk is not None or not column.required):
            continue  # it keeps what it holds, a new row its default
        old = sayer.cell(row, column)
        words = typed.get(name, "").strip()
        if _stays(column, words, old, row):
            continue
        try:
            value = column.read("" if column.kind == "sealed" and words == EMPTIED else words, town)
        except Refused as refused:
            faults[name] = refused
            continue
        if row.pk is not None and _equal(column, row, value):
            continue
        past[name] = _past(column, row, old)
        setattr(row, column.attribute, value)
        before[name], after[name] = old, sayer.cell(row, column)
    if not faults:
        faults |= _judged(ledger, row)
    return Reading(row, before, {k: v for k, v in after.items() if row.pk is not None or v}, past, faults)


def _stays(column: Column, words: str, old: str, row: Any) -> bool:
    """Whether the words mean: as it is. So do a masked text and one that was guarded against formulas, brought back unchanged."""
    if row.pk is None:
        return False
    if column.kind == "sealed":
        return words in ("", old) or "*" in words
    return words == old or sheets.unguarded(words) == old


def _equal(column: Column, row: Any, value: Any) -> bool:
    if column.kind == "sealed":
        return opened(column, value) == opened(column, getattr(row, column.name))
    if column.kind == "shape":
        return bytes(value) == bytes(getattr(row, column.name) or b"")
    return bool(getattr(row, column.attribute) == value)


def _past(column: Column, row: Any, old: str) -> str:
    return opened(column, getattr(row, column.name)) or EMPTIED if column.kind == "sealed" else old


def _judged(ledger: Ledger, row: Any) -> dict[str, Refused]:
    """The register's own rule over the whole row; a refusal names its column by `column`, else the first of the form."""
    try:
        _ranked(ledger, row)
        ledger.judge(row)
    except Refused as refused:
        return {str(refused.params.get("column", ledger.typed[0].name)): refused}
    return {}


def _ranked(ledger: Ledger, row: Any) -> None:
    for first, last in ledger.in_order:
        low, high = getattr(row, first), getattr(row, last)
        if low is not None and high is not None and low > high:
            label, than = ledger.column(last).label, ledger.column(first).label
            raise Refused("entry_order", label=label, than=than, column=last)
