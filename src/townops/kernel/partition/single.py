"""What is wrong with one feature alone, or with two that are one."""

from collections.abc import Iterator
from typing import Final

import numpy as np
import shapely

from townops.kernel.partition.flat import Flat, Ints
from townops.kernel.partition.plane import Shapes
from townops.kernel.partition.terms import Defect, Fault

REASONS: Final = {
    "Self-intersection": "crossing",
    "Ring Self-intersection": "ring_touches_itself",
    "Hole lies outside shell": "hole_outside",
    "Nested holes": "holes_nested",
    "Nested shells": "parts_overlap",
    "Duplicate Rings": "ring_twice",
    "Too few points in geometry component": "too_few_points",
    "Interior is disconnected": "disconnected",
    "Invalid Coordinate": "not_a_number",
    "Ring is not closed": "not_closed",
}


def invalid(flat: Flat, given: Shapes) -> Iterator[Defect]:
    """Rings that cross or touch themselves, spikes, numbers that are none, shapes that are no polygons."""
    for row in np.flatnonzero(flat.mended).tolist():
        reason, _, place = str(shapely.is_valid_reason(given[row])).partition("[")
        detail = _detail(given[row], reason.strip())
        where = _place(place) or flat.shapes[row]
        area = float(flat.plane.areas(flat.metric[[row]])[0])
        yield Defect(
            Fault.INVALID, detail, flat.name_of(row), (flat.codes[row],), area, 0.0, where, "mend_ring"
        )


def _detail(shape: shapely.Geometry | None, reason: str) -> str:
    if shape is None or shape.is_empty:
        return "empty"
    if shape.geom_type not in ("Polygon", "MultiPolygon"):
        return "not_polygon"
    if not np.isfinite(shapely.get_coordinates(shape)).all():
        return "not_a_number"
    return "spike" if has_spike(shape) else REASONS.get(reason, "invalid")


def has_spike(shape: shapely.Geometry) -> bool:
    """Whether a ring goes somewhere and comes straight back."""
    for ring in shapely.get_rings(shapely.get_parts(shape)):
        at = shapely.get_coordinates(ring)
        step = np.diff(at, axis=0)
        step = step[(step != 0).any(axis=1)]
        after = np.roll(step, -1, axis=0)
        cross = step[:, 0] * after[:, 1] - step[:, 1] * after[:, 0]
        back = (step * after).sum(axis=1)
        if ((back < 0) & (np.abs(cross) <= 1e-6 * -back)).any():
            return True
    return False


def _place(text: str) -> shapely.Geometry | None:
    try:
        lng, lat = (float(one) for one in text.rstrip("]").split())
    except ValueError:
        return None
    return shapely.Point(lng, lat) if np.isfinite([lng, lat]).all() else None


def twins(flat: Flat) -> tuple[Ints, tuple[Defect, ...]]:
    """Rows that are a second copy of an earlier one of their level, and the duplicates to tell: shapes and codes."""
    seen: dict[tuple[int, bytes], int] = {}
    named: dict[tuple[int, str], int] = {}
    second, defects = [], []
    bodies = shapely.to_wkb(shapely.normalize(flat.shapes))
    for row in range(len(flat)):
        level = int(flat.level[row])
        first = seen.setdefault((level, bodies[row]), row) if flat.alive[row] else row
        same_code = named.setdefault((level, flat.codes[row]), row)
        if first != row:
            second.append(row)
            defects.append(duplicate(flat, first, row, "same_shape"))
        elif same_code != row:
            defects.append(duplicate(flat, same_code, row, "same_code"))
    return np.array(second, np.int64), tuple(defects)


def duplicate(flat: Flat, first: int, second: int, detail: str) -> Defect:
    """Two rows that are the same place or the same name."""
    area = float(flat.plane.areas(flat.metric[[second]])[0])
    codes = dict.fromkeys(flat.codes_of([first, second]))
    fix = "drop_copy" if detail != "same_code" else "give_code"
    shape = flat.shapes[second]
    return Defect(
        Fault.DUPLICATE, detail, flat.name_of(second), tuple(codes), area, 0.0, shape, fix, flat.codes[first]
    )


def detached(flat: Flat) -> Iterator[Defect]:
    """Several parts where one is expected: all but the largest."""
    several = shapely.get_num_geometries(flat.metric) > 1
    for row in np.flatnonzero(several & ~flat.detached & flat.alive & ~flat.mended).tolist():
        parts = shapely.get_parts(flat.metric[row])
        main = int(np.argmax(shapely.area(parts)))
        small = np.delete(parts, main)
        far = float(shapely.distance(parts[main], small).max(initial=0.0))
        rest = flat.plane.degrees(np.array([shapely.multipolygons(small)], dtype=object))[0]
        area = float(flat.plane.areas(small).sum())
        yield Defect(
            Fault.CONTAINMENT, "detached", flat.name_of(row), (flat.codes[row],), area, far, rest,
            "declare_detached",
        )  # fmt: skip


def childless(flat: Flat, parents: Ints) -> Iterator[Defect]:
    """Ground of a higher level with nothing below it that is not declared to be managed directly."""
    finest = len(flat.names) - 1
    has = np.zeros(len(flat), bool)
    has[parents[(parents >= 0) & flat.alive]] = True
    for row in np.flatnonzero((flat.level < finest) & ~has & ~flat.managed & flat.alive).tolist():
        area = float(flat.plane.areas(flat.metric[[row]])[0])
        level = flat.names[int(flat.level[row]) + 1]
        width = 2 * float(shapely.minimum_bounding_radius(flat.metric[row]))
        yield Defect(
            Fault.GAP, "childless", level, (flat.codes[row],), area, width, flat.shapes[row], "draw_children"
        )
