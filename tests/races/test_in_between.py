"""Every way two actors can interleave, made certain: one decides, another commits in between, then the first commits."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.races.town import (
    MONDAY,
    checked,
    events,
    filed,
    fresh,
    handling,
    hours,
    reported,
    take,
    together,
    who,
    wrong,
)
from townops.base import outbox
from townops.kernel.refusal import Refused
from townops.orders import api, store, watch
from townops.orders.drafts import Draft
from townops.orders.models import Order, OrderLink, OrderMark
from townops.orders.steps import beside, draft_step
from townops.orders.write import write

pytestmark = pytest.mark.usefixtures("town")

LATER = MONDAY + hours(1)
CENTERS_OWN = "H-17-04"
CLOSING = {"condition": "C-01-37.2", "outcome": "solved"}


def decided(row: Order, user: str, step: str, at=LATER, **facts: object) -> Callable[[], object]:
    """The step decided now on what is stored now; called later it commits, as `take` does."""
    first = draft_step(store.load(fresh(row)), step, actor=who(user, at), at=at, raw=facts)
    drafts: list[Draft] = [first, *beside(first, at)]
    return lambda: write(drafts, recorded_at=at)


def all_wrong() -> list[str]:
    return [what for row in Order.objects.all() for what in wrong(row)]


def test_who_decided_on_an_older_order_is_refused_and_nothing_of_his_batch_is_kept():
    row, other = handling(), handling()
    batch = [
        draft_step(store.load(one), "remind", actor=who("shift"), at=LATER, raw={"message": "请尽快"})
        for one in (other, row)
    ]
    take(row, "shift", "remind", LATER, message="先到")
    with pytest.raises(Refused, match="stale_version"):
        write(batch, recorded_at=LATER)
    assert fresh(other).seq == other.seq == len(events(other))
    assert all_wrong() == []


def test_two_decisions_on_the_same_order_in_one_batch_are_refused_as_stale():
    row = handling()
    loaded = store.load(row)
    twice = [
        draft_step(loaded, "remind", actor=who("shift"), at=LATER, raw={"message": word})
        for word in ("甲", "乙")
    ]
    with pytest.raises(Refused, match="stale_version"):
        write(twice, recorded_at=LATER)
    assert fresh(row).seq == row.seq


def test_merging_while_the_parent_closes_leaves_no_child_behind():
    parent, child = checked(), reported()
    merge = decided(child, "grid", "merge", parent=parent.number)
    take(parent, "grid", "close", LATER, **CLOSING)
    try:
        merge()
    except Refused as refused:
        assert refused.code in {"stale_version", "parent_not_open"}
    assert (fresh(child).state == "merged") <= fresh(parent).is_open, "merged for ever into a closed order"


def test_closing_while_a_child_is_merged_takes_the_child_along_or_is_refused():
    parent, child = checked(), reported()
    close = decided(parent, "grid", "close", **CLOSING)
    take(child, "grid", "merge", LATER, parent=parent.number)
    try:
        close()
    except Refused as refused:
        assert refused.code == "stale_version"
    assert (fresh(child).state == "merged") <= fresh(parent).is_open, "merged for ever into a closed order"


def test_two_orders_merged_into_each_other_at_once_do_not_both_vanish():
    one, other = reported(), reported()
    merge = decided(one, "grid", "merge", parent=other.number)
    take(other, "grid", "merge", LATER, parent=one.number)
    with pytest.raises(Refused):
        merge()
    assert {fresh(one).state, fresh(other).state} == {"reported", "merged"}


def test_merging_while_the_parent_changes_hands_gives_the_child_the_new_holder():
    parent, child = filed(), reported()
    merge = decided(child, "grid", "merge", parent=parent.number)
    take(parent, "dispatch", "dispatch", LATER, unit="chengjian", reason="按现场情况")
    try:
        merge()
    except Refused as refused:
        assert refused.code == "stale_version"
    held = fresh(child)
    assert held.state == "reported" or held.unit_id == fresh(parent).unit_id


def test_unmerging_while_the_parent_closes_leaves_the_child_open():
    parent, child = checked(), reported()
    take(child, "grid", "merge", LATER, parent=parent.number)
    close = decided(parent, "grid", "close", **CLOSING)
    take(child, "grid", "unmerge", LATER, reason="不是同一事项")
    with pytest.raises(Refused, match="stale_version"):
        close()
    assert (fresh(child).state, fresh(parent).state) == ("reported", "checking")
    take(parent, "grid", "close", LATER, **CLOSING)
    assert (fresh(child).state, fresh(parent).state) == ("reported", "closed")
    assert all_wrong() == []


def test_a_mark_that_fires_between_decision_and_commit_leaves_the_row_as_its_fold():
    row = handling()
    soon = row.next_mark_at
    remind = decided(row, "shift", "remind", soon, message="请尽快")
    api.watch(soon)
    remind()
    assert OrderMark.objects.filter(order_id=row.id).count() == 1
    assert all_wrong() == []


def overdue_twice(row: Order):
    """The instant of the raise mark of the handling clock, all earlier marks fired."""
    at = row.next_mark_at
    while True:
        api.watch(at)
        due = fresh(row).next_mark_at
        assert due is not None
        if due > fresh(row).due_at:
            return due
        at = due


def test_a_raise_leaves_the_row_as_its_fold():
    row = handling()
    at = overdue_twice(row)
    api.watch(at)
    assert fresh(row).raised > 0
    assert all_wrong() == []


def test_a_raise_lost_to_somebody_faster_is_made_up_for():
    row = handling()
    at = overdue_twice(row)
    seen = fresh(row)
    loaded = store.load(seen)
    owed = next(watch._silences(loaded, at))
    take(row, "shift", "remind", at, message="请尽快")
    with pytest.raises(Refused, match="stale_version"):
        watch._take(loaded, owed, at, at)
    api.watch(at + timedelta(minutes=1))
    assert (owed.step, fresh(row).raised > 0) == ("raise_level", True)


def test_every_mark_is_told_once_whoever_watches():
    row = handling()
    loaded, soon = store.load(row), row.next_mark_at
    watch._fire(loaded, soon, soon)
    first = outbox.OutboxRow.objects.filter(topic="orders.marked").count()
    watch._fire(loaded, soon, soon)
    assert OrderMark.objects.filter(order_id=row.id).count() == 1
    assert outbox.OutboxRow.objects.filter(topic="orders.marked").count() == first


def test_a_merged_order_follows_its_parent_that_falls_back():
    parent, child = dispatched_and_disputed(), reported()
    take(child, "grid", "merge", LATER, parent=parent.number)
    at = fresh(parent).due_at + timedelta(days=3)
    api.watch(at)
    assert fresh(parent).basis == "fallback"
    assert fresh(child).unit_id == fresh(parent).unit_id


def dispatched_and_disputed(**given: object) -> Order:
    """Returned twice: a designator must speak."""
    row = take(filed(**given), "dispatch", "dispatch", MONDAY, unit="chengjian", reason="按现场情况")
    no = {"reason": "不属本单位", "cited_rule": "职责清单"}
    row = take(row, "u_chengjian", "return", MONDAY, **no)
    row = take(row, "shift", "dispatch", MONDAY, unit="shefa", reason="按现场情况")
    return take(row, "u_shefa", "return", MONDAY, **no)


def test_one_order_the_watch_cannot_help_does_not_stop_it_for_the_others():
    """A complaint about the center, of a class whose named unit is the center, returned twice, no designator."""
    row = take(reported("hotline", "hotline"), "hotline", "accept", MONDAY)
    triple = {"demand_type": "complaint", "class": CENTERS_OWN, "time_class": "5", "conduct_of": "center"}
    row = take(row, "hotline", "file", MONDAY, **triple)
    row = take(row, "dispatch", "dispatch", MONDAY)
    no = {"reason": "不属本单位", "cited_rule": "职责清单"}
    row = take(row, "u_dangzheng", "return", MONDAY, **no)
    row = take(row, "shift", "dispatch", MONDAY, unit="shefa", reason="按现场情况")
    row = take(row, "u_shefa", "return", MONDAY, **no)
    other = take(
        filed(MONDAY + hours(48)),
        "dispatch",
        "dispatch",
        MONDAY + hours(48),
        unit="chengjian",
        reason="按现场情况",
    )
    for _ in range(3):
        api.watch(MONDAY + timedelta(days=5))
    assert (fresh(other).state, fresh(row).basis) == ("handling", "fallback")


def test_an_order_sent_again_is_no_longer_closed_by_its_old_parent():
    old, new = checked(), filed()
    child = reported("grid", external_number="E1")
    take(child, "grid", "merge", LATER, parent=old.number)
    again = api.IncomingReport(source="grid", text="又来", received_at=LATER, external_number="E1")
    api.receive_reports([again], actor=who("grid"), at=LATER)
    take(child, "grid", "merge", LATER, parent=new.number)
    assert OrderLink.objects.filter(other=child.id, kind="child", active=True).count() == 1
    take(old, "grid", "close", LATER, **CLOSING)
    assert fresh(child).state == "merged"


def test_a_child_of_a_child_closes_with_the_first_parent():
    top, middle, bottom = checked(), reported(), reported()
    take(bottom, "grid", "merge", LATER, parent=middle.number)
    take(middle, "grid", "merge", LATER, parent=top.number)
    take(top, "grid", "close", LATER, **CLOSING)
    assert [fresh(row).state for row in (top, middle, bottom)] == ["closed"] * 3


def test_two_batches_in_opposite_order_do_not_lock_each_other_out():
    rows = [handling() for _ in range(2)]

    def batch(order: list[Order]) -> list[Draft]:
        return [
            draft_step(store.load(one), "remind", actor=who("shift"), at=LATER, raw={"message": "请尽快"})
            for one in order
        ]

    for _ in range(12):
        rows = [fresh(row) for row in rows]
        one, other = batch(rows), batch(rows[::-1])
        results = together(
            lambda one=one: write(one, recorded_at=LATER), lambda other=other: write(other, recorded_at=LATER)
        )
        refused = [one for one in results if isinstance(one, Exception)]
        assert [getattr(one, "code", repr(one)) for one in refused] == ["stale_version"]


def test_the_proof_holds_while_people_work():
    rows = [handling() for _ in range(3)]
    found: list[object] = []
    busy = [True]

    def work() -> None:
        for _ in range(25):
            for row in rows:
                take(row, "shift", "remind", LATER, message="请尽快")
        busy[0] = False

    def prove() -> None:
        while busy[0]:
            found.extend(api.verify_journal())

    assert [one for one in together(work, prove) if isinstance(one, Exception)] == []
    assert found == []
