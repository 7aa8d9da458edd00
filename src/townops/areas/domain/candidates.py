"""Rows of a survey file before they are areas, and everything that can be wrong with them. Pure."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import shapely

from townops.areas.domain.views import AreaView
from townops.kernel.refusal import Refused

FIELDS: Final = ("code", "name", "kind", "block_type", "parent", "detached_allowed", "directly_managed")
KINDS: Final = ("town", "grid", "village", "block")
UPPER: Final = {"grid": "town", "village": "grid", "block": "village"}
LONGEST, HIGHEST = 180.0, 90.0
YES: Final = frozenset({"1", "true", "yes", "y", "t", "是", "有"})
WHY_INVALID: Final = {
    "Self-intersection": "边界自相交",
    "Ring Self-intersection": "环自相交",
    "Hole lies outside shell": "孔洞在外环之外",
    "Nested holes": "孔洞嵌套",
    "Nested shells": "外环嵌套",
    "Duplicate Rings": "环重复",
    "Too few points in geometry component": "点数不足",
    "Interior is disconnected": "内部不连通",
    "Invalid Coordinate": "坐标值无效",
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """One row as text, with its shape already in EPSG:4490; `row` counts from 1."""

    row: int
    cells: Mapping[str, str]
    shape: shapely.Geometry | None

    @property
    def code(self) -> str:
        return self.cells["code"]

    def says(self, field: str) -> bool:
        """Whether a yes/no column says yes."""
        return self.cells[field].lower() in YES


@dataclass(frozen=True, slots=True)
class RowError:
    """Why one row cannot be taken: row from 1, the area's code as written, refusal code and parameters."""

    row: int
    area: str
    problem: str
    params: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Survey:
    """All rows surveyed of one town at one time; `crs` and `accuracy_m` (metres) stay with every shape."""

    name: str
    town: str
    rows: tuple[Candidate, ...]
    crs: str
    accuracy_m: float | None = None
    faults: tuple[RowError, ...] = ()  # found while reading: those rows have no shape
    notes: tuple[Refused, ...] = ()  # said, never refused: heights dropped, code pages guessed


class Examination:
    """A survey together with what is known already: parents and repeats need the whole."""

    def __init__(self, survey: Survey, known: Mapping[str, AreaView], labels: Mapping[str, str]) -> None:
        self.town = survey.town
        self.rows = survey.rows
        self.known = known
        self.labels = labels
        self.first_row: dict[str, int] = {}
        for one in survey.rows:
            self.first_row.setdefault(one.code, one.row)
        self.kinds = {code: area.kind for code, area in known.items() if area.town == survey.town}
        self.kinds |= {one.code: one.cells["kind"] for one in survey.rows}
        self.faults: dict[int, list[RowError]] = {}
        for fault in survey.faults:
            self.faults.setdefault(fault.row, []).append(fault)

    def errors(self) -> Iterator[RowError]:
        """Every fault of every row, row by row, so that one correction round is enough."""
        for one in self.rows:
            yield from self.faults.get(one.row, ())
            for check in CHECKS:
                if check is check_shape and one.shape is None and one.row in self.faults:
                    continue
                try:
                    check(self, one)
                except Refused as refusal:
                    yield RowError(one.row, one.code, refusal.code, refusal.params)


def check_code(exam: Examination, one: Candidate) -> None:
    if not one.code:
        raise Refused("code_missing")
    if len(one.code) > 32:  # noqa: PLR2004  (width of the column)
        raise Refused("code_too_long")
    if exam.first_row[one.code] != one.row:
        raise Refused("code_repeated", code=one.code, first=exam.first_row[one.code])
    taken = exam.known.get(one.code)
    if taken is not None and (taken.kind, taken.town) != (one.cells["kind"], exam.town):
        raise Refused("code_taken", code=one.code, kind=exam.labels[taken.kind], name=taken.name)


def check_name(_: Examination, one: Candidate) -> None:
    if not one.cells["name"]:
        raise Refused("name_missing")
    if len(one.cells["name"]) > 80:  # noqa: PLR2004  (width of the column)
        raise Refused("name_too_long")


def check_kind(exam: Examination, one: Candidate) -> None:
    kind, block_type = one.cells["kind"], one.cells["block_type"]
    if kind not in KINDS:
        raise Refused("kind_wrong", value=kind)
    fits = block_type in exam.labels and block_type not in KINDS if kind == "block" else not block_type
    if not fits:
        raise Refused("block_type_wrong", value=block_type)


def check_parent(exam: Examination, one: Candidate) -> None:
    expected, parent = UPPER.get(one.cells["kind"]), one.cells["parent"]
    if expected is None:
        return
    if not parent:
        raise Refused("parent_missing")
    if parent not in exam.kinds:
        raise Refused("parent_unknown", parent=parent)
    if exam.kinds[parent] != expected:
        raise Refused("parent_wrong_kind", parent=parent, expected=exam.labels[expected])


def check_shape(_: Examination, one: Candidate) -> None:
    shape = one.shape
    if shape is None or shape.is_empty:
        raise Refused("shape_missing")
    if shape.geom_type not in ("Polygon", "MultiPolygon"):
        raise Refused("shape_not_polygon", found=shape.geom_type)
    if not shape.is_valid:
        raise Refused("shape_invalid", why=why_invalid(shape))
    west, south, east, north = shape.bounds
    if not (-LONGEST <= west <= east <= LONGEST and -HIGHEST <= south <= north <= HIGHEST):
        raise Refused("shape_outside_world")


def why_invalid(shape: shapely.Geometry) -> str:
    """GEOS says "Self-intersection[121.5 31.3]"; the same in Chinese, place kept."""
    reason, _, place = str(shapely.is_valid_reason(shape)).partition("[")
    where = f"（{place.rstrip(']')}附近）" if place else ""
    return WHY_INVALID.get(reason.strip(), reason) + where


CHECKS: Final[tuple[Callable[[Examination, Candidate], None], ...]] = (
    check_code,
    check_name,
    check_kind,
    check_parent,
    check_shape,
)
