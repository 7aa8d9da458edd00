"""Drafts of borders: begun from what stands, edited feature by feature without overwriting anybody, proven (U8-U11)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db.models import F

from townops.areas.access import DRAFT
from townops.areas.domain.candidates import KINDS, Candidate, Examination, Survey
from townops.areas.domain.features import TEXTS, Feature, packed, unpacked
from townops.areas.domain.proving import Prover, prove
from townops.areas.domain.undoing import Operation, Stacks, stacks
from townops.areas.domain.views import AreaView
from townops.areas.geography import picture
from townops.areas.imports import wkb_of
from townops.areas.models import Area, AreaShape, Stamp, Version, VersionArea, VersionEdit
from townops.base import db, journal, sql
from townops.base.canonical import dump, load
from townops.kernel.actors import Actor
from townops.kernel.partition import Proof
from townops.kernel.refusal import Refused

LABELS: Final = dict((*Area.Kind.choices, *Area.BlockType.choices))
BORDERS: Final = (
    "borders"  # the stamp that moves with every change of borders, and the lock of whoever changes them
)
KIND: Final = "borders"
BASE: Final = "base"  # the operation that moves a draft to the borders that stand now
BATCH: Final = 200
WORDS: Final = ("code", "kind", "name", "parent", "block_type", "detached_allowed", "directly_managed")
Changes = Mapping[str, Feature | None]
Knows = Callable[
    [Version], Mapping[str, Feature]
]  # how a locked draft is known, for whoever keeps it in memory


@dataclass(frozen=True, slots=True)
class VersionView:
    """`state` is draft, checked or published; `number` and `valid_from` are of published ones alone."""

    id: int
    town: str
    state: str
    note: str
    revision: int
    number: int | None
    valid_from: date | None
    applied: bool


def view(row: Version) -> VersionView:
    """What others see of a version."""
    drafted = "checked" if row.checked == row.revision else "draft"
    state = drafted if row.number is None else "published"
    words = (row.note, row.revision, row.number, row.valid_from, row.applied)
    return VersionView(row.pk, row.town, state, *words)


def versions_of(town: str) -> list[VersionView]:
    """Every version of a town, newest first."""
    return [view(row) for row in Version.objects.filter(town=town, dropped_at=None)]


def load_version(version_id: int) -> Version:
    """Refused(version_unknown)."""
    row = Version.objects.filter(pk=version_id).first()
    if row is None:
        raise Refused("version_unknown")
    return row


def begin_draft(town: str, *, note: str, actor: Actor, at: datetime) -> VersionView:
    """A draft equal to what stands (with what is published for later), or empty for a town without areas yet."""
    may_draft(actor)
    if not note.strip():
        raise Refused("version_note_missing")
    with db.write():
        borders = borders_stamp()
        row = Version.objects.create(town=town, note=note[:200], borders=borders, created_at=at)
        keep_features(row, standing(town))
        _tell(row, "begin", actor, at)
    return view(row)


def borders_stamp() -> str:
    """Changes with every change of anybody's borders."""
    found = Stamp.objects.filter(name=BORDERS).values_list("value", "turn").first()
    return ":".join(map(str, found)) if found else ""


def pending(town: str) -> Version | None:
    """The newest version that is published for a day to come."""
    return Version.objects.filter(town=town, number__isnull=False, applied=False).order_by("-number").first()


def standing(town: str) -> list[Feature]:
    """The borders that hold once everything published has begun, by code."""
    later = pending(town)
    if later is not None:
        return features_of(later.pk)
    rows = AreaShape.objects.filter(area__town=town, valid_until=None, area__valid_until=None)
    return [_standing(row) for row in rows.select_related("area__parent").order_by("area__code")]


def _standing(row: AreaShape) -> Feature:
    area = row.area
    flags = {"detached_allowed": area.detached_allowed, "directly_managed": area.directly_managed}
    parent = area.parent.code if area.parent else ""
    return Feature(area.code, area.kind, area.name, bytes(row.shape), parent, area.block_type, **flags)


def features_of(version_id: int) -> list[Feature]:
    """Every area of a version, by code."""
    return [feature_of(row) for row in VersionArea.objects.filter(version=version_id, gone=False)]


