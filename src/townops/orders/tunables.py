"""What other values of the tunables of orders would do, counted by the functions and conditions that run in earnest."""

from datetime import datetime
from typing import Final

from townops.base import tuning
from townops.base.tuning import Counted, Touched, Trial
from townops.orders import lateness
from townops.orders.lateness import Lateness
from townops.orders.models import Order
from townops.orders.narrowing import late_within
from townops.orders.upward.adapters import FILE_DROP, dropped
from townops.orders.upward.carrying import ready

WORDS: Final = {"soon": "临期", "severe": "严重超期"}
FIRST: Final = 50


@tuning.on_trial(lateness.KEY)
def try_minutes(before: str, after: str, at: datetime) -> Trial:
    """How many open orders are near or severely overdue then and now, and those that are marked otherwise."""
    now, then = lateness.bounds(before, at), lateness.bounds(after, at)
    rows = Order.objects.filter(is_open=True)
    figures, touched = [], Order.objects.none()
    for word, label in WORDS.items():
        old, new = late_within(word, now), late_within(word, then)
        figures.append(Counted(label, rows.filter(old).count(), rows.filter(new).count()))
        touched |= rows.filter(old & ~new | new & ~old)
    first = touched.order_by("due_at", "id").values_list("number", "title", "due_at", "near_at")[:FIRST]
    return Trial(
        tuple(figures),
        touched.count(),
        tuple(
            Touched(number, title, said(due, near, now), said(due, near, then))
            for number, title, due, near in first
            if due
        ),
    )


def said(due: datetime, near_at: datetime | None, bounds: Lateness) -> str:
    """The mark of an order due then."""
    if due < bounds.severe:
        return WORDS["severe"]
    if due < bounds.at:
        return "超期"
    return WORDS["soon"] if bounds.near(due, near_at) else "未临期"


@tuning.on_trial(FILE_DROP)
def try_sources(before: str, after: str, _at: datetime) -> Trial:
    """How many waiting messages leave by themselves then and now, and the orders for which that changes."""
    was, then = dropped(before), dropped(after)
    found = [ready(sources).count() for sources in (was, then)]
    turned = [order for order, _ in ready(was ^ then)]
    rows = Order.objects.filter(id__in=turned).order_by("due_at", "id")
    first = rows.values_list("number", "title", "source")[:FIRST]
    how = {True: "自动写出", False: "由人送出"}
    return Trial(
        (Counted("等待中自动写出的消息", *found),),
        len(set(turned)),
        tuple(Touched(number, title, how[code in was], how[code in then]) for number, title, code in first),
    )
