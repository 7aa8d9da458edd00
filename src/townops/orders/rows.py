"""From the order's value to rows: the projection, its clocks, tasks and scopes."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from townops.base import sql
from townops.orders import marks
from townops.orders.domain.decide import Decision
from townops.orders.domain.facts import Party
from townops.orders.domain.order import Named, Order
from townops.orders.domain.settle import primary
from townops.orders.domain.taken import ASKED, Taken
from townops.orders.drafts import Draft
from townops.orders.models import OrderClock, OrderTask

POSTS: Final = 2**62


def unit_scope(unit: int) -> int:
    """Units and areas share one space of scope ids: even for units, odd for areas."""
    return unit * 2


def area_scope(area: int) -> int:
    return area * 2 + 1


def person_scope(person: int) -> int:
    """Below zero: who reported and sees no unit's orders, for his own reports."""
    return -person


def post_scope(post: int) -> int:
    """Further below: what is asked of a post in the field, whoever holds it."""
    return -POSTS - post


def named_scopes(taken: Taken) -> set[int]:
    """Of a report by somebody who sees no unit's orders; of a verification, the posts and the unit that are asked."""
    if taken.step == "report" and taken.get("own", bool):
        return {person_scope(taken.person)}
    if taken.step != "request_verification" or (unit := taken.get("unit", Party)) is None:
        return set()
    asked = taken.facts.get(ASKED)
    if not isinstance(asked, tuple):
        return set()
    return {unit_scope(unit.unit)} | {post_scope(post) for post in asked if isinstance(post, int)}


Looks = Mapping[int, datetime]


def looks(draft: Draft) -> Looks:
    """The next mark of each clock of the order after the draft."""
    return marks.next_by_clock(draft.decision.after, draft.decision.flow, draft.fired)


def columns(draft: Draft, by_clock: Looks) -> dict[str, object]:
    """Every projected column of the order after the draft."""
    order, flow = draft.decision.after, draft.decision.flow
    leading = primary(order, flow)
    return lasting(order) | {
        "due_at": leading.clock.due_at if leading else None,
        "near_at": marks.near_at(order, flow),
        "outer_due_at": order.outer_due_at,
        "next_mark_at": marks.next_look(order, by_clock),
        "application": order.application.kind if order.application else "",
    }


def lasting(order: Order) -> dict[str, object]:
    """The columns that follow from the order alone, without flow, clocks or marks."""
    return _held(order) | _counted(order)


def _held(order: Order) -> dict[str, object]:
    return {
        "town_id": order.town,
        "source": order.source,
        "flow": order.flow,
        "origin": order.origin,
        "state": order.state.value,
        "seq": order.seq,
        "round": order.round,
        "unit_id": order.responsible.unit,
        "post_id": order.responsible.post,
        "basis": order.responsible.basis.value,
        "main_unit_id": order.main.unit if order.main else None,
        "class_code": order.class_code or "",
        "condition": order.standard.condition if order.standard else None,
        "demand_type": order.demand_type,
        "informant": order.informant,
        "time_class": order.time_class,
        "severity": order.severity,
        "village_id": order.place.village,
        "block_id": order.place.block,
        "received_at": order.received_at,
        "is_open": order.is_open,
        "parent": order.parent,
        "closed_at": order.closed_at,
    }


def _counted(order: Order) -> dict[str, object]:
    return {
        "returns": order.returns,
        "reworks": order.reworks,
        "reopened": order.reopened,
        "raised": order.raised,
        "reminded": order.reminded,
        "supervised": order.supervised,
        "incident": order.incident,
        "adopted": order.adopted,
        "result": order.result,
        "satisfaction": order.satisfaction,
    }


def clock_rows(first: Draft, last: Draft, by_clock: Looks) -> Iterator[OrderClock]:
    """Rows of the clocks that differ from before the batch."""
    order, flow = last.decision.after, last.decision.flow
    before = {named.no: named for named in first.decision.before.clocks}
    leading, was = primary(order, flow), primary(first.decision.before, flow)
    moved = (
        {named.no for named in (leading, was) if named}
        if leading is None or was is None or (leading.no != was.no)
        else set()
    )
    for named in order.clocks:
        if before.get(named.no) != named or named.no in moved:
            yield clock_row(order.id, named, by_clock, leading)


def clock_row(order: int, named: Named, by_clock: Looks, leading: Named | None) -> OrderClock:
    clock = named.clock
    return sql.fresh(
        OrderClock,
        order_id=order,
        no=named.no,
        name=named.name,
        round=named.round,
        amount=clock.limit.amount * (1 + clock.extensions) if clock.limit else 0,
        time_unit=clock.limit.unit.value if clock.limit else "fixed",
        calendar=clock.calendar,
        started_at=clock.started_at,
        used=clock.used,
        paused_at=clock.paused_at,
        stopped_at=clock.stopped_at,
        due_at=clock.due_at,
        next_mark_at=by_clock.get(named.no),
        unit=named.unit,
        post=named.post,
        is_primary=leading is not None and leading.no == named.no,
    )


def task_rows(first: Draft, last: Draft) -> Iterator[OrderTask]:
    before = {task.no: task for task in first.decision.before.tasks}
    for task in last.decision.after.tasks:
        if before.get(task.no) != task:
            yield sql.fresh(
                OrderTask,
                order_id=last.decision.after.id,
                no=task.no,
                unit=task.unit,
                round=task.round,
                done_seq=task.done_seq,
            )


def scopes(order: Order) -> set[int]:
    """Who may see it: every unit involved now, and the village."""
    units = {order.responsible.unit, *(party.unit for party in order.assisting)}
    units |= {order.main.unit} if order.main else set()
    found = {unit_scope(unit) for unit in units}
    return found | ({area_scope(order.place.village)} if order.place.village else set())


def new_scopes(decision: Decision) -> set[int]:
    """Scopes a step adds."""
    after = scopes(decision.after)
    return after - scopes(decision.before) if decision.before.seq else after
