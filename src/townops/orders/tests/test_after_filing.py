"""What comes late: another place, a withdrawal, evidence (engine.md section 3)."""

import pytest

from townops.areas import api as areas
from townops.kernel.refusal import Refused
from townops.orders import api
from townops.people import api as people

pytestmark = pytest.mark.django_db


def refused(code: str):
    return pytest.raises(Refused, match=rf"^{code}\b")


def block(town, number: int) -> str:
    return areas.areas_of(people.first_town(), "block")[number].code


def in_a_village(town) -> tuple[str, str]:
    """(order in the hands of a village by rule, code of a block of another village)."""
    blocks = [one for one in areas.areas_of(people.first_town(), "block") if one.block_type == "estate"]
    here = blocks[0]
    there = next(one for one in blocks if one.parent_id != here.parent_id)
    lng, lat = areas.point_within(here.id) or (0.0, 0.0)
    number = town.report(lng=lng, lat=lat, text="垃圾满溢")
    town.takes("grid", number, "accept")
    town.takes("grid", number, "file", condition="E-01-10.1")
    town.takes("dispatch", number, "dispatch")
    return number, there.code


def test_an_order_moved_within_its_unit_stays_where_it_is_with_its_due(town):
    number = town.handling()
    before = town.view(number)
    after = town.takes("grid", number, "relocate", area=block(town, 7), reason="地址写错")
    assert (after.state, after.responsible, after.due_at) == ("handling", before.responsible, before.due_at)
    assert after.block
    assert after.block.code == block(town, 7)


def test_an_order_moved_to_another_units_ground_is_dispatched_again_with_the_used_time_kept(town):
    number, there = in_a_village(town)
    town.later(hours=2)
    moved = town.takes("grid", number, "relocate", area=there, reason="现场在另一居村")
    assert (moved.state, moved.basis) == ("filed", "returned")
    used = {one.name: one for one in moved.clocks}["handle"]
    assert (used.state, used.used >= 2 * 3600) == ("paused", True)
    again = town.takes("dispatch", number, "dispatch")
    assert again.main_unit
    assert again.main_unit.area_id == areas.area(there).parent_id
    running = {one.name: one for one in again.clocks}["handle"]
    assert running.state == "running"
    assert used.used <= running.used < used.used + 600


def test_the_clock_explains_the_pause_between_two_units(town):
    number, there = in_a_village(town)
    town.later(hours=1)
    town.takes("grid", number, "relocate", area=there, reason="现场在另一居村")
    town.later(minutes=30)
    again = town.takes("dispatch", number, "dispatch")
    clock = next(one for one in again.clocks if one.name == "handle" and one.state == "running")
    told = [one.kind for one in clock.explanation]
    assert any("pause" in kind for kind in told), told
    (event,) = [one for one in api.events_of(town.who("shift"), number, at=town.at) if one.step == "relocate"]
    assert event.texts["reason"] == "现场在另一居村"


@pytest.mark.parametrize("after", ["accept", "file", "dispatch"])
def test_a_reporter_may_withdraw_at_any_time_and_nothing_runs_on(town, after):
    number = town.report()
    steps = (("grid", "accept", {}), ("grid", "file", {"condition": "C-01-37.2"}),
             ("dispatch", "dispatch", {"unit": "chengjian", "reason": "按现场情况"}))  # fmt: skip
    for user, step, facts in steps:
        town.takes(user, number, step, **facts)
        if step == after:
            break
    order = town.takes("grid", number, "withdraw", reason="来电人说已自行解决")
    assert (order.state, order.value.result, order.basis) == ("closed", "withdrawn", "last")
    assert {clock.state for clock in order.clocks} == {"stopped"}
    with refused("step_not_allowed"):
        town.takes("grid", number, "withdraw", reason="再撤一次")


def test_what_was_merged_into_a_withdrawn_order_closes_with_it(town):
    parent, child = town.report(), town.report()
    town.takes("grid", child, "merge", parent=parent)
    town.takes("grid", parent, "withdraw", reason="来电人撤回")
    assert town.view(child).state == "closed"


def test_evidence_may_come_after_the_close_but_not_into_the_archive(town):
    number = town.closed()
    photo = town.photo()
    order = town.takes("u_chengjian", number, "add_evidence", evidence=[photo], note="补拍修复后照片")
    assert order.state == "closed"
    last = api.events_of(town.who("shift"), number, at=town.at)[-1]
    assert (last.step, last.files) == ("add_evidence", (photo,))
    town.later(days=31)
    api.watch(town.at)
    with refused("step_not_allowed"):
        town.takes("u_chengjian", number, "add_evidence", evidence=[town.photo()])
    assert api.verify_journal() == []


def test_evidence_needs_a_file(town):
    number = town.handling()
    with refused("facts_missing"):
        town.takes("u_chengjian", number, "add_evidence", note="没有照片")
