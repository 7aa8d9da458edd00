"""What orders do by themselves: the watch, the sealing of leaves, the search index."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from townops.base import batches, contacts, outbox, search, sql
from townops.base.db import write as transaction
from townops.base.jobs import enqueue, job, task
from townops.orders import borders, bulk, calendar, calendar_trial, notices, proof, succession, upward
from townops.orders.domain.notices import STEPS_TOLD
from townops.orders.models import Order, OrderText
from townops.orders.watch import watch

CHUNK = 500
MASKED = re.compile(r"[0-9-]*\*{2,}[0-9Xx]*")
TEXTS = (
    f"SELECT order_id, text FROM {OrderText._meta.db_table}"  # noqa: S608
    " WHERE order_id IN ({}) AND name IN ('text', 'result') AND erased_at IS NULL ORDER BY order_id, seq, name"
)
SHOWN = (
    f"SELECT id, number, external_number, title, place_text FROM {Order._meta.db_table}"  # noqa: S608
    " WHERE id IN ({})"
)
WORDY = frozenset({"resend", "relocate", "submit"})


@job("orders.watch", every=timedelta(seconds=5))
def watch_orders(at: datetime) -> None:
    """Fire marks and silences that are due."""
    watch(at)


@job("orders.seal", every=timedelta(minutes=1))
def seal_leaves(at: datetime) -> None:
    """Seal every event written since the last minute."""
    proof.seal(at)


@job("orders.upward", every=timedelta(seconds=30))
def sweep_upward(at: datetime) -> None:
    """Ask for the sending of messages to the district that have an adapter."""
    upward.sweep(at)


@task(upward.TASK)
def send_up(payload: dict[str, Any], at: datetime) -> None:
    """Carry one message to the district; an error is tried again, then given up and shown."""
    upward.send(payload["order"], payload["seq"], at)


@task(calendar.TASK)
def follow_calendar(_payload: dict[str, Any], at: datetime) -> None:
    """Move the clocks of open orders to the calendar that was just published."""
    calendar.recalendar(at)


@outbox.subscriber("people.unit_ended", name="orders.unit_ended")
def unit_ended(news: Sequence[outbox.Piece]) -> None:
    """Ask for the open orders of a unit that ended to be handed over."""
    for piece in news:
        handed = {"ended": piece.body["ended"], "heir": piece.body["heir"]}
        enqueue(succession.TASK, handed, run_at=piece.at)


@task(succession.TASK)
def hand_over(payload: dict[str, Any], at: datetime) -> None:
    """Hand the open orders of a unit that ended to its successor."""
    succession.succeed(payload["ended"], payload["heir"], at)


@outbox.subscriber("areas.changed", name="orders.borders_changed")
def borders_changed(news: Sequence[outbox.Piece]) -> None:
    """Ask for the open orders of a town to follow its new borders."""
    for piece in news:
        enqueue(borders.TASK, {"town": piece.body["town"]}, run_at=piece.at)


@task(borders.TASK)
def follow_borders(payload: dict[str, Any], at: datetime) -> None:
    """Give open orders the place and the unit that today's borders give them."""
    borders.follow(payload["town"], at)


@outbox.subscriber("orders.created", name="orders.index_created")
def index_created(news: Sequence[outbox.Piece]) -> None:
    """Make new orders findable by their words."""
    index([int(piece.key) for piece in news])


@outbox.subscriber("orders.stepped", name="orders.index_stepped", when=lambda body: body["step"] in WORDY)
def index_stepped(news: Sequence[outbox.Piece]) -> None:
    """Steps that bring words a person would search for."""
    index(list({int(piece.key) for piece in news if piece.body["step"] in WORDY}))


@outbox.subscriber("orders.stepped", name="orders.notify", when=lambda body: body["step"] in STEPS_TOLD)
def notify(news: Sequence[outbox.Piece]) -> None:
    """Tell people what concerns them."""
    notices.notify(news)


def index_all() -> int:
    """Make every order findable anew; returns how many. After a demo was built or an index was lost."""
    ids = list(Order.objects.order_by("id").values_list("id", flat=True))
    for start in range(0, len(ids), CHUNK):
        with transaction():
            index(ids[start : start + CHUNK])
    return len(ids)


def index(orders: list[int]) -> None:
    """Write the search text of these orders: numbers, title, place, every text of the report.

    Telephone and identity numbers are not in it, only signs made of their keyed hashes.
    """
    if not orders:
        return
    texts: dict[int, list[str]] = {}
    places = ", ".join(["%s"] * len(orders))
    for order, text in sql.values(TEXTS.format(places), orders):
        texts.setdefault(order, []).append(text)
    rows = sql.values(SHOWN.format(places), orders)
    search.index_many(
        "order", {row[0]: _indexed(row[1:3], (*row[3:], *texts.get(row[0], []))) for row in rows}
    )


def _indexed(numbers: Sequence[str], words: Sequence[str]) -> str:
    """Each text by itself, so that nothing is read across two; what a mask left of a number is left out too."""
    return "\n".join([*numbers, *(MASKED.sub(" ", contacts.tokenised(one)) for one in words)])


batches.on_item(bulk.KIND)(bulk.take_one)
batches.whole(calendar_trial.KIND)(calendar_trial.run)
