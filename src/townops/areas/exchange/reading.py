"""Reads one layer of a survey file as it is drawn: GeoJSON, GeoPackage, Shapefile, KML, DXF; alone, in a folder
or in a zip. Knows no database; `systems.placed` brings the layer to degrees.
"""

import html
import re
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar

import numpy as np
import pyogrio
import pyogrio.raw
import shapely
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError

from townops.areas.exchange.drawings import areas_of_drawing, cad_layers
from townops.areas.exchange.packing import Part, opened
from townops.areas.exchange.systems import short_name
from townops.areas.exchange.terms import MOST_POINTS, Column, Fault, Layer, Note, named_rows
from townops.areas.exchange.texts import CODE_PAGES, RAW, decoded, restored_columns, stated_page
from townops.kernel.refusal import Refused

Columns = dict[str, Column]
T = TypeVar("T")
TROUBLE: Final = (DataLayerError, DataSourceError, FeatureError, FieldError, UnicodeDecodeError)
_SAYS_CRS: Final = re.compile(r'"crs"\s*:\s*\{[^{}]*\{\s*"name"\s*:\s*"(gcj02|bd09|local:)')
_KML_DATA: Final = re.compile(r'<Data\s+name="([^"]*)"')
_XML_HEAD: Final = re.compile(r"^\s*<\?xml[^>]*\?>")
KML_OWN: Final = frozenset(
    (
        "id",
        "timestamp",
        "begin",
        "end",
        "altitudeMode",
        "tessellate",
        "extrude",
        "visibility",
        "drawOrder",
        "icon",
    )
)


def layers(path: Path) -> tuple[str, ...]:
    """Names of the layers with shapes, in file order. Refused as `read`."""
    with opened(path) as parts:
        return tuple(name for _, _, name in _choices(parts))


def read(path: Path, layer: str | None = None, page: str = "") -> Layer:
    """One layer as drawn; without a name the only one. `page` is a code page (utf-8, gbk) that people chose.

    Refused: what `packing.opened` refuses, `file_unreadable`, `file_no_layers`, `file_no_rows`,
    `layer_missing` (several, none named), `layer_unknown`.
    """
    with opened(path) as parts:
        part, inner = _chosen(_choices(parts), layer)
        found = _READERS[part.kind](part, inner, CODE_PAGES.get(page.lower().replace("-", ""), ""))
    if not len(found.shapes):
        raise Refused("file_no_rows", name=path.name)
    return _sound(found)


def _choices(parts: list[Part]) -> list[tuple[Part, str, str]]:
    """(file, layer inside it, name to choose it by); a file of one layer goes by its own name too."""
    found = [(part, inner) for part in parts for inner in _inside(part)]
    single = {part.path: part for part, _ in found if part.kind in ("geojson", "shp")}
    return [(part, inner, part.name if part.path in single else inner) for part, inner in found]


def _inside(part: Part) -> list[str]:
    if part.kind in ("geojson", "shp"):
        return [part.path.stem]
    if part.kind == "dxf":
        return list(cad_layers(*_drawing(part)[:2]))
    if part.kind == "kml":
        return _copied(part, _plain_kml(part)[0], lambda copy: _listed(copy, part.name))
    return _listed(part.path, part.name)


def _listed(path: Path, name: str) -> list[str]:
    try:
        return [str(layer) for layer, shape in pyogrio.list_layers(path) if shape is not None]
    except TROUBLE as error:
        raise Refused("file_unreadable", name=name) from error


def _chosen(choices: list[tuple[Part, str, str]], layer: str | None) -> tuple[Part, str]:
    names = [name for _, _, name in choices]
    if not choices:
        raise Refused("file_no_shapes")
    if layer is None and len(choices) > 1:
        raise Refused("layer_missing", layers=names)
    if layer is None or (len(choices) == 1 and layer == choices[0][1]):
        return choices[0][:2]
    if names.count(layer) != 1:
        raise Refused("layer_unknown", layer=layer, layers=names)
    return choices[names.index(layer)][:2]


class Raw(NamedTuple):
    """What GDAL read: shapes with their heights, and what the file says of its system."""

    columns: Columns
    shapes: Column
    crs: str
    faults: tuple[Fault, ...]
    notes: tuple[Note, ...]


def _raw(path: Path, name: str, **how: Any) -> Raw:
    try:
        with warnings.catch_warnings(
            record=True
        ) as said:  # rings that do not close are found again as faults
            warnings.simplefilter("always")
            meta, _, wkb, columns = pyogrio.raw.read(path, **how)
    except TROUBLE as error:
        raise Refused("file_unreadable", name=name) from error
    with np.errstate(invalid="ignore"):
        shapes = np.asarray(shapely.from_wkb(wkb, on_invalid="ignore"), np.object_)
    broken = tuple(row for row, one in enumerate(wkb) if one is not None and shapes[row] is None)
    fields = dict(zip((str(one) for one in meta["fields"]), columns, strict=True))
    faults = tuple(Fault(row + 1, "shape_no_numbers") for row in broken)
    measured = any("Measured (M)" in str(one.message) for one in said)  # pyogrio has dropped them already
    notes = (Note("measures_dropped"),) if measured else ()
    return Raw(fields, shapes, short_name(str(meta["crs"] or "")), faults, notes)