def feature_of(row: VersionArea) -> Feature:
    """An area of a version without the database."""
    return Feature(shape=bytes(row.shape), **{name: getattr(row, name) for name in WORDS})


def keep_features(version: Version, features: Iterable[Feature]) -> None:
    """Write features into a fresh version."""
    VersionArea.objects.bulk_create((_row(version, one) for one in features), batch_size=BATCH)


def _row(version: Version, one: Feature) -> VersionArea:
    words = {name: getattr(one, name) for name in WORDS}
    return VersionArea(version=version, revision=version.revision, shape=one.shape, **words)


def put_features(
    version_id: int,
    *,
    based_on: int,
    features: Iterable[Feature] = (),
    removed: Iterable[str] = (),
    actor: Actor,
    at: datetime,
) -> int:
    """One topological change of several features; returns the draft's new revision.

    Refused: draft_stale when somebody touched one of them after revision `based_on`; and as rows of a survey are.
    """
    changes: dict[str, Feature | None] = dict.fromkeys(removed)
    changes |= {one.code: one for one in features}
    with db.write():
        row = lock_draft(version_id, actor)
        touched = VersionArea.objects.filter(version=row, revision__gt=based_on).values_list(
            "code", flat=True
        )
        if lost := sorted(changes.keys() & set(touched)):
            raise Refused("draft_stale", codes="、".join(lost[:5]))
        return apply_changes(row, changes, "edit", actor, at)


def put_survey(version_id: int, survey: Survey, *, based_on: int, actor: Actor, at: datetime) -> int:
    """A whole survey into the draft as one change; codes it does not name stay. Refused as `put_features`."""
    features = [surveyed(one) for one in survey.rows]
    return put_features(version_id, based_on=based_on, features=features, actor=actor, at=at)


def surveyed(one: Candidate) -> Feature:
    """A row of a survey as a feature. Refused("shape_missing")."""
    if one.shape is None:
        raise Refused("shape_missing")
    code, kind, name, parent, block_type = (one.cells[field] for field in TEXTS)
    detached, direct = one.says("detached_allowed"), one.says("directly_managed")
    return Feature(code, kind, name, wkb_of(one.shape), parent, block_type, detached, direct)


def undo(version_id: int, *, actor: Actor, at: datetime, know: Knows | None = None) -> int:
    """Take back the actor's own last operation. Refused: nothing_to_undo, draft_stale when others built upon it."""
    return _reverse(version_id, "undo", actor, at, know or _everything)


def redo(version_id: int, *, actor: Actor, at: datetime, know: Knows | None = None) -> int:
    """Do again what was taken back last. Refused: nothing_to_redo, draft_stale."""
    return _reverse(version_id, "redo", actor, at, know or _everything)


def _reverse(version_id: int, kind: str, actor: Actor, at: datetime, know: Knows) -> int:
    with db.write():
        row = lock_draft(version_id, actor)
        last = stacks_of(row.pk, actor)
        which = last.undo if kind == "undo" else last.redo
        if not which:
            raise Refused(f"nothing_to_{kind}")
        touched = load(VersionEdit.objects.get(version=row, revision=which).body)
        now = know(row)
        if lost := [code for code, (_, after) in touched.items() if packed(now.get(code)) != after]:
            raise Refused("draft_stale", codes="、".join(lost[:5]))
        back = {code: unpacked(before) for code, (before, _) in touched.items()}
        return apply_changes(row, back, kind, actor, at, everything=now)


def stacks_of(version_id: int, actor: Actor) -> Stacks:
    """What the actor could take back or do again next; moving a draft to other borders is nobody's own operation."""
    mine = VersionEdit.objects.filter(version=version_id, person=actor.person).exclude(kind=BASE)
    return stacks(Operation(*one) for one in mine.values_list("revision", "kind"))


def lock_draft(version_id: int, actor: Actor) -> Version:
    """The draft with its next revision already taken: whoever comes second waits here."""
    may_draft(actor)
    drafts = Version.objects.filter(pk=version_id, number__isnull=True, dropped_at=None)
    if not drafts.update(revision=F("revision") + 1):
        raise Refused("version_published" if load_version(version_id).dropped_at is None else "draft_dropped")
    return load_version(version_id)


