"""CAD drawings: closed lines are areas, the text inside is their code. GDAL reads DXF for us, with arcs, blocks
and Chinese code pages; a drawing never says its coordinate system.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np
import shapely

from townops.areas.exchange.terms import Column, Fault, Layer
from townops.kernel.refusal import Refused

CAD_LAYER, CODE, TEXT = "图层", "编码", "文字"
_CODE: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z._/-]*")
LINES: Final = frozenset({"LineString", "Polygon", "MultiPolygon", "LinearRing"})


def cad_layers(columns: Mapping[str, Column], shapes: Column) -> tuple[str, ...]:
    """CAD layers with at least one closed line, by name."""
    closed = [bool(shape) and _area(shape) is not None for shape in shapes]
    return tuple(sorted({str(name) for name, fits in zip(columns["Layer"], closed, strict=True) if fits}))


def areas_of_drawing(name: str, columns: Mapping[str, Column], shapes: Column) -> Layer:
    """Lines of one CAD layer as areas in file order; an open line is a fault that says how far it gapes."""
    drawn = [
        shape
        for shape, layer in zip(shapes, columns["Layer"], strict=True)
        if shape is not None and layer == name and shape.geom_type in LINES
    ]
    found = np.array([_area(shape) for shape in drawn], np.object_)
    if not len(found):
        raise Refused("layer_unknown", layer=name, layers=cad_layers(columns, shapes))
    faults = tuple(_open_lines(drawn))
    codes, texts = _words(found, *_texts(columns, shapes))
    cells = {CAD_LAYER: np.full(len(found), name, np.object_), CODE: codes, TEXT: texts}
    return Layer(name, cells, found, "", (), faults)


def _area(shape: shapely.Geometry) -> shapely.Geometry | None:
    if shape.geom_type in ("Polygon", "MultiPolygon"):
        return shape
    points = shapely.get_num_coordinates(shape)
    closed = shape.geom_type in LINES and shape.is_closed and points > 3  # noqa: PLR2004  (a triangle)
    return shapely.polygons(shapely.get_coordinates(shape)) if closed else None


def _open_lines(drawn: list[shapely.Geometry]) -> Iterator[Fault]:
    for row, shape in enumerate(drawn, start=1):
        if _area(shape) is None:
            ends = shapely.get_coordinates(shape)[[0, -1]]
            gap = float(np.hypot(*(ends[1] - ends[0])))
            yield Fault(
                row, "line_open", {"gap": f"{gap:.3f}", "x": f"{ends[0][0]:.3f}", "y": f"{ends[0][1]:.3f}"}
            )


def _texts(columns: Mapping[str, Column], shapes: Column) -> tuple[Column, list[str]]:
    words = columns.get("Text", np.full(len(shapes), None, np.object_))
    said = [
        (shape, str(text).strip())
        for shape, text in zip(shapes, words, strict=True)
        if shape is not None and shape.geom_type == "Point" and text
    ]
    return np.array([shape for shape, _ in said], np.object_), [text for _, text in said]


def _words(areas: Column, points: Column, texts: list[str]) -> tuple[Column, Column]:
    """For each area the text inside that reads like a code, and the others; two codes leave it empty."""
    codes, others = (np.full(len(areas), "", np.object_) for _ in range(2))
    inside: dict[int, list[str]] = {}
    if len(points):
        for area, point in sorted(
            zip(*shapely.STRtree(points).query(areas, "contains").tolist(), strict=True)
        ):
            inside.setdefault(area, []).append(texts[point])
    for row, said in inside.items():
        like_codes = [text for text in said if _CODE.fullmatch(text)]
        codes[row] = like_codes[0] if len(like_codes) == 1 else ""
        others[row] = " ".join(text for text in said if text != codes[row])
    return codes, others
