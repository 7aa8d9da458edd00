"""Orders as a sheet: which columns, in words; written part by part, so that a hundred thousand rows can be watched and stopped."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

from django.conf import settings
from django.http.request import QueryDict

from townops.base import batches, journal, sheets
from townops.base.db import write
from townops.console import choices, filters, labels, saying
from townops.kernel.actors import Actor
from townops.kernel.workdays import SHANGHAI
from townops.orders import api as orders
from townops.people import api as people

KINDS: Final = ("xlsx", "csv")
JOURNAL: Final = "export"
HEADS: Final = (
    "编号", "上级编号", "来源", "轮次", "标题", "内容", "状态", "环节", "类别编码", "类别", "诉求类型", "紧急程度", "居村",
    "责任块", "地点", "当前责任单位", "责任岗位", "责任依据", "主办单位", "收到", "到期", "时限", "上级时限", "结案", "结果",
    "满意度", "退单次数", "返工次数", "重办次数", "催办次数", "督办次数", "诉求人", "电话", "数据性质",
)  # fmt: skip


def folder() -> Path:
    """Where finished files lie until they are purged, for nobody else's eyes."""
    found = Path(settings.DATA) / "exports"
    found.mkdir(mode=0o700, parents=True, exist_ok=True)
    return found


def run(asked: batches.Asked, at: datetime) -> str:
    """Write the file of a batch; its name, or "" when it was stopped."""
    actor = people.actor_for(asked.owner, at)
    kind = asked.payload["kind"]
    name = f"{asked.batch}.{kind}"
    target = folder() / name
    note(asked.batch, "begin", actor=actor, at=at, **asked.payload)
    rows = _rows(asked, actor, at)
    write_sheet = sheets.write_xlsx if kind == "xlsx" else sheets.write_csv
    target.touch(mode=0o600)  # before there is anything in it
    try:
        written = write_sheet(target, HEADS, rows)
    except BaseException:
        target.unlink(missing_ok=True)  # half a file is nobody's
        raise
    target.chmod(0o600)
    if not batches.advance(asked.batch, written):
        target.unlink()
        return ""
    note(asked.batch, "finish", actor=actor, at=at, rows=written)
    return name


def note(batch: int, action: str, *, actor: Actor, at: datetime, **body: object) -> None:
    """Who took what out, when."""
    with write():
        journal.append(kind=JOURNAL, key=batch, action=action, actor=actor, at=at, body=body)


def _rows(asked: batches.Asked, actor: Actor, at: datetime) -> Iterator[tuple[object, ...]]:
    """Part after part until the end or until it is stopped."""
    wanted = filters.address_of(QueryDict(asked.payload["query"]), asked.payload["town"]).filter()
    sources, cursor, done = dict(orders.every_source()), "", 0
    while True:
        part = orders.export_part(actor, wanted, at=at, cursor=cursor)
        for row in part.rows:
            yield line(row, sources, at)
        done, cursor = done + len(part.rows), part.next
        if not cursor or not batches.advance(asked.batch, done):
            return


def line(row: orders.ExportRow, sources: dict[str, str], at: datetime) -> tuple[object, ...]:
    """One order in words, in the order of HEADS."""
    return (
        row.number,
        row.external_number,
        sources.get(row.source, row.source),
        row.round,
        row.title,
        row.text,
        row.word,
        row.stage,
        row.class_code,
        choices.class_of_today(row.class_code).partition(" ")[2],
        labels.CHOICES.get(row.demand_type, row.demand_type),
        labels.CHOICES.get(row.severity, row.severity),
        row.village or "地点待核实",
        row.block,
        row.place,
        row.unit,
        row.post,
        labels.BASES.get(row.basis, (row.basis, ""))[0],
        row.main_unit,
        _local(row.received_at),
        _local(row.due_at),
        saying.left(row.due_at, at) if row.due_at and row.is_open else "",
        _local(row.outer_due_at),
        _local(row.closed_at),
        labels.CHOICES.get(row.result, row.result),
        labels.CHOICES.get(row.satisfaction, row.satisfaction),
        row.returns,
        row.reworks,
        row.reopened,
        row.reminded,
        row.supervised,
        row.caller,
        row.phone,
        labels.ORIGINS.get(row.origin, row.origin),
    )


def _local(at: datetime | None) -> datetime | str:
    """As the clock on the wall; a sheet knows no zones."""
    return at.astimezone(SHANGHAI).replace(tzinfo=None, microsecond=0) if at else ""
