"""Sealing as it happens: by two at once, with a torn file outside, with a clock set back."""

from datetime import timedelta

import pytest
from django.conf import settings

from tests.races.town import MONDAY, backwards, fresh, handling, hours, reported, store, take, together, wrong
from townops.base.models import Seal
from townops.orders import api, proof
from townops.orders.models import Order, OrderLeaf

pytestmark = pytest.mark.usefixtures("town")


def test_two_sealers_at_once_seal_each_event_once():
    """A job may run twice (its lease ran out) and must bear it."""
    for _ in range(15):
        for _ in range(8):
            reported()
        together(*(lambda: proof.seal(MONDAY) for _ in range(3)))
    assert not OrderLeaf.objects.filter(seal__isnull=True).exists() or proof.seal(MONDAY)
    assert api.verify_journal() == []


def test_sealing_while_people_work_misses_nothing():
    def work() -> None:
        for _ in range(20):
            reported()

    def seal() -> None:
        for _ in range(20):
            proof.seal(MONDAY)

    assert [one for one in together(work, seal) if isinstance(one, Exception)] == []
    proof.seal(MONDAY)
    assert sum(Seal.objects.values_list("count", flat=True)) == OrderLeaf.objects.count() == 20
    assert api.verify_journal() == []


def test_a_line_torn_by_a_full_disk_or_a_crash_is_made_up_for():
    reported()
    proof.seal(MONDAY)
    file = settings.DATA / "seals" / "orders.jsonl"
    reported()
    whole = file.read_text("utf-8")
    with file.open("a", encoding="utf-8") as out:
        out.write(whole[: len(whole) // 2])
    proof.seal(MONDAY)
    assert api.verify_journal() == []


def test_a_file_outside_that_could_not_be_written_is_made_up_for():
    """The folder was not writable: the seal is in the database and reaches the file with the next one."""
    folder = settings.DATA / "seals"
    reported()
    folder.write_text("in the way")
    with pytest.raises(OSError):
        proof.seal(MONDAY)
    folder.unlink()
    assert Seal.objects.count() == 1
    reported()
    proof.seal(MONDAY)
    assert len((folder / "orders.jsonl").read_text("utf-8").splitlines()) == 2
    assert api.verify_journal() == []


def test_a_server_clock_set_back_turns_nothing_around():
    row = handling(MONDAY + hours(5))
    back = MONDAY + hours(4)
    row = take(row, "shift", "remind", back, message="请尽快")
    until = (back + timedelta(days=20)).isoformat()
    row = take(row, "u_chengjian", "request_suspension", back, reason="大修计划", until=until)
    row = take(row, "leader", "decide_suspension", back + timedelta(minutes=1), granted=True)
    row = take(row, "leader", "resume", back - hours(1))
    proof.seal(back)
    assert (row.state, backwards(store.load(row)), wrong(row)) == ("handling", [], [])
    assert api.verify_journal() == []


def test_an_order_closed_by_a_clock_set_back_is_not_closed_before_it_was_received():
    row = reported("grid", at=MONDAY + hours(2))
    row = take(row, "shift", "withdraw", MONDAY + hours(1), reason="撤回")
    assert row.closed_at is not None and row.closed_at >= row.received_at


def test_a_resend_on_a_clock_set_back_begins_a_round_that_ends_after_it_begins():
    reported("hotline", "hotline", at=MONDAY + hours(3), external_number="Z1")
    row = reported(
        "hotline",
        "hotline",
        at=MONDAY + hours(3),
        external_number="Z1",
        received_at=MONDAY + hours(4) - hours(0.95),
    )
    row = fresh(row)
    assert row.round == 2 and Order.objects.count() == 1
    assert (backwards(store.load(row)), wrong(row)) == ([], [])
