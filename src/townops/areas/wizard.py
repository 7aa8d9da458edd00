"""A survey tried against a draft, and brought into it whole or not at all (U8-U11)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import shapely
from django.utils import timezone

from townops.areas.domain.candidates import FIELDS, Candidate, Examination, RowError, Survey
from townops.areas.domain.changes import Comparison, compared
from townops.areas.domain.features import Feature
from townops.areas.domain.proving import prove
from townops.areas.domain.rebasing import applied
from townops.areas.domain.views import AreaView
from townops.areas.exchange.terms import named_rows
from townops.areas.geography import picture
from townops.areas.imports import LABELS, outline_now
from townops.areas.surveys import AreaFile, read
from townops.areas.uploads import UploadView, note_taken, upload
from townops.areas.versions import KIND, features_of, load_version, put_features, standing, surveyed
from townops.base import db, journal, words
from townops.kernel.actors import Actor
from townops.kernel.partition import Proof
from townops.kernel.refusal import Refused

REMOVE: Final = "remove"
BEGUN, READ, JUDGED = 0.05, 0.4, 0.6  # shares of the work, as long files take it
Progress = Callable[[float], object]


def _quiet(share: float) -> None:
    """Nobody watches."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What a survey would do to a draft. `absent`: areas of the file's levels that it does not name, which
    are taken away or stay as chosen; with errors there is neither comparison nor proof.
    """

    rows: int
    added: int
    changed: int
    unchanged: int
    absent: tuple[str, ...]
    errors: tuple[RowError, ...]
    notes: tuple[str, ...]
    comparison: Comparison | None = None
    proof: Proof | None = None


def area_file(held: UploadView, town: str) -> AreaFile:
    """The file with what was chosen for it: layer, page, crs ("plane": the parameter file), swapped, sure, map-FIELD."""
    typed = held.typed
    mapping = {field: typed[f"map-{field}"] for field in FIELDS if typed.get(f"map-{field}")}
    own = typed.get("crs") == "plane"
    if own and held.plane is None:
        raise Refused("plane_missing")
    return AreaFile(
        held.path,
        mapping,
        town,
        crs="" if own else typed.get("crs", ""),
        layer=typed.get("layer") or None,
        plane=held.plane if own else None,
        swapped=bool(typed.get("swapped")),
        sure=bool(typed.get("sure")),
        page=typed.get("page", ""),
    )


def try_upload(number: int, version_id: int | None, *, actor: Actor) -> Trial:
    """Read a kept file as chosen and compare it with a draft, or with what stands; nothing is written.

    Refused: upload_unknown, version_unknown, plane_missing, and as `surveys.read`.
    """
    held = upload(number, actor=actor)
    features = standing(held.town) if version_id is None else features_of(load_version(version_id).pk)
    known = {one.code: one for one in features}
    return _tried(_survey(held, held.town, known), known, held)


def _survey(held: UploadView, town: str, known: Mapping[str, Feature]) -> Survey:
    """The rows of a kept file as chosen, crossing borders mended where that was chosen too."""
    survey = read(area_file(held, town), _outline(town, known))
    return mended(survey) if held.typed.get("mend") else survey


def mended(survey: Survey) -> Survey:
    """Borders that cross or touch themselves become sound ones of the same ground; which rows, is said."""
    rows = tuple(_sound(one) for one in survey.rows)
    changed = [new.row for old, new in zip(survey.rows, rows, strict=True) if new is not old]
    if not changed:
        return survey
    named = named_rows([row - 1 for row in changed])
    note = Refused("shapes_mended", count=len(changed), rows=named)
    return replace(survey, rows=rows, notes=(*survey.notes, note))


def _sound(one: Candidate) -> Candidate:
    if one.shape is None or one.shape.is_valid or one.shape.geom_type not in {"Polygon", "MultiPolygon"}:
        return one
    made = shapely.make_valid(one.shape, method="structure", keep_collapsed=False)
    return (
        replace(one, shape=made)
        if made.geom_type in {"Polygon", "MultiPolygon"} and not made.is_empty
        else one
    )


def _outline(town: str, known: Mapping[str, Feature]) -> shapely.Geometry | None:
    """The ground a file is believed against: the town's of the draft, else today's."""
    drafted = next((one.geometry for one in known.values() if one.kind == "town"), None)
    return drafted if drafted is not None else outline_now(town)


def _tried(survey: Survey, known: Mapping[str, Feature], held: UploadView) -> Trial:
    notes = tuple(words.render(one) for one in survey.notes)
    errors = tuple(_errors(survey, known))
    codes = {one.code for one in survey.rows}
    kinds = {one.cells["kind"] for one in survey.rows}
    absent = tuple(code for code, one in known.items() if one.kind in kinds and code not in codes)
    if errors:
        return Trial(len(survey.rows), 0, 0, 0, absent, errors, notes)
    features = {one.code: one for one in map(surveyed, survey.rows)}
    added = sum(code not in known for code in features)
    unchanged = sum(known.get(code) == one for code, one in features.items())
    gone = absent if held.typed.get("absent") == REMOVE else ()
    after = applied(known, {**features, **dict.fromkeys(gone)})
    counts = (len(features), added, len(features) - added - unchanged, unchanged)
    seen = compared(known.values(), after.values(), timezone.localdate())
    return Trial(*counts, absent, (), notes, seen, prove(list(after.values())))


def _errors(survey: Survey, known: Mapping[str, Feature]) -> Sequence[RowError]:
    everywhere = dict(picture.get().by_code)
    everywhere |= {
        code: AreaView(0, code, one.name, one.kind, town=survey.town) for code, one in known.items()
    }
    return list(Examination(survey, everywhere, LABELS).errors())


def take_upload(
    number: int, version_id: int, *, based_on: int, actor: Actor, at: datetime, progress: Progress = _quiet
) -> int:
    """Bring a kept file into a draft as one operation, all of it or nothing; returns the draft's new revision. `progress` is told
    which share of the work is done.

    Refused: survey_wrong when a row is, draft_stale when somebody changed one of its areas after `based_on`, and as
    `try_upload` and `put_features`.
    """
    progress(BEGUN)
    row, held = load_version(version_id), upload(number, actor=actor)
    known = {one.code: one for one in features_of(row.pk)}
    survey = _survey(held, row.town, known)
    progress(READ)
    errors = _errors(survey, known)
    if errors:
        raise Refused("survey_wrong", count=len(errors))
    progress(JUDGED)
    changed, gone = _changes(survey, known, held)
    with db.write():
        note_taken(number, at)
        made = put_features(version_id, based_on=based_on, features=changed, removed=gone, actor=actor, at=at)
        body = {
            "version": row.pk,
            "revision": made,
            "from": held.name,
            "changed": len(changed),
            "removed": len(gone),
        }
        journal.append(kind=KIND, key=row.town, action="survey", actor=actor, at=at, body=body)
    progress(1.0)
    return made


def _changes(
    survey: Survey, known: Mapping[str, Feature], held: UploadView
) -> tuple[list[Feature], list[str]]:
    """What differs from the draft, and what the file says is no more."""
    features = {one.code: one for one in map(surveyed, survey.rows)}
    kinds = {one.kind for one in features.values()}
    absent = [code for code, one in known.items() if one.kind in kinds and code not in features]
    changed = [one for code, one in features.items() if known.get(code) != one]
    return changed, absent if held.typed.get("absent") == REMOVE else []
