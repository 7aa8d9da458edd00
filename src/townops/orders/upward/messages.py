"""Messages to the district as clerks and adapters see them: what waits, for how long, with what words (X0)."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet

from townops.areas import api as areas
from townops.base.canonical import dump
from townops.base.models import Job
from townops.kernel.actors import Actor
from townops.kernel.refusal import Refused
from townops.orders import flows, privacy, queries
from townops.orders.domain.states import State
from townops.orders.models import Order, Upward
from townops.orders.upward import wording
from townops.orders.upward.telling import Spoken, tellings
from townops.orders.upward.wording import Prepared
from townops.people import api as people

UPWARD: Final = "orders.upward"
TASK: Final = "orders.send_up"
UNSENT: Final = ("ready", "sending")
CHUNK: Final = 500
BATCH: Final = "P"  # the letter of batch numbers such as 2611P000001, kept in `sent_by`


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an adapter could not send: the last error, how often it tried, whether it has given up."""

    error: str
    attempts: int
    given_up: bool


@dataclass(frozen=True, slots=True)
class Message:
    """One message to the district.

    `kind` reply, extension, return or closing; `status` ready (unsent), sending, sent, received (with receipt) or
    answered; `text` the words to send; `how` file, api, text or phone, `batch` the number of the file it went with;
    `superseded`: the order is in a later round. `failure` None unless an adapter failed and it is still unsent.
    """

    order: int
    seq: int
    number: str
    external_number: str
    source: str
    origin: str
    kind: str
    round: int
    superseded: bool
    title: str
    text: str
    said: Prepared
    made_at: datetime
    age: timedelta
    outer_due_at: datetime | None
    status: str
    sent_at: datetime | None
    how: str
    batch: str
    receipt: str
    failure: Failure | None

    @property
    def key(self) -> str:
        """Stays the same when a message is sent again: the peer takes it once."""
        return f"{self.number}-{self.seq}"

    @property
    def kind_word(self) -> str:
        return wording.KINDS[self.kind]

    @property
    def unsent(self) -> bool:
        return self.status in UNSENT


def waiting(actor: Actor, source: str = "", *, at: datetime) -> list[Message]:
    """Every message that is not settled, of one source or all: unsent first, oldest first.

    Settled: answered; a reply with its receipt unless the district still has to close; one sent in an earlier round.
    Refused: not_permitted, source_unknown.
    """
    rows = unsettled(towns_of(actor), known_source(source))
    gone = ExpressionWrapper(~Q(status__in=UNSENT), output_field=BooleanField())
    return gather(rows.annotate(gone=gone).order_by("gone", "made_at", "order_id", "seq"), at=at)


def ready_text(actor: Actor, number: str, seq: int | None = None) -> str:
    """The ready-made text to copy, in the district's field order; without `seq` as a reply made now would read.

    A message that still has to be sent, received or answered reads as it is; what is settled, as the actor may read it.

    Refused: not_permitted, order_unknown, message_unknown.
    """
    towns_of(actor)
    order = queries.by_number(actor, number)
    if seq is None:
        reply = wording.ready(_said(order, None, _spoken([order])), "reply")
        return privacy.text_shown(actor, order, reply)
    row = message_row(order, seq)
    text = wording.ready(_said(order, row.seq, _spoken([order])), row.kind)
    open_still = unsettled([order.town_id]).filter(order_id=order.id, seq=seq).exists()
    return text if open_still else privacy.text_shown(actor, order, text)


def message_row(order: Order, seq: int) -> Upward:
    """The stored message; Refused("message_unknown")."""
    row = Upward.objects.filter(order_id=order.id, seq=seq).first()
    if row is None:
        raise Refused("message_unknown", number=order.number, seq=seq)
    return row


