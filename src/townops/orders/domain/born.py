"""How an order begins: the value before its first event, and the first event itself."""

from dataclasses import dataclass
from datetime import datetime

from townops.orders.domain.decide import Decision
from townops.orders.domain.evolve import evolve
from townops.orders.domain.facts import Facts, Place, Value
from townops.orders.domain.flow import Flow
from townops.orders.domain.order import Basis, Order, Responsible
from townops.orders.domain.states import State
from townops.orders.domain.taken import Taken


@dataclass(frozen=True, slots=True)
class Birth:
    """What a report brings: `asked` is the (unit, post) asked first, None when nobody was (a sensor, a file)."""

    id: int
    town: int
    source: str
    origin: str
    received_at: datetime
    outer_due_at: datetime | None
    place: Place
    asked: tuple[int, int | None] | None


def born(flow: Flow, birth: Birth) -> Order:
    """The order before anything happened to it: seq 0, held by whoever was asked first (首问)."""
    center = flow.center
    unit, post = birth.asked or (center.unit, center.shift_post)
    return Order(
        id=birth.id,
        town=birth.town,
        source=birth.source,
        flow=flow.version,
        origin=birth.origin,
        state=State.REPORTED,
        seq=0,
        round=1,
        responsible=Responsible(unit, post, Basis.FIRST_ASKED),
        received_at=birth.received_at,
        place=birth.place,
        outer_due_at=birth.outer_due_at,
        outer_given=birth.outer_due_at is not None,
    )


def report(flow: Flow, birth: Birth, facts: Facts, *, person: int, at: datetime) -> Decision:
    """The first decision: the order exists, first-asked liable, its acceptance clock running."""
    before = born(flow, birth)
    unit, post = before.responsible.unit, before.responsible.post
    stated: dict[str, Value] = {
        "calendar": flow.calendar_version,
        "received_at": birth.received_at,
        "outer_due_at": birth.outer_due_at,
        "area": birth.place,
        "source": birth.source,
        "origin": birth.origin,
        "town": birth.town,
        **facts,
    }
    taken = Taken("report", 1, person, unit, post, 0, at, stated)
    return Decision(before, evolve(flow, before, taken), taken, flow)
