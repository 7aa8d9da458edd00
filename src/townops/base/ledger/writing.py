"""How rows of registers come to be, change, are confirmed, archived, and taken back: journalled, searchable, all or nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from django.db import IntegrityError, transaction

from townops.base import crypto, journal, search
from townops.base.canonical import dump, load
from townops.base.db import write
from townops.base.ledger.declaring import Ledger
from townops.base.ledger.reading import Reading, read
from townops.base.ledger.saying import Sayer
from townops.base.ledger.seeing import Viewer, covers, row_for
from townops.base.models import FormerValues
from townops.kernel.refusal import Refused
from townops.kernel.workdays import SHANGHAI

CHUNK: Final = 500
ADDED: Final = "add"
CHANGED: Final = "change"
UNDONE: Final = "undo"
ARCHIVED: Final = "archive"
RESTORED: Final = "restore"
CONFIRMED: Final = "confirm"
PLACE: Final = "base_formervalues.values"


@dataclass(frozen=True, slots=True)
class Act:
    """What is done to rows, by whom, when; `note` says in the journal what it belongs to."""

    name: str
    viewer: Viewer
    at: datetime
    note: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """The row somebody looked at when he decided: its id and version."""

    id: int
    seq: int


def add(ledger: Ledger, typed: Mapping[str, str], *, viewer: Viewer, at: datetime) -> int:
    """A new row; its id. Refused as `Column.read`, and: not_permitted, row_outside, row_exists, the register's own rule."""
    if not viewer.may(ledger, "edit"):
        raise Refused("not_permitted")
    with write():
        reading = read(ledger, typed, viewer.town)
        verify(ledger, [reading], viewer)
        put(ledger, [reading], Act(ADDED, viewer, at))
        return int(reading.row.pk)


def change(ledger: Ledger, seen: Seen, typed: Mapping[str, str], *, viewer: Viewer, at: datetime) -> bool:
    """Other words in some columns; False when nothing is other than before.

    Refused as `add`, and: row_unknown, row_closed, row_stale, row_archived.
    """
    return _changed(ledger, seen, typed, Act(CHANGED, viewer, at))


def undo(ledger: Ledger, seen: Seen, *, viewer: Viewer, at: datetime) -> None:
    """Take the last change of a row back, as a change of its own. Refused: row_nothing_to_undo, and as `change`."""
    row = row_for(ledger, viewer, seen.id, "edit")
    former = FormerValues.objects.filter(kind=ledger.kind, key=row.pk, seq=row.seq).first()
    if former is None:
        raise Refused("row_nothing_to_undo")
    values = load(crypto.unseal(bytes(former.values), PLACE))
    _changed(ledger, seen, values, Act(UNDONE, viewer, at))


def _changed(ledger: Ledger, seen: Seen, typed: Mapping[str, str], act: Act) -> bool:
    with write():
        row = current(ledger, seen, act.viewer, "edit")
        if row.archived_at is not None:
            raise Refused("row_archived", title=ledger.title)
        reading = read(ledger, typed, act.viewer.town, onto=row)
        verify(ledger, [reading], act.viewer)
        if reading.is_same:
            return False
        put(ledger, [reading], act)
        return True


def confirm(ledger: Ledger, seen: Seen, *, viewer: Viewer, at: datetime) -> None:
    """Say that a row is still true today. Refused: row_unknown, row_closed, row_stale, row_archived."""
    with write():
        row = current(ledger, seen, viewer, "edit")
        if row.archived_at is not None:
            raise Refused("row_archived", title=ledger.title)
        today = at.astimezone(SHANGHAI).date()
        _stamp(ledger, row, {"reviewed_on": today}, Act(CONFIRMED, viewer, at))


def archive(ledger: Ledger, seen: Seen, *, reason: str, viewer: Viewer, at: datetime) -> None:
    """Take a row out of use, for a reason; it is kept. Refused: reason_missing, row_unknown, row_closed, row_stale, row_archived."""
    if not reason.strip():
        raise Refused("reason_missing")
    with write():
        row = current(ledger, seen, viewer, "archive")
        if row.archived_at is not None:
            raise Refused("row_archived", title=ledger.title)
        _stamp(ledger, row, {"archived_at": at}, Act(ARCHIVED, viewer, at, reason.strip()[:200]))


def restore(ledger: Ledger, seen: Seen, *, viewer: Viewer, at: datetime) -> None:
    """Take an archived row into use again. Refused: row_unknown, row_closed, row_stale, row_in_use."""
    with write():
        row = current(ledger, seen, viewer, "archive")
        if row.archived_at is None:
            raise Refused("row_in_use", title=ledger.title)
        _stamp(ledger, row, {"archived_at": None}, Act(RESTORED, viewer, at))


def current(ledger: Ledger, seen: Seen, viewer: Viewer, action: str) -> Any:
    """The row as he saw it, for an action he holds for it. Refused("row_stale"): somebody changed it meanwhile; `what` names what."""
    row = row_for(ledger, viewer, seen.id, action)
    if row.seq != seen.seq:
        raise Refused("row_stale", what=_since(ledger, row, seen.seq))
    return row


def _since(ledger: Ledger, row: Any, seq: int) -> str:
    """What became of the row after version `seq`, in words."""
    labels = {one.name: one.label for one in ledger.every}
    later = [one for one in journal.history(ledger.kind, row.pk) if one.body.get("seq", 0) > seq]
    names = dict.fromkeys(labels.get(name, name) for one in later for name in one.body.get("changed", {}))
    return "、".join(names) or "状态"


