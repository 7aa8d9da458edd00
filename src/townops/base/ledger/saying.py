"""Rows of a register in words."""

from collections.abc import Iterable, Mapping
from typing import Any

from townops.base.ledger.columns import Column


class Sayer:
    """Says the cells of many rows; names of what they link to are asked once for each column."""

    def __init__(self, columns: Iterable[Column], rows: Iterable[Any]) -> None:
        self.columns = tuple(columns)
        self.rows = list(rows)
        self._names: dict[str, Mapping[int, str]] = {}

    def cell(self, row: Any, column: Column) -> str:
        """In words, sealed texts masked."""
        if column.kind == "told":
            value = getattr(row, column.name)
            return "" if value is None else str(value)
        if column.kind == "link":
            return self._name(column, getattr(row, f"{column.name}_id"))
        return column.write(getattr(row, column.name))

    def cells(self, row: Any) -> tuple[str, ...]:
        return tuple(self.cell(row, column) for column in self.columns)

    def _name(self, column: Column, number: int | None) -> str:
        if number is None:
            return ""
        if column.name not in self._names:
            ids = {getattr(row, f"{column.name}_id") for row in self.rows} - {None}
            self._names[column.name] = column.reference.names(ids | {number})
        names = self._names[column.name]
        return names.get(number) or column.reference.names([number]).get(number, "")
