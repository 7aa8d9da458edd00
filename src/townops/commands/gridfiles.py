"""Files of a survey as levels of a partition and back: GeoJSON, GeoPackage, Shapefile (also zipped). No database."""

import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import pyogrio
import pyogrio.raw
import shapely
from numpy.typing import NDArray
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from townops.commands.shell import Unusable
from townops.kernel.coordinates import to_cgcs2000
from townops.kernel.partition import Feature, Level

Cells = NDArray[np.object_]
DRIVERS: Final = {
    ".geojson": "GeoJSON",
    ".json": "GeoJSON",
    ".gpkg": "GPKG",
    ".shp": "ESRI Shapefile",
    ".zip": "ESRI Shapefile",
}
ENDINGS: Final = {"GeoJSON": ".geojson", "GPKG": ".gpkg", "ESRI Shapefile": ".shp"}
SAME_GROUND: Final = frozenset({"", "cgcs2000", "wgs84", "epsg:4490", "epsg:4326", "ogc:crs84"})
SHIFTED: Final = frozenset({"gcj02", "bd09"})
YES: Final = frozenset({"1", "true", "yes", "y", "t", "是", "有", "1.0"})
FLAGS: Final = {
    "detached_allowed": ("detached_allowed", "detached", "插花地", "允许插花地"),
    "directly_managed": ("directly_managed", "managed", "直管区"),
}
CODES: Final = ("code", "编码", "代码")
MOST_UNPACKED: Final = 2_000_000_000
LONGEST, HIGHEST = 180.0, 90.0


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
    if not path.is_file():
        raise Unusable(f"没有文件 {path}", f"No such file: {path}")
    if path.suffix.lower() not in DRIVERS:
        raise _unreadable(path)
    encoding = code_page(path)
    try:
        layers = [str(name) for name, kind in pyogrio.list_layers(path) if kind is not None]
        found = [
            (layer, pyogrio.raw.read(path, layer=layer, encoding=encoding, force_2d=True)) for layer in layers
        ]
    except (DataSourceError, DataLayerError, UnicodeDecodeError) as error:
        raise _unreadable(path) from error
    if not sum(len(raw[2]) for _, raw in found):
        raise Unusable(f"文件“{path.name}”中没有图形。", f"{path.name} holds no shapes.")
    return [_sheet(path, layer, (raw[0], raw[2], raw[3]), columns) for layer, raw in found if len(raw[2])]


def _sheet(
    path: Path, layer: str, raw: tuple[Mapping[str, object], Cells, Sequence[Cells]], columns: Columns
) -> Sheet:
    meta, wkb, cells = raw
    names = [str(name) for name in np.asarray(meta["fields"])]
    by_name = dict(zip(names, cells, strict=True))
    shapes = np.asarray(shapely.from_wkb(wkb, on_invalid="ignore"), dtype=np.object_)
    _refuse_wrong_kind(path, shapes)
    shapes = to_4490(path, shapes, columns.crs or str(meta["crs"] or ""))
    codes = _codes(path, by_name, columns.code, len(shapes))
    parents = _texts(path, by_name, columns.parent) if columns.parent else [""] * len(shapes)
    flags = [_says(by_name, names, len(shapes)) for names in FLAGS.values()]
    features = tuple(Feature(*row) for row in zip(codes, shapes, parents, *flags, strict=True))
    name = path.stem if layer == path.stem or path.suffix.lower() != ".gpkg" else layer
    return Sheet(path, layer, Level(name, features), tuple(names), tuple(np.asarray(one) for one in cells))


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


def to_4490(path: Path, shapes: Cells, crs: str) -> Cells:
    """Degrees of CGCS2000, longitude first; what cannot be degrees is refused with the likely cause."""
    name = crs.strip().lower()
    if name not in SAME_GROUND | SHIFTED:
        try:
            change = Transformer.from_crs(CRS.from_user_input(crs), "EPSG:4490", always_xy=True)
        except CRSError as error:
            raise Unusable(f"不认识的坐标系“{crs}”。", f"Unknown coordinate system {crs!r}.") from error
        shapes = _moved(shapes, lambda at: np.column_stack(change.transform(at[:, 0], at[:, 1])))
    _refuse_no_degrees(path, shapes)
    if name in SHIFTED:
        shapes = _moved(shapes, lambda at: _unshifted(at, name))
    return shapes


def _moved(shapes: Cells, move: object) -> Cells:
    return np.asarray(shapely.transform(shapes, move), dtype=np.object_)


def _unshifted(at: NDArray[np.float64], crs: str) -> NDArray[np.float64]:
    fine, found = np.isfinite(at).all(axis=1), at.copy()
    found[fine] = np.column_stack(to_cgcs2000(at[fine, 0], at[fine, 1], crs))
    return found


def _refuse_no_degrees(path: Path, shapes: Cells) -> None:
    at, owner = shapely.get_coordinates(shapes, return_index=True)
    fine = np.isfinite(at).all(axis=1)
    wrong = fine & ((np.abs(at[:, 0]) > LONGEST) | (np.abs(at[:, 1]) > HIGHEST))
    if not wrong.any():
        return
    place = int(np.flatnonzero(wrong)[0])
    x, y = at[place].tolist()
    swapped = abs(x) <= HIGHEST and abs(y) <= LONGEST
    hint = "经纬度可能写反了" if swapped else "可能是平面坐标，请用 --crs EPSG:编号 指明坐标系"
    raise Unusable(
        f"文件“{path.name}”第{int(owner[place]) + 1}行的坐标（{x:g}, {y:g}）不是经纬度：{hint}。",
        f"{path.name}: row {int(owner[place]) + 1} is not in degrees.",
    )


def _unreadable(path: Path) -> Unusable:
    return Unusable(
        f"文件“{path.name}”无法读取：不是GeoJSON、GeoPackage或Shapefile（含zip），或已损坏。",
        f"{path.name} cannot be read as GeoJSON, GeoPackage or Shapefile.",
    )


def code_page(path: Path) -> str | None:
    """Of a Shapefile without a stated one: UTF-8 where its table reads as such, else GBK. Others know theirs."""
    if path.suffix.lower() == ".shp":
        page, table = path.with_suffix(".cpg"), path.with_suffix(".dbf")
        return _guessed(table.read_bytes() if table.exists() and not page.exists() else b"")
    if path.suffix.lower() != ".zip":
        return None
    try:
        with zipfile.ZipFile(path) as bundle:
            if sum(one.file_size for one in bundle.infolist()) > MOST_UNPACKED:
                raise Unusable(f"压缩包“{path.name}”展开后过大。", f"{path.name} is too large when unpacked.")
            names = bundle.namelist()
            tables = [name for name in names if name.lower().endswith(".dbf")]
            stated = any(name.lower().endswith(".cpg") for name in names)
            return _guessed(bundle.read(tables[0]) if tables and not stated else b"")
    except zipfile.BadZipFile as error:
        raise _unreadable(path) from error


def _guessed(raw: bytes) -> str | None:
    if not raw:
        return None
    try:
        raw[int.from_bytes(raw[8:10], "little") :].decode("utf-8")
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"


def write_sheet(folder: Path, sheet: Sheet) -> Path:
    """The level into a file of the same kind and name, in EPSG:4490, with all its columns."""
    driver = DRIVERS[sheet.path.suffix.lower()]
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
