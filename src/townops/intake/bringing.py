"""From a payload to orders: stored, parsed, received in chunks, classed; restartable, and the same
bytes change nothing.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from django.utils import timezone

from townops.base.db import write
from townops.base.words import render
from townops.intake import channels, messages, raw, suggesting
from townops.intake.channels import sheet
from townops.intake.domain.report import Broken, Report, Usable
from townops.intake.models import RawPayload
from townops.kernel.actors import SYSTEM_PERSON, Actor
from townops.kernel.refusal import Refused
from townops.orders import api as orders

CHUNK: Final = 100
WHERE: Final = "在“导入”页下载，或在命令中用 --errors FILE 取出"
SHEET: Final = "sheet"
FILES: Final = frozenset({"sheet", "board"})
IMPORTER: Final = Actor(SYSTEM_PERSON, "文件导入", ())
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Summary:
    """What became of a payload's rows. `again`: the very same bytes had been brought in completely before."""

    payload: int
    rows: int
    made: int
    known: int
    rounds: int
    broken: int
    automatic: int
    by_person: int
    error_file: str
    again: bool = False

    def __str__(self) -> str:
        head = "这份文件以前已导入，未作任何改动。原结果：" if self.again else "导入完成："
        lines = [
            f"{head}共{self.rows}行，新建{self.made}件，已有{self.known}件，再次来件{self.rounds}件，错误{self.broken}行。",
            f"自动归类{self.automatic}件，待人工归类{self.by_person}件。",
        ]
        return "\n".join([*lines, f"错误行及原因：{WHERE}"] if self.error_file else lines)


def silent(done: int, total: int) -> None:
    """No progress shown."""


def bring_in(
    content: bytes,
    *,
    source: str,
    channel: str,
    actor: Actor = IMPORTER,
    at: datetime,
    file_name: str = "",
    origin: str = "live",
    progress: Progress = silent,
) -> Summary:
    """Keep the bytes, then turn them into orders. Refused when the payload is unreadable as a
    whole (it stays kept); source_unknown, source_not_permitted before anything is kept.
    """
    orders.check_report(actor, {source})
    row = raw.keep(content, source=source, channel=channel, at=at, file_name=file_name, origin=origin)
    if row.state == RawPayload.State.DONE:
        return _summary(row, again=True)
    return _process(row, content, actor, at, progress)


def replay(payload: int, *, actor: Actor = IMPORTER, at: datetime, progress: Progress = silent) -> Summary:
    """Parse a kept payload again from its first row, with today's channel. What is known stays as it is."""
    row = raw.by_id(payload)
    content = raw.content_of(row)
    from_the_first_row(row)
    return _process(row, content, actor, at, progress)


def go_on(payload: int, *, actor: Actor = IMPORTER, at: datetime, progress: Progress = silent) -> Summary:
    """Bring in what is kept of a payload, from where an earlier run stopped."""
    row = raw.by_id(payload)
    if row.state == RawPayload.State.DONE:
        return _summary(row, again=True)
    return _process(row, raw.content_of(row), actor, at, progress)


def from_the_first_row(row: RawPayload) -> None:
    """Forget how far a payload was read: it is read anew."""
    row.state = RawPayload.State.STORED
    for name in ("rows_done", "made", "known", "rounds", "broken", "automatic", "by_person"):
        setattr(row, name, 0)
    with write():
        row.save()


def _process(row: RawPayload, content: bytes, actor: Actor, at: datetime, progress: Progress) -> Summary:
    try:
        found = list(rows_of(row, content))
    except Refused as reason:
        _mark(row, state=RawPayload.State.REFUSED, reason=render(reason)[:200])
        raise
    _mark(row, state=RawPayload.State.PARSING, reason="", rows_total=len(found))
    if not row.rows_done:
        raw.forget_aside(row)
    for start in range(row.rows_done, len(found), CHUNK):
        part = found[start : start + CHUNK]
        usable = [one for one in part if isinstance(one, Usable)]
        _take(row, usable, actor, at)
        _mark(row, rows_done=start + len(part))
        progress(row.rows_done, len(found))
    broken = [one for one in found if isinstance(one, Broken)] + _refused_before(row)
    path = raw.write_errors(row, sorted(broken, key=lambda one: one.row))
    _mark(
        row,
        state=RawPayload.State.DONE,
        broken=len(broken),
        error_file=str(path or ""),
        finished_at=timezone.now(),
    )
    raw.forget_aside(row)
    return _summary(row)


