"""Writes one level of areas as GeoJSON, GeoPackage, Shapefile (GBK or UTF-8), KML or a table, in any system
the reader takes; `reading.read` gives back what was written.
"""

import io
import json
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyogrio.raw
import shapely
from pyproj import Transformer

from townops.areas.exchange.systems import SHIFTED, undegrees
from townops.areas.exchange.terms import Column
from townops.base.sheets import write_xlsx
from townops.kernel.planes import Plane
from townops.kernel.plausible import SAME_GROUND
from townops.kernel.refusal import Refused

HEADS: Final = (
    "编码",
    "名称",
    "层级",
    "类型",
    "上级",
    "插花地",
    "直管区",
)  # a Shapefile's heads have ten bytes
TABLE_HEADS: Final = (*HEADS, "面积（平方米）", "中心经度/东", "中心纬度/北", "坐标系")
DEGREE_DIGITS, METRE_DIGITS = 9, 4  # a tenth of a millimetre
SYSTEM_NOTE: Final = "坐标系.txt"
GEOPACKAGE_MEDIA: Final = "application/geopackage+sqlite3"
XLSX_MEDIA: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is written: cells in the order of `HEADS`, shapes in CGCS2000 degrees, the system to write in."""

    name: str
    rows: Sequence[tuple[str, ...]]
    shapes: Column
    crs: str = "cgcs2000"
    plane: Plane | None = None

    @property
    def system(self) -> str:
        """As people read it."""
        return self.plane.name if self.plane else self.crs.upper()

    @property
    def published(self) -> str:
        """The name GDAL knows the system by; empty for shifted and local ones."""
        name = self.crs.strip().lower()
        if self.plane or name in SHIFTED:
            return ""
        return {"cgcs2000": "EPSG:4490", "wgs84": "EPSG:4326"}.get(name, self.crs.strip().upper())


def write(sheet: Sheet, form: str) -> bytes:
    """The file's bytes. Refused: `export_format export_crs export_empty text_outside_gbk`, and as
    `systems.undegrees`."""
    if form not in FORMS:
        raise Refused("export_format", format=form, known="、".join(FORMS))
    if not len(sheet.rows):
        raise Refused("export_empty")
    return FORMS[form].write(sheet)


def drawn(sheet: Sheet) -> Column:
    """The shapes in the system to write in, rounded to a tenth of a millimetre."""
    moved = shapely.transform(sheet.shapes, lambda at: undegrees(at, sheet.crs, sheet.plane))
    far = max((float(np.abs(one).max()) for one in shapely.get_coordinates(moved)[:1]), default=0.0)
    digits = DEGREE_DIGITS if far <= 180 else METRE_DIGITS  # noqa: PLR2004  (metres are never that near)
    return np.array(shapely.transform(moved, lambda at: np.round(at, digits)), np.object_)


def _geojson(sheet: Sheet) -> bytes:
    features = [
        {
            "type": "Feature",
            "properties": dict(zip(HEADS, row, strict=True)),
            "geometry": shapely.geometry.mapping(shape),
        }
        for row, shape in zip(sheet.rows, drawn(sheet), strict=True)
    ]
    name = (
        f"urn:ogc:def:crs:EPSG::{sheet.published.partition(':')[2]}"
        if sheet.published
        else _unpublished(sheet)
    )
    crs = {"type": "name", "properties": {"name": name}}
    whole = {"type": "FeatureCollection", "name": sheet.name, "crs": crs, "features": features}
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()


def _unpublished(sheet: Sheet) -> str:
    return f"local:{sheet.plane.name}" if sheet.plane else sheet.crs.strip().lower()


def _geopackage(sheet: Sheet) -> bytes:
    return _by_gdal(sheet, ".gpkg", lambda path: path.read_bytes())


def _kml(sheet: Sheet) -> bytes:
    if sheet.plane or sheet.crs.strip().lower() not in SAME_GROUND:
        raise Refused("export_crs", format="KML", crs=sheet.system)
    return _by_gdal(sheet, ".kml", lambda path: path.read_bytes(), driver="KML")


def _shape_gbk(sheet: Sheet) -> bytes:
    for at, row in enumerate(sheet.rows, start=1):
        for text in row:
            try:
                text.encode("gbk")
            except UnicodeEncodeError as error:
                raise Refused("text_outside_gbk", row=at, text=text) from error
    return _by_gdal(sheet, ".shp", lambda path: _zipped(sheet, path), encoding="GBK")


def _shape_utf8(sheet: Sheet) -> bytes:
    return _by_gdal(sheet, ".shp", lambda path: _zipped(sheet, path), encoding="UTF-8")


def _by_gdal(sheet: Sheet, suffix: str, taken: Callable[[Path], bytes], **how: str) -> bytes:
    shapes = drawn(sheet)
    many = suffix == ".gpkg" and (shapely.get_type_id(shapes) == shapely.GeometryType.MULTIPOLYGON).any()
    kind = "MultiPolygon" if many else "Polygon" if suffix != ".kml" else "Unknown"
    fields = ("Name", *HEADS) if suffix == ".kml" else HEADS
    columns = [
        np.array([row[HEADS.index("名称" if f == "Name" else f)] for row in sheet.rows], object)
        for f in fields
    ]
    with tempfile.TemporaryDirectory(prefix="townops-export-") as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a system without a published name is meant
        path = Path(folder) / f"areas{suffix}"
        pyogrio.raw.write(
            path,
            geometry=np.asarray(shapely.to_wkb(shapes), np.object_),
            field_data=columns,
            fields=list(fields),
            crs=sheet.published or None,
            geometry_type=kind,
            layer=sheet.name if suffix != ".shp" else None,
            promote_to_multi=bool(many),
            **how,
        )
        return taken(path)


def _zipped(sheet: Sheet, path: Path) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for one in sorted(path.parent.glob("areas.*")):
            archive.write(one, f"{sheet.name}{one.suffix}")
        if not sheet.published:
            archive.writestr(SYSTEM_NOTE, f"{sheet.system}（没有公开的坐标系定义，所以没有.prj文件）\n")
    return content.getvalue()


def _table(sheet: Sheet) -> bytes:
    content = io.BytesIO()
    middles = shapely.get_coordinates(shapely.point_on_surface(drawn(sheet))).tolist()
    areas = square_metres(sheet.shapes).tolist()
    rows = (
        (*row, round(area, 1), *at, sheet.system)
        for row, area, at in zip(sheet.rows, areas, middles, strict=True)
    )
    write_xlsx(content, TABLE_HEADS, rows)
    return content.getvalue()


def square_metres(shapes: Column) -> "np.ndarray[tuple[int, ...], np.dtype[np.float64]]":
    """Areas of shapes in degrees, in a projection round their middle that keeps areas."""
    west, south, east, north = shapely.total_bounds(shapes).tolist()
    flat = Transformer.from_pipeline(
        f"+proj=laea +lat_0={(south + north) / 2!r} +lon_0={(west + east) / 2!r} +ellps=GRS80"
    )
    moved = shapely.transform(shapes, lambda at: np.column_stack(flat.transform(at[:, 0], at[:, 1])))
    return np.asarray(shapely.area(moved), np.float64)


@dataclass(frozen=True, slots=True)
class Form:
    """A format people choose."""

    label: str
    suffix: str
    media: str
    write: Callable[[Sheet], bytes]


FORMS: Final = {
    "geojson": Form("GeoJSON", ".geojson", "application/geo+json", _geojson),
    "gpkg": Form("GeoPackage", ".gpkg", GEOPACKAGE_MEDIA, _geopackage),
    "shp-gbk": Form("Shapefile（GBK）", ".zip", "application/zip", _shape_gbk),
    "shp-utf8": Form("Shapefile（UTF-8）", ".zip", "application/zip", _shape_utf8),
    "kml": Form("KML", ".kml", "application/vnd.google-earth.kml+xml", _kml),
    "xlsx": Form("Excel表格", ".xlsx", XLSX_MEDIA, _table),
}
