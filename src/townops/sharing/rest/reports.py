"""POST /reports: a message becomes an order, is known, or begins the next round of one (engine.md 1, 7)."""

import json
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Annotated, Self

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from ninja.decorators import decorate_view
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from townops.intake import api as intake
from townops.orders import api as orders
from townops.sharing.rest import files, once, shapes
from townops.sharing.rest.callers import Caller, Token, caller_of
from townops.sharing.rest.problems import Problem
from townops.sharing.rest.reading import (
    AttachmentId,
    ClassCode,
    Crs,
    Cursor,
    Instant,
    Latitude,
    Line,
    Longitude,
    Sentence,
    SourceCode,
    Text,
    Word,
    check_point,
    opened,
    refuse_unknown,
    signed,
    whole,
)

REPORTS = Token("orders.report")
OWN = Token("orders.view_own")
KEY = {
    "parameters": [
        {
            "in": "header",
            "name": once.HEADER,
            "required": False,
            "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
        }
    ]
}
router = Router(tags=["reports"])


class Strict(BaseModel):
    """A body whose unknown names are refused: a misspelt name loses nothing silently. Read from JSON, never from a row."""

    model_config = ConfigDict(extra="forbid")


class Spot(Strict):
    """Where: a point in degrees, an address, or both. Points outside the town are taken (地点待核实)."""

    lng: Annotated[Longitude, Field(strict=True)]
    lat: Annotated[Latitude, Field(strict=True)]
    crs: Crs = "cgcs2000"
    address: Line | None = None

    @model_validator(mode="after")
    def _on_earth(self) -> Self:
        check_point(self.lng, self.lat, self.crs)
        return self


class AddressOnly(Strict):
    """A place nobody located yet."""

    address: Line


class Reporter(Strict):
    """Who reported; stored sealed, shown masked."""

    name: Word | None = None
    phone: Annotated[str, Field(max_length=32, pattern=r"^[^\x00]*$")] | None = None


class Answered(Strict):
    """What was asked of whoever reported, and what he answered."""

    question: Sentence
    answer: Sentence


class Report(Strict):
    """One message. `received_at` is +08:00 unless it says. `due_at` is the district's."""

    source: SourceCode
    text: Text
    received_at: Instant
    external_number: Word | None = None
    title: Line | None = None
    place: Spot | AddressOnly | None = None
    class_code: ClassCode | None = None
    contact: Reporter | None = None
    attachments: Annotated[list[AttachmentId], Field(max_length=50)] | None = None
    due_at: Instant | None = None
    answers: Annotated[list[Answered], Field(max_length=10)] | None = None


View = Callable[..., HttpResponse]
TOO_LARGE = HTTPStatus.REQUEST_ENTITY_TOO_LARGE  # its bytes were never read


def kept_when_refused(operation: View) -> View:
    """A message of somebody who may report is kept even when it is refused, whatever was wrong with it."""

    @wraps(operation)
    def answer(request: HttpRequest, *args: object, **named: object) -> HttpResponse:
        response = operation(request, *args, **named)
        refused = response.status_code >= HTTPStatus.BAD_REQUEST
        if refused and response.status_code != TOO_LARGE and getattr(request, "auth", None):
            intake.keep_refused(_sent(request, caller_of(request)), _reason(response))
        return response

    return answer


def _sent(request: HttpRequest, caller: Caller, source: str = "") -> intake.Sent:
    return intake.Sent(request.body, "api", source, caller.actor, caller.at)


def _reason(response: HttpResponse) -> str:
    return str(json.loads(response.content)["detail"])


@router.post(
    "/reports",
    auth=REPORTS,
    response={
        200: shapes.ReportReceipt,
        201: shapes.ReportReceipt,
        **dict.fromkeys((400, 401, 403, 409, 413, 422), Problem),
    },
    by_alias=True,
    operation_id="report",
    openapi_extra=KEY,
)
@decorate_view(kept_when_refused)
def report(request: HttpRequest, body: Report) -> HttpResponse:
    """201 for a new order; 200 when (source, external_number) is known: the same received_at changes nothing,
    a later one is the next round. With Idempotency-Key the same body again gets the stored answer.
    """
    caller, key = caller_of(request), once.key_of(request)
    orders.check_report(caller.actor, {body.source}, numbered=bool(body.external_number or body.due_at))

    def work() -> tuple[int, str]:
        return _received(caller, _sent(request, caller, body.source), body)

    if key is not None:
        return once.once(request, key, work)
    return once.answered(*work())


def _received(caller: Caller, sent: intake.Sent, body: Report) -> tuple[int, str]:
    """(status, body). The receipt is the town's own: who may report need not be allowed to look."""
    files.check(caller, body.attachments or [])
    received = intake.take_message(sent, _incoming(body))
    files.hang(body.attachments or [], received.number)
    receipt = shapes.ReportReceipt.after(received).model_dump(mode="json", by_alias=True)
    return (201 if received.outcome == "new" else 200), once.encoded(receipt)


def _incoming(body: Report) -> orders.IncomingReport:
    spot = body.place if isinstance(body.place, Spot) else None
    contact = body.contact or Reporter()
    return orders.IncomingReport(
        source=body.source,
        text=body.text,
        received_at=body.received_at,
        title=body.title or "",
        external_number=(body.external_number or "").strip(),
        place_text=(body.place.address or "") if body.place else "",
        lng=spot.lng if spot else None,
        lat=spot.lat if spot else None,
        crs=spot.crs if spot else "cgcs2000",
        class_code=body.class_code or "",
        contact_name=contact.name or "",
        contact_phone=contact.phone or "",
        outer_due_at=body.due_at,
        attachments=tuple(dict.fromkeys(body.attachments or ())),
        answers=tuple((one.question, one.answer) for one in body.answers or ()),
    )


class Asked(Schema):
    """A page of own reports."""

    cursor: Cursor = ""
    limit: Annotated[int, Field(ge=1, le=200), BeforeValidator(whole)] = 50


@router.get(
    "/reports",
    auth=OWN,
    response={200: shapes.OwnReports, **dict.fromkeys((401, 403, 422), Problem)},
    operation_id="listOwnReports",
)
def list_own(request: HttpRequest, asked: Query[Asked]) -> shapes.OwnReports:
    """What the caller reported himself, latest first: how far it is and what was answered, nothing internal."""
    refuse_unknown(request, frozenset(Asked.model_fields))
    page = orders.own_reports(caller_of(request).actor, cursor=opened(asked.cursor), limit=asked.limit)
    return shapes.OwnReports(
        items=[shapes.OwnReport.of(one) for one in page.items],
        next=signed(page.next),
        total=page.total,
    )


@router.get(
    "/reports/{number}",
    auth=OWN,
    response={200: shapes.OwnReport, **dict.fromkeys((401, 403, 404), Problem)},
    operation_id="getOwnReport",
)
def get_own(request: HttpRequest, number: str) -> shapes.OwnReport:
    """One of them; 404 alike whether it is absent or somebody else's."""
    return shapes.OwnReport.of(orders.own_report(caller_of(request).actor, number))
