"""The watch: one indexed scan of `next_mark_at <= at`; fires marks once and takes the steps that silence demands."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from townops.base import calendars, outbox
from townops.base.db import write as transaction
from townops.kernel.actors import MAIN_LEADER
from townops.kernel.refusal import Refused
from townops.orders import marks, proof, store, system
from townops.orders.domain.decide import decide
from townops.orders.domain.order import Named
from townops.orders.domain.states import ENDED, State
from townops.orders.drafts import upon
from townops.orders.models import Order, OrderClock, OrderMark
from townops.orders.steps import beside, draft_step
from townops.orders.store import Loaded
from townops.orders.write import PAST, write

BATCH = 50
DUE = marks.DUE


@dataclass(frozen=True, slots=True)
class Owed:
    """A step the system owes, and the mark that is fired with it."""

    step: str
    raw: Mapping[str, str] = field(default_factory=dict)
    mark: tuple[Named, int] | None = None


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
        for owed in _silences(loaded, at):
            _take(loaded, owed, at, recorded_at)
            return
        _fire(loaded, at, recorded_at)
    except Refused as refused:
        if refused.code != "stale_version":
            raise


def _take(loaded: Loaded, owed: Owed, at: datetime, recorded_at: datetime) -> None:
    """The step and the mark that led to it, both or neither; children of a parent are taken along."""
    center = system.actor(loaded.flow.center)
    draft = draft_step(loaded, owed.step, actor=center, at=at, raw=owed.raw)
    if owed.mark:
        named, percent = owed.mark
        draft = replace(draft, fired=draft.fired | {(named.no, named.clock.extensions, percent)})
    with transaction():
        write([draft, *beside(draft, at)], recorded_at=recorded_at)
        if owed.mark:
            _note(loaded.value.id, *owed.mark, at)


def _silences(loaded: Loaded, at: datetime) -> Iterator[Owed]:
    """The step the system owes now, if any: silence of a unit or a designator, the end of a suspension, archiving, a raise."""
    order = loaded.value
    if order.origin == "history" and not order.adopted and order.state not in ENDED:
        return
    until = order.progress.suspended_until
    if order.state is State.SUSPENDED and until and until <= at:
        yield Owed("resume")
    if order.archive_at and order.archive_at <= at and order.appeal not in {"pending", "second"}:
        yield Owed("archive")
    for named, percent, instant in marks.pending(order, loaded.flow, loaded.fired):
        if instant <= at and (step := _owed(loaded, named, percent)):
            yield step


def _owed(loaded: Loaded, named: Named, percent: int) -> Owed | None:
    order = loaded.value
    if percent == DUE and named.name == "acknowledge" and order.state is State.ACKNOWLEDGING:
        return Owed("deem_acknowledged")
    if (
        percent == DUE
        and named.name == "dispatch"
        and order.state is State.RETURNED
        and order.progress.returns > 1
    ):
        return Owed("fall_back")
    raises = percent > DUE and named.name == "handle" and order.raised < MAIN_LEADER
    if raises and not OrderMark.objects.filter(order_id=order.id, clock=named.no, percent=percent).exists():
        return Owed("raise_level", {"reason": "严重超期，由系统上提一级"}, (named, percent))
    return None


def _note(order: int, named: Named, percent: int, at: datetime) -> bool:
    """Write down that a mark fired; False when it had."""
    mark = OrderMark(
        order_id=order,
        clock=named.no,
        extensions=named.clock.extensions,
        percent=percent,
        due_at=named.clock.due_at,
        fired_at=at,
    )
    _, fresh = OrderMark.objects.get_or_create(
        order_id=order,
        clock=mark.clock,
        extensions=mark.extensions,
        percent=percent,
        defaults={"due_at": mark.due_at, "fired_at": at, "mac": proof.mark_mac(mark)},
    )
    return fresh


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
            if not _note(order.id, named, percent, at):  # another watch was first and told it
                continue
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
        write([upon(loaded, decision)], recorded_at=recorded_at or at)
        moved += 1
    return moved
