"""When the watch must look at an order next: marks of its clocks, the end of a suspension, archiving."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from townops.kernel import clocks as k
from townops.orders.domain.flow import Flow
from townops.orders.domain.order import Named, Order
from townops.orders.domain.settle import primary

Fired = frozenset[tuple[int, int, int]]
DUE = 100
WATCHED_AT_DUE = frozenset({"acknowledge", "dispatch", "verify", "contact", "make_safe", "review", "check"})


def percents(named: Named, flow: Flow) -> list[int]:
    """The fractions of the counted limit that fire, in percent; the raise mark is of the handling clock alone."""
    marks = [round(fraction * DUE) for fraction in flow.limits.marks]
    return [percent for percent in marks if percent <= DUE or named.name == "handle"]


def pending(order: Order, flow: Flow, fired: Fired) -> Iterator[tuple[Named, int, datetime]]:
    """(clock, percent, instant) of every mark that has not fired; none for history until a person adopts it."""
    for named, waiting in _waiting(order, flow, fired):
        for percent in waiting:
            if instant := _instant(named, flow, percent):
                yield named, percent, instant


def _waiting(order: Order, flow: Flow, fired: Fired) -> Iterator[tuple[Named, list[int]]]:
    """Every running clock with the percents that have not fired, where there are some."""
    if order.origin == "history" and not order.adopted:
        return
    for named in order.clocks:
        if not named.active or not named.clock.running:
            continue
        extensions = named.clock.extensions
        waiting = [
            percent for percent in percents(named, flow) if (named.no, extensions, percent) not in fired
        ]
        if waiting:
            yield named, waiting


def _instant(named: Named, flow: Flow, percent: int) -> datetime | None:
    return k.mark_at(named.clock, flow.calendars[named.clock.calendar], percent / DUE)


def near_at(order: Order, flow: Flow) -> datetime | None:
    """When the leading clock reaches its last mark before the due: earlier than that no order is 临期 (ADR 10)."""
    leading = primary(order, flow)
    share = max((one for one in flow.limits.marks if 0 < one < 1), default=None)
    if leading is None or share is None:
        return None
    return k.mark_at(leading.clock, flow.calendars[leading.clock.calendar], share)


def next_by_clock(order: Order, flow: Flow, fired: Fired) -> dict[int, datetime]:
    """Clock number -> its next mark: the smallest percent's, or the due where that had passed when the clock began."""
    found: dict[int, datetime] = {}
    for named, waiting in _waiting(order, flow, fired):
        if instant := _instant(named, flow, min(waiting)):
            found[named.no] = min(instant, named.clock.due_at) if DUE in waiting else instant
    return found


def next_look(order: Order, by_clock: Mapping[int, datetime]) -> datetime | None:
    """The one instant of the row that the watch scans."""
    instants = list(by_clock.values())
    if order.progress.suspended_until:
        instants.append(order.progress.suspended_until)
    if order.archive_at and order.appeal not in {"pending", "second"}:
        instants.append(order.archive_at)
    return min(instants, default=None)
