"""在谁手里多久: in whose hands an order was, from its events alone."""

from datetime import UTC, datetime, timedelta

from townops.orders.domain.holding import Moved, held
from townops.orders.domain.states import State as S

START = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


def moved(hours, unit, state):
    return Moved(START + timedelta(hours=hours), unit, state)


def at(hours):
    return START + timedelta(hours=hours)


STORY = [
    moved(0, "城运中心", S.REPORTED),
    moved(1, "城运中心", S.FILED),
    moved(2, "绿化市容所", S.ACKNOWLEDGING),
    moved(3, "绿化市容所", S.HANDLING),
    moved(6, "绿化市容所", S.SUSPENDED),
    moved(8, "绿化市容所", S.HANDLING),
]


def test_time_goes_to_the_hand_it_was_in_and_shares_sum_to_one():
    found = held(STORY, at(10))
    assert [(one.unit, one.begins, one.ends) for one in found] == [
        ("城运中心", at(0), at(2)),
        ("绿化市容所", at(2), at(6)),
        ("绿化市容所", at(6), at(8)),
        ("绿化市容所", at(8), at(10)),
    ]
    assert [round(one.share, 3) for one in found] == [0.2, 0.4, 0.2, 0.2]


def test_paused_time_stands_apart():
    assert [one.paused for one in held(STORY, at(10))] == [False, False, True, False]


def test_only_the_last_stretch_of_an_open_order_is_still_running():
    assert [one.running for one in held(STORY, at(10))] == [False, False, False, True]


def test_after_closing_nobody_holds_it_until_it_is_reopened():
    found = held([*STORY, moved(9, "绿化市容所", S.CLOSED)], at(50))
    assert found[-1].ends == at(9)
    assert not found[-1].running
    again = held([*STORY, moved(9, "绿化市容所", S.CLOSED), moved(40, "城运中心", S.FILED)], at(50))
    assert (again[-1].unit, again[-1].begins, again[-1].ends) == ("城运中心", at(40), at(50))


def test_a_reopened_order_in_the_same_hand_does_not_swallow_the_time_between():
    found = held([moved(0, "甲", S.HANDLING), moved(2, "甲", S.CLOSED), moved(40, "甲", S.FILED)], at(42))
    assert [(one.begins, one.ends) for one in found] == [(at(0), at(2)), (at(40), at(42))]


def test_an_event_written_down_late_takes_no_time_away():
    found = held([moved(0, "甲", S.REPORTED), moved(5, "乙", S.HANDLING), moved(4, "乙", S.HANDLING)], at(6))
    assert all(one.ends >= one.begins for one in found)
    assert sum(one.share for one in found) == 1.0


def test_an_order_just_received_is_wholly_in_its_first_hand():
    (only,) = held([moved(0, "城运中心", S.REPORTED)], at(0))
    assert only.share == 1.0
