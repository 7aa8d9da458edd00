"""A survey file becomes areas and dated shapes: all rows or none (U8-U11)."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

import shapely

from townops.areas.domain.candidates import KINDS, Candidate, Examination, RowError, Survey
from townops.areas.geography import picture
from townops.areas.models import Area, AreaShape, Version
from townops.areas.stamps import CHANGED, touch
from townops.areas.surveys import AreaFile, read
from townops.base import db, journal, outbox, seals, sql, words
from townops.base.registry import answers
from townops.kernel.actors import Actor
from townops.kernel.refusal import Refused

LABELS: Final = dict((*Area.Kind.choices, *Area.BlockType.choices))
IMPORTED: Final = "areas.imported"  # whoever keeps something for each area is told, in the same transaction
FLAGS: Final = ("detached_allowed", "directly_managed")


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import did, or would do: nothing at all when there is any error."""

    rows: int
    created: int
    changed: int
    unchanged: int
    errors: tuple[RowError, ...]
    notes: tuple[str, ...] = ()


def check_areas(file: AreaFile, *, valid_from: date) -> ImportResult:
    """Dry run: what `import_areas` would do. Raises Refused when the file as a whole cannot be used."""
    survey = read(file, outline_now(file.town))
    return _result(survey, _errors(survey), plan(survey))


def import_areas(file: AreaFile, *, valid_from: date, actor: Actor, at: datetime) -> ImportResult:
    """Take every row of a file, or none when one is wrong; Refused when the whole file cannot be used."""
    return take_survey(read(file, outline_now(file.town)), valid_from=valid_from, actor=actor, at=at)


def take_survey(survey: Survey, *, valid_from: date, actor: Actor, at: datetime) -> ImportResult:
    """Take every row or none. Known codes get a new shape from `valid_from` on; the old one is kept."""
    with db.write():
        seals.one_at_a_time("borders")
        _nothing_pending(survey.town)
        planned = plan(survey)
        result = _result(survey, _errors(survey), planned)
        if result.errors:
            return result
        write_areas(survey, valid_from=valid_from)
        write_shapes(planned, survey=survey, valid_from=valid_from)
        body = {
            "rows": result.rows,
            "created": result.created,
            "changed": result.changed,
            "from": survey.name,
        }
        journal.append(kind="areas", key=survey.town, action="import", actor=actor, at=at, body=body)
        touch("borders")
        touch("areas")
        if result.changed:
            outbox.publish(CHANGED, survey.town, {"town": survey.town}, at)
        if answers.knows(IMPORTED):
            answers.ask(IMPORTED, town=survey.town, actor=actor, at=at)
    return result


def outline_now(town: str) -> shapely.Geometry | None:
    """The ground of a town as it is known now."""
    shape = AreaShape.objects.filter(area__town=town, area__kind=Area.Kind.TOWN, valid_until=None).first()
    return shapely.from_wkb(bytes(shape.shape)) if shape else None


def _nothing_pending(town: str) -> None:
    later = Version.objects.filter(town=town, number__isnull=False, applied=False).first()
    if later is not None:
        raise Refused("version_pending", day=later.valid_from)


