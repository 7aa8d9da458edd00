"""GET /standards/report: the board of duties for machines, as of a day."""

from datetime import date
from typing import Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema

from townops.people import api as people
from townops.sharing.rest.callers import Token, caller_of
from townops.sharing.rest.problems import Problem
from townops.sharing.rest.reading import Day, refuse_unknown
from townops.standards import api as standards

VIEW = "standards.view"
router = Router(tags=["standards"])


class DutyRecord(Schema):
    """A record: its kind, its key there, what it is called."""

    kind: str
    key: str
    label: str


class DutyLine(Schema):
    """One duty of one subject. `value` null: nothing to judge; `threshold` empty: attested; `due` null: always holds."""

    id: str
    subject: str
    period: str
    modality: Literal["must", "should", "may"]
    state: Literal["met", "due_soon", "not_met", "no_source", "exempt", "optional_open"]
    value: float | None
    threshold: str
    due: date | None
    evidence: list[DutyRecord]
    why: str


class DutyBoard(Schema):
    as_of: date
    items: list[DutyLine]


class AsOf(Schema):
    """`as_of`: by what was known at the end of that day; today by what is known now."""

    as_of: Day | None = None


@router.get(
    "/standards/report",
    auth=Token(VIEW),
    response={200: DutyBoard, 401: Problem, 403: Problem, 422: Problem},
    operation_id="standardsReport",
)
def report(request: HttpRequest, asked: Query[AsOf]) -> DutyBoard:
    """Every item of the catalogue for every subject, in order."""
    refuse_unknown(request, set(AsOf.model_fields))
    caller = caller_of(request)
    at = standards.end_of(asked.as_of) if asked.as_of else caller.at
    lines = standards.report(caller.actor, town=people.first_town(), at=at)
    day = asked.as_of or standards.day_of(caller.at)
    return DutyBoard(as_of=day, items=[DutyLine(**standards.as_data(one)) for one in lines])
