"""What a drawn line and the borders it is woven into enclose between them, and what may become of it."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
import shapely

from townops.kernel.partition.lattice import rounded, to_degrees
from townops.kernel.partition.rings import Body, edges_of, must_be_sound, rings, undirected
from townops.kernel.partition.sheet import Point, Sheet
from townops.kernel.refusal import Refused


def crossing(shape: shapely.Geometry, line: Sequence[Point]) -> tuple[Point, ...]:
    """The part of a drawn line that crosses a shape."""
    drawn = shapely.LineString(line)
    common = shapely.intersection(drawn, shape)
    runs = [one for one in shapely.get_parts(common) if one.geom_type == "LineString" and one.length]
    whole = shapely.line_merge(shapely.MultiLineString(runs)) if runs else shapely.LineString()
    if whole.is_empty:
        raise Refused("edit_line_short")
    if whole.geom_type != "LineString" or not whole.is_simple:
        raise Refused("edit_line_often")
    return tuple((x, y) for x, y in shapely.get_coordinates(whole).tolist())


def faces_of(bodies: Iterable[Body], path: Sequence[Point], *, noded: bool = False) -> list[shapely.Polygon]:
    """What lies between borders and a line that are woven into each other; `noded` cuts them where they cross unawares."""
    edges = {undirected(*edge) for body in bodies for ring in rings(body) for edge in edges_of(ring)}
    edges |= {undirected(a, b) for a, b in pairwise(path)}
    lines = shapely.linestrings(np.array(sorted(edges)).reshape(-1, 2, 2))
    if noded:
        whole = shapely.union_all(rounded(lines), grid_size=1)
        return list(to_degrees(shapely.get_parts(shapely.polygonize(shapely.get_parts(whole)))))
    return list(shapely.get_parts(shapely.polygonize(lines)))


def cut_part(faces: list[shapely.Polygon], shape: shapely.Geometry) -> list[shapely.Polygon]:
    """The two faces that were one part."""
    for part in shapely.get_parts(shape):
        found = [one for one in faces if shapely.contains_properly(part, one.representative_point())]
        if len(found) > 1:
            return found
    raise Refused("edit_line_short")


def must_be_free(sheet: Sheet, code: str) -> None:
    """Refused(edit_code_taken)."""
    if code in sheet.pieces:
        raise Refused("edit_code_taken", code=code)


def must_hang_together(code: str, shape: shapely.Geometry, parts: int) -> None:
    """Refused: edit_crosses, edit_detaches when it has more parts than that."""
    must_be_sound(code, shape)
    if len(shapely.get_parts(shape)) > parts:
        raise Refused("edit_detaches", code=code)
