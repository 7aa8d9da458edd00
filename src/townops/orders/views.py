"""What pages and clients see of an order: values with codes and names, no rules."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from townops.areas import api as areas
from townops.kernel import clocks as k
from townops.kernel.instants import written
from townops.kernel.workdays import ExplainedSpan
from townops.orders.domain.asked import Asked, unpacked
from townops.orders.domain.codec import load as load_facts
from townops.orders.domain.facts import Digest, Parent, Party, Place, Standard, Subject, Value
from townops.orders.domain.order import Named, Order
from townops.orders.domain.settle import primary
from townops.orders.domain.states import LOOKS, State
from townops.orders.domain.step import said_of
from townops.orders.domain.steps import STEPS
from townops.orders.domain.taken import ASKED, AVOIDS, INFERRED, OVERRULES, REPLY_WAITS, WAITS
from townops.orders.models import Order as Row
from townops.orders.models import OrderEvent, OrderFile, OrderText
from townops.orders.store import Loaded
from townops.people import api as people

TOLD = ("text", "answers")
FOR_THE_PROOF = frozenset(
    {"attachments", "marks", "message_seq", "own", ASKED, AVOIDS, INFERRED, OVERRULES, REPLY_WAITS, WAITS}
)  # files are shown as files


@dataclass(frozen=True, slots=True)
class ClockView:
    """One clock: `state` running, paused or stopped; seconds are counted seconds."""

    name: str
    round: int
    due_at: datetime
    started_at: datetime
    state: str
    overdue: bool
    used: int
    limit: int
    primary: bool
    unit: str
    explanation: tuple[ExplainedSpan, ...]


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order as it stands. Codes where clients compare, names where people read."""

    id: int
    number: str
    external_number: str
    source: str
    origin: str
    state: State
    word: str
    stage: str
    seq: int
    round: int
    title: str
    text: str
    town: str
    village: areas.AreaView | None
    block: areas.AreaView | None
    lng: float | None
    lat: float | None
    place_text: str
    responsible: people.UnitView
    responsible_post: str
    holder: str
    basis: str
    main_unit: people.UnitView | None
    assisting: tuple[str, ...]
    class_code: str | None
    condition: int | None
    demand_type: str
    time_class: str
    severity: str
    received_at: datetime
    due_at: datetime | None
    near_at: datetime | None
    outer_due_at: datetime | None
    closed_at: datetime | None
    overdue: bool
    is_open: bool
    clocks: tuple[ClockView, ...]
    value: Order
    answers: str = ""

    @property
    def asked(self) -> Asked:
        """(question, answer) of what its class needed to know."""
        return unpacked(self.answers)


@dataclass(frozen=True, slots=True)
class EventView:
    """One step as it happened: who under which post, from whose hand to whose, with its facts in words."""

    seq: int
    step: str
    label: str
    person: str
    post: str
    unit: str
    from_unit: str
    to_unit: str
    state: State
    at: datetime
    recorded_at: datetime
    facts: Mapping[str, str]
    texts: Mapping[str, str]
    files: tuple[int, ...]
    hash: str


def order_view(loaded: Loaded, at: datetime, *, words: Mapping[str, str] | None = None) -> OrderView:
    """The order with names looked up from memory; a query for its words (text, answers) unless they are given."""
    row, order = loaded.row, loaded.value
    told = _words(order.id) if words is None else words
    leading = primary(order, loaded.flow)
    responsible = people.unit_by_id(order.responsible.unit)
    return OrderView(
        id=order.id,
        number=row.number,
        external_number=row.external_number,
        source=order.source,
        origin=order.origin,
        state=order.state,
        word=LOOKS[order.state].word,
        stage=LOOKS[order.state].stage,
        seq=order.seq,
        round=order.round,
        title=row.title,
        text=told.get("text", ""),
        town=areas.area_by_id(order.town).code,
        village=areas.area_by_id(order.place.village) if order.place.village else None,
        block=areas.area_by_id(order.place.block) if order.place.block else None,
        lng=row.lng,
        lat=row.lat,
        place_text=row.place_text,
        responsible=responsible,
        responsible_post=people.post_by_id(order.responsible.post).name if order.responsible.post else "",
        holder=people.holder(order.responsible.unit, order.responsible.post, at).name,
        basis=order.responsible.basis.value,
        main_unit=people.unit_by_id(order.main.unit) if order.main else None,
        assisting=tuple(people.unit_by_id(party.unit).name for party in order.assisting),
        class_code=order.class_code,
        condition=order.standard.condition if order.standard else None,
        demand_type=order.demand_type,
        time_class=order.time_class,
        severity=order.severity,
        received_at=order.received_at,
        due_at=leading.clock.due_at if leading else None,
        near_at=row.near_at,
        outer_due_at=order.outer_due_at,
        closed_at=order.closed_at,
        overdue=bool(leading and k.is_overdue(leading.clock, at)),
        is_open=order.is_open,
        clocks=tuple(_clock(named, loaded, leading, at) for named in order.clocks),
        value=order,
        answers=told.get("answers", ""),
    )