def _everything(row: Version) -> dict[str, Feature]:
    return {one.code: one for one in features_of(row.pk)}


def apply_changes(
    row: Version,
    changes: Changes,
    kind: str,
    actor: Actor,
    at: datetime,
    *,
    everything: Mapping[str, Feature] | None = None,
) -> int:
    """Write one operation (edit, undo, redo) into a locked draft, with what it takes to undo it; `everything` is the draft
    as it is, for whoever knows it already.
    """
    if everything is None:
        everything = _everything(row)
    _examine(row.town, everything, [one for one in changes.values() if one])
    body = {code: (packed(everything.get(code)), packed(one)) for code, one in changes.items()}
    write_changes(row, changes)
    VersionEdit.objects.create(
        version=row, revision=row.revision, kind=kind, person=actor.person, at=at, body=dump(body)
    )
    return row.revision


def write_changes(row: Version, changes: Changes) -> None:
    """Bring areas of a draft to what they shall be; None takes one away. They carry the draft's present revision."""
    rows = VersionArea.objects.filter(version=row)
    if len(changes) <= BATCH:
        rows = rows.filter(code__in=list(changes))
    held = {one.code: one for one in rows}
    lasting = [one for one in changes.values() if one is not None]
    VersionArea.objects.bulk_create(
        (_row(row, one) for one in lasting if one.code not in held), batch_size=BATCH
    )
    known = [_rewritten(held[code], one, row.revision) for code, one in changes.items() if code in held]
    fields = (*(name for name in WORDS if name != "code"), "shape", "revision", "gone")
    sql.rewrite(known, fields)


def _rewritten(held: VersionArea, one: Feature | None, revision: int) -> VersionArea:
    held.revision, held.gone = revision, one is None
    for name in (*WORDS, "shape") if one else ():
        setattr(held, name, getattr(one, name))
    return held


def _examine(town: str, everything: Mapping[str, Feature], changed: Sequence[Feature]) -> None:
    """The rules of a survey's rows; parents may come in the same change."""
    known = dict(picture.get().by_code)
    asked = {code for one in changed for code in (one.code, one.parent)} & everything.keys()
    known |= {
        code: AreaView(0, code, everything[code].name, everything[code].kind, town=town) for code in asked
    }
    rows = tuple(_candidate(number, one) for number, one in enumerate(changed, start=1))
    survey = Survey("", town, rows, "EPSG:4490")
    for error in Examination(survey, known, LABELS).errors():
        raise Refused(error.problem, **error.params)


def _candidate(number: int, one: Feature) -> Candidate:
    cells = {name: str(getattr(one, name)) for name in WORDS}
    return Candidate(number, cells, one.geometry)


def check_draft(version_id: int, *, actor: Actor, at: datetime, prover: Prover = prove) -> Proof:
    """Prove the draft as it is now; it is `checked` until its next edit when there is no defect."""
    may_draft(actor)
    row = load_version(version_id)
    if row.number is not None:
        raise Refused("version_published")
    proof = prover(features_of(row.pk))
    if not proof.passed:
        return proof
    with db.write():
        same = Version.objects.filter(pk=row.pk, revision=row.revision, number__isnull=True)
        if same.update(checked=row.revision):
            _tell(row, "check", actor, at)
    return proof


def may_draft(actor: Actor) -> None:
    """Refused(not_permitted)."""
    if not actor.holds(DRAFT):
        raise Refused("not_permitted")


def _tell(row: Version, action: str, actor: Actor, at: datetime) -> None:
    body = {"version": row.pk, "revision": row.revision, "note": row.note}
    journal.append(kind=KIND, key=row.town, action=action, actor=actor, at=at, body=body)


def levels(features: Iterable[Feature]) -> dict[str, list[Feature]]:
    """Features by kind, coarsest first."""
    found: dict[str, list[Feature]] = {kind: [] for kind in KINDS}
    for one in features:
        found[one.kind].append(one)
    return found
