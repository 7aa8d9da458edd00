"""Reads survey files: GeoJSON, GeoPackage, Shapefile with Chinese in UTF-8 or GBK, any stated coordinate
system.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyogrio.raw
import shapely
from numpy.typing import NDArray
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from townops.areas.domain.candidates import FIELDS, Candidate, Survey
from townops.areas.models import Area
from townops.kernel.coordinates import to_cgcs2000
from townops.kernel.refusal import Refused

Floats = NDArray[np.float64]
SAME_GROUND: Final = frozenset({"cgcs2000", "wgs84", "epsg:4490", "epsg:4326", "ogc:crs84"})
SHIFTED: Final = frozenset({"gcj02", "bd09"})
CODE_PAGES: Final = {"utf8": "utf-8", "65001": "utf-8"} | dict.fromkeys(
    ("gbk", "936", "cp936", "gb2312", "gb18030", "54936", "ansi936"), "gb18030"
)
BY_LABEL: Final = {label: code for code, label in (*Area.Kind.choices, *Area.BlockType.choices)}


@dataclass(frozen=True, slots=True)
class AreaFile:
    """A survey file. `mapping` says for each field of an area their column, or "=value" for all rows alike.

    Fields: code name kind block_type parent detached_allowed directly_managed. `crs` (cgcs2000, wgs84,
    gcj02, bd09 or an EPSG code) overrules what the file says of itself: web maps in GCJ-02 call themselves
    WGS84.
    """

    path: Path
    mapping: Mapping[str, str]
    town: str
    crs: str = ""
    layer: str | None = None
    accuracy_m: float | None = None


def read(file: AreaFile) -> Survey:
    """Every feature in file order. Raises Refused(file_unreadable, column_missing, crs_unknown)."""
    try:
        meta, _, wkb, columns = pyogrio.raw.read(
            file.path, layer=file.layer, encoding=encoding_of(file.path), force_2d=True
        )
    except (DataSourceError, DataLayerError, UnicodeDecodeError) as error:
        raise Refused("file_unreadable", name=file.path.name) from error
    crs = file.crs or str(meta["crs"] or "")
    shapes = to_4490(shapely.from_wkb(wkb, on_invalid="ignore"), crs)
    cells = cells_by_row(file.mapping, dict(zip(meta["fields"], columns, strict=True)), len(wkb))
    pairs = enumerate(zip(cells, shapes, strict=True), start=1)
    rows = tuple(Candidate(row, one, shape) for row, (one, shape) in pairs)
    return Survey(file.path.name, file.town, rows, crs, file.accuracy_m)


def cells_by_row(
    mapping: Mapping[str, str], columns: Mapping[str, NDArray[np.object_]], rows: int
) -> Iterator[dict[str, str]]:
    """Our fields as text for each row."""
    for field, column in mapping.items():
        if not column.startswith("=") and column not in columns:
            raise Refused("column_missing", column=column, field=field, columns=list(columns))
    for row in range(rows):
        cells = {field: cell(mapping.get(field, "="), columns, row) for field in FIELDS}
        for field in ("kind", "block_type"):
            cells[field] = BY_LABEL.get(cells[field], cells[field])
        yield cells


def cell(source: str, columns: Mapping[str, NDArray[np.object_]], row: int) -> str:
    """A constant, or the column's value as text: codes kept as numbers lose their ".0", nothing is empty
    text.
    """
    if source.startswith("="):
        return source[1:]
    value = columns[source][row]
    if value is None or value != value:  # noqa: PLR0124  (NaN is how a missing number arrives)
        return ""
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value).strip()


def to_4490(shapes: NDArray[np.object_], crs: str) -> NDArray[np.object_]:
    """The same shapes in degrees of CGCS2000. WGS84 is taken as equal: they differ by decimetres."""
    name = crs.strip().lower()
    if name in SAME_GROUND:
        return shapes
    if name in SHIFTED:
        return _moved(shapes, lambda at: np.column_stack(to_cgcs2000(at[:, 0], at[:, 1], name)))
    try:
        change = Transformer.from_crs(CRS.from_user_input(crs), "EPSG:4490", always_xy=True)
    except CRSError as error:
        raise Refused("crs_unknown", crs=crs) from error
    return _moved(shapes, lambda at: np.column_stack(change.transform(at[:, 0], at[:, 1])))


def _moved(shapes: NDArray[np.object_], move: Callable[[Floats], Floats]) -> NDArray[np.object_]:
    return np.asarray(shapely.transform(shapes, move), dtype=np.object_)


def encoding_of(path: Path) -> str | None:
    """Code page of a shapefile: as its .cpg says, else UTF-8 if every record reads as such, else GBK.
    Others know theirs.
    """
    if path.suffix.lower() != ".shp":
        return None
    page = path.with_suffix(".cpg")
    stated = page.read_text("ascii", errors="ignore").strip().lower() if page.exists() else ""
    if stated.replace("-", "").replace("_", "") in CODE_PAGES:
        return CODE_PAGES[stated.replace("-", "").replace("_", "")]
    table = path.with_suffix(".dbf")
    if not table.exists():
        raise Refused("file_unreadable", name=path.name)
    raw = table.read_bytes()
    try:
        raw[int.from_bytes(raw[8:10], "little") :].decode("utf-8")
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"
