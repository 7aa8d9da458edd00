"""Files of a survey as levels of a partition and back, read as the import of a town reads them. No database."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import pyogrio.raw
import shapely
from numpy.typing import NDArray

from townops.areas.domain.candidates import YES
from townops.areas.exchange.guessing import HEADS
from townops.areas.exchange.reading import layers, read
from townops.areas.exchange.systems import likely_plane, placed, short_name
from townops.areas.exchange.terms import Layer as Drawn
from townops.areas.words import WORDS
from townops.commands.shell import Unusable
from townops.kernel.coordinates import Crs
from townops.kernel.partition import Feature, Level
from townops.kernel.refusal import Refused

Cells = NDArray[np.object_]
DRIVERS: Final = {".gpkg": "GPKG", ".shp": "ESRI Shapefile", ".zip": "ESRI Shapefile"}
GEOJSON: Final = "GeoJSON"
ENDINGS: Final = {GEOJSON: ".geojson", "GPKG": ".gpkg", "ESRI Shapefile": ".shp"}
FLAGS: Final = ("detached_allowed", "directly_managed")
CODES: Final = ("code", "编码", "代码")


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns say code and parent; empty: "code" where there is one, parents by geometry."""

    code: str = ""
    parent: str = ""
    crs: str = ""


@dataclass(frozen=True)
class Sheet:
    """One level as it came, with every column of its file."""

    path: Path
    layer: str
    level: Level
    fields: tuple[str, ...]
    cells: tuple[Cells, ...]

    def with_level(self, level: Level) -> "Sheet":
        """The same file with other shapes, without the rows that are gone."""
        kept, waiting = [], list(level.features)
        for row, feature in enumerate(self.level.features):
            if waiting and waiting[0].code == feature.code:
                waiting.pop(0)
                kept.append(row)
        return replace(self, level=level, cells=tuple(column[kept] for column in self.cells))


def read_sheets(paths: Iterable[Path], columns: Columns) -> list[Sheet]:
    """Every layer of every file as a level, in the order given. Unusable, with file and cause."""
    return [sheet for path in paths for sheet in _sheets(path, columns)]


def _sheets(path: Path, columns: Columns) -> list[Sheet]:
    try:
        names = layers(path)
        found = [one for name in names if (one := _read(path, name, alone=len(names) == 1))]
        if not found:
            raise Refused("file_no_shapes" if not names else "file_no_rows", name=path.name)
        return [_sheet(path, one, columns) for one in found]
    except Refused as refused:
        raise _unusable(refused) from refused


def _read(path: Path, name: str, *, alone: bool) -> Drawn | None:
    """A layer of a file; an empty one among several is left out."""
    try:
        return read(path, None if alone else name)
    except Refused as refused:
        if alone or refused.code != "file_no_rows":
            raise
        return None


def _unusable(refused: Refused, where: str = "") -> Unusable:
    told = {"suggested": likely_plane(None)} | {
        name: "、".join(map(str, value)) if isinstance(value, list | tuple) else value
        for name, value in refused.params.items()
    }
    return Unusable(where + WORDS[refused.code].format(**told), f"{where}{refused.code}")


def _sheet(path: Path, drawn: Drawn, columns: Columns) -> Sheet:
    _refuse_wrong_kind(path, drawn.shapes)
    moved = placed(drawn, short_name(columns.crs) or drawn.crs or Crs.CGCS2000)
    for fault in moved.faults[len(drawn.faults) :]:
        raise _unusable(Refused(fault.code, **fault.params), f"文件“{path.name}”第{fault.row}行：")
    codes = _codes(path, drawn.columns, columns.code, len(drawn.shapes))
    parents = _texts(path, drawn.columns, columns.parent) if columns.parent else [""] * len(codes)
    flags = [_says(drawn.columns, HEADS[flag], len(codes)) for flag in FLAGS]
    features = tuple(Feature(*row) for row in zip(codes, moved.shapes, parents, *flags, strict=True))
    name = drawn.name if path.suffix.lower() == ".gpkg" else path.stem
    cells = tuple(np.asarray(one) for one in drawn.columns.values())
    return Sheet(path, drawn.name, Level(name, features), tuple(drawn.columns), cells)


def _codes(path: Path, by_name: Mapping[str, Cells], column: str, rows: int) -> list[str]:
    """Codes as written; where a row has none, or no column is named and none is called code, the row's number."""
    column = column or next((name for name in CODES if name in by_name), "")
    texts = _texts(path, by_name, column) if column else [""] * rows
    return [text or f"第{row}行" for row, text in enumerate(texts, start=1)]


def _texts(path: Path, by_name: Mapping[str, Cells], column: str) -> list[str]:
    if column not in by_name:
        has = "、".join(by_name) or "无"
        raise Unusable(
            f"文件“{path.name}”没有“{column}”这一列，只有：{has}。", f"{path.name} has no column {column}."
        )
    return [_text(one) for one in by_name[column]]


def _text(value: object) -> str:
    """As text: numbers lose their ".0", nothing is empty."""
    if value is None or value != value:  # noqa: PLR0124  (NaN is how a missing number arrives)
        return ""
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value).strip()


def _says(by_name: Mapping[str, Cells], names: tuple[str, ...], rows: int) -> list[bool]:
    column = next((name for name in names if name in by_name), None)
    return [False] * rows if column is None else [_text(one).lower() in YES for one in by_name[column]]


def _refuse_wrong_kind(path: Path, shapes: Cells) -> None:
    kinds = {str(one.geom_type) for one in shapes if one is not None}
    if kinds and not kinds & {"Polygon", "MultiPolygon"}:
        raise Unusable(
            f"文件“{path.name}”里没有面，只有 {'、'.join(sorted(kinds))}。", f"{path.name} holds no polygons."
        )


def write_sheet(folder: Path, sheet: Sheet) -> Path:
    """The level into a file of the same kind and name, in EPSG:4490, with all its columns."""
    driver = DRIVERS.get(sheet.path.suffix.lower(), GEOJSON)
    path = folder / f"{sheet.path.stem}{ENDINGS[driver]}"
    shapes = np.array([one.shape for one in sheet.level.features], dtype=np.object_)
    several = bool((shapely.get_num_geometries(shapes) > 1).any())
    if several:
        shapes = np.array([shapely.multipolygons(shapely.get_parts(one)) for one in shapes], dtype=np.object_)
    kind = "MultiPolygon" if several else "Polygon"
    layer = sheet.layer if driver == "GPKG" else None
    pyogrio.raw.write(
        path, shapely.to_wkb(shapes), list(sheet.cells), list(sheet.fields), geometry_type=kind, crs="EPSG:4490",
        driver=driver, layer=layer, encoding="UTF-8" if driver == "ESRI Shapefile" else None,
    )  # fmt: skip
    return path