def rows_of(row: RawPayload, content: bytes) -> Iterator[Usable | Broken]:
    """Rows as the payload's channel reads them, under the preset or mapping it was brought in with."""
    if row.channel == SHEET and (row.preset or row.mapping):
        known = sheet.reading(row.source, row.preset, json.loads(row.mapping or "{}"))
        return sheet.read_as(content, known, row.file_name)
    return channels.named(row.channel).read(content, row.source, row.file_name)


def _take(row: RawPayload, usable: Sequence[Usable], actor: Actor, at: datetime) -> None:
    """One chunk: orders, counters, suggestions. A report that orders refuse is set aside, the
    others go on.
    """
    taken = _received(row, usable, actor, at)
    outcomes = [received.outcome for _, received in taken]
    row.made += outcomes.count("new")
    row.known += outcomes.count("known")
    row.rounds += outcomes.count("round")
    waiting = [
        suggesting.Waiting(
            received.order, _text(one.report), _moment(row, one.report, at), bool(one.report.class_code)
        )
        for one, received in taken
        if received.outcome == "new" and row.source in suggesting.SOURCES and not _called(one.report)
    ]
    outcome = suggesting.settle(waiting, at=at)
    row.automatic += outcome.automatic
    row.by_person += outcome.by_person


def _received(
    row: RawPayload, usable: Sequence[Usable], actor: Actor, at: datetime
) -> list[tuple[Usable, orders.Received]]:
    incoming = [_incoming(row, one) for one in usable]
    try:
        answers = orders.receive_reports(incoming, actor=actor, at=at, origin=row.origin)
        return list(zip(usable, answers, strict=True))
    except Refused:
        return _one_by_one(row, usable, actor, at)


def _one_by_one(
    row: RawPayload, usable: Sequence[Usable], actor: Actor, at: datetime
) -> list[tuple[Usable, orders.Received]]:
    taken: list[tuple[Usable, orders.Received]] = []
    for one in usable:
        try:
            answer = orders.receive_reports([_incoming(row, one)], actor=actor, at=at, origin=row.origin)
        except Refused as reason:
            _set_aside(row, one, reason)
            continue
        taken.append((one, answer[0]))
    return taken


def _incoming(row: RawPayload, one: Usable) -> orders.IncomingReport:
    number = f"{row.sm3[:12]}-{one.row}" if row.channel in FILES else ""
    return messages.incoming(one.report, number)


def _called(report: Report) -> bool:
    """Whether whoever sent it said what it is: its class and its demand type."""
    return bool(report.class_code and report.demand_type)


def _text(report: Report) -> str:
    if not report.title or report.text.startswith(report.title):
        return report.text
    return f"{report.title}\n{report.text}"


def _moment(row: RawPayload, report: Report, at: datetime) -> datetime:
    return report.received_at if row.origin == "history" else at


def _set_aside(row: RawPayload, one: Usable, reason: Refused) -> None:
    cells = one.cells or {
        "编号": one.report.external_number,
        "标题": one.report.title,
        "内容": one.report.text,
    }
    raw.set_aside(row, [one.row, render(reason), dict(cells)])


def _refused_before(row: RawPayload) -> list[Broken]:
    lines = {
        number: Broken(number, cells, Refused("row_refused", reason=reason))
        for number, reason, cells in raw.aside(row)
    }
    return list(lines.values())


def _mark(row: RawPayload, **changed: object) -> None:
    for name, value in changed.items():
        setattr(row, name, value)
    with write():
        row.save()


def _summary(row: RawPayload, *, again: bool = False) -> Summary:
    found = Summary(
        payload=row.pk,
        rows=row.rows_done,
        made=row.made,
        known=row.known,
        rounds=row.rounds,
        broken=row.broken,
        automatic=row.automatic,
        by_person=row.by_person,
        error_file=row.error_file,
    )
    return replace(found, again=True) if again else found
