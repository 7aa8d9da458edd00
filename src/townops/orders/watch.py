"""The watch: one indexed scan of `next_mark_at <= at`; fires marks once and takes the steps that silence demands."""

from collections.abc import Iterator
from datetime import datetime

from townops.base import calendars, outbox
from townops.base.db import write as transaction
from townops.kernel.actors import MAIN_LEADER
from townops.kernel.refusal import Refused
from townops.orders import marks, store, system
from townops.orders.domain.decide import decide
from townops.orders.domain.order import Named
from townops.orders.domain.states import ENDED, State
from townops.orders.drafts import Draft
from townops.orders.models import Order, OrderClock, OrderMark
from townops.orders.steps import draft_step
from townops.orders.store import Loaded
from townops.orders.write import PAST, write

BATCH = 50
DUE = marks.DUE


def watch(at: datetime, *, recorded_at: datetime | None = None, most: int = 5000) -> int:
    """Look at every order that is due a look at `at`; returns how many. Safe to run twice: a mark fires once."""
    done = 0
    while done < most:
        rows = list(Order.objects.filter(next_mark_at__lte=at).order_by("next_mark_at")[:BATCH])
        for row in rows:
            look(row, at, recorded_at=recorded_at or at)
        done += len(rows)
        if len(rows) < BATCH:
            break
    return done


def next_look_at() -> datetime | None:
    """When the watch has something to do next."""
    return (
        Order.objects.filter(next_mark_at__isnull=False)
        .order_by("next_mark_at")
        .values_list("next_mark_at", flat=True)
        .first()
    )


def due_orders(at: datetime) -> set[int]:
    """Ids of the orders the watch would look at now."""
    return set(Order.objects.filter(next_mark_at__lte=at).values_list("id", flat=True))


def look(row: Order, at: datetime, *, recorded_at: datetime) -> None:
    """Fire what is due on one order. Somebody acting at the same moment wins; the next scan looks again."""
    loaded = store.load(row)
    try:
        for name, raw in _silences(loaded, at):
            draft = draft_step(loaded, name, actor=system.actor(loaded.flow.center), at=at, raw=raw)
            write([draft], recorded_at=recorded_at)
            return
        _fire(loaded, at, recorded_at)
    except Refused as refused:
        if refused.code != "stale_version":
            raise


def _silences(loaded: Loaded, at: datetime) -> Iterator[tuple[str, dict[str, str]]]:
    """The step the system owes now, if any: silence of a unit or a designator, the end of a suspension, archiving, a raise."""
    order = loaded.value
    if order.origin == "history" and not order.adopted and order.state not in ENDED:
        return
    until = order.progress.suspended_until
    if order.state is State.SUSPENDED and until and until <= at:
        yield "resume", {}
    if order.archive_at and order.archive_at <= at and order.appeal not in {"pending", "second"}:
        yield "archive", {}
    for named, percent, instant in marks.pending(order, loaded.flow, loaded.fired):
        if instant <= at and (step := _owed(loaded, named, percent)):
            yield step


def _owed(loaded: Loaded, named: Named, percent: int) -> tuple[str, dict[str, str]] | None:
    order = loaded.value
    if percent == DUE and named.name == "acknowledge" and order.state is State.ACKNOWLEDGING:
        return "deem_acknowledged", {}
    if (
        percent == DUE
        and named.name == "dispatch"
        and order.state is State.RETURNED
        and order.progress.returns > 1
    ):
        return "fall_back", {}
    raises = percent > DUE and named.name == "handle" and order.raised < MAIN_LEADER
    if raises and not OrderMark.objects.filter(order_id=order.id, clock=named.no, percent=percent).exists():
        _note(order.id, named, percent, named.clock.due_at)
        return "raise_level", {"reason": "严重超期，由系统上提一级"}
    return None


def _note(order: int, named: Named, percent: int, at: datetime) -> None:
    OrderMark.objects.bulk_create(
        [OrderMark(order_id=order, clock=named.no, extensions=named.clock.extensions, percent=percent,
                   due_at=named.clock.due_at, fired_at=at)],
        ignore_conflicts=True,
    )  # fmt: skip


def _fire(loaded: Loaded, at: datetime, recorded_at: datetime) -> None:
    """Write the marks that are due, tell whoever holds the clock, and set the next look; bumps no seq."""
    order, flow = loaded.value, loaded.flow
    due = [
        (named, percent)
        for named, percent, instant in marks.pending(order, flow, loaded.fired)
        if instant <= at
    ]
    fired = loaded.fired | {(named.no, named.clock.extensions, percent) for named, percent in due}
    look_again = marks.next_look(order, marks.next_by_clock(order, flow, fired))
    with transaction():
        changed = Order.objects.filter(id=order.id, seq=order.seq).update(next_mark_at=look_again)
        if changed != 1:
            raise Refused("stale_version", seq=order.seq)
        for named, percent in due:
            _note(order.id, named, percent, at)
            body = {
                "order": order.id,
                "clock": named.name,
                "percent": percent,
                "unit": named.unit,
                "post": named.post,
            }
            if order.origin != "demo" or recorded_at - at < PAST:
                outbox.publish("orders.marked", order.id, body, at)


def recalendar(at: datetime, *, recorded_at: datetime | None = None) -> int:
    """Replay every open order's clocks under the newest calendar, as an event each; returns how many were moved."""
    newest, moved = calendars.current().version, 0
    behind = OrderClock.objects.filter(calendar__lt=newest, stopped_at__isnull=True).exclude(
        time_unit="fixed"
    )
    for order in behind.order_by("order_id").values_list("order_id", flat=True).distinct():
        row = Order.objects.filter(id=order, is_open=True).first()
        if row is None:
            continue
        loaded = store.load(row)
        center = system.actor(loaded.flow.center)
        decision = decide(loaded.flow, loaded.value, "recalendar", {"calendar": newest}, center, at)
        draft = Draft(decision, prev_hash=loaded.prev_hash, fired=loaded.fired)
        write([draft], recorded_at=recorded_at or at)
        moved += 1
    return moved
