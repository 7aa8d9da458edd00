"""Keeping dossiers: read, filled in, confirmed unchanged, with photographs; who changed which field when (U11).

Written by whoever holds "areas.dossier", within the areas his post is limited to. Every change names the `seq` it was made upon.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db.models import F

from townops.areas.access import DOSSIER
from townops.areas.domain import dossiers as rules
from townops.areas.domain.dossiers import Content
from townops.areas.domain.views import AreaView
from townops.areas.geography import picture
from townops.areas.models import Dossier, DossierLine
from townops.base import attachments, db, journal
from townops.base.models import Attachment
from townops.base.registry import answers
from townops.kernel.actors import SYSTEM_PERSON, Actor
from townops.kernel.refusal import Refused
from townops.kernel.workdays import SHANGHAI

KIND: Final = "dossier"
GONE: Final = "dossier.gone"
REVIEWED: Final = "areas.reviewed"
CHUNK: Final = 500
Changed = tuple[str, str, str, str]  # a field's name, its label, what it was, what it is
TEXTS: Final = ("address", "plates", "note")


@dataclass(frozen=True, slots=True)
class DossierView:
    """A dossier as it is; `seq` 0: nothing was ever written."""

    area: AreaView
    seq: int
    content: Content
    reviewed_on: date | None


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of the history: who did what when, which fields it changed."""

    action: str
    name: str
    at: datetime
    changes: tuple[Changed, ...]
    note: str


def may_keep(actor: Actor, area: AreaView) -> bool:
    """Whether he may write the dossier of this area; the system itself always."""
    if actor.person == SYSTEM_PERSON:
        return True
    known = picture.get()
    return any(
        not hat.areas or any(area.id in known.below(one) for one in hat.areas)
        for hat in actor.hats_with(DOSSIER)
    )


def dossier(area: AreaView) -> DossierView:
    """The dossier of a block or a responsibility grid. Refused("dossier_none") for other levels."""
    fields = rules.fields_of(area.kind)
    if not fields:
        raise Refused("dossier_none", name=area.name)
    row = Dossier.objects.filter(area=area.id).prefetch_related("lines").first()
    if row is None:
        return DossierView(area, 0, {one.name: "" for one in fields}, None)
    return DossierView(area, row.seq, _content(row, area.kind), row.reviewed_on)


def dossiers(areas: Iterable[AreaView]) -> list[DossierView]:
    """Of several areas of one level, in their order; three queries."""
    asked = list(areas)
    rows = Dossier.objects.filter(area__in=[one.id for one in asked]).prefetch_related("lines")
    by_area = {row.area_id: row for row in rows}
    return [
        DossierView(one, row.seq, _content(row, one.kind), row.reviewed_on)
        if (row := by_area.get(one.id))
        else DossierView(one, 0, {field.name: "" for field in rules.fields_of(one.kind)}, None)
        for one in asked
    ]


def _content(row: Dossier, level: str) -> dict[str, str]:
    lines: dict[str, list[str]] = {}
    for one in row.lines.all():
        cells = [cell for cell in (one.name, one.more, one.note) if cell]
        lines.setdefault(one.part, []).append(rules.BETWEEN.join(cells))
    found = {}
    for field in rules.fields_of(level):
        if field.kind == "lines":
            found[field.name] = "\n".join(lines.get(field.name, ()))
        else:
            value = getattr(row, field.name)
            found[field.name] = "" if value is None else str(value)
    return found


@dataclass(frozen=True, slots=True)
class Filled:
    """What somebody wants a dossier that was `over` to say."""

    area: AreaView
    typed: Mapping[str, str]
    over: int


@dataclass(frozen=True, slots=True)
class _Judged:
    """A dossier as it shall be, with the fields that differ."""

    filled: Filled
    after: Content
    changed: Mapping[str, tuple[str, str]]


def put_dossier(area: AreaView, typed: Mapping[str, str], *, over: int, actor: Actor, at: datetime) -> int:
    """Fill in a dossier that was `over`; what was typed of several fields holds together or not at all. Returns its new seq.

    Refused: dossier_outside, dossier_none, dossier_stale, dossier_unchanged, dossier_component_taken, as `rules.read`.
    """
    with db.write():
        judged = _judged(Filled(area, typed, over), actor)
        if not judged.changed:
            raise Refused("dossier_unchanged")
        return _put(judged, actor, at)


