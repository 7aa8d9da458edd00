"""The table of a register's list: its columns in the order chosen, sorted by the database, a page at a time without counting."""

from collections.abc import Sequence
from typing import Any

import django_tables2 as tables
from django.core.paginator import EmptyPage
from django.db.models import QuerySet
from django_tables2.paginators import LazyPaginator

from townops.base.ledger.columns import Column
from townops.base.ledger.declaring import Ledger
from townops.base.ledger.narrowing import ordered, sortable
from townops.base.ledger.saying import Sayer

ROWS = 50
DEEPEST = 200  # pages; whoever looks further narrows the list


class Cell(tables.Column):  # type: ignore[misc]  # no types of its own
    """One column of a register, said in words."""

    def __init__(self, ledger: Ledger, column: Column) -> None:
        self.ledger, self.column = ledger, column
        self.is_amount = column.kind in {"whole", "number"}
        may = column.name in {one.name for one in sortable(ledger)}
        super().__init__(verbose_name=column.label, orderable=may, empty_values=(), accessor="pk")

    def render(self, record: Any, table: "LedgerTable") -> str:
        return table.sayer.cell(record, self.column)

    def order(self, rows: "QuerySet[Any]", is_descending: bool) -> tuple["QuerySet[Any]", bool]:
        return ordered(self.ledger, rows, f"{'-' if is_descending else ''}{self.column.name}"), True


class LedgerTable(tables.Table):  # type: ignore[misc]  # no types of its own
    """A page of rows; `sayer` knows the names of what they link to."""

    sayer: Sayer

    class Meta:
        order_by_field = "sort"
        page_field = "page"


def table_of(
    ledger: Ledger, rows: "QuerySet[Any]", chosen: Sequence[str], *, sort: str, page: int
) -> LedgerTable:
    """The page asked for; one behind the last is empty. Refused("sort_too_many")."""
    columns = [one for one in ledger.every if one.name in chosen] or list(ledger.shown)
    at = min(max(page, 1), DEEPEST)
    try:
        table = _paged(ledger, rows, columns, sort, at)
    except EmptyPage:
        table = _paged(ledger, rows.none(), columns, sort, 1)
    table.sayer = Sayer(columns, [row.record for row in table.paginated_rows])
    return table


def _paged(
    ledger: Ledger, rows: "QuerySet[Any]", columns: Sequence[Column], sort: str, at: int
) -> LedgerTable:
    extra = [(one.name, Cell(ledger, one)) for one in columns]
    table = LedgerTable(
        rows if sort else ordered(ledger, rows, ""), extra_columns=extra, order_by=sort or None
    )
    table.paginate(page=at, per_page=ROWS, paginator_class=LazyPaginator)
    return table
