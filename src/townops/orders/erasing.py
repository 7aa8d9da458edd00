"""Erasing what is personal: text, title, place, point, contact and their salts go, the chain stays and the journal says so."""

from datetime import datetime

from townops.base import journal, outbox
from townops.base.db import write as transaction
from townops.kernel.actors import Actor
from townops.orders.erased import ACTION, KIND
from townops.orders.jobs import index
from townops.orders.models import Order, OrderContact, OrderText

ERASED = "（已清除）"


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
