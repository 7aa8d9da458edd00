"""What goes out: orders, events, steps. Codes to compare, names to read; times in +08:00."""

from datetime import datetime
from typing import Annotated, Self

from ninja import Schema
from pydantic import Field, PlainSerializer, WithJsonSchema

from townops.areas import api as areas
from townops.kernel.instants import written
from townops.orders import api as orders
from townops.people import api as people

At = Annotated[
    datetime,
    PlainSerializer(written, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]


class Receipt(Schema):
    """What became of a report or a step."""

    number: str
    state: orders.State
    seq: int
    round: int
    responsible_unit: str = Field(description="code of the unit that answers for it now")
    basis: str = Field(description="why it is that unit")
    due_at: At | None = Field(description="of the primary clock; null once the order has ended")

    @classmethod
    def of(cls, order: orders.OrderView) -> Self:
        return cls.model_validate(_receipt(order))


class ReportReceipt(Receipt):
    """`block` null: outside the town or place unknown (地点待核实). `class` null: not classified yet."""

    block: str | None
    village: str | None
    class_code: str | None = Field(serialization_alias="class")

    @classmethod
    def after(cls, received: orders.Received) -> Self:
        """The receipt is the town's own: who may report need not be allowed to look."""
        now = received.standing
        return cls.model_construct(
            number=received.number,
            state=orders.State(now.state),
            seq=received.seq,
            round=now.round,
            responsible_unit=people.unit_by_id(now.unit).code,
            basis=now.basis,
            due_at=now.due_at,
            block=areas.area_by_id(now.block).code if now.block else None,
            village=areas.area_by_id(now.village).code if now.village else None,
            class_code=now.class_code or None,
        )


def _receipt(order: orders.OrderView) -> dict[str, object]:
    return {
        "number": order.number,
        "state": order.state,
        "seq": order.seq,
        "round": order.round,
        "responsible_unit": order.responsible.code,
        "basis": order.basis,
        "due_at": order.due_at,
    }


class Item(Schema):
    """An order in a list."""

    number: str
    external_number: str
    source: str
    origin: str
    state: orders.State
    state_word: str
    title: str
    received_at: At
    due_at: At | None
    outer_due_at: At | None
    closed_at: At | None
    overdue: bool
    is_open: bool
    responsible_unit: str
    main_unit: str | None
    basis: str
    town: str
    village: str | None
    block: str | None
    class_code: str | None = Field(serialization_alias="class")
    demand_type: str
    time_class: str
    severity: str
    round: int
    seq: int


class Items(Schema):
    """One page; `next` is the cursor of the following one, null at the end. Totals are exact up to 10,000."""

    items: list[Item]
    next: str | None
    total: int = Field(description="exact to 10,000, of a search by words to 500; see total_is_exact")
    total_is_exact: bool


class Clock(Schema):
    """A named clock; `used_seconds` and `limit_seconds` are counted seconds."""

    name: str
    round: int
    state: str = Field(description="running, paused or stopped")
    primary: bool
    started_at: At
    due_at: At
    overdue: bool
    used_seconds: int
    limit_seconds: int
    unit: str = Field(description="name of the unit whose clock it is")


class Task(Schema):
    """An assisting unit's part; `done_seq` is the event that ended it."""

    no: int
    unit: str
    round: int
    done_seq: int | None


class Contact(Schema):
    """Who reported, masked."""

    name: str
    phone: str


class Place(Schema):
    """Where, in CGCS2000 degrees."""

    lng: float | None
    lat: float | None
    crs: str = "cgcs2000"
    address: str


class Suggestion(Schema):
    """A class the model suggests; `confidence` in percent."""

    class_code: str = Field(serialization_alias="class")
    name: str
    confidence: int


class Answer(Schema):
    """What was asked of whoever reported, and what he answered."""

    question: str
    answer: str


class Full(Item):
    """An order with its text, clocks and tasks."""

    stage: str
    demand_inferred: bool = Field(description="demand_type was inferred from the words; a person files it")
    text: str
    answers: list[Answer] = Field(description="what its class needed to know, as it was answered")
    place: Place
    responsible_post: str
    holder: str = Field(description="name of the person who answers for it now")
    assisting: list[str]
    condition: int | None
    contact: Contact | None
    clocks: list[Clock]
    tasks: list[Task]
    children: list[str] = Field(description="numbers of orders merged into this one")
    suggestions: list[Suggestion] = Field(description="likeliest classes first, while nobody has classed it")


class Event(Schema):
    """One step as it happened."""

    seq: int
    step: str
    label: str
    person: str
    post: str
    unit: str
    from_unit: str
    to_unit: str
    state: orders.State
    at: At
    recorded_at: At
    facts: dict[str, str]
    texts: dict[str, str]
    files: list[int]
    hash: str


class Events(Schema):
    """The history, oldest first."""

    items: list[Event]


class Said(Schema):
    """One text of one event, in the clear."""

    seq: int
    name: str
    text: str


class Revealed(Schema):
    """Contact, address and every text of an order in the clear; that they were read is journalled."""

    name: str
    phone: str
    address: str
    texts: list[Said]


class Need(Schema):
    """A fact of a step. `type`: text int bool instant unit post class condition area order file enum:<a,b>;
    `many`: a list of them.
    """

    name: str
    type: str
    required: bool
    many: bool


class Step(Schema):
    """A step, whether the caller may take it now, and why not: `code` is stable, `reason` is for people."""

    name: str
    label: str
    allowed: bool
    code: str
    reason: str
    needs: list[Need]


def items_of(page: orders.Page, at: datetime) -> list[Item]:
    """The rows of a page; codes come from memory, no query per row."""
    return [
        Item(
            number=row.number,
            external_number=row.external_number,
            source=row.source,
            origin=row.origin,
            state=orders.State(row.state),
            state_word=orders.LOOKS[orders.State(row.state)].word,
            title=row.title,
            received_at=row.received_at,
            due_at=row.due_at,
            outer_due_at=row.outer_due_at,
            closed_at=row.closed_at,
            overdue=row.is_open and not row.is_unadopted and row.due_at is not None and row.due_at < at,
            is_open=row.is_open,
            responsible_unit=people.unit_by_id(row.unit_id).code,
            main_unit=people.unit_by_id(row.main_unit_id).code if row.main_unit_id else None,
            basis=row.basis,
            town=areas.area_by_id(row.town_id).code,
            village=areas.area_by_id(row.village_id).code if row.village_id else None,
            block=areas.area_by_id(row.block_id).code if row.block_id else None,
            class_code=row.class_code or None,
            demand_type=row.demand_type,
            time_class=row.time_class,
            severity=row.severity,
            round=row.round,
            seq=row.seq,
        )
        for row in page.rows
    ]


def full(
    order: orders.OrderView,
    *,
    contact: Contact | None,
    children: list[str],
    suggestions: list[Suggestion],
) -> Full:
    """The whole order, its words as the door of orders gave them."""
    more = {
        "state_word": order.word,
        "responsible_unit": order.responsible.code,
        "main_unit": order.main_unit.code if order.main_unit else None,
        "village": order.village.code if order.village else None,
        "block": order.block.code if order.block else None,
        "demand_inferred": order.value.inferred,
        "text": order.text,
        "answers": [Answer(question=question, answer=answer) for question, answer in order.asked],
        "place": Place(lng=order.lng, lat=order.lat, address=order.place_text),
        "assisting": list(order.assisting),
        "contact": contact,
        "clocks": [_clock(one) for one in order.clocks],
        "tasks": [
            Task(no=one.no, unit=people.unit_by_id(one.unit).code, round=one.round, done_seq=one.done_seq)
            for one in order.value.tasks
        ],
        "children": children,
        "suggestions": suggestions,
    }
    return Full.model_validate({name: getattr(order, name) for name in SAME} | more)


SAME = (
    "number", "external_number", "source", "origin", "state", "title", "received_at", "due_at",
    "outer_due_at", "closed_at", "overdue", "is_open", "basis", "town", "class_code", "demand_type",
    "time_class", "severity", "round", "seq", "stage", "responsible_post", "holder", "condition",
)  # fmt: skip


def _clock(clock: orders.ClockView) -> Clock:
    return Clock(
        name=clock.name,
        round=clock.round,
        state=clock.state,
        primary=clock.primary,
        started_at=clock.started_at,
        due_at=clock.due_at,
        overdue=clock.overdue,
        used_seconds=clock.used,
        limit_seconds=clock.limit,
        unit=clock.unit,
    )


def event(one: orders.EventView) -> Event:
    """An event, its words as the door of orders gave them."""
    same = {name: getattr(one, name) for name in EVENT}
    whole = {"texts": dict(one.texts), "facts": dict(one.facts), "files": list(one.files)}
    return Event.model_validate(same | whole)


def revealed(seen: orders.Revealed) -> Revealed:
    """What was revealed: every text of the history in the clear."""
    texts = [
        Said(seq=one.seq, name=name, text=text) for one in seen.events for name, text in one.texts.items()
    ]
    return Revealed(name=seen.name, phone=seen.phone, address=seen.order.place_text, texts=texts)


EVENT = tuple(Event.model_fields)


class OwnReport(Schema):
    """A report as its reporter sees it; `unit` answers for it now, `reply` stands once it is ended, `due_at` until then."""

    number: str
    state: orders.State
    word: str
    text: str
    place: str
    received_at: At
    unit: str
    due_at: At | None
    reply: str

    @classmethod
    def of(cls, one: orders.OwnReport) -> Self:
        return cls(**{field: getattr(one, field) for field in cls.model_fields})


class OwnReports(Schema):
    """The caller's own reports, latest first."""

    items: list[OwnReport]
    next: str | None
    total: int