def write_errors(path: Path, errors: Iterable[RowError]) -> None:
    """The error file: row, area code, and the reason in Chinese; opens in Excel."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file)
        out.writerow(("行号", "编码", "原因"))
        out.writerows((one.row, one.area, sentence(one)) for one in errors)


def sentence(error: RowError) -> str:
    """The reason a row was refused, in Chinese."""
    return words.render(Refused(error.problem, **error.params))


def _errors(survey: Survey) -> tuple[RowError, ...]:
    return tuple(Examination(survey, picture.get().by_code, LABELS).errors())


@dataclass(frozen=True, slots=True)
class Planned:
    """What one row means: a new area, a known one with a new shape or new words, or nothing."""

    candidate: Candidate
    known: bool
    reshaped: bool
    reworded: bool


def plan(survey: Survey) -> list[Planned]:
    """Compare each row with what is valid now."""
    areas = {one.code: one for one in Area.objects.filter(town=survey.town).select_related("parent")}
    now = {one.area_id: one for one in AreaShape.objects.filter(area__town=survey.town, valid_until=None)}
    return [_planned(row, areas.get(row.code), now) for row in survey.rows]


def _planned(row: Candidate, area: Area | None, now: Mapping[int, AreaShape]) -> Planned:
    if area is None:
        return Planned(row, known=False, reshaped=True, reworded=False)
    current = now.get(area.pk)
    same = current is not None and row.shape is not None and bytes(current.shape) == wkb_of(row.shape)
    return Planned(row, known=True, reshaped=not same, reworded=words_of(row) != _words_now(area))


def words_of(row: Candidate) -> tuple[object, ...]:
    """What a row says of an area beside its shape."""
    return (
        row.cells["name"],
        row.cells["block_type"],
        row.cells["parent"],
        *(row.says(flag) for flag in FLAGS),
    )


def _words_now(area: Area) -> tuple[object, ...]:
    parent = area.parent.code if area.parent else ""
    return (area.name, area.block_type, parent, area.detached_allowed, area.directly_managed)


def _result(survey: Survey, errors: tuple[RowError, ...], planned: Sequence[Planned]) -> ImportResult:
    created = sum(not one.known for one in planned)
    changed = sum(one.known and (one.reshaped or one.reworded) for one in planned)
    unchanged, notes = len(planned) - created - changed, tuple(words.render(one) for one in survey.notes)
    return ImportResult(len(survey.rows), created, changed, unchanged, errors, notes)


def write_areas(survey: Survey, *, valid_from: date) -> None:
    """Create or update identities from the town downwards, then the paths."""
    known = {one.code: one for one in Area.objects.filter(town=survey.town)}
    for kind in KINDS:
        level = [row for row in survey.rows if row.cells["kind"] == kind]
        fresh = [Area(code=row.code, kind=kind, town=survey.town, valid_from=valid_from) for row in level]
        areas = [known.get(one.code, one) for one in fresh]
        for area, row in zip(areas, level, strict=True):
            area.name, area.block_type = row.cells["name"], row.cells["block_type"]
            area.parent = known.get(row.cells["parent"])
            area.detached_allowed, area.directly_managed = (row.says(flag) for flag in FLAGS)
        Area.objects.bulk_create([one for one in areas if one.pk is None], batch_size=500)
        fields = ("name", "block_type", "parent", *FLAGS)
        sql.rewrite([one for one in areas if one.code in known], fields)
        known |= {one.code: one for one in areas}
    write_paths(known.values())


def write_paths(areas: Iterable[Area]) -> None:
    """Make every path of a town say the ids from the town down to the area."""
    by_id = {one.pk: one for one in areas}
    stale = []
    for area in by_id.values():
        path = "/" + "/".join(str(pk) for pk in reversed(list(_upwards(by_id, area.pk)))) + "/"
        if area.path != path:
            area.path = path
            stale.append(area)
    sql.rewrite(stale, ["path"])


def _upwards(areas: Mapping[int, Area], pk: int) -> Iterator[int]:
    at: int | None = pk
    while at is not None:
        yield at
        at = areas[at].parent_id


def write_shapes(planned: Iterable[Planned], *, survey: Survey, valid_from: date) -> None:
    """Close the shape before and add the new one; a second survey of the same day replaces the first."""
    reshaped = {one.candidate.code: one.candidate.shape for one in planned if one.reshaped}
    ids = dict(Area.objects.filter(town=survey.town).values_list("code", "pk"))
    now = AreaShape.objects.filter(area__town=survey.town, valid_until=None)
    old = {one.area_id: one for one in now.only("id", "area_id", "valid_from")}
    stale = [old[ids[code]] for code in reshaped if ids[code] in old]
    for batch in batched(stale, 500):
        now.filter(pk__in=[one.pk for one in batch], valid_from__gte=valid_from).delete()
        now.filter(pk__in=[one.pk for one in batch]).update(valid_until=valid_from)
    fresh = (
        AreaShape(
            area_id=ids[code],
            shape=wkb_of(shape),
            valid_from=valid_from,
            source_crs=survey.crs,
            accuracy_m=survey.accuracy_m,
        )
        for code, shape in reshaped.items()
        if shape is not None
    )
    AreaShape.objects.bulk_create(fresh, batch_size=500)


def batched(rows: Sequence[AreaShape], size: int) -> Iterator[Sequence[AreaShape]]:
    """Parts of at most `size`, because a database takes only so many parameters."""
    return (rows[start : start + size] for start in range(0, len(rows), size))


def wkb_of(shape: shapely.Geometry) -> bytes:
    """The stored form: little-endian WKB, two dimensions."""
    return bytes(shapely.to_wkb(shape, byte_order=1, output_dimension=2))
