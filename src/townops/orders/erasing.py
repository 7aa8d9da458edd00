"""Erasing what is personal: text, title, place, point, contact and their salts go, the chain stays and the journal says so."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from townops.base import journal, outbox
from townops.base.db import write as transaction
from townops.kernel.actors import Actor
from townops.orders.jobs import index
from townops.orders.models import Order, OrderContact, OrderText

KIND = "order_contact"
ACTION = "erase"
ERASED = "（已清除）"


@dataclass(frozen=True, slots=True)
class Erasure:
    """One erasure as the journal tells it: of everything up to event `seq`; None in entries that did not say."""

    at: datetime
    seq: int | None

    def covers(self, seq: int) -> bool:
        return self.seq is None or seq <= self.seq


def erase_texts(order_id: int, *, actor: Actor, at: datetime) -> int:
    """Erase the free texts and contacts of an order; its chain still proves what happened. Returns how many texts.

    Salts go too: a short text or a point could be guessed from digest and salt.
    """
    with transaction():
        row = Order.objects.select_for_update().get(id=order_id)
        rows = OrderText.objects.filter(order_id=order_id, erased_at__isnull=True)
        erased = rows.update(text="", salt=b"", erased_at=at)
        OrderContact.objects.filter(order_id=order_id).update(name=b"", phone=b"", phone_hash="", salt=b"")
        Order.objects.filter(id=order_id).update(
            title=ERASED, place_text="", lng=None, lat=None, shown_salt=b"", point_salt=b""
        )
        body = {"texts": erased, "seq": row.seq}
        journal.append(kind=KIND, key=order_id, action=ACTION, actor=actor, at=at, body=body)
        outbox.publish("orders.erased", order_id, {"order": order_id, "number": row.number}, at)
        index([order_id])
    return erased


def erased_since(at: datetime) -> set[int]:
    """Orders erased at this moment or later."""
    return {int(key) for key in journal.keys_since(KIND, at, action=ACTION)}


def erasures(orders: Collection[int]) -> dict[int, list[Erasure]]:
    """What the journal says was erased, by order."""
    found: dict[int, list[Erasure]] = {}
    for entry in journal.entries(KIND, orders, action=ACTION):
        found.setdefault(int(entry.key), []).append(Erasure(entry.at, entry.body.get("seq")))
    return found
