"""Opens what is handed in: a file, a folder or a zip, judged before anything reads it."""

import shutil
import stat
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from townops.areas.exchange.terms import LARGEST_MB, MEGABYTE, MOST_ENTRIES, UNPACKED_MB
from townops.areas.exchange.texts import restored
from townops.kernel.refusal import Refused

KINDS: Final = {
    ".geojson": "geojson",
    ".json": "geojson",
    ".gpkg": "gpkg",
    ".shp": "shp",
    ".kml": "kml",
    ".dxf": "dxf",
}
PACKED: Final = frozenset({".zip", ".kmz"})
BESIDE_SHP: Final = frozenset({".shx", ".dbf", ".prj", ".cpg"})
HEAD: Final = 4096
NAME_IS_UTF8, ENCRYPTED = 0x800, 0x1

# What a file begins with: GDAL goes by content, and other formats name further files to be opened.
BEGINS: Final[dict[str, Callable[[bytes], bool]]] = {
    "geojson": lambda head: (
        head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{") and b"gdal_" not in head
    ),
    "gpkg": lambda head: head.startswith(b"SQLite format 3\0"),
    "shp": lambda head: head.startswith(b"\0\0\x27\x0a"),
    "kml": lambda head: b"<kml" in head and b"<!DOCTYPE" not in head and b"<!ENTITY" not in head,
    "dxf": lambda head: head.startswith(b"AutoCAD Binary DXF") or head.split()[:1] in ([b"0"], [b"999"]),
}


@dataclass(frozen=True, slots=True)
class Part:
    """One readable file: `name` as people know it."""

    path: Path
    kind: str
    name: str


@contextmanager
def opened(path: Path) -> Iterator[list[Part]]:
    """The readable files of a file, folder or zip; what was unpacked is gone afterwards.

    Refused: `file_missing file_empty file_large file_type file_unreadable file_no_layers
    shapefile_part_missing zip_unreadable zip_encrypted zip_hostile zip_large`.
    """
    if not path.exists():
        raise Refused("file_missing", name=path.name)
    if path.is_dir():
        yield parts_of(path, {})
        return
    if not path.stat().st_size:
        raise Refused("file_empty")
    if path.stat().st_size > LARGEST_MB * MEGABYTE:
        raise Refused("file_large", name=path.name, mb=path.stat().st_size // MEGABYTE, most=LARGEST_MB)
    if path.suffix.lower() not in PACKED:
        yield [judged(path, path.stem)]
        return
    with tempfile.TemporaryDirectory(prefix="townops-survey-") as folder:
        yield parts_of(Path(folder), unpack(path, Path(folder)))


def parts_of(folder: Path, names: dict[str, str]) -> list[Part]:
    """Every readable file of a folder, by name."""
    found = sorted(one for one in folder.iterdir() if one.is_file() and one.suffix.lower() in KINDS)
    if not found:
        raise Refused("file_no_layers", known="、".join(sorted(KINDS)))
    return [judged(one, names.get(one.stem, one.stem)) for one in found]


def judged(path: Path, name: str) -> Part:
    """A file whose name and beginning agree, with everything it needs beside it."""
    kind = KINDS.get(path.suffix.lower())
    if kind is None:
        raise Refused("survey_type", name=path.name, known="、".join(sorted((*KINDS, *PACKED))))
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head:
        raise Refused("file_empty")
    if not BEGINS[kind](head):
        raise Refused("file_unreadable", name=path.name)
    beside = {one.suffix.lower() for one in path.parent.iterdir() if one.stem == path.stem}
    lacking = sorted({".shx", ".dbf"} - beside) if kind == "shp" else []
    if lacking:
        raise Refused("shapefile_part_missing", name=f"{name}.shp", lacking="、".join(lacking))
    return Part(path, kind, name)


def unpack(path: Path, folder: Path) -> dict[str, str]:
    """Write the useful members under names of our own; returns {our stem: their stem}."""
    try:
        with zipfile.ZipFile(path) as archive:
            useful = [one for one in checked(archive.infolist()) if wanted(one)]
            stems = {stem: f"layer{at}" for at, stem in enumerate(sorted({stem_of(one) for one in useful}))}
            for one in useful:
                target = folder / (stems[stem_of(one)] + PurePosixPath(one.filename).suffix.lower())
                with archive.open(one) as source, target.open("wb") as copy:
                    shutil.copyfileobj(source, copy)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, OSError, RuntimeError, ValueError) as error:
        raise Refused("zip_unreadable", name=path.name) from error
    return {ours: PurePosixPath(theirs).name for theirs, ours in stems.items()}


def checked(members: list[zipfile.ZipInfo]) -> list[zipfile.ZipInfo]:
    """All members when none is hostile and the whole stays small; sizes are those zipfile holds them to."""
    total = sum(one.file_size for one in members) // MEGABYTE
    if len(members) > MOST_ENTRIES or total > UNPACKED_MB:
        raise Refused(
            "zip_large", mb=total, entries=len(members), most=UNPACKED_MB, most_entries=MOST_ENTRIES
        )
    for one in members:
        parts = one.filename.replace("\\", "/").split("/")
        link = stat.S_ISLNK(one.external_attr >> 16)
        if link or ".." in parts or not parts[0] or ":" in parts[0] or "\0" in one.filename:
            raise Refused("zip_hostile", entry=name_of(one))
        if one.flag_bits & ENCRYPTED:
            raise Refused("zip_encrypted", entry=name_of(one))
    return members


def wanted(member: zipfile.ZipInfo) -> bool:
    """Whether a member is of a format we read, not a leftover of the machine that packed it."""
    path = PurePosixPath(member.filename.replace("\\", "/"))
    hidden = any(part.startswith(".") or part == "__MACOSX" for part in path.parts)
    return not member.is_dir() and not hidden and path.suffix.lower() in (*KINDS, *BESIDE_SHP)


def stem_of(member: zipfile.ZipInfo) -> str:
    """Folder and name without suffix: files of one stem belong together."""
    return str(PurePosixPath(name_of(member)).with_suffix(""))


def name_of(member: zipfile.ZipInfo) -> str:
    """The name as people wrote it: Windows packs Chinese names in GBK, which zip calls cp437."""
    name = member.filename.replace("\\", "/")
    return name if member.flag_bits & NAME_IS_UTF8 else restored(name, "", mistaken="cp437")[0]