def put_dossiers(
    wanted: Sequence[Filled], *, actor: Actor, at: datetime
) -> tuple[int, list[tuple[int, Refused]]]:
    """Several dossiers as one change: what moves between them moves whatever their order. Returns how many changed, and the
    place in `wanted` of each that cannot be taken with why; the caller takes back what was written beside those.
    """
    judged: list[tuple[int, _Judged]] = []
    wrong: list[tuple[int, Refused]] = []
    with db.write():
        for place, filled in enumerate(wanted):
            try:
                judged.append((place, _judged(filled, actor)))
            except Refused as refused:
                wrong.append((place, refused))
        changed = [(place, one) for place, one in judged if one.changed]
        _release([one for _, one in changed])
        for place, one in changed:
            try:
                with db.write():
                    _put(one, actor, at)
            except Refused as refused:
                wrong.append((place, refused))
    return len(changed), sorted(wrong, key=lambda one: one[0])


def _judged(one: Filled, actor: Actor) -> _Judged:
    _may(actor, one.area)
    before = dossier(one.area)
    after = rules.read(one.area.kind, {**before.content, **one.typed}, county=one.area.town[: rules.COUNTY])
    _refuse_stale(one.area, one.over, before.seq)
    return _Judged(one, after, rules.changes(before.content, after))


def _release(changed: Sequence[_Judged]) -> None:
    """Components of dossiers that are about to be written anew stand in nobody's way."""
    ids = [one.filled.area.id for one in changed if "components" in one.changed]
    for start in range(0, len(ids), CHUNK):
        DossierLine.objects.filter(dossier__in=ids[start : start + CHUNK], part="components").delete()


def _put(one: _Judged, actor: Actor, at: datetime) -> int:
    area = one.filled.area
    _refuse_taken(area, one.after)
    seq = _claim(area, one.filled.over)
    _write(area, one.after)
    body = {"seq": seq, "changes": {name: list(pair) for name, pair in one.changed.items()}}
    _tell(area, "put", actor, at, body)
    return seq


def confirm_dossier(area: AreaView, *, over: int, actor: Actor, at: datetime) -> int:
    """It was looked at and nothing has changed. Who keeps other facts of the area is told ("areas.reviewed").

    Refused: dossier_outside, dossier_none, dossier_stale.
    """
    _may(actor, area)
    today = at.astimezone(SHANGHAI).date()
    with db.write():
        _refuse_stale(area, over, dossier(area).seq)
        seq = _claim(area, over)
        Dossier.objects.filter(area=area.id).update(reviewed_on=today)
        if answers.knows(REVIEWED):
            answers.ask(REVIEWED, area_id=area.id, on=today)
        _tell(area, "confirm", actor, at, {"seq": seq})
    return seq


def enter_dossiers(
    rows: Mapping[int, Content], reviewed: Mapping[int, date], *, actor: Actor, at: datetime
) -> int:
    """A first survey at once, of areas that have no dossier yet; content as `rules.read` gives it. Returns how many."""
    if actor.person != SYSTEM_PERSON and not any(not hat.areas for hat in actor.hats_with(DOSSIER)):
        raise Refused("not_permitted", step=DOSSIER)
    with db.write():
        known = set(Dossier.objects.values_list("area_id", flat=True))
        fresh = {one: content for one, content in rows.items() if one not in known}
        Dossier.objects.bulk_create(
            (
                Dossier(area_id=one, seq=1, reviewed_on=reviewed.get(one), **_columns(content))
                for one, content in fresh.items()
            ),
            batch_size=CHUNK,
        )
        DossierLine.objects.bulk_create(
            (line for one, content in fresh.items() for line in _lines(one, content)), batch_size=CHUNK
        )
        body = {"dossiers": len(fresh)}
        journal.append(kind="dossiers", key="survey", action="enter", actor=actor, at=at, body=body)
    return len(fresh)


def _may(actor: Actor, area: AreaView) -> None:
    if not rules.fields_of(area.kind):
        raise Refused("dossier_none", name=area.name)
    if not may_keep(actor, area):
        raise Refused("dossier_outside", name=area.name)


def _refuse_stale(area: AreaView, over: int, now: int) -> None:
    if over != now:
        newer = _since(area, over)
        raise Refused("dossier_stale", name=newer[-1].name if newer else "", labels=_labels(newer))


def changed_since(area: AreaView, over: int) -> dict[str, tuple[str, str]]:
    """Fields that were changed since somebody began upon `over`: what they were then, what they are now."""
    found: dict[str, tuple[str, str]] = {}
    for one in _since(area, over):
        for name, (before, after) in one.body.get("changes", {}).items():
            found[name] = (found[name][0] if name in found else before, after)
    return found


