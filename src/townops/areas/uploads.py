"""Survey files as they were handed in: kept before anything is read, with every choice of their reader (U8-U11)."""

import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import Final, Protocol
from uuid import uuid4

from django.conf import settings

from townops.areas.access import DRAFT
from townops.areas.exchange.guessing import guessed, samples
from townops.areas.exchange.packing import KINDS, PACKED
from townops.areas.exchange.reading import layers
from townops.areas.exchange.reading import read as read_layer
from townops.areas.exchange.terms import LARGEST_MB, MEGABYTE
from townops.areas.models import SurveyUpload
from townops.base import db
from townops.base.attachments import safe_name
from townops.base.canonical import dump, load
from townops.kernel.actors import Actor
from townops.kernel.refusal import Refused

KEPT: Final = timedelta(days=7)
BESIDE: Final = frozenset({".shx", ".dbf", ".prj", ".cpg"})
PLANE: Final = "plane.toml"
LONGEST_PLANE: Final = 100_000


class Sent(Protocol):
    """A file as a form brings it."""

    name: str | None
    size: int | None

    def chunks(self) -> Iterable[bytes]: ...


@dataclass(frozen=True, slots=True)
class UploadView:
    """A kept file: `path` is what the reader opens, `typed` what was chosen so far, `plane` a parameter file beside it."""

    id: int
    town: str
    name: str
    size: int
    at: datetime
    version: int | None
    typed: Mapping[str, str]
    taken_at: datetime | None
    path: Path
    plane: Path | None


@dataclass(frozen=True, slots=True)
class Glimpse:
    """What a file holds before anybody chose anything: layers, the one looked at, its columns with first values, the
    system it names ("" none), its rows, and which column probably is which field.
    """

    layers: tuple[str, ...]
    layer: str
    columns: Mapping[str, tuple[str, ...]]
    crs: str
    rows: int
    guess: Mapping[str, str]


def keep_upload(town: str, sent: Sequence[Sent], *, actor: Actor, at: datetime) -> UploadView:
    """Keep one file, or the parts of one Shapefile, and look whether it can be opened at all.

    Refused: not_permitted, file_large, survey_type, and as `exchange.packing.opened`; nothing stays of it then.
    """
    if not actor.holds(DRAFT):
        raise Refused("not_permitted")
    names = [safe_name(one.name or "file") for one in sent]
    _judge(names, sum(one.size or 0 for one in sent))
    title = next(one for one in names if PurePosixPath(one).suffix.lower() not in BESIDE)
    size = sum(one.size or 0 for one in sent)
    with db.write():
        row = SurveyUpload.objects.create(
            town=town, place=uuid4().hex, name=title, size=size, person=actor.person, at=at
        )
    try:
        _put(row, names, sent)
        layers(_view(row).path)
    except Refused:
        _forget([row])
        raise
    return _view(row)


def _judge(names: Sequence[str], size: int) -> None:
    if size > LARGEST_MB * MEGABYTE:
        raise Refused("file_large", name=names[0], mb=size // MEGABYTE, most=LARGEST_MB)
    main = [one for one in names if PurePosixPath(one).suffix.lower() in {*KINDS, *PACKED}]
    if len(main) != 1 or len(names) > 1 + len(BESIDE):
        raise Refused("survey_type", name=names[0], known="、".join(sorted((*KINDS, *PACKED))))


def _put(row: SurveyUpload, names: Sequence[str], sent: Sequence[Sent]) -> None:
    folder = _folder(row) / "files"
    folder.mkdir(mode=0o700, parents=True)
    for name, one in zip(names, sent, strict=True):
        with (folder / name).open("wb") as file:
            for chunk in one.chunks():
                file.write(chunk)


def _folder(row: SurveyUpload) -> Path:
    return Path(settings.DATA) / "surveys" / row.place


def _view(row: SurveyUpload) -> UploadView:
    folder = _folder(row)
    files = sorted((folder / "files").iterdir()) if (folder / "files").is_dir() else []
    path = files[0] if len(files) == 1 else folder / "files"
    plane = folder / PLANE if (folder / PLANE).exists() else None
    words = (row.town, row.name, row.size, row.at, row.version_id, load(row.typed), row.taken_at)
    return UploadView(row.pk, *words, path, plane)


def upload(number: int, *, actor: Actor) -> UploadView:
    """One's own kept file. Refused(upload_unknown) alike for absent, cleared away and another's."""
    return _view(_own(number, actor))


def _own(number: int, actor: Actor) -> SurveyUpload:
    row = SurveyUpload.objects.filter(pk=number, person=actor.person).first()
    if row is None:
        raise Refused("upload_unknown")
    return row


def uploads(*, actor: Actor) -> list[UploadView]:
    """One's own kept files, newest first."""
    return [_view(row) for row in SurveyUpload.objects.filter(person=actor.person)[:20]]


def keep_choices(
    number: int, typed: Mapping[str, str], *, version: int | None, actor: Actor, plane: Sent | None = None
) -> UploadView:
    """Remember what was chosen for a file, and a parameter file of a town's own plane. Refused: upload_unknown, plane_file."""
    row = _own(number, actor)
    if plane is not None:
        if (plane.size or 0) > LONGEST_PLANE:
            raise Refused("plane_file", why="文件过大")
        (_folder(row) / PLANE).write_bytes(b"".join(plane.chunks()))
    with db.write():
        row.typed, row.version_id = dump(dict(typed)), version
        row.save(update_fields=["typed", "version"])
    return _view(row)


def glimpse(held: UploadView, layer: str = "", page: str = "") -> Glimpse:
    """What one layer of a kept file holds; without a name its first. Refused as `exchange.reading.read`."""
    names = layers(held.path)
    chosen = layer if layer in names else next(iter(names), "")
    found = read_layer(held.path, chosen if len(names) > 1 else None, page)
    columns = {head: samples(column) for head, column in found.columns.items()}
    return Glimpse(names, chosen, columns, found.crs, len(found.shapes), guessed(tuple(columns)))


def note_taken(number: int, at: datetime) -> None:
    """In the transaction that brought the file into a draft."""
    SurveyUpload.objects.filter(pk=number).update(taken_at=at)


def purge_uploads(at: datetime) -> int:
    """Drop files a week old; returns how many."""
    old = list(SurveyUpload.objects.filter(at__lt=at - KEPT))
    _forget(old)
    return len(old)


def _forget(rows: Sequence[SurveyUpload]) -> None:
    for row in rows:
        shutil.rmtree(_folder(row), ignore_errors=True)
    with db.write():
        SurveyUpload.objects.filter(pk__in=[row.pk for row in rows]).delete()