def _words(order: int) -> dict[str, str]:
    """The newest text that was reported and the newest answers."""
    rows = OrderText.objects.filter(order_id=order, name__in=TOLD).order_by("seq")
    return dict(rows.values_list("name", "text"))


def _clock(named: Named, loaded: Loaded, leading: Named | None, at: datetime) -> ClockView:
    clock, calendar = named.clock, loaded.flow.calendars[named.clock.calendar]
    state = "stopped" if clock.stopped_at else "paused" if clock.paused_at else "running"
    return ClockView(
        name=named.name,
        round=named.round,
        due_at=clock.due_at,
        started_at=clock.started_at,
        state=state,
        overdue=k.is_overdue(clock, at),
        used=k.used_at(clock, calendar, at),
        limit=k.counted_limit(clock, calendar),
        primary=leading is not None and leading.no == named.no,
        unit=people.unit_by_id(named.unit).name,
        explanation=k.explanation(clock, calendar),
    )


def event_views(row: Row, stored: Sequence[OrderEvent] | None = None) -> list[EventView]:
    """The history of an order with texts in the clear; masking is the edge's. `stored`: its events, if at hand."""
    events = OrderEvent.objects.filter(order_id=row.id).order_by("seq") if stored is None else stored
    events = list(events)
    texts: dict[int, dict[str, str]] = {}
    for text in OrderText.objects.filter(order_id=row.id):
        texts.setdefault(text.seq, {})[text.name] = text.text if text.erased_at is None else "（已清除）"
    files: dict[int, list[int]] = {}
    for seq, attachment in OrderFile.objects.filter(order_id=row.id).values_list("seq", "attachment"):
        files.setdefault(seq, []).append(attachment)
    names = people.persons({event.person for event in events})
    signed = signatures(events)
    return [
        _event(
            event,
            names,
            texts.get(event.seq, {}),
            tuple(files.get(event.seq, ())),
            signed=event.seq in signed,
        )
        for event in events
    ]


def signatures(events: Sequence[OrderEvent]) -> set[int]:
    """Where a leader signed what the center had signed before him: a review that follows one which left the order waiting."""
    found, waits = set(), False
    for event in events:
        review = event.step == "review_center"
        if review and waits:
            found.add(event.seq)
        waits = (waits or review) and event.state == State.CENTER_REVIEW
    return found


def _event(
    event: OrderEvent,
    names: Mapping[int, people.PersonView],
    texts: Mapping[str, str],
    files: tuple[int, ...],
    *,
    signed: bool,
) -> EventView:
    person = names[event.person].name if event.person in names else "系统"
    return EventView(
        seq=event.seq,
        step=event.step,
        label=said_of(STEPS[event.step], signed=signed),
        person=person,
        post=people.post_by_id(event.post).name if event.post else "",
        unit=people.unit_by_id(event.unit).name,
        from_unit=people.unit_by_id(event.from_unit).name,
        to_unit=people.unit_by_id(event.to_unit).name,
        state=State(event.state),
        at=event.at,
        recorded_at=event.recorded_at,
        facts={
            name: said
            for name, value in load_facts(event.body).items()
            if name not in FOR_THE_PROOF and (said := _said(value))
        },
        texts=texts,
        files=files,
        hash=bytes(event.hash).hex(),
    )


def _said(value: Value) -> str:
    """A fact in words or codes; digests and what only rules need say nothing."""
    if isinstance(value, tuple):
        return "、".join(said for item in value if (said := _said(item)))
    if value is None or isinstance(value, Digest):
        return ""
    word = next((say for kind, say in SAYINGS.items() if isinstance(value, kind)), str)
    return word(value)


def _place(place: Place) -> str:
    area = place.block or place.village
    return areas.area_by_id(area).name if area else ""


SAYINGS: dict[type, Callable[[Any], str]] = {
    Party: lambda party: people.unit_by_id(party.unit).name,
    Standard: lambda standard: standard.class_code,
    Subject: lambda subject: subject.class_code,
    Place: _place,
    datetime: written,
    Parent: lambda parent: str(parent.order),
}
