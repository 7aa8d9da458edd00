"""The watch: one indexed scan of `next_mark_at <= at`; fires marks once and takes the steps that silence demands."""

from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from townops.base import outbox, sql
from townops.base.db import write as transaction
from townops.kernel.actors import MAIN_LEADER
from townops.kernel.refusal import Refused
from townops.orders import marks, proof, store, system
from townops.orders.domain.order import Named
from townops.orders.domain.states import ENDED, State
from townops.orders.models import Order, OrderMark
from townops.orders.steps import beside, draft_step
from townops.orders.store import Loaded
from townops.orders.write import PAST, write

BATCH = 50
DUE_ROWS = f"WHERE next_mark_at <= %s ORDER BY next_mark_at LIMIT {BATCH}"
DUE = marks.DUE


@dataclass(frozen=True, slots=True)
class Owed:
    """A step the system owes, and the mark that is fired with it."""

    step: str
    raw: Mapping[str, str] = field(default_factory=dict)
    mark: tuple[Named, int] | None = None


def watch(
    at: datetime,
    *,
    recorded_at: datetime | None = None,
    most: int = 5000,
    held: MutableMapping[int, Loaded] | None = None,
) -> list[int]:
    """Look at every order that is due a look at `at`; returns which. Safe to run twice: a mark fires once.

    `held`: orders the caller keeps as he wrote them, so that they need not be read again; brought up to date.
    """
    done: list[int] = []
    while len(done) < most:
        rows = sql.select(Order, DUE_ROWS, [at])
        for loaded in _loaded(rows, held or {}):
            after = look(loaded, at, recorded_at=recorded_at or at)
            if held is not None:
                _keep(held, loaded.value.id, after)
        done += [row.id for row in rows]
        if len(rows) < BATCH:
            break
    return done


def _loaded(rows: Sequence[Order], held: Mapping[int, Loaded]) -> list[Loaded]:
    """The rows ready to be judged, those read before only where they moved since."""
    kept = {
        row.id: replace(held[row.id], row=row)
        for row in rows
        if row.id in held and held[row.id].value.seq == row.seq
    }
    read = {one.row.id: one for one in store.load_many([row for row in rows if row.id not in kept])}
    return [kept.get(row.id) or read[row.id] for row in rows]


def _keep(held: MutableMapping[int, Loaded], order: int, after: Loaded | None) -> None:
    if after:
        held[order] = after
    else:
        held.pop(order, None)


def look(loaded: Loaded, at: datetime, *, recorded_at: datetime) -> Loaded | None:
    """Fire what is due on one order; the order after, None where it must be read again.

    Somebody acting at the same moment wins; the next scan looks again.
    """
    try:
        for owed in _silences(loaded, at):
            _take(loaded, owed, at, recorded_at)
            return None
        return _fire(loaded, at, recorded_at)
    except Refused as refused:
        if refused.code != "stale_version":
            raise
    return None


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
    mark.mac = proof.mark_mac(mark)
    return sql.add(mark) == 1


def _fire(loaded: Loaded, at: datetime, recorded_at: datetime) -> Loaded:
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
        changed = sql.change(
            Order, {"next_mark_at": look_again}, "WHERE id = %s AND seq = %s", [order.id, order.seq]
        )
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
    loaded.row.next_mark_at = look_again
    return replace(loaded, fired=fired)
