"""Orders of one reporter (同一诉求人): found by the keyed hash of the telephone, within what the asker may see.

Who may not see a 举报人 sees none of his orders here, and nothing beside one of them: no list ties him to other calls.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet

from townops.base import crypto, journal
from townops.base.db import write
from townops.kernel.actors import Actor
from townops.kernel.refusal import Refused
from townops.orders import paging, queries
from townops.orders.access import BY_PHONE, REVEAL, VIEW_ALL
from townops.orders.leading import Plain
from townops.orders.models import Order, OrderContact
from townops.orders.paging import Page
from townops.orders.reports import normal_phone

SHORTEST = 7
MOST = 2_000


def of_phone(
    actor: Actor, phone: str, *, at: datetime, open_only: bool = False, cursor: str = "", limit: int = 20
) -> Page:
    """Orders reported from a telephone, newest first; the search is journalled under the number's hash.

    Refused: not_permitted (who may not ask by telephone), phone_too_short, cursor_unreadable.
    """
    if not actor.holds(BY_PHONE):
        raise Refused("not_permitted", step="search")
    digits = normal_phone(phone)
    if len(digits) < SHORTEST:
        raise Refused("phone_too_short", least=SHORTEST)
    hashed = crypto.keyed_hash(digits)
    found = _page(actor, _orders_of([hashed]), open_only=open_only, cursor=cursor, limit=limit)
    with write():
        body = {"found": found.total}
        journal.append(kind="caller", key=hashed[:32], action="search", actor=actor, at=at, body=body)
    return found


def beside(actor: Actor, number: str, *, open_only: bool = False, cursor: str = "", limit: int = 20) -> Page:
    """Other orders of the reporter of this one, newest first. Refused: order_unknown, reporter_hidden."""
    row = queries.by_number(actor, number)
    return beside_row(actor, row, open_only=open_only, cursor=cursor, limit=limit)


def beside_row(
    actor: Actor, row: Order, *, open_only: bool = False, cursor: str = "", limit: int = 20
) -> Page:
    """The same for a row just read that the actor was found to see."""
    if row.informant and not actor.holds(REVEAL):
        raise Refused("reporter_hidden")
    own = OrderContact.objects.filter(order_id=row.id).exclude(phone_hash="").values("phone_hash")
    others = [one for one in _orders_of(own) if one != row.id]
    return _page(actor, others, open_only=open_only, cursor=cursor, limit=limit)


def _orders_of(hashes: Sequence[str] | QuerySet[OrderContact, Any]) -> list[int]:
    rows = OrderContact.objects.filter(phone_hash__in=hashes).values_list("order_id", flat=True)
    return list(rows.order_by("-order_id").distinct()[:MOST])


def _page(actor: Actor, orders: Sequence[int], *, open_only: bool, cursor: str, limit: int) -> Page:
    """These few lead by their keys; no other index is worth a look."""
    if not orders:
        return Page((), "", 0, True)
    rows = Order.objects.filter(id__in=orders).alias(plain_town=Plain(F("town_id")))
    rows = rows.filter(plain_town__in=queries.towns_of(actor))
    if not actor.holds(REVEAL):
        rows = rows.filter(informant=False)
    rows = rows.filter(is_open=True) if open_only else rows
    scopes = () if actor.holds(VIEW_ALL) else queries.scopes_of(actor)
    return paging.page(queries.within(rows, actor, scopes), cursor=cursor, limit=limit)