def _geopackage(part: Part, inner: str, _: str) -> Layer:
    raw = _raw(part.path, part.name, layer=inner)
    return Layer(inner, raw.columns, raw.shapes, raw.crs, raw.notes, raw.faults)


def _shapefile(part: Part, _: str, page: str) -> Layer:
    raw = _raw(part.path, part.name, encoding=RAW)
    meant, notes, faults = restored_columns(raw.columns, stated_page(part.path), page)
    return Layer(part.name, meant, raw.shapes, raw.crs, (*raw.notes, *notes), (*raw.faults, *faults))


def _geojson(part: Part, _: str, page: str) -> Layer:
    text, notes = decoded(part.path.read_bytes(), page)
    raw = _reread(part, text)
    said = _SAYS_CRS.search(text)
    return Layer(
        part.name,
        raw.columns,
        raw.shapes,
        said.group(1).removesuffix("local:") if said else raw.crs,
        notes,
        raw.faults,
    )


def _kml(part: Part, inner: str, page: str) -> Layer:
    text, notes, names = _plain_kml(part, page)
    raw = _reread(part, text, layer=inner)
    ours = {names.get(name, name): column for name, column in raw.columns.items() if name not in KML_OWN}
    return Layer(inner, ours, raw.shapes, raw.crs, notes, raw.faults)


def _plain_kml(part: Part, page: str = "") -> tuple[str, tuple[Note, ...], dict[str, str]]:
    """The text in UTF-8; its untyped data under names of ours, because GDAL makes Chinese ones "____"."""
    text, notes = decoded(part.path.read_bytes(), page)
    given = list(dict.fromkeys(_KML_DATA.findall(text)))
    ours = {theirs: f"townops_{at}" for at, theirs in enumerate(given)}
    text = _KML_DATA.sub(lambda found: f'<Data name="{ours[found.group(1)]}"', text)
    plain = _XML_HEAD.sub('<?xml version="1.0" encoding="UTF-8"?>', text)
    return plain, notes, {our: html.unescape(theirs) for theirs, our in ours.items()}


def _reread(part: Part, text: str, **how: Any) -> Raw:
    return _copied(part, text, lambda copy: _raw(copy, part.name, **how))


def _copied(part: Part, text: str, use: Callable[[Path], T]) -> T:
    with tempfile.TemporaryDirectory(prefix="townops-survey-") as folder:
        copy = Path(folder) / f"{part.path.stem}{part.path.suffix.lower()}"
        copy.write_text(text, "utf-8")
        return use(copy)


def _drawing(part: Part, page: str = "") -> tuple[Columns, Column, tuple[Note, ...]]:
    raw = _raw(part.path, part.name, layer="entities")
    meant, notes, _ = restored_columns(raw.columns, "", page)
    return meant, raw.shapes, notes


def _dxf(part: Part, inner: str, page: str) -> Layer:
    columns, shapes, notes = _drawing(part, page)
    return areas_of_drawing(inner, columns, shapes).noting(*notes)


_READERS: Final = {"gpkg": _geopackage, "shp": _shapefile, "geojson": _geojson, "kml": _kml, "dxf": _dxf}


def _sound(layer: Layer) -> Layer:
    """Two dimensions; a row with no numbers, or too many, is a fault and has no shape."""
    high = np.flatnonzero(shapely.has_z(layer.shapes))
    notes = (Note("heights_dropped", {"count": len(high), "rows": named_rows(high)}),) if len(high) else ()
    shapes = np.array(shapely.force_2d(layer.shapes), np.object_)
    faults = tuple(_faults_of_points(shapes))
    shapes[[one.row - 1 for one in faults]] = None
    return Layer(
        layer.name, layer.columns, shapes, layer.crs, (*layer.notes, *notes), (*layer.faults, *faults)
    )


def _faults_of_points(shapes: Column) -> Iterator[Fault]:
    at, rows = shapely.get_coordinates(shapes, return_index=True)
    for row in np.unique(rows[~np.isfinite(at).all(axis=1)]):
        yield Fault(int(row) + 1, "shape_no_numbers")
    counts = shapely.get_num_coordinates(shapes)
    for row in np.flatnonzero(counts > MOST_POINTS):
        yield Fault(int(row) + 1, "shape_many_points", {"count": int(counts[row]), "most": MOST_POINTS})
