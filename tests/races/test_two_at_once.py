"""Two connections on one order at one moment: one wins, the other is told so, and there is one effect."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.races.town import (
    MONDAY,
    checked,
    code_of,
    codes,
    events,
    filed,
    fresh,
    handling,
    hours,
    reported,
    steps,
    take,
    together,
    who,
    wrong,
)
from townops.kernel.refusal import Refused
from townops.orders import api
from townops.orders.models import Order, OrderContact, OrderReference, OrderText

pytestmark = pytest.mark.usefixtures("town")

LATER = MONDAY + hours(1)
SECOND = {"stale_version", "step_not_allowed"}
Act = Callable[[], object]


def step(row: Order, user: str, name: str, seq: int | None = None, **facts: object) -> Act:
    return lambda: take(row, user, name, LATER, seq, **facts)


def one_won(row: Order, results: list[object]) -> None:
    """One done, the others refused in the agreed words; one event more than before."""
    told = codes(results)
    assert told.count("done") == 1 and set(told) <= SECOND | {"done"}, told
    assert fresh(row).seq == row.seq + 1 == len(events(row))
    assert wrong(fresh(row)) == []


@pytest.mark.parametrize("attempt", range(8))
def test_the_same_step_twice_at_once_has_one_effect(attempt):
    row = reported()
    one_won(row, together(step(row, "grid", "accept"), step(row, "grid", "accept")))


@pytest.mark.parametrize("attempt", range(4))
def test_a_double_click_on_a_neutral_step_with_the_number_seen_counts_once(attempt):
    row = handling()
    remind = step(row, "shift", "remind", row.seq, message="请尽快")
    one_won(row, together(remind, remind, remind))
    assert (fresh(row).reminded, OrderText.objects.filter(order_id=row.id, name="message").count()) == (1, 1)


@pytest.mark.parametrize("attempt", range(4))
def test_of_two_dispatchers_one_decides_who_has_it(attempt):
    row = filed()
    results = together(
        step(row, "dispatch", "dispatch", unit="chengjian", reason="按现场情况"),
        step(row, "shift", "dispatch", unit="shefa", reason="按现场情况"),
    )
    one_won(row, results)
    chosen = "chengjian" if code_of(results[0]) == "done" else "shefa"
    assert fresh(row).main_unit.code == chosen


@pytest.mark.parametrize("attempt", range(4))
def test_different_steps_at_once_follow_each_other_or_one_is_refused(attempt):
    row = handling()
    results = together(
        step(row, "u_chengjian", "return", reason="不属本单位", cited_rule="职责清单"),
        step(row, "shift", "remind", message="请尽快"),
        step(row, "deputy", "supervise", message="督办"),
    )
    told = codes(results)
    assert "done" in told and set(told) <= SECOND | {"done"}, told
    assert fresh(row).seq == row.seq + told.count("done")
    assert wrong(fresh(row)) == []


def test_four_people_on_four_orders_do_not_disturb_each_other():
    rows = [reported() for _ in range(4)]
    assert codes(together(*(step(row, "grid", "accept", row.seq) for row in rows))) == ["done"] * 4
    assert [wrong(fresh(row)) for row in rows] == [[]] * 4


@pytest.mark.parametrize("attempt", range(4))
def test_the_watch_against_a_person_acknowledges_once(attempt):
    row = take(filed(), "dispatch", "dispatch", MONDAY, unit="chengjian", reason="按现场情况")
    late = MONDAY + timedelta(days=1)
    results = together(
        lambda: api.watch(late),
        lambda: take(row, "u_chengjian", "acknowledge", late),
        lambda: api.watch(late),
    )
    assert set(codes(results)) <= SECOND | {"done"}
    assert sum(name in {"acknowledge", "deem_acknowledged"} for name in steps(row)) == 1
    api.watch(late)
    assert wrong(fresh(row)) == []


def sent(number: str, minutes: int = 0) -> Act:
    at = MONDAY + timedelta(minutes=minutes)
    report = api.IncomingReport(
        source="hotline", text="电梯困人", received_at=at, external_number=number, contact_phone="10000000001"
    )
    return lambda: api.receive_reports([report], actor=who("hotline"), at=LATER)


def outcomes(results: list[object]) -> list[str]:
    return sorted(one[0].outcome if isinstance(one, list) else code_of(one) for one in results)


@pytest.mark.parametrize("attempt", range(6))
def test_one_external_number_by_two_doors_at_once_is_one_order(attempt):
    results = together(sent("H1"), sent("H1"))
    assert outcomes(results) == ["known", "new"]
    assert Order.objects.count() == OrderReference.objects.count() == OrderContact.objects.count() == 1
    assert wrong(Order.objects.get()) == []


def test_a_new_number_and_its_next_round_at_once_is_one_order():
    for number in range(6):
        results = together(sent(f"N{number}"), sent(f"N{number}", minutes=5))
        assert outcomes(results) in (["new", "round"], ["known", "new"])
        row = Order.objects.get(external_number=f"N{number}")
        assert row.round in {1, 2} and wrong(row) == []


def test_two_resends_at_once_are_one_round():
    seen = set()
    for number in range(12):
        sent(f"R{number}")()
        results = together(sent(f"R{number}", minutes=5), sent(f"R{number}", minutes=5))
        seen |= set(outcomes(results))
        row = Order.objects.get(external_number=f"R{number}")
        assert (row.round, steps(row).count("resend")) == (2, 1)
        assert wrong(row) == []
    assert seen == {"known", "round"}


def test_a_resend_while_somebody_acts_is_not_lost():
    seen = set()
    for number in range(12):
        sent(f"S{number}")()
        row = Order.objects.get(external_number=f"S{number}")
        results = together(sent(f"S{number}", minutes=5), step(row, "hotline", "accept"))
        seen.add(outcomes(results[:1])[0])
        assert wrong(fresh(row)) == []
    assert seen == {"round"}


def test_a_file_of_reports_is_not_refused_because_one_order_moved():
    for number in range(12):
        sent(f"F{number}")()
        row = Order.objects.get(external_number=f"F{number}")
        reports = [
            api.IncomingReport(
                source="hotline", text="来单", received_at=LATER, external_number=f"{name}{number}"
            )
            for name in ("A", "F", "B")
        ]
        act: Act = lambda reports=reports: api.receive_reports(reports, actor=who("hotline"), at=LATER)  # noqa: E731
        results = together(act, step(row, "hotline", "accept"))
        assert code_of(results[0]) == "done"


def test_many_creators_at_once_never_share_a_number():
    def several() -> list[str]:
        return [reported("video", "video").number for _ in range(15)]

    lists = together(several, several, several)
    made = [number for part in lists if isinstance(part, list) for number in part]
    assert len(made) == len(set(made)) == 45
    assert [row.number for row in Order.objects.all() if wrong(row)] == []


def test_who_saw_an_old_number_is_refused_before_anything_is_written():
    row = handling()
    take(row, "shift", "remind", LATER, message="请尽快")
    with pytest.raises(Refused, match="stale_version"):
        take(row, "u_chengjian", "make_safe", LATER, seq=row.seq, result="已围挡")
    assert not OrderText.objects.filter(order_id=row.id, text="已围挡").exists()


def test_closing_at_once_closes_once():
    row = checked()
    close = step(row, "grid", "close", condition="C-01-37.2", outcome="solved")
    one_won(row, together(close, close))