def verify(ledger: Ledger, readings: Sequence[Reading], viewer: Viewer) -> None:
    """The first fault of a row that may not be written. Refused: as the columns say, row_outside, row_exists."""
    for one in readings:
        for fault in one.faults.values():
            raise fault
        if not covers(ledger, viewer, one.row, "edit"):
            raise Refused("row_outside", title=ledger.title)
    if twin := next(iter(twins(ledger, readings)), None):
        raise Refused("row_exists", title=ledger.title, key=twin)


def twins(ledger: Ledger, readings: Sequence[Reading]) -> list[str]:
    """Business keys that another row has already, in words."""
    touched = {one.name for one in ledger.keyed}
    asked = [one.row for one in readings if one.is_new or touched & set(one.after)]
    found = holders(ledger, asked)
    taken = [found[key_of(ledger, row)] for row in asked if key_of(ledger, row) in found]
    strange = [one for one in taken if one.pk not in {row.pk for row in asked}]
    sayer = Sayer(ledger.keyed, strange)
    return ["、".join(sayer.cells(row)) for row in strange]


def holders(ledger: Ledger, rows: Sequence[Any]) -> dict[tuple[Any, ...], Any]:
    """Rows of the database, by business key, that have the key of one of these."""
    if not rows:
        return {}
    first = key_fields(ledger)[0]
    asked = {getattr(row, first) for row in rows}
    found = ledger.model._default_manager.filter(town=rows[0].town, **{f"{first}__in": asked})
    return {key_of(ledger, row): row for row in found.iterator(CHUNK)}


def key_of(ledger: Ledger, row: Any) -> tuple[Any, ...]:
    """The business key of a row, as values."""
    return tuple(getattr(row, name) for name in key_fields(ledger))


def key_fields(ledger: Ledger) -> tuple[str, ...]:
    """The attributes of a row that make its business key."""
    return tuple(one.attribute for one in ledger.keyed)


def put(ledger: Ledger, readings: Sequence[Reading], act: Act) -> None:
    """Write rows that were verified, in the caller's transaction. Refused: row_stale, row_exists (somebody was first)."""
    fresh = [one for one in readings if one.is_new]
    changed = [one for one in readings if not one.is_new]
    today = act.at.astimezone(SHANGHAI).date()
    for one in readings:
        one.row.changed_at, one.row.reviewed_on = act.at, today
    for one in fresh:
        one.row.entered_at = act.at
    try:
        with transaction.atomic():
            ledger.model._default_manager.bulk_create([one.row for one in fresh], CHUNK)
            _update(ledger, changed)
    except IntegrityError:
        raise Refused("row_exists", title=ledger.title, key="") from None
    _remember(ledger, changed)
    _note(ledger, fresh, replace(act, name=ADDED))
    _note(ledger, changed, act)
    index(ledger, [one.row for one in readings])


def _update(ledger: Ledger, changed: Sequence[Reading]) -> None:
    """Each row only where it still has the version it was read in."""
    rows = ledger.model._default_manager
    fields = [one.name for one in ledger.typed] + ["changed_at", "reviewed_on"]
    if len(changed) > 1:
        seqs = dict(
            rows.select_for_update().filter(pk__in=[one.row.pk for one in changed]).values_list("pk", "seq")
        )
        if any(seqs.get(one.row.pk) != one.row.seq for one in changed):
            raise Refused("row_stale", what="")
        for one in changed:
            one.row.seq += 1
        rows.bulk_update([one.row for one in changed], [*fields, "seq"], CHUNK)
        return
    for one in changed:
        values = {name: getattr(one.row, name) for name in (*one.after, "changed_at", "reviewed_on")}
        if not rows.filter(pk=one.row.pk, seq=one.row.seq).update(**values, seq=one.row.seq + 1):
            raise Refused("row_stale", what="")
        one.row.seq += 1


def _remember(ledger: Ledger, changed: Sequence[Reading]) -> None:
    FormerValues.objects.bulk_create(
        (
            FormerValues(kind=ledger.kind, key=one.row.pk, seq=one.row.seq, values=crypto.seal(dump(dict(one.past)), PLACE))
            for one in changed
        ),
        CHUNK,
    )  # fmt: skip


def _note(ledger: Ledger, readings: Sequence[Reading], act: Act) -> None:
    noted = {"note": act.note} if act.note else {}
    bodies: dict[object, dict[str, Any]] = {}
    for one in readings:
        told = {name: [one.before.get(name, ""), words] for name, words in one.after.items()}
        bodies[one.row.pk] = {"seq": one.row.seq, "changed": told, **noted}
    journal.append_many(kind=ledger.kind, action=act.name, actor=act.viewer.actor, at=act.at, bodies=bodies)


def index(ledger: Ledger, rows: Iterable[Any]) -> None:
    """Make rows findable by the words of their searched columns."""
    many = list(rows)
    sayer = Sayer(ledger.searched, many)
    search.index_many(ledger.short, {row.pk: " ".join(filter(None, sayer.cells(row))) for row in many})


def _stamp(ledger: Ledger, row: Any, values: Mapping[str, Any], act: Act) -> None:
    rows = ledger.model._default_manager.filter(pk=row.pk, seq=row.seq)
    if not rows.update(**values, changed_at=act.at, seq=row.seq + 1):
        raise Refused("row_stale", what="")
    body = {"seq": row.seq + 1, **({"note": act.note} if act.note else {})}
    journal.append(
        kind=ledger.kind, key=row.pk, action=act.name, actor=act.viewer.actor, at=act.at, body=body
    )
