"""What who reported sees of his own reports: how far they are and what he is answered, nothing that is only for those who handle."""

from dataclasses import dataclass
from datetime import datetime

from townops.kernel.actors import SYSTEM_PERSON, Actor
from townops.kernel.refusal import Refused
from townops.orders import paging
from townops.orders.access import VIEW_OWN
from townops.orders.domain.states import LOOKS, State
from townops.orders.models import Order, OrderEvent, OrderScope, OrderText
from townops.orders.rows import person_scope
from townops.people import api as people

REFUSED = frozenset({State.NOT_ACCEPTED.value, State.NOT_FILED.value})
ENDED = frozenset({State.CLOSED.value, State.ARCHIVED.value})


@dataclass(frozen=True, slots=True)
class OwnReport:
    """A report as its reporter sees it. `unit` answers for it now; `reply` only once it is ended; `due_at` only before."""

    number: str
    state: State
    word: str
    text: str
    place: str
    received_at: datetime
    unit: str
    due_at: datetime | None
    reply: str


@dataclass(frozen=True, slots=True)
class OwnPage:
    """Own reports, latest first; `next` is the cursor of what follows, "" at the end."""

    items: tuple[OwnReport, ...]
    next: str
    total: int


def own_reports(actor: Actor, *, cursor: str = "", limit: int = 50) -> OwnPage:
    """What the actor reported himself. Refused(not_permitted, cursor_unreadable)."""
    scope = _scope(actor)
    found = paging.page(Order.objects.all(), cursor=cursor, limit=limit, walk=paging.Walk([scope], {}))
    return OwnPage(tuple(map(_seen, found.rows)), found.next, found.total)


def own_report(actor: Actor, number: str) -> OwnReport:
    """One of them; Refused("order_unknown") alike for what is absent and what another reported."""
    scope = _scope(actor)
    readable = number.isascii() and number.isalnum()
    row = Order.objects.select_related("unit").filter(number=number).first() if readable else None
    if (
        row is None
        or not OrderScope.objects.filter(scope=scope, received_at=row.received_at, order_id=row.id).exists()
    ):
        raise Refused("order_unknown", number=number[:20] if readable else "")
    return _seen(row)


def _scope(actor: Actor) -> int:
    if actor.person == SYSTEM_PERSON or not actor.holds(VIEW_OWN):
        raise Refused("not_permitted", step="view_own")
    return person_scope(actor.person)


def _seen(row: Order) -> OwnReport:
    state = State(row.state)
    return OwnReport(
        number=row.number,
        state=state,
        word=LOOKS[state].word,
        text=_text(row, ("text",)),
        place=row.place_text,
        received_at=row.received_at,
        unit=people.unit_by_id(row.unit_id).name,
        due_at=row.due_at if row.is_open else None,
        reply=_reply(row),
    )


def _reply(row: Order) -> str:
    """The answer meant for the public: the newest reply of an ended order, the reason of one that was not taken."""
    if row.closed_at and row.state in {*ENDED, *REFUSED}:
        return _text(row, ("reply",)) or _refusal(row)
    return ""


def _refusal(row: Order) -> str:
    return _text(row, ("reason",), steps=("refuse", "refuse_filing"))


def _text(row: Order, names: tuple[str, ...], *, steps: tuple[str, ...] = ()) -> str:
    texts = OrderText.objects.filter(order_id=row.id, name__in=names, erased_at__isnull=True)
    if steps:
        taken = OrderEvent.objects.filter(order_id=row.id, step__in=steps).values("seq")
        texts = texts.filter(seq__in=taken)
    return texts.order_by("-seq").values_list("text", flat=True).first() or ""
