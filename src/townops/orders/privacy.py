"""What of an order's personal data an actor may read now: one decision for pages, clients, lists and files (ADR 7).

Free text in the clear is for whoever handles the order, while it is open: the unit that answers for it, and the center's
clerks of its source. Everybody else reads it masked, and may read it once for a reason that is journalled, if his posts
hold `orders.reveal`. A whistleblower's words are masked for the unit too, whatever the order is called later (`informant`).
Who was spoken to is a contact: always masked.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from townops.base import crypto, journal, masking
from townops.base.db import write as transaction
from townops.kernel.actors import SYSTEM_PERSON, Actor, Hat
from townops.kernel.refusal import Refused
from townops.orders import sources
from townops.orders.access import REVEAL
from townops.orders.models import Order, OrderContact
from townops.orders.views import EventView, OrderView
from townops.people import api as people

CONTACTS: Final = frozenset({"who"})
HANDLING: Final = frozenset({"orders.handle", "orders.handle_on_spot", "orders.review_unit"})
DESK: Final = "orders.file"
AT_PLACE: Final = HANDLING | {DESK, "orders.accept", "orders.dispatch", "orders.verify", "orders.check"}
CENTER: Final = "center"
RESIDENT: Final = "resident"
SHORTEST_REASON: Final = 2


@dataclass(frozen=True, slots=True)
class ContactView:
    """Who reported, masked; `hidden` when not even that may be seen."""

    name: str
    phone: str
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Revealed:
    """Who reported, and every word of the order, in the clear."""

    name: str
    phone: str
    order: OrderView
    events: list[EventView]


def reads_plain(actor: Actor, row: Order) -> bool:
    """Whether free text is shown in the clear without being asked for."""
    if actor.person == SYSTEM_PERSON:
        return True
    return row.is_open and (_in_charge(actor, row) or _handles(actor, row))


def may_reveal(actor: Actor, row: Order) -> bool:
    """Whether he may read contact and words in the clear for a reason."""
    return _holds_reveal(actor, row) or (row.is_open and _handles(actor, row))


def check_reveal(actor: Actor, row: Order) -> None:
    """Refused: not_permitted, reporter_hidden."""
    if _holds_reveal(actor, row):
        return
    if row.informant:
        raise Refused("reporter_hidden")
    if not may_reveal(actor, row):
        raise Refused("not_permitted", step="reveal")


def note_reveal(actor: Actor, row: Order, *, reason: str, at: datetime) -> None:
    """Who looked, when and why. Refused: what `check_reveal` refuses, reason_missing."""
    check_reveal(actor, row)
    if len(reason.strip()) < SHORTEST_REASON:
        raise Refused("reason_missing")
    with transaction():
        body = {"number": row.number, "reason": reason.strip()[:200]}
        journal.append(kind="order_contact", key=row.id, action="reveal", actor=actor, at=at, body=body)


def order_shown(actor: Actor, row: Order, view: OrderView) -> OrderView:
    """The order as he may read it."""
    view = replace(view, title=masking.mask_text(view.title))
    if reads_plain(actor, row):
        return view
    text, answers = masking.mask_text(view.text), masking.mask_text(view.answers)
    view = replace(view, text=text, answers=answers, place_text=place_shown(actor, row))
    if row.is_open and goes_there(actor):
        return view
    lng, lat = point_masked(view.lng, view.lat)
    return replace(view, lng=lng, lat=lat)


def place_shown(actor: Actor, row: Order) -> str:
    """The place in words: to the house for who goes there or reads plainly, else to the road."""
    if reads_plain(actor, row):
        return row.place_text
    place = masking.mask_text(row.place_text)
    return place if row.is_open and goes_there(actor) else masking.mask_address(place)


def goes_there(actor: Actor) -> bool:
    """Whether he learns the very place of what is open: his work is there, or sends others there."""
    return actor.person == SYSTEM_PERSON or any(map(actor.holds, AT_PLACE))


def point_masked(lng: float | None, lat: float | None) -> tuple[float | None, float | None]:
    """To about a hundred metres, as the address is cut to its road."""
    return (None, None) if lng is None or lat is None else masking.mask_point(lng, lat)


def events_shown(actor: Actor, row: Order, events: Sequence[EventView]) -> list[EventView]:
    """The history as he may read it."""
    plain = reads_plain(actor, row)
    return [_event_shown(one, row, plain=plain) for one in events]


def text_shown(actor: Actor, row: Order, text: str) -> str:
    """One free text of an order as he may read it."""
    return text if reads_plain(actor, row) else masking.mask_text(text)


def contact_shown(actor: Actor, row: Order) -> ContactView | None:
    """The newest caller, masked; None when nobody left a contact."""
    return contacts_shown(actor, [row]).get(row.id)


def opened(row: Order) -> tuple[str, str]:
    """(name, phone) of the newest caller in the clear; for whoever has asked `note_reveal` before."""
    return _opened(OrderContact.objects.filter(order_id=row.id).order_by("-seq").first())


def contacts_shown(actor: Actor, rows: Sequence[Order]) -> dict[int, ContactView]:
    """As `contact_shown` for many orders in one statement; those without a caller are left out."""
    newest: dict[int, OrderContact] = {}
    for found in OrderContact.objects.filter(order_id__in=[row.id for row in rows]).order_by("seq"):
        newest[found.order_id] = found
    return {row.id: view for row in rows if (view := _contact(actor, row, newest.get(row.id)))}


def _contact(actor: Actor, row: Order, found: OrderContact | None) -> ContactView | None:
    if row.informant and not _holds_reveal(actor, row):
        return ContactView("", "", hidden=True)
    name, phone = _opened(found)
    return ContactView(masking.mask_name(name), masking.mask_phone(phone)) if name or phone else None


def _opened(found: OrderContact | None) -> tuple[str, str]:
    if found is None:
        return "", ""
    place = f"order:{found.order_id}:{found.seq}"
    name = crypto.unseal(bytes(found.name), f"{place}:name") if found.name else ""
    phone = crypto.unseal(bytes(found.phone), f"{place}:phone") if found.phone else ""
    return name, phone


def _event_shown(event: EventView, row: Order, *, plain: bool) -> EventView:
    texts = {
        name: text if plain and name not in CONTACTS else masking.mask_text(text)
        for name, text in event.texts.items()
    }
    person = event.person
    if row.source == RESIDENT and event.step == "report":  # who reported as a resident is no official
        person = "居民" if row.informant else masking.mask_name(person)
    return replace(event, texts=texts, person=person)


def _holds_reveal(actor: Actor, row: Order) -> bool:
    """By a post of the order's own town."""
    return any(_of_the_town(hat, row) for hat in actor.hats_with(REVEAL))


def _in_charge(actor: Actor, row: Order) -> bool:
    """A clerk of the center whose post takes in this source."""
    return sources.may_report(actor, row.source) and any(
        _of_the_town(hat, row) for hat in actor.hats_with(DESK)
    )


def _handles(actor: Actor, row: Order) -> bool:
    """A post that handles in the unit that answers for it now; in the center that is its clerks' part."""
    if row.informant or people.unit_by_id(row.unit_id).kind == CENTER:
        return False
    return any(hat.unit == row.unit_id and hat.permissions & HANDLING for hat in actor.hats)


def _of_the_town(hat: Hat, row: Order) -> bool:
    return people.unit_by_id(hat.unit).town == people.unit_by_id(row.unit_id).town
