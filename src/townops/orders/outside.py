"""What stands outside the chain and is held by digests or numbers in it: texts, contacts, what the row shows, files, flow.

What was written before there was a digest is not proven; `unproven` says how many orders that concerns.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q

from townops.base import attachments
from townops.kernel.refusal import Refused
from townops.orders import flows
from townops.orders.domain.codec import load
from townops.orders.domain.facts import Digest, Facts, FactType
from townops.orders.domain.steps import STEPS
from townops.orders.erased import Erasure, erasures
from townops.orders.erasing import ERASED
from townops.orders.models import FlowVersion, Order, OrderContact, OrderEvent, OrderFile, OrderText
from townops.orders.proof import Break, contact_digest, files_digest, point_text, shown_text, text_digest
from townops.orders.reading import by_order

NOT_TEXTS = frozenset({"shown", "point", "contact", "flow", "files"})
REPORTING = frozenset({"report", "resend"})
NOBODY = contact_digest(None)


@dataclass(frozen=True, slots=True)
class Event:
    """One event: its step and what its body says; a body that cannot be read says nothing (the chain tells)."""

    order: int
    seq: int
    step: str
    facts: Facts

    def digest(self, name: str) -> str | None:
        value = self.facts.get(name)
        return value.sm3 if isinstance(value, Digest) else None

    @property
    def old(self) -> bool:
        """Whether it reported before contacts and files were under proof."""
        return self.step in REPORTING and self.digest("contact") is None


@dataclass(frozen=True, slots=True)
class Kept:
    """Everything stored beside the events of one order."""

    row: Order | None
    events: list[Event]
    texts: dict[tuple[int, str], OrderText]
    contacts: dict[int, OrderContact]
    files: set[tuple[int, str, int]]
    bytes_of: Mapping[int, str]
    gone: Sequence[Erasure]

    def erased(self, seq: int) -> bool:
        return any(one.seq is not None and one.covers(seq) for one in self.gone)


def breaks(orders: Sequence[int]) -> Iterator[Break]:
    """The first break of each kind of these orders."""
    said = flow_digests()
    for order, kept in _kept(orders).items():
        for look in (_texts, _contacts, _files, _shown, _point):
            if found := next(look(kept), None):
                yield Break(order, *found)
        if found := _flow(kept, said):
            yield Break(order, *found)


def unproven() -> int:
    """Orders from before title, place, point and contact were under proof."""
    digest = Q(body__contains='"shown":{"digest":')
    return OrderEvent.objects.filter(step="report").exclude(digest).count()


def flow_digests() -> dict[int, str]:
    """Every flow as it is stored now, not as this process remembers it."""
    return {row.id: flows.digest_of(row) for row in FlowVersion.objects.all()}


Found = tuple[int, str]


def _kept(orders: Sequence[int]) -> dict[int, Kept]:
    """Events first: what stands beside them may only grow meanwhile."""
    events = by_order(OrderEvent, orders, "seq")
    rows = Order.objects.in_bulk(list(orders))
    texts, contacts = by_order(OrderText, orders), by_order(OrderContact, orders)
    files = by_order(OrderFile, orders)
    gone = erasures(orders)
    numbers = (one.attachment for found in files.values() for one in found)
    stored = {number: row.sm3 for number, row in attachments.by_ids(numbers).items()}
    return {
        order: Kept(
            rows.get(order),
            [_event(one) for one in events.get(order, [])],
            {(one.seq, one.name): one for one in texts.get(order, [])},
            {one.seq: one for one in contacts.get(order, [])},
            {(one.seq, one.name, one.attachment) for one in files.get(order, [])},
            stored,
            gone.get(order, ()),
        )
        for order in orders
    }


def _event(row: OrderEvent) -> Event:
    try:
        facts: Mapping[str, object] = load(row.body)
    except (ValueError, LookupError, TypeError, AttributeError, Refused):
        facts = {}
    return Event(row.order_id, row.seq, row.step, facts)  # type: ignore[arg-type]


def _texts(kept: Kept) -> Iterator[Found]:
    expected = {
        (event.seq, name): value.sm3
        for event in kept.events
        for name, value in event.facts.items()
        if isinstance(value, Digest) and name not in NOT_TEXTS
    }
    for (seq, name), digest in expected.items():
        text = kept.texts.get((seq, name))
        if text is None:
            yield seq, "text_removed"
        elif reason := _text(kept, text, digest):
            yield seq, reason
    for seq, _ in sorted(kept.texts.keys() - expected.keys()):
        yield seq, "text_inserted"


def _text(kept: Kept, text: OrderText, digest: str) -> str:
    if text.erased_at is None:
        if kept.erased(text.seq):
            return "text_not_erased"
        return "" if text_digest(bytes(text.salt), text.text) == digest else "text_edited"
    if not any(one.covers(text.seq) and one.at == text.erased_at for one in kept.gone):
        return "text_erased_by_hand"
    return "text_edited" if text.text else ""


def _contacts(kept: Kept) -> Iterator[Found]:
    left = dict(kept.contacts)
    for event in kept.events:
        contact, digest = left.pop(event.seq, None), event.digest("contact")
        if digest is None:
            if contact is not None and not event.old:
                yield event.seq, "contact_inserted"
        elif reason := _contact(contact, digest, erased=kept.erased(event.seq)):
            yield event.seq, reason
    for seq in sorted(left):
        yield seq, "contact_inserted"


def _contact(contact: OrderContact | None, digest: str, *, erased: bool) -> str:
    if contact is None:
        return "" if digest == NOBODY else "contact_removed"
    if digest == NOBODY:
        return "contact_inserted"
    if erased:
        blank = not (contact.name or contact.phone or contact.phone_hash or contact.salt)
        return "" if blank else "contact_not_erased"
    return "" if contact_digest(contact) == digest else "contact_edited"


def _files(kept: Kept) -> Iterator[Found]:
    expected = {
        (event.seq, name, number)
        for event in kept.events
        for name in _file_names(event)
        for number in _numbers(event.facts.get(name))
    }
    old = {event.seq for event in kept.events if event.old}
    for seq, _, _ in sorted(expected - kept.files):
        yield seq, "file_removed"
    for seq, _, _ in sorted(kept.files - expected):
        if seq not in old:
            yield seq, "file_inserted"
    for event in kept.events:
        files = {number: kept.bytes_of.get(number, "") for seq, _, number in kept.files if seq == event.seq}
        if (digest := event.digest("files")) and files_digest(files) != digest:
            yield event.seq, "file_edited"


def _file_names(event: Event) -> list[str]:
    step = STEPS.get(event.step)
    needs = step.needs if step else ()
    return ["attachments", *(need.name for need in needs if need.type is FactType.FILE)]


def _numbers(value: object) -> tuple[int, ...]:
    stated = value if isinstance(value, tuple) else (value,)
    return tuple(one for one in stated if isinstance(one, int))


def _shown(kept: Kept) -> Iterator[Found]:
    """Title and place text against the newest event that set them."""
    event, row = _newest(kept, "shown"), kept.row
    if event is None or row is None:
        return
    salt = bytes(row.shown_salt or b"")
    if kept.erased(event.seq):
        if (row.title, row.place_text, salt) != (ERASED, "", b""):
            yield event.seq, "shown_not_erased"
    elif text_digest(salt, shown_text(row.title, row.place_text)) != event.digest("shown"):
        yield event.seq, "shown_edited"


def _point(kept: Kept) -> Iterator[Found]:
    event, row = _newest(kept, "point"), kept.row
    if event is None or row is None:
        return
    salt = bytes(row.point_salt or b"")
    if kept.erased(event.seq):
        if (row.lng, row.lat, salt) != (None, None, b""):
            yield event.seq, "point_not_erased"
    elif text_digest(salt, point_text(row.lng, row.lat)) != event.digest("point"):
        yield event.seq, "point_edited"


def _newest(kept: Kept, name: str) -> Event | None:
    return next((event for event in reversed(kept.events) if event.digest(name)), None)


def _flow(kept: Kept, said: Mapping[int, str]) -> Found | None:
    """The rules the order began under are stored as they were."""
    first = kept.events[0].digest("flow") if kept.events else None
    if first is None or kept.row is None or said.get(kept.row.flow) == first:
        return None
    return 1, "flow_edited"
