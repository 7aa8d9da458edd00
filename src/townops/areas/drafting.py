"""The border editor's door: one operation at a time on a draft, with the proof of what it touched (U8-U11).

A process keeps the drafts it was asked for in memory and follows them by revision, so an edit reads only what is new.
"""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from townops.areas.domain.features import Feature
from townops.areas.domain.held import Held
from townops.areas.domain.numbering import Numbering
from townops.areas.domain.operations import Given, changes_of
from townops.areas.domain.proving import prove
from townops.areas.geography import picture
from townops.areas.models import Version, VersionArea, VersionEdit
from townops.areas.schemes import scheme_at
from townops.areas.versions import apply_changes, feature_of, load_version, lock_draft, redo, undo
from townops.base import db
from townops.kernel.actors import Actor
from townops.kernel.partition import Proof
from townops.kernel.partition.local import carried, prove_changed
from townops.kernel.refusal import Refused

T = TypeVar("T")
KEPT: Final = 4
SHOWN: Final = 5
MANY: Final = 200  # defects, from which a proof of everything takes longer than a person waits


@dataclass(frozen=True, slots=True)
class Edited:
    """The draft's revision now, what is otherwise (None: gone), and the proof of the ground that was touched."""

    revision: int
    changes: Mapping[str, Feature | None]
    proof: Proof


@dataclass(frozen=True, slots=True)
class News:
    """What is otherwise since a revision (None: gone), and the ids of the persons who did it."""

    revision: int
    changes: Mapping[str, Feature | None]
    persons: tuple[int, ...]


def draft_held(version_id: int) -> Held:
    """A draft as it is now. Refused: version_unknown, version_published."""
    row = load_version(version_id)
    if row.number is not None:
        raise Refused("version_published")
    return _held(row)


def edit_draft(version_id: int, operation: Given, *, based_on: int, actor: Actor, at: datetime) -> Edited:
    """One operation of the editor (see `domain/operations`), made upon the draft as it is now.

    Refused: draft_stale when an area it touches was changed after revision `based_on`, edit_changes_nothing, and as the
    operation and `put_features` refuse.
    """
    with db.write():
        row = lock_draft(version_id, actor)
        before = _held(row)
        changes = changes_of(before, operation, numbering(at))
        if lost := [code for code in before.since(based_on) if code in changes]:
            raise Refused("draft_stale", codes="、".join(lost[:SHOWN]))
        if not changes:
            raise Refused("edit_changes_nothing")
        revision = apply_changes(row, changes, "edit", actor, at, everything=before.features)
    return _told(version_id, before, changes, revision)


def undo_in_editor(version_id: int, *, actor: Actor, at: datetime) -> Edited:
    """Take back the actor's own last operation. Refused as `undo_edit`."""
    before = draft_held(version_id)
    return _reversed(version_id, before, undo(version_id, actor=actor, at=at, know=_features))


def redo_in_editor(version_id: int, *, actor: Actor, at: datetime) -> Edited:
    """Do again what was taken back last. Refused as `redo_edit`."""
    before = draft_held(version_id)
    return _reversed(version_id, before, redo(version_id, actor=actor, at=at, know=_features))


def _reversed(version_id: int, before: Held, revision: int) -> Edited:
    after = draft_held(version_id)
    changes = {code: after.features.get(code) for code in after.since(revision - 1)}
    return _told(version_id, before, changes, revision)


def _told(version_id: int, before: Held, changes: Mapping[str, Feature | None], revision: int) -> Edited:
    after = before.followed((revision, code, one) for code, one in changes.items())
    _carry(version_id, before, after, set(changes))
    return Edited(revision, changes, prove_changed(before.sheet, after.sheet, set(changes)))


def changes_since(version_id: int, revision: int) -> News:
    """What anybody changed after a revision. Refused: version_unknown, version_published."""
    held = draft_held(version_id)
    changes = {code: held.features.get(code) for code in held.since(revision)}
    edits = VersionEdit.objects.filter(version=version_id, revision__gt=revision, revision__lte=held.revision)
    persons = tuple(dict.fromkeys(edits.values_list("person", flat=True))) if changes else ()
    return News(held.revision, changes, persons)


def proof_of(version_id: int) -> tuple[int, Proof]:
    """The proof of a draft as it is now, and of which revision; made once a revision.

    With more than MANY defects an edit carries the last proof on instead: it may then name a defect elsewhere by a
    neighbour's fault that is mended, until `prove_anew`. Whether there are any it knows.
    """
    row = load_version(version_id)
    held = draft_held(version_id)
    with _lock:
        known = _proofs.get((row.pk, row.created_at))
    return known if known is not None and known[0] == held.revision else prove_anew(version_id)


def prove_anew(version_id: int) -> tuple[int, Proof]:
    """The whole proof, made now."""
    row = load_version(version_id)
    held = draft_held(version_id)
    made = held.revision, prove(list(held.features.values()))
    with _lock:
        _keep(_proofs, (row.pk, row.created_at), made)
    return made


def _carry(version_id: int, before: Held, after: Held, codes: set[str]) -> None:
    """Keep the proof of a draft with many defects up with an edit."""
    row = load_version(version_id)
    key = (row.pk, row.created_at)
    with _lock:
        known = _proofs.get(key)
    if known is not None and known[0] == before.revision and len(known[1].defects) > MANY:
        proof = carried(known[1], before.sheet, after.sheet, codes)
        with _lock:
            _keep(_proofs, key, (after.revision, proof))


def numbering(at: datetime) -> Numbering:
    """How new areas are numbered: by the scheme in force, never as any area is or was."""
    return Numbering(picture.get().by_code.keys(), scheme_at(at))


def suggested_code(version_id: int, parent: str, kind: str, *, at: datetime) -> str:
    """A code for a new area of a kind below a parent that no area ever had. Refused: as `draft_held`, codes_used_up."""
    return numbering(at).next(draft_held(version_id), parent, kind)


_Key = tuple[int, datetime]
_drafts: OrderedDict[_Key, Held] = OrderedDict()
_proofs: OrderedDict[_Key, tuple[int, Proof]] = OrderedDict()
_lock = threading.Lock()


def _held(row: Version) -> Held:
    """The draft as committed. Call it before writing to the draft: what is read is kept."""
    key = (row.pk, row.created_at)
    with _lock:
        known = _drafts.get(key, Held.nothing())
    news = VersionArea.objects.filter(version=row, revision__gt=known.revision)
    held = known.followed((one.revision, one.code, None if one.gone else feature_of(one)) for one in news)
    with _lock:
        _keep(_drafts, key, held)
    return held


def _features(row: Version) -> Mapping[str, Feature]:
    return _held(row).features


def _keep(kept: OrderedDict[_Key, T], key: _Key, value: T) -> None:
    kept[key] = value
    kept.move_to_end(key)
    while len(kept) > KEPT:
        kept.popitem(last=False)
