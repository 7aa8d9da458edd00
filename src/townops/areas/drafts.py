"""What becomes of a draft beside its edits: moved to the borders that stand now, given up, and how far it has come (U8-U11)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from townops.areas.access import DRAFT
from townops.areas.domain.features import Feature, packed, unpacked
from townops.areas.domain.rebasing import Rebased, rebase
from townops.areas.models import Version, VersionEdit
from townops.areas.versions import (
    BASE,
    KIND,
    VersionView,
    borders_stamp,
    features_of,
    load_version,
    stacks_of,
    standing,
    view,
    write_changes,
)
from townops.base import db, journal
from townops.base.canonical import dump, load
from townops.kernel.actors import Actor
from townops.kernel.refusal import Refused

SHOWN: Final = 50


@dataclass(frozen=True, slots=True)
class Edit:
    """One operation on a draft: `kind` is edit, undo, redo or base."""

    revision: int
    kind: str
    person: int
    at: datetime


@dataclass(frozen=True, slots=True)
class DraftView:
    """A draft at work: whether the borders it began from still stand, its last operations, what one may take back."""

    version: VersionView
    outdated: bool
    edits: tuple[Edit, ...]
    undo: bool
    redo: bool


def draft(version_id: int, *, actor: Actor) -> DraftView:
    """Refused: version_unknown, version_published, draft_dropped."""
    row = _draft(version_id)
    last = stacks_of(row.pk, actor)
    rows = VersionEdit.objects.filter(version=row).order_by("-revision")[:SHOWN]
    edits = tuple(Edit(*one) for one in rows.values_list("revision", "kind", "person", "at"))
    return DraftView(view(row), row.borders != borders_stamp(), edits, bool(last.undo), bool(last.redo))


def drafts_of(town: str, *, actor: Actor) -> list[DraftView]:
    """Every draft of a town that is worked on, newest first."""
    rows = Version.objects.filter(town=town, number=None, dropped_at=None).values_list("pk", flat=True)
    return [draft(one, actor=actor) for one in rows]


def _draft(version_id: int) -> Version:
    row = load_version(version_id)
    if row.number is not None:
        raise Refused("version_published")
    if row.dropped_at is not None:
        raise Refused("draft_dropped")
    return row


def begun_from(version_id: int) -> dict[str, Feature]:
    """The borders a draft began from, or was last moved to: what its operations found, and what none has touched."""
    found = {one.code: one for one in features_of(version_id)}
    edits = VersionEdit.objects.filter(version=version_id)
    moved = edits.filter(kind=BASE).order_by("-revision").first()
    since = edits.filter(revision__gte=moved.revision) if moved else edits
    for edit in since.order_by("-revision").iterator():
        for code, (before, _) in load(edit.body).items():
            was = unpacked(before)
            if was is None:
                found.pop(code, None)
            else:
                found[code] = was
    return found


def foresee_rebase(version_id: int, choices: Mapping[str, str] | None = None) -> Rebased:
    """What moving a draft to the borders that stand now would carry over and what it has to ask; nothing is written."""
    row = _draft(version_id)
    mine, theirs = ({one.code: one for one in side} for side in (features_of(row.pk), standing(row.town)))
    return rebase(begun_from(row.pk), mine, theirs, choices or {})


def rebase_draft(
    version_id: int, *, revision: int, choices: Mapping[str, str], actor: Actor, at: datetime
) -> int:
    """Put the draft's own changes upon the borders that stand now; returns its new revision, which is not checked.

    Refused: not_permitted, version_published, draft_dropped, draft_moved when it is no longer at `revision`,
    rebase_undecided while an area that both sides changed has no choice ("mine" or "theirs").
    """
    if not actor.holds(DRAFT):
        raise Refused("not_permitted")
    with db.write():
        row = _draft(version_id)
        if not Version.objects.filter(pk=row.pk, revision=revision).update(revision=revision + 1):
            raise Refused("draft_moved")
        row.revision = revision + 1
        found = foresee_rebase(version_id, choices)
        if found.conflicts:
            raise Refused("rebase_undecided", codes="、".join(one.code for one in found.conflicts[:5]))
        _move(row, found.changes, actor, at)
        body = {"version": row.pk, "revision": row.revision, "note": row.note, "choices": dict(choices)}
        journal.append(kind=KIND, key=row.town, action="rebase", actor=actor, at=at, body=body)
    return row.revision


def _move(row: Version, own: Mapping[str, Feature | None], actor: Actor, at: datetime) -> None:
    now, theirs = ({one.code: one for one in side} for side in (features_of(row.pk), standing(row.town)))
    wanted: dict[str, Feature | None] = {**theirs, **own}
    changes = {
        code: wanted.get(code)
        for code in sorted(now.keys() | wanted.keys())
        if now.get(code) != wanted.get(code)
    }
    write_changes(row, changes)
    body = {code: (packed(theirs.get(code)), packed(one)) for code, one in own.items()}
    VersionEdit.objects.create(
        version=row, revision=row.revision, kind=BASE, person=actor.person, at=at, body=dump(body)
    )
    row.borders, row.checked = borders_stamp(), None
    row.save(update_fields=["borders", "checked"])


def drop_draft(version_id: int, *, revision: int, actor: Actor, at: datetime) -> None:
    """Give a draft up: it is kept but nobody works on it. Refused as `rebase_draft`."""
    if not actor.holds(DRAFT):
        raise Refused("not_permitted")
    with db.write():
        row = _draft(version_id)
        if not Version.objects.filter(pk=row.pk, revision=revision).update(dropped_at=at):
            raise Refused("draft_moved")
        body = {"version": row.pk, "revision": row.revision, "note": row.note}
        journal.append(kind=KIND, key=row.town, action="drop", actor=actor, at=at, body=body)
