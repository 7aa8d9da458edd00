"""A survey file becomes the rows of a survey: columns mapped to our fields, shapes in CGCS2000 degrees, its
coordinate system believed only when the town's ground agrees.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from townops.areas.domain.candidates import FIELDS, Candidate, RowError, Survey
from townops.areas.exchange.reading import read as read_layer
from townops.areas.exchange.systems import kilometres_off, likely_plane, placed, short_name, suggestions
from townops.areas.exchange.terms import Layer
from townops.areas.models import Area
from townops.kernel.planes import Plane, read_plane
from townops.kernel.plausible import Fit
from townops.kernel.refusal import Refused

LONGEST_CRS: Final = 40  # width of the column
FAR_KM: Final = 20.0  # nothing of a town lies so far from it
BY_LABEL: Final = {label: code for code, label in (*Area.Kind.choices, *Area.BlockType.choices)}


@dataclass(frozen=True, slots=True)
class AreaFile:
    """A survey file, folder or zip. `mapping` says for each field of an area their column, or "=value" for all
    rows alike.

    Fields: code name kind block_type parent detached_allowed directly_managed. `crs` (cgcs2000, wgs84,
    gcj02, bd09 or an EPSG code) overrules what the file says of itself: web maps in GCJ-02 call themselves
    WGS84. `plane` is the parameter file of a town's own plane, `swapped` says that the two coordinates stand
    the other way round, `sure` that the system is as said although the town's ground suggests another;
    `page` is the code page (utf-8, gbk) of its texts where people know better than the reader.
    """

    path: Path
    mapping: Mapping[str, str]
    town: str
    crs: str = ""
    layer: str | None = None
    accuracy_m: float | None = None
    plane: Path | None = None
    swapped: bool = False
    sure: bool = False
    page: str = ""


def read(file: AreaFile, town: shapely.Geometry | None = None) -> Survey:
    """Every feature in file order; `town` is its known outline. Refused: what `exchange.reading.read` and
    `exchange.systems.placed` refuse, `column_missing`, `crs_doubtful`, `plane_file` and its kin."""
    layer = read_layer(file.path, file.layer, file.page)
    plane = plane_of(file.plane) if file.plane else None
    crs = plane.name if plane else short_name(file.crs) or layer.crs
    moved = _placed(layer, file, crs, plane, town)
    cells = cells_by_row(file.mapping, layer.columns, len(layer.shapes))
    pairs = enumerate(zip(cells, moved.shapes, strict=True), start=1)
    rows = tuple(Candidate(row, one, shape) for row, (one, shape) in pairs)
    faults = tuple(RowError(one.row, rows[one.row - 1].code, one.code, one.params) for one in moved.faults)
    notes = tuple(Refused(one.code, **one.params) for one in moved.notes)
    return Survey(file.path.name, file.town, rows, crs[:LONGEST_CRS], file.accuracy_m, faults, notes)


def plane_of(path: Path) -> Plane:
    """A town's own plane from its parameter file. Refused `plane_file`, `control_few`, `control_residual`."""
    try:
        return read_plane(path.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise Refused("plane_file", why=f"{path.name} 无法读取") from error


def _placed(
    layer: Layer, file: AreaFile, crs: str, plane: Plane | None, town: shapely.Geometry | None
) -> Layer:
    if not crs:
        found = suggestions(layer, "", town)
        raise Refused("crs_missing", suggested=_said(found[0]) if found else likely_plane(town))
    moved = None
    try:
        moved = placed(layer, crs, plane, swapped=file.swapped)
    except Refused as refusal:
        if refusal.code.startswith("crs_"):
            raise
        found = suggestions(layer, crs, town, plane)
        if not found or file.swapped:
            raise _with_plane(refusal, town) from refusal
    found = () if moved and (file.sure or file.swapped) else suggestions(layer, crs, town, plane)
    if found or moved is None:
        raise Refused("crs_doubtful", crs=crs, suggested="、".join(_said(one) for one in found))
    off = kilometres_off(moved.shapes, town) if town is not None and not file.sure else 0.0
    if off > FAR_KM:
        raise Refused("crs_far", crs=crs, km=f"{off:.0f}")
    return moved


def _with_plane(refusal: Refused, town: shapely.Geometry | None) -> Refused:
    return Refused(refusal.code, **{**refusal.params, "suggested": likely_plane(town)})


def _said(fit: Fit) -> str:
    return fit.system.upper() + ("（经纬度或东、北两列对调）" if fit.swapped else "")


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
