"""Files of orders brought in by people: tried, kept and read at once or, when long, by a job; replayed; journalled."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from townops.base import journal
from townops.base.db import write
from townops.base.jobs import enqueue
from townops.base.words import render
from townops.intake import bringing, raw
from townops.intake.access import IMPORT
from townops.intake.bringing import Progress, Summary, silent
from townops.intake.channels import sheet
from townops.intake.domain.report import Broken
from townops.intake.models import RawPayload
from townops.kernel.actors import SYSTEM_PERSON, Actor
from townops.kernel.refusal import Refused

TASK: Final = "intake.bring"
SHORT: Final = 500
"""Rows up to which somebody waits for the answer."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """A file as it was handed over, and how it is to be read: `mapping` is field -> head, `preset` another source's."""

    content: bytes
    name: str
    source: str
    preset: str = ""
    mapping: Mapping[str, str] | None = None
    origin: str = "live"


@dataclass(frozen=True, slots=True)
class Wrong:
    """A row that is no report: its number as a person counts it, why, its cells."""

    row: int
    reason: str
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FileTrial:
    """What a file would bring: rows, and those that cannot be used."""

    rows: int
    wrong: tuple[Wrong, ...]

    @property
    def usable(self) -> int:
        return self.rows - len(self.wrong)


@dataclass(frozen=True, slots=True)
class PayloadView:
    """A payload for people: how far it is, what became of it."""

    id: int
    source: str
    file_name: str
    received_at: datetime
    state: str
    word: str
    rows_done: int
    rows_total: int
    made: int
    known: int
    rounds: int
    broken: int
    reason: str
    has_errors: bool
    history: bool


def mapping_of(lines: Sequence[str]) -> dict[str, str]:
    """内容=诉求内容, one for each line. Refused("mapping_malformed")."""
    found: dict[str, str] = {}
    for line in filter(None, map(str.strip, lines)):
        field, sign, head = (part.strip() for part in line.replace("＝", "=").partition("="))
        if not (field and sign and head):
            raise Refused("mapping_malformed", line=line[:40])
        found[field] = head
    return found


def try_file(given: Delivered, *, actor: Actor) -> FileTrial:
    """Read a file and keep nothing. Refused as a whole when it is unreadable or lacks columns."""
    _may(actor)
    known = sheet.reading(given.source, given.preset, given.mapping or {})
    rows = list(sheet.read_as(given.content, known, given.name))
    wrong = (Wrong(one.row, render(one.reason), one.cells) for one in rows if isinstance(one, Broken))
    return FileTrial(len(rows), tuple(wrong))


def bring_file(given: Delivered, *, actor: Actor, at: datetime, progress: Progress = silent) -> Summary:
    """Keep a file and turn it into orders while the caller waits; the same file read the same way changes nothing."""
    row = _kept(given, actor, at)
    return bringing.go_on(row.pk, at=at, progress=progress)


def start_file(given: Delivered, *, actor: Actor, at: datetime) -> Summary | None:
    """The same for somebody at a page: a long file is left to a job (None), its progress stands in `payloads`."""
    row = _kept(given, actor, at)
    rows = _counted(given, actor)
    if rows <= SHORT:
        return bringing.go_on(row.pk, at=at)
    with write():
        RawPayload.objects.filter(pk=row.pk).update(rows_total=rows)
        enqueue(TASK, {"payload": row.pk}, run_at=at)
    return None


def _counted(given: Delivered, actor: Actor) -> int:
    """How many rows; none of a file that cannot be read: it is refused on the spot."""
    try:
        return try_file(given, actor=actor).rows
    except Refused:
        return 0


def replay_file(payload: int, *, actor: Actor, at: datetime) -> Summary | None:
    """Read a kept payload again from its first row; what is known stays. A long one is left to a job (None)."""
    _may(actor)
    row = raw.by_id(payload)
    rows = max(row.rows_total, row.rows_done)
    bringing.from_the_first_row(row)
    _noted(row, "replay", actor, at)
    if rows <= SHORT:
        return bringing.go_on(payload, at=at)
    with write():
        enqueue(TASK, {"payload": payload}, run_at=at)
    return None


def payloads(actor: Actor, *, most: int = 50) -> list[PayloadView]:
    """What was brought in, newest first."""
    _may(actor)
    return [_view(row) for row in RawPayload.objects.order_by("-received_at", "-id")[:most]]


def error_file(payload: int, *, actor: Actor, at: datetime) -> tuple[bytes, str]:
    """(csv, name) of a payload's broken rows with their reasons, journalled: they name callers.

    Refused: payload_unknown, error_file_missing.
    """
    _may(actor)
    row = raw.by_id(payload)
    content, name = raw.errors_of(row)
    with write():
        body = {"file": row.file_name, "rows": row.broken}
        journal.append(kind="intake", key=row.pk, action="errors", actor=actor, at=at, body=body)
    return content, name


def _kept(given: Delivered, actor: Actor, at: datetime) -> RawPayload:
    """The payload of a file; one that was read another way before is read anew."""
    _may(actor)
    mapping = json.dumps(given.mapping, ensure_ascii=False, sort_keys=True) if given.mapping else ""
    row = raw.keep(
        given.content,
        source=given.source,
        channel=bringing.SHEET,
        at=at,
        file_name=given.name,
        origin=given.origin,
    )
    sheet.reading(given.source, given.preset, given.mapping or {})
    if (row.preset, row.mapping) != (given.preset, mapping):
        row.preset, row.mapping = given.preset, mapping
        bringing.from_the_first_row(row)
    _noted(row, "import", actor, at)
    return row


def _noted(row: RawPayload, action: str, actor: Actor, at: datetime) -> None:
    body = {"source": row.source, "file": row.file_name, "sm3": row.sm3, "origin": row.origin}
    with write():
        RawPayload.objects.filter(pk=row.pk).update(person=actor.person)
        journal.append(kind="intake", key=row.pk, action=action, actor=actor, at=at, body=body)


def _may(actor: Actor) -> None:
    if actor.person != SYSTEM_PERSON and not actor.holds(IMPORT):
        raise Refused("not_permitted", step=IMPORT)


def _view(row: RawPayload) -> PayloadView:
    return PayloadView(
        id=row.pk,
        source=row.source,
        file_name=row.file_name,
        received_at=row.received_at,
        state=row.state,
        word=RawPayload.State(row.state).label,
        rows_done=row.rows_done,
        rows_total=row.rows_total,
        made=row.made,
        known=row.known,
        rounds=row.rounds,
        broken=row.broken,
        reason=row.reason,
        has_errors=bool(row.error_file),
        history=row.origin == "history",
    )
