"""Registers out again: the whole of a list as a sheet that may be brought back, an empty one to fill in, a row to print."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any, Final

from django.db.models import QuerySet

from townops.base import journal, sheets
from townops.base.ledger.columns import Column
from townops.base.ledger.declaring import Ledger
from townops.base.ledger.records import Record
from townops.base.ledger.saying import Sayer
from townops.base.ledger.seeing import Viewer
from townops.kernel.refusal import Refused

CHUNK: Final = 1000
MUST: Final = "*"
OPTIONS: Final = "可选值"
EXPLAINED: Final = {
    "whole": "整数", "number": "数", "degree": "经纬度，CGCS2000", "day": "日期，如 2026-03-01",
    "moment": "时间，如 2026-03-01 14:30", "yes": "是 或 否", "shape": "WKT 或 GeoJSON，CGCS2000",
    "sealed": "只登记在密文中，导出时脱敏",
}  # fmt: skip


def rows_of(ledger: Ledger, rows: "QuerySet[Record]", columns: Sequence[Column]) -> Iterator[tuple[str, ...]]:
    """Rows in words, a thousand at a time; sealed texts are masked."""
    many: list[Any] = []
    for row in rows.iterator(CHUNK):
        many.append(row)
        if len(many) == CHUNK:
            yield from map(Sayer(columns, many).cells, many)
            many = []
    yield from map(Sayer(columns, many).cells, many)


def book(ledger: Ledger, rows: "QuerySet[Record]", *, viewer: Viewer, at: datetime, asked: str) -> bytes:
    """The rows as an xlsx whose heads a later import knows again; journalled with what was asked. Refused("not_permitted")."""
    if not viewer.may(ledger, "export"):
        raise Refused("not_permitted")
    target = BytesIO()
    heads = [one.label for one in ledger.typed]
    written = sheets.write_xlsx(target, heads, rows_of(ledger, rows, ledger.typed))
    body = {"rows": written, "asked": asked}
    journal.append(
        kind=f"{ledger.kind}.export",
        key=viewer.actor.person,
        action="export",
        actor=viewer.actor,
        at=at,
        body=body,
    )
    return target.getvalue()


def blank(ledger: Ledger) -> bytes:
    """An empty sheet: the heads, must-haves marked, one row as an example; a second page explains every column."""
    target = BytesIO()
    heads = [one.label + (MUST if one.required else "") for one in ledger.typed]
    example = [[str(ledger.example.get(one.name, "")) for one in ledger.typed]]
    told = [(one.label, "必填" if one.required else "", explained(one)) for one in ledger.typed]
    pages: dict[str, sheets.Sheet] = {
        ledger.title[:20]: (heads, example),
        "填表说明": (("列", "必填", "怎样填"), told),
    }
    sheets.write_book(target, pages)
    return target.getvalue()


def explained(column: Column) -> str:
    """How a column is filled in."""
    if column.kind == "choice":
        return "、".join(str(word) for _, word in column.options)
    if column.kind == "link":
        return f"{column.reference.label}的名称或编码"
    return EXPLAINED.get(column.kind, "文字")