def _since(area: AreaView, over: int) -> list[journal.Entry]:
    return [one for one in journal.history(KIND, area.code) if int(one.body.get("seq", 0)) > over]


def _labels(entries: Sequence[journal.Entry]) -> str:
    names = {name for one in entries for name in one.body.get("changes", {})}
    return "、".join(one.label for one in rules.FIELDS if one.name in names) or "复核日期"


def _claim(area: AreaView, over: int) -> int:
    """The next seq; of two at once only one gets it. Refused("dossier_stale")."""
    if over:
        got = Dossier.objects.filter(area=area.id, seq=over).update(seq=F("seq") + 1) == 1
    else:
        got = Dossier.objects.get_or_create(area_id=area.id, defaults={"seq": 1})[1]
    if not got:
        _refuse_stale(area, over, over + 1)
    return over + 1


def _columns(content: Content) -> dict[str, object]:
    columns: dict[str, object] = {name: content.get(name, "") for name in TEXTS}
    columns |= {name: int(content[name]) if content.get(name) else None for name in rules.COUNTS}
    counted = content.get("counted_on")
    return columns | {"counted_on": date.fromisoformat(counted) if counted else None}


def _lines(area_id: int, content: Content) -> Iterable[DossierLine]:
    for part in rules.LINES:
        for cells in rules.cells_of(content.get(part, "")):
            name, more, note = (*cells, "", "")[:3]
            yield DossierLine(dossier_id=area_id, part=part, name=name, more=more, note=note)


def _write(area: AreaView, content: Content) -> None:
    Dossier.objects.filter(area=area.id).update(**_columns(content))
    DossierLine.objects.filter(dossier=area.id).delete()
    DossierLine.objects.bulk_create(_lines(area.id, content), batch_size=CHUNK)


def _refuse_taken(area: AreaView, content: Content) -> None:
    """A component stands in one block."""
    codes = [cells[0] for cells in rules.cells_of(content.get("components", ""))]
    others = DossierLine.objects.filter(part="components", name__in=codes).exclude(dossier=area.id)
    found = others.values_list("name", "dossier__area__name").first()
    if found:
        raise Refused("dossier_component_taken", code=found[0], name=found[1])


def _tell(area: AreaView, action: str, actor: Actor, at: datetime, body: dict[str, object]) -> None:
    journal.append(kind=KIND, key=area.code, action=action, actor=actor, at=at, body=body)


def history(area: AreaView) -> list[Line]:
    """Everything that was done to a dossier, newest first."""
    return [
        Line(
            one.action,
            one.name,
            one.at,
            _changes(one.body.get("changes", {})),
            str(one.body.get("file", "")),
        )
        for one in reversed(journal.history(KIND, area.code))
    ]


def _changes(told: Mapping[str, Sequence[str]]) -> tuple[Changed, ...]:
    return tuple(
        (one.name, one.label, told[one.name][0], told[one.name][1])
        for one in (*rules.FIELDS, *rules.FORMER)
        if one.name in told
    )


def photos(area: AreaView) -> list[Attachment]:
    """Pictures of the area, oldest first."""
    return attachments.of(KIND, area.code)


def add_photo(area: AreaView, content: bytes, name: str, *, actor: Actor, at: datetime) -> None:
    """One more picture. Refused: dossier_outside, dossier_none, and as `attachments.store` (pictures alone)."""
    _may(actor, area)
    with db.write():
        row = attachments.store(content, name, actor, at, kind=KIND, key=area.code)
        if not row.media_type.startswith("image/"):
            raise Refused("file_type")
        _tell(area, "photo", actor, at, {"file": row.name})


def drop_photo(area: AreaView, number: int, *, actor: Actor, at: datetime) -> None:
    """It is no longer shown; the file stays on record. Refused: dossier_outside, dossier_photo_unknown."""
    _may(actor, area)
    with db.write():
        row = photo(area, number)
        Attachment.objects.filter(pk=row.pk).update(kind=GONE)
        _tell(area, "unphoto", actor, at, {"file": row.name})


def photo(area: AreaView, number: int) -> Attachment:
    """One picture of the area. Refused("dossier_photo_unknown")."""
    found = next((one for one in photos(area) if one.pk == number), None)
    if found is None:
        raise Refused("dossier_photo_unknown")
    return found
