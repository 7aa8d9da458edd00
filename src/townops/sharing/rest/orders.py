"""GET /orders, one order, its history: what the caller may see, filtered, paged by cursor."""

from datetime import datetime, timedelta
from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import BeforeValidator, Field

from townops.catalogue import api as catalogue
from townops.dispatch import api as dispatch
from townops.intake import api as intake
from townops.kernel.refusal import Refused
from townops.orders import api as orders
from townops.people import api as people
from townops.sharing.rest import shapes
from townops.sharing.rest.callers import Caller, Token, caller_of
from townops.sharing.rest.problems import Problem
from townops.sharing.rest.reading import (
    AreaCode,
    ClassCode,
    Cursor,
    Flag,
    QueryInstant,
    Range,
    SourceCode,
    UnitCode,
    Words,
    opened,
    read_edge,
    refuse_unknown,
    signed,
    split,
    whole,
)
from townops.sharing.rest.reports import Strict

VIEW, VIEW_ALL, VIEW_FIELD = "orders.view", "orders.view_all", "orders.view_field"
SEES = Token(VIEW, VIEW_ALL, VIEW_FIELD)
WRONG = {401: Problem, 403: Problem, 422: Problem}
ONE = {401: Problem, 403: Problem, 404: Problem}
router = Router(tags=["orders"])


class Wanted(Schema):
    """Filters of a list. Lists: repeated or comma separated values mean any of them."""

    source: Annotated[list[SourceCode], BeforeValidator(split)] = Field([], max_length=20)
    state: Annotated[list[orders.State], BeforeValidator(split)] = Field([], max_length=40)
    unit: Annotated[list[UnitCode], BeforeValidator(split)] = Field(
        [], max_length=100, description="main unit"
    )
    area: AreaCode | None = Field(None, description="block, village, grid or town")
    class_: ClassCode | None = Field(None, alias="class", description="class code or the beginning of one")
    overdue: Flag | None = None
    open: Flag | None = None
    received_from: QueryInstant | None = None
    received_to: QueryInstant | None = Field(None, description="not included")
    received: Range | None = Field(
        None, description="from..to: instants, or days with the last one included; either end may be empty"
    )
    origin: Literal["live", "history", "demo"] | None = Field(None, description="where the order comes from")
    unadopted: Flag | None = Field(
        None, description="open history that nobody has adopted: true finds it, false leaves it out"
    )
    q: Words | None = Field(None, description="words of two signs or more, all of them")
    phone: Annotated[str, Field(max_length=32)] | None = Field(
        None,
        description="of the reporter, whole; needs the action orders.find_by_phone, journalled",
        json_schema_extra={"pattern": "^$|^[^0-9]*([0-9][^0-9]*){7,}$"},
    )
    sort: Literal["-received", "received", "due"] = "-received"
    cursor: Cursor = ""
    limit: Annotated[int, Field(ge=1, le=200), BeforeValidator(whole)] = 50


NAMES = frozenset(field.alias or name for name, field in Wanted.model_fields.items())
LISTS = frozenset({"source", "state", "unit"})


@router.get(
    "/orders", auth=SEES, response={200: shapes.Items, **WRONG}, by_alias=True, operation_id="listOrders"
)
def list_orders(request: HttpRequest, wanted: Query[Wanted]) -> shapes.Items:
    """Orders the caller may see, latest first unless sorted otherwise. Past the end the list is empty."""
    refuse_unknown(request, NAMES - LISTS, lists=LISTS)
    caller = caller_of(request)
    page = orders.find_orders(
        caller.actor,
        filter_of(wanted),
        at=caller.at,
        sort=wanted.sort,
        cursor=opened(wanted.cursor),
        limit=wanted.limit,
    )
    return _listed(page, caller.at)


def _listed(page: orders.Page, at: datetime) -> shapes.Items:
    return shapes.Items(
        items=shapes.items_of(page, at),
        next=signed(page.next),
        total=page.total,
        total_is_exact=page.exact,
    )


def filter_of(wanted: Wanted) -> orders.Filter:
    """The filter of the door. Refused: source_unknown, range_malformed."""
    known = {code for code, _ in orders.every_source()} if wanted.source else set()
    for source in wanted.source:
        if source not in known:
            raise Refused("source_unknown", source=source)
    start, end = _range(wanted)
    return orders.Filter(
        sources=tuple(wanted.source),
        states=tuple(one.value for one in wanted.state),
        units=tuple(wanted.unit),
        area=wanted.area or "",
        class_prefix=wanted.class_ or "",
        overdue=wanted.overdue,
        open=wanted.open,
        received_from=start,
        received_to=end,
        phone=wanted.phone or "",
        q=wanted.q or "",
        origin=wanted.origin or "",
        adopt=wanted.unadopted,
    )


