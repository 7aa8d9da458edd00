"""A public message board as csv: 留言编号, 留言用户, 留言主题, 留言时间, 留言详情, 反对数, 点赞数.

The board writes times in several shapes without offset, starts every body with a line break and
tabs, and knows its users by
number only, so there is nobody to call back.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from townops.base import sheets
from townops.intake.channels import channel
from townops.intake.domain.report import Broken, Report, Usable, checked, moment
from townops.kernel.refusal import Refused

HEADS: Final = ("留言编号", "留言主题", "留言时间", "留言详情")
KEPT: Final = {"留言用户": "user", "反对数": "against", "点赞数": "likes"}


@channel("board", label="网上留言板")
def read(payload: bytes, source: str, name: str = "") -> Iterator[Usable | Broken]:
    """Rows of the board; Refused("columns_missing") for another file."""
    rows = sheets.read(payload, name)
    first = next(rows)
    if lacking := [head for head in HEADS if head not in first.cells]:
        raise Refused("columns_missing", columns="、".join(lacking))
    return _rows(first, rows, source)


def _rows(first: sheets.Row, others: Iterator[sheets.Row], source: str) -> Iterator[Usable | Broken]:
    yield _one(first, source)
    for row in others:
        yield _one(row, source)


def _one(row: sheets.Row, source: str) -> Usable | Broken:
    try:
        return Usable(row.number, report_of(row.cells, source), row.cells)
    except Refused as reason:
        return Broken(row.number, row.cells, reason)


def report_of(cells: Mapping[str, str], source: str) -> Report:
    """Title and body become the text, the title on its first line. Refused: number_missing,
    time_malformed, text_missing.
    """
    number, title = cells["留言编号"].strip(), " ".join(cells["留言主题"].split())
    body = cells["留言详情"].strip()
    if not number:
        raise Refused("number_missing")
    report = Report(
        source=source,
        text=f"{title}\n{body}".strip() if body else title,
        title=title,
        received_at=moment(cells["留言时间"]),
        external_number=number,
        extra={name: cells[head] for head, name in KEPT.items() if cells.get(head)},
    )
    return checked(report)