def unsettled(towns: Collection[int], source: str = "") -> QuerySet[Upward]:
    """Messages somebody still has to send, receipt or answer."""
    order = Order.objects.filter(id=OuterRef("order_id"))
    awaiting = Exists(order.filter(state=State.AWAITING_AUTHORITY.value))
    later = Exists(order.filter(round__gt=OuterRef("round")))
    rows = Upward.objects.filter(town__in=towns).exclude(status="answered")
    rows = rows.filter(source=source) if source else rows
    return rows.exclude(Q(kind="reply", status="received") & ~awaiting).exclude(
        Q(status__in=("sent", "received")) & later
    )


def gather(rows: Iterable[Upward], *, at: datetime) -> list[Message]:
    """Stored messages with their orders, words and failures: five queries for each five hundred."""
    found: list[Message] = []
    every = iter(rows)
    while chunk := list(islice(every, CHUNK)):
        found += _gathered(chunk, at)
    return found


def towns_of(actor: Actor) -> list[int]:
    """Towns the actor may speak for; Refused("not_permitted")."""
    codes = {people.unit_by_id(hat.unit).town for hat in actor.hats_with(UPWARD)}
    if not codes:
        raise Refused("not_permitted", step="upward")
    return [areas.area(code).id for code in sorted(codes)]


def known_source(source: str) -> str:
    """The source as given; Refused("source_unknown"). Empty stays empty."""
    if source and source not in {code for code, _ in flows.sources()}:
        raise Refused("source_unknown", source=source)
    return source


def payload_of(order: int, seq: int) -> dict[str, int]:
    """What the sending task of a message is called with."""
    return {"order": order, "seq": seq}


def failures() -> dict[str, Failure]:
    """What sending tasks report, by payload. Finished tasks are gone, so these are few."""
    rows = Job.objects.filter(name=TASK, attempts__gt=0).exclude(last_error="")
    told = rows.values_list("payload", "last_error", "attempts", "state")
    return {payload: Failure(error, tries, state == Job.State.DEAD) for payload, error, tries, state in told}


def _gathered(rows: Sequence[Upward], at: datetime) -> Iterator[Message]:
    orders = {one.id: one for one in Order.objects.filter(id__in={row.order_id for row in rows})}
    spoken = _spoken(orders.values())
    failed = failures() if any(row.status in UNSENT for row in rows) else {}
    return (_message(row, orders[row.order_id], spoken, failed, at) for row in rows)


def _message(
    row: Upward, order: Order, spoken: Spoken, failed: Mapping[str, Failure], at: datetime
) -> Message:
    said = _said(order, row.seq, spoken)
    by_file = row.sent_by[4:5] == BATCH
    return Message(
        order=row.order_id,
        seq=row.seq,
        number=order.number,
        external_number=order.external_number,
        source=row.source,
        origin=order.origin,
        kind=row.kind,
        round=row.round,
        superseded=order.round > row.round,
        title=order.title,
        text=_own_text(row, spoken) or wording.ready(said, row.kind),
        said=said,
        made_at=row.made_at,
        age=at - row.made_at,
        outer_due_at=order.outer_due_at,
        status=row.status,
        sent_at=row.sent_at,
        how="file" if by_file else row.sent_by,
        batch=row.sent_by if by_file else "",
        receipt=row.receipt,
        failure=failed.get(dump(payload_of(row.order_id, row.seq))) if row.status in UNSENT else None,
    )


def _own_text(row: Upward, spoken: Spoken) -> str:
    own = next((one for one in spoken.get(row.order_id, []) if one.seq == row.seq), None)
    return own.texts.get("reply" if row.kind == "reply" else "reason", "") if own else ""


def _said(order: Order, seq: int | None, spoken: Spoken) -> Prepared:
    own = wording.prepared(spoken.get(order.id, []), until=seq)
    if order.parent is None:
        return own
    return wording.with_parent(own, wording.prepared(spoken.get(order.parent, [])))


def _spoken(orders: Collection[Order]) -> Spoken:
    wanted = {one.id for one in orders}
    return tellings(wanted | {one.parent for one in orders if one.parent})
