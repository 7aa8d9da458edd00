"""Rows of readiness as measures see them: those of a town known at a moment, those of each 居村, said as evidence."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet

from townops.areas import api as areas
from townops.kernel.measured import SHOWN, Evidence, LeftOut, Measured, Subject
from townops.kernel.windows import Window

M = TypeVar("M", bound=Model)
Fault = Callable[[Any], str]


def rows(model: type[M], window: Window, town: str, **conditions: Any) -> "QuerySet[M]":
    """Rows of a town typed in by then and not archived by then."""
    known = Q(archived_at=None) | Q(archived_at__gt=window.at)
    return model._default_manager.filter(known, town=town, entered_at__lte=window.at, **conditions)


def told(row: Any) -> Evidence:
    """A row as evidence, with its page."""
    code = CODES.get(type(row).__name__, type(row).__name__.lower())
    return Evidence(f"ledger.{code}", str(row.pk), str(row))


CODES = {
    "ArrivalTest": "arrival-test", "ChargingSite": "charging-site", "FamilyKit": "family-kit", "FireFacility": "fire-facility",
    "FloodFacility": "flood-facility", "FloodInspection": "flood-inspection", "MicroFireStation": "micro-fire-station",
    "StockMove": "stock-move",
}  # fmt: skip


def counted(found: Iterable[Any], fault: Fault | None = None) -> Measured:
    """How many rows have no fault."""
    return Measured.counting(found, told, fault=fault)


def share(found: Iterable[Any], fault: Fault, nothing: str) -> Measured:
    """The percentage of rows without fault; of none there is no value, for the reason given."""
    return Measured.share(found, told, fault=fault, nothing=nothing)


def kinds(
    found: Iterable[Any], wanted: Mapping[Any, str], of: Callable[[Any], Any], fault: Fault | None = None
) -> Measured:
    """How many of the wanted kinds are there, each by its first row without fault; missing ones are named."""
    first: dict[Any, Any] = {}
    wrong: dict[Any, LeftOut] = {}
    looked_at = 0
    for row in found:
        looked_at += 1
        reason = fault(row) if fault else ""
        if reason:
            wrong.setdefault(of(row), LeftOut(told(row), reason))
        elif of(row) in wanted:
            first.setdefault(of(row), row)
    lacking = [
        wrong.get(one, LeftOut(Evidence("", "", word), "没有登记"))
        for one, word in wanted.items()
        if one not in first
    ]
    evidence = tuple(told(row) for row in first.values())
    return Measured(len(first), looked_at, of=len(wanted), evidence=evidence, left_out=tuple(lacking[:SHOWN]))


def ratio(part: int, whole: int, found: Sequence[Any], nothing: str) -> Measured:
    """A percentage of things counted in the rows themselves, such as sound ones of all."""
    if not whole:
        return Measured.missing(nothing)
    evidence = tuple(told(row) for row in found[:SHOWN])
    return Measured(100 * part / whole, len(found), of=whole, evidence=evidence)


def by_village(
    found: Iterable[Any], asked: Sequence[Subject], *, covering: bool = False
) -> Mapping[str, list[Any]]:
    """Rows by code of the 居村 they lie in; with `covering` also those whose area holds the whole 居村."""
    home: dict[int, list[str]] = defaultdict(list)
    for one in asked:
        if one.area is not None:
            for area in areas.below(one.area):
                home[area].append(one.code)
    if covering:
        _cover(home, asked)
    sorted_out: dict[str, list[Any]] = {one.code: [] for one in asked}
    for row in found:
        for code in home.get(row.area_id, ()):
            sorted_out[code].append(row)
    return sorted_out


def _cover(home: dict[int, list[str]], asked: Sequence[Subject]) -> None:
    for one in asked:
        area = areas.area_by_id(one.area) if one.area is not None else None
        while area is not None and area.parent_id is not None:
            area = areas.area_by_id(area.parent_id)
            home[area.id].append(one.code)


def town_of(asked: Sequence[Subject]) -> str:
    """The town the subjects lie in."""
    area = next((one.area for one in asked if one.area is not None), None)
    return areas.area_by_id(area).town if area is not None else ""