def _range(wanted: Wanted) -> tuple[datetime | None, datetime | None]:
    """`received` narrows what `received_from` and `received_to` allow."""
    start, end = wanted.received_from, wanted.received_to
    if wanted.received is None:
        return start, end
    first, dots, last = wanted.received.partition("..")
    if not dots:
        raise Refused("range_malformed", value=first[:40])
    if first:
        start = max(filter(None, (start, read_edge(first)[0])))
    if last:
        edge, day = read_edge(last)
        end = min(filter(None, (end, edge + timedelta(days=1) if day else edge)))
    return start, end


@router.get(
    "/orders/{number}",
    auth=Token(),
    response={200: shapes.Full, **ONE},
    by_alias=True,
    operation_id="getOrder",
)
def get_order(request: HttpRequest, number: str) -> shapes.Full:
    """One order with clocks and tasks; 404 alike whether it is absent or not visible."""
    caller = caller_of(request)
    order = orders.order_for(caller.actor, number, at=caller.at)
    return shapes.full(
        order,
        contact=_contact(caller, number),
        children=orders.children_of(caller.actor, number),
        suggestions=_suggestions(order, caller.at),
    )


def _suggestions(order: orders.OrderView, at: datetime) -> list[shapes.Suggestion]:
    """What the model thought while nobody has classed the order; a class today's catalogue lacks is no suggestion."""
    if order.class_code or not order.is_open:
        return []
    known = catalogue.content(catalogue.version_at(at)).by_code
    return [
        shapes.Suggestion(
            class_code=one.class_code, name=known[one.class_code].name, confidence=one.confidence
        )
        for one in intake.suggested_classes(order.id, order.source)
        if one.class_code in known
    ]


class Turning(Schema):
    """Which page of a list."""

    open: Flag | None = Field(None, description="true: only orders that are open")
    cursor: Cursor = ""
    limit: Annotated[int, Field(ge=1, le=200), BeforeValidator(whole)] = 50


@router.get(
    "/orders/{number}/same-reporter",
    auth=Token(),
    response={200: shapes.Items, **ONE, 422: Problem},
    by_alias=True,
    operation_id="listSameReporter",
)
def list_same_reporter(request: HttpRequest, number: str, turning: Query[Turning]) -> shapes.Items:
    """Other orders of the same reporter the caller may see, latest first. 403 where the reporter is a whistleblower."""
    refuse_unknown(request, set(Turning.model_fields))
    caller = caller_of(request)
    page = orders.same_reporter(
        caller.actor,
        number,
        open_only=bool(turning.open),
        cursor=opened(turning.cursor),
        limit=turning.limit,
    )
    return _listed(page, caller.at)


def _contact(caller: Caller, number: str) -> shapes.Contact | None:
    """Masked; a whistleblower (举报人) is not shown to those who handle."""
    found = orders.contact_of(caller.actor, number)
    return shapes.Contact(name=found.name, phone=found.phone) if found and not found.hidden else None


@router.get(
    "/orders/{number}/events", auth=Token(), response={200: shapes.Events, **ONE}, operation_id="listEvents"
)
def list_events(request: HttpRequest, number: str) -> shapes.Events:
    """The history, oldest first; contacts never, texts in the clear only for who handles the order while it is open."""
    caller = caller_of(request)
    events = orders.events_of(caller.actor, number, at=caller.at)
    return shapes.Events(items=[_event(one, caller) for one in events])


def _event(one: orders.EventView, caller: Caller) -> shapes.Event:
    """The dispatch trace is for people: names instead of codes."""
    event = shapes.event(one)
    if stored := event.facts.get("trace"):
        event.facts["trace"] = dispatch.in_words(stored, town=_town_of(caller), at=caller.at)
    return event


def _town_of(caller: Caller) -> str:
    hat = next(iter(caller.actor.hats), None)
    return people.unit_by_id(hat.unit).town if hat else people.first_town()


class Reason(Strict):
    """Why the clear words are needed; kept with the time and the person."""

    reason: Annotated[str, Field(min_length=2, max_length=200, pattern=r"^[^\x00]*[^\x00\s][^\x00]*$")]


def _may_reveal(request: HttpRequest, caller: Caller) -> None:
    """404 before 403 before the body."""
    named = request.resolver_match.kwargs if request.resolver_match else {}
    orders.check_reveal(caller.actor, named["number"])


@router.post(
    "/orders/{number}/reveal",
    auth=Token(check=_may_reveal),
    response={200: shapes.Revealed, **dict.fromkeys((400, 401, 403, 404, 409, 413, 422), Problem)},
    operation_id="reveal",
)
def reveal(request: HttpRequest, number: str, body: Reason) -> shapes.Revealed:
    """Contact and words in the clear, for a reason that is journalled; each call is one look."""
    caller = caller_of(request)
    return shapes.revealed(orders.reveal(caller.actor, number, reason=body.reason, at=caller.at))
