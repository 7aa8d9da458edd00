"""Changes of units, posts and roles from a moment on: kept with who and why, done when their time comes, withdrawn before.

What a kind of change does is declared beside it (`on_due`). A change whose moment has come is done where it is published;
one that lies ahead is done by a job. One that can no longer be done then is shown as refused, with the reason.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from townops.base import journal, words
from townops.base.canonical import dump, load
from townops.base.db import write
from townops.base.registry import Registry
from townops.kernel.actors import Actor
from townops.kernel.refusal import Refused
from townops.people.models import PlannedChange

LONGEST_NOTE: Final = 200
LONGEST_REASON: Final = 300
S = PlannedChange.State
Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Planned:
    """A change from `starts` on; `facts` as its kind reads them, `said` why it could not be done."""

    id: int
    subject: str
    key: str
    action: str
    facts: Facts
    starts: datetime
    note: str
    person: int
    name: str
    made_at: datetime
    state: str
    said: str

    @property
    def author(self) -> Actor:
        """Who wanted it; his right was checked when he published it."""
        return Actor(self.person, self.name, ())


OnDue = Callable[[Planned], None]
_done_by: Registry[OnDue] = Registry("planned change")


def on_due(subject: str, action: str) -> Callable[[OnDue], OnDue]:
    """Declare what a change does at its moment, in the transaction of the change; it may refuse."""
    return lambda function: _done_by.add(f"{subject}.{action}", function)


def refuse_untold(note: str) -> None:
    """Refused: reason_missing, reason_too_long."""
    if not note.strip():
        raise Refused("reason_missing")
    if len(note) > LONGEST_NOTE:
        raise Refused("reason_too_long", longest=LONGEST_NOTE)


def publish(
    subject: str,
    key: object,
    action: str,
    facts: Facts,
    *,
    starts: datetime,
    note: str,
    actor: Actor,
    at: datetime,
) -> Planned:
    """Keep the change; one whose moment has come is done at once, both or neither."""
    with write():
        row = PlannedChange.objects.create(
            subject=subject,
            key=str(key),
            action=action,
            facts=dump(dict(facts)),
            starts=max(starts, at),
            note=note.strip(),
            person=actor.person,
            name=actor.name,
            made_at=at,
        )
        made = _view(row)
        if starts <= at:
            _do(made)
        else:
            _tell(made, "planned", actor, at)
    return made


def waiting(subject: str, key: object = "") -> tuple[Planned, ...]:
    """What still lies ahead or was refused when its moment came, first due first; of one key, or of every one."""
    rows = PlannedChange.objects.filter(subject=subject, state__in=(S.WAITING, S.REFUSED))
    return tuple(_view(row) for row in (rows.filter(key=str(key)) if key != "" else rows))


def count(subject: str, key: object) -> int:
    """How many changes were ever asked for; what a form is typed over."""
    return PlannedChange.objects.filter(subject=subject, key=str(key)).count()


def withdraw(number: int, subject: str, *, actor: Actor, at: datetime) -> Planned:
    """A change that lies ahead, or was refused, is no longer wanted. Refused("planned_unknown")."""
    with write():
        open_rows = PlannedChange.objects.filter(pk=number, subject=subject)
        if not open_rows.filter(state__in=(S.WAITING, S.REFUSED)).update(state=S.WITHDRAWN):
            raise Refused("planned_unknown")
        gone = _view(PlannedChange.objects.get(pk=number))
        _tell(gone, "withdrawn", actor, at)
    return gone


def do_due(at: datetime) -> int:
    """Do what has come due, oldest first, each in a transaction of its own; returns how many."""
    due = [
        _view(row)
        for row in PlannedChange.objects.filter(state=S.WAITING, starts__lte=at).order_by("starts", "id")
    ]
    for one in due:
        try:
            with write():
                _do(one)
        except Refused as refused:
            said = words.render(refused)[:LONGEST_REASON]
            with write():
                PlannedChange.objects.filter(pk=one.id, state=S.WAITING).update(state=S.REFUSED, said=said)
    return len(due)


def _do(one: Planned) -> None:
    if PlannedChange.objects.filter(pk=one.id, state=S.WAITING).update(state=S.DONE):
        function = _done_by.get(f"{one.subject}.{one.action}")
        if function is None:
            raise LookupError(f"nobody does {one.subject}.{one.action}")
        function(one)


def _tell(one: Planned, what: str, actor: Actor, at: datetime) -> None:
    body = {"change": one.id, "what": one.action, "starts": one.starts.isoformat(), "note": one.note}
    journal.append(kind=one.subject, key=one.key, action=what, actor=actor, at=at, body=body)


def _view(row: PlannedChange) -> Planned:
    return Planned(
        row.pk,
        row.subject,
        row.key,
        row.action,
        load(row.facts),
        row.starts,
        row.note,
        row.person,
        row.name,
        row.made_at,
        row.state,
        row.said,
    )
