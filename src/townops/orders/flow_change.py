"""Changing the flow of a source: a new version from a day on, tried beforehand by the functions that run in earnest.

An order keeps the version it began under, through all its rounds (engine 3); so a change touches new orders only, and
the trial says how many open ones go on as before and what a new one will be given.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from townops.base import calendars, journal, seals
from townops.base.db import write as transaction
from townops.kernel.actors import Actor
from townops.kernel.refusal import Refused
from townops.kernel.workdays import SHANGHAI, Limit, due
from townops.orders import flows
from townops.orders.access import EDIT_FLOWS
from townops.orders.domain import flow_edit
from townops.orders.domain.flow import Limits, Options
from townops.orders.handbook import limit_said, option_said
from townops.orders.handbook_words import NUMBERS
from townops.orders.models import Order
from townops.orders.words import flow_label

KIND: Final = "flow"
LONGEST_NOTE: Final = 200
MORNING: Final = time(9)
Rules = tuple[Options, Limits]


@dataclass(frozen=True, slots=True)
class FlowChange:
    """Options and limits of a source from a day on, typed over version `over`."""

    source: str
    options: Options
    limits: Limits
    effective_from: date
    note: str
    over: int


@dataclass(frozen=True, slots=True)
class Line:
    """One option or limit in words, before and after. Of a limit also the due of a clock that starts at nine that day."""

    label: str
    before: str
    after: str
    due_before: datetime | None = None
    due_after: datetime | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """An open order that goes on under the version it began with."""

    number: str
    title: str
    since: date


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What new orders get otherwise than now, and how many open ones are not touched, with the first of them."""

    lines: tuple[Line, ...]
    kept: int
    first: tuple[Kept, ...]

    @property
    def dated(self) -> bool:
        return any(one.due_before for one in self.lines)


@dataclass(frozen=True, slots=True)
class Edition:
    """A stored version: from when, what it changed, and who made it for which reason (empty: as the town began)."""

    version: int
    since: date
    lines: tuple[Line, ...]
    name: str
    note: str
    at: datetime | None


def verify(change: FlowChange, at: datetime) -> None:
    """Refused: flow_not_legal, flow_stale, flow_past, flow_out_of_order, flow_note_missing, flow_unchanged."""
    newest = flows.latest(change.source)
    label, since = flows.stated(newest)
    if newest != change.over:
        raise Refused("flow_stale", source=label, note=_latest_note(change.source))
    if problems := change.options.problems():
        raise Refused("flow_not_legal", source=label, problems=problems)
    if not change.note.strip():
        raise Refused("flow_note_missing")
    if (change.options, change.limits) == flows.parts(newest):
        raise Refused("flow_unchanged", source=label)
    if change.effective_from < at.astimezone(SHANGHAI).date():
        raise Refused("flow_past")
    if change.effective_from < since:
        raise Refused("flow_out_of_order", source=label, latest=since.isoformat())


def foresee(change: FlowChange, at: datetime, *, most: int = 50) -> Foreseen:
    """What publishing would do; nothing is written."""
    verify(change, at)
    before = flows.parts(flows.latest(change.source))
    lines = _lines(before, (change.options, change.limits), change.effective_from)
    rows = Order.objects.filter(source=change.source, is_open=True)
    first = rows.order_by("-received_at", "id").values_list("number", "title", "flow")[:most]
    kept = tuple(Kept(number, title, flows.stated(version)[1]) for number, title, version in first)
    return Foreseen(tuple(lines), rows.count(), kept)


def publish(change: FlowChange, *, actor: Actor, at: datetime) -> int:
    """Store the version and journal it; returns its id. Refused: not_permitted and what `verify` refuses."""
    if not actor.holds(EDIT_FLOWS):
        raise Refused("not_permitted")
    with transaction():
        seals.one_at_a_time(f"{KIND}/{change.source}")
        verify(change, at)
        before = flows.parts(change.over)
        after = (change.options, change.limits)
        options, limits = flow_edit.stored(*after)
        row = {"source": change.source, "label": flows.stated(change.over)[0], **options}
        made = flows.publish(row, limits=limits, effective_from=change.effective_from)
        body = {"version": made, "over": change.over, "from": change.effective_from.isoformat()}
        body |= {"note": change.note[:LONGEST_NOTE], "changed": list(flow_edit.changed(before, after))}
        journal.append(kind=KIND, key=change.source, action="publish", actor=actor, at=at, body=body)
    return made


def history(source: str) -> tuple[Edition, ...]:
    """Every version of a source, newest first, each with what it changed."""
    told = {entry.body["version"]: entry for entry in journal.history(KIND, source)}
    found, former = [], None
    for version, since in flows.versions(source):
        now, entry = flows.parts(version), told.get(version)
        lines = tuple(_lines(former, now, since)) if former else ()
        name, note, at = (entry.name, entry.body["note"], entry.at) if entry else ("", "", None)
        found.append(Edition(version, since, lines, name, note, at))
        former = now
    return tuple(reversed(found))


def _lines(before: Rules, after: Rules, day: date) -> Iterator[Line]:
    """What differs, in the order of the handbook."""
    start = datetime.combine(day, MORNING, SHANGHAI)
    for name in flow_edit.changed(before, after):
        old, new = flow_edit.value(before, name), flow_edit.value(after, name)
        dues = [_due(one, start) if isinstance(one, Limit) else None for one in (old, new)]
        yield Line(flow_label(name), _said(name, old), _said(name, new), *dues)


def _said(name: str, value: object) -> str:
    if name.startswith(flow_edit.LIMIT):
        return limit_said(name.removeprefix(flow_edit.LIMIT), value)
    return option_said(name, value)


def choice_said(name: str, code: str) -> str:
    """A choice of a form in words."""
    return option_said(name, code == flow_edit.YES if code in {flow_edit.YES, flow_edit.NO} else code)


def suffix_said(name: str) -> str:
    """What a number of a form is counted in."""
    return NUMBERS.get(name.removeprefix(flow_edit.LIMIT), "%").replace("最多", "").format("")


def _due(limit: Limit, start: datetime) -> datetime:
    return due(calendars.current(), start, limit).due_at


def _latest_note(source: str) -> str:
    entries = journal.history(KIND, source)
    return f"{entries[-1].name}：{entries[-1].body['note']}" if entries else ""
