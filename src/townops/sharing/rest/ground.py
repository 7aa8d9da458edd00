"""Looking things up: where a point lies, when a limit ends, areas, classes with their conditions, units."""

from datetime import date
from typing import Annotated, Literal, Self

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import BeforeValidator, Field, model_validator

from townops.areas import api as areas
from townops.base import calendars
from townops.kernel import workdays
from townops.kernel.refusal import Refused
from townops.people import api as people
from townops.sharing.rest import shapes
from townops.sharing.rest.callers import Token, caller_of
from townops.sharing.rest.problems import Problem
from townops.sharing.rest.reading import AreaCode, Crs, Latitude, Longitude, QueryInstant, check_point, whole

REPORT = "orders.report"
SEES = ("orders.view", "orders.view_all", "orders.view_field", REPORT)
WRONG = {401: Problem, 403: Problem, 422: Problem}
router = Router(tags=["look-ups"])


class Located(Schema):
    """Codes of the areas a point lies in. Under a directly managed area there is no village."""

    inside: bool
    block: str | None
    village: str | None
    grid: str | None
    town: str | None
    direct_managed: str | None


class Point(Schema):
    """Degrees; sent the wrong way round they are refused with the right way as a suggestion."""

    lng: Longitude
    lat: Latitude
    crs: Crs = "cgcs2000"

    @model_validator(mode="after")
    def _on_earth(self) -> Self:
        check_point(self.lng, self.lat, self.crs)
        return self


@router.get(
    "/locate", auth=Token("areas.view", REPORT), response={200: Located, **WRONG}, operation_id="locate"
)
def locate(request: HttpRequest, point: Query[Point]) -> Located:
    """A border belongs to the lowest code. Outside every town: 200 with inside false."""
    found = areas.locate(point.lng, point.lat, point.crs)
    parts = ("block", "village", "grid", "town", "direct_managed")
    codes = {name: one.code if (one := getattr(found, name)) else None for name in parts}
    return Located(inside=found.inside, **codes)


class Span(Schema):
    """One stretch of time: a counted window, or a day skipped for what it is."""

    kind: workdays.SpanKind
    start: shapes.At
    end: shapes.At
    counted_seconds: int
    day: workdays.DayKind | None
    provisional: bool
    days: int


class Due(Schema):
    """`provisional`: rests on days whose calendar is not out yet. The explanation adds up to the limit."""

    due_at: shapes.At
    provisional: bool
    explanation: list[Span]


class Limit(Schema):
    """So many units from a start; a start without an offset is +08:00."""

    start: QueryInstant
    amount: Annotated[int, Field(ge=1, le=1000), BeforeValidator(whole)]
    unit: workdays.TimeUnit


@router.get("/due", auth=Token(*SEES), response={200: Due, **WRONG}, operation_id="due")
def due(request: HttpRequest, asked: Query[Limit]) -> Due:
    """When a limit ends by the town's calendar, and every window, holiday and make-up day on the way."""
    calendar, limit = calendars.current(), workdays.Limit(asked.amount, asked.unit)
    found = workdays.due(calendar, asked.start, limit)
    spans = workdays.explain(calendar, asked.start, limit)
    return Due(
        due_at=found.due_at,
        provisional=found.provisional,
        explanation=[
            Span(
                kind=one.kind,
                start=one.start,
                end=one.end,
                counted_seconds=int(one.counted.total_seconds()),
                day=one.day,
                provisional=one.provisional,
                days=one.days,
            )
            for one in spans
        ],
    )


class Area(Schema):
    """`parent` null for a town; `block_type` empty unless a block."""

    code: str
    name: str
    kind: str
    parent: str | None
    block_type: str
    town: str
    directly_managed: bool


class Areas(Schema):
    items: list[Area]


class Under(Schema):
    """Without filters every area of the first town."""

    kind: Literal["town", "grid", "village", "block"] | None = None
    parent: AreaCode | None = Field(None, description="areas directly under this one")


@router.get(
    "/areas", auth=Token("areas.view", REPORT), response={200: Areas, **WRONG}, operation_id="listAreas"
)
def list_areas(request: HttpRequest, under: Query[Under]) -> Areas:
    """Areas by code."""
    if under.parent:
        found = [one for one in areas.children(areas.area(under.parent).id) if under.kind in (None, one.kind)]
    else:
        kinds = [under.kind] if under.kind else ["town", "grid", "village", "block"]
        found = [one for kind in kinds for one in areas.areas_of(people.first_town(), kind)]
    return Areas(items=[_area(one) for one in found])


def _area(one: areas.AreaView) -> Area:
    parent = areas.area_by_id(one.parent_id).code if one.parent_id else None
    return Area(
        code=one.code,
        name=one.name,
        kind=one.kind,
        parent=parent,
        block_type=one.block_type,
        town=one.town or one.code,
        directly_managed=one.directly_managed,
    )


class Subject(Schema):
    """Who answers for a block in one respect: `kind` handling, ownership or maintenance; `word` is its Chinese name."""

    kind: str
    word: str
    unit: str
    unit_name: str
    contact: str
    confirmed_on: date | None


class OneArea(Area):
    """`subjects`: empty unless a block."""

    subjects: list[Subject]


@router.get(
    "/areas/{code}",
    auth=Token("areas.view", REPORT),
    response={200: OneArea, 401: Problem, 403: Problem, 404: Problem},
    operation_id="getArea",
)
def get_area(request: HttpRequest, code: str) -> OneArea:
    """One area, and who answers for it."""
    try:
        area = areas.area(code)
    except Refused as refused:
        raise Refused("area_not_found", code=code[:40]) from refused
    subjects = people.answering_for(area.id, caller_of(request).at) if area.kind == "block" else ()
    return OneArea(**_area(area).dict(), subjects=[_subject(one) for one in subjects])


def _subject(one: people.SubjectLine) -> Subject:
    return Subject(
        kind=one.kind,
        word=one.word,
        unit=one.unit.code,
        unit_name=one.unit.name,
        contact=one.contact,
        confirmed_on=one.confirmed_on,
    )


class Unit(Schema):
    """`enforcement`: has enforcement power; `area`: the village or grid it serves."""

    code: str
    name: str
    kind: str
    enforcement: bool
    area: str | None
    parent: str | None
    town: str


class Units(Schema):
    items: list[Unit]


@router.get(
    "/units",
    auth=Token("people.view", REPORT),
    response={200: Units, 401: Problem, 403: Problem},
    operation_id="listUnits",
)
def list_units(request: HttpRequest) -> Units:
    """Active units, without persons."""
    found = [
        Unit(
            code=one.code,
            name=one.name,
            kind=one.kind,
            enforcement=one.enforcement,
            area=areas.area_by_id(one.area_id).code if one.area_id else None,
            parent=people.unit_by_id(one.parent_id).code if one.parent_id else None,
            town=one.town,
        )
        for one in people.units()
    ]
    return Units(items=found)
