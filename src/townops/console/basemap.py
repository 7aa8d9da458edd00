"""An optional ground for maps: a town's own raster tiles in one MBTiles file on this machine (TOWNOPS_TILES)."""

import sqlite3
from contextlib import closing
from functools import lru_cache
from pathlib import Path
from typing import Final

from django.conf import settings

MEDIA: Final = {b"\x89PNG": "image/png", b"\xff\xd8\xff\xe0": "image/jpeg", b"RIFF": "image/webp"}
PICTURE: Final = "image/jpeg"


def file() -> Path | None:
    """The file, when one is named and is there."""
    named = str(settings.TILES)
    path = Path(named)
    return path if named and path.is_file() else None


def stamp() -> str:
    """Changes with the file; empty without one."""
    path = file()
    return f"{path.stat().st_mtime_ns:x}" if path else ""


def tile(zoom: int, x: int, y: int) -> tuple[bytes, str] | None:
    """The picture and its media type; None where the file has none. Rows are counted from the north."""
    path = file()
    if path is None:
        return None
    return _read(str(path), stamp(), zoom, x, (1 << min(zoom, 30)) - 1 - y)


@lru_cache(maxsize=512)
def _read(path: str, _stamp: str, zoom: int, column: int, row: int) -> tuple[bytes, str] | None:
    with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as tiles:
        found = tiles.execute(
            "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?",
            (zoom, column, row),
        ).fetchone()
    return (bytes(found[0]), MEDIA.get(bytes(found[0][:4]), PICTURE)) if found else None
