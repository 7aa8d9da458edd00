"""The life of orders, told as stories: filing, dispatch, silence, disputes, reviews, closing (engine.md sections 1-3)."""

from datetime import timedelta

import pytest

from townops.kernel.refusal import Refused
from townops.orders import api
from townops.orders.models import OrderEvent, Precedent
from townops.people import api as people

pytestmark = pytest.mark.django_db


def refused(code: str):
    return pytest.raises(Refused, match=rf"^{code}\b")


def test_a_grid_order_goes_from_report_to_archive(town):
    number = town.closed()
    order = town.view(number)
    assert (order.state, order.basis, order.due_at) == ("closed", "last", None)
    api.watch(town.later(days=31))
    assert town.row(number).state == "archived"


def test_a_hotline_order_is_closed_by_the_district_only(town):
    number = town.handling("hotline", user="hotline", external_number="H1")
    town.submitted(number)
    town.takes("h_chengjian", number, "review_unit")
    town.takes("assess", number, "review_center")
    town.takes("hotline2", number, "check", passed=True)
    with refused("not_authority"):
        town.takes("hotline", number, "close", outcome="solved")
    assert town.takes("hotline", number, "reply_up").state == "awaiting_authority"
    assert town.takes("hotline", number, "answer_up", kind="closing", granted=True).state == "closed"


def test_a_refused_closing_goes_back_to_work_with_the_used_time_kept(town):
    number = town.handling("hotline", user="hotline", external_number="H2")
    before = town.row(number).due_at
    town.submitted(number)
    town.takes("h_chengjian", number, "review_unit")
    town.takes("assess", number, "review_center")
    town.takes("hotline2", number, "check", passed=True)
    town.takes("hotline", number, "reply_up")
    order = town.takes("hotline", number, "answer_up", kind="closing", granted=False, reason="答复不完整")
    assert (order.state, order.value.reworks) == ("rework", 1)
    assert order.due_at - before < timedelta(hours=1)


def test_a_district_order_cannot_be_refused_by_the_town(town):
    number = town.report("hotline", user="hotline", external_number="H3")
    with refused("not_authority"):
        town.takes("hotline", number, "refuse", reason="不归我们管")


def test_the_refuser_never_confirms_his_own_refusal(town):
    number = town.report("resident", user="resident")
    town.takes("hotline", number, "refuse", reason="不属受理范围")
    with refused("self_review"):
        town.takes("hotline", number, "confirm_refusal", agree=True)
    assert town.takes("shift", number, "confirm_refusal", agree=True).state == "not_accepted"


def test_whoever_is_asked_first_is_liable_until_dispatch(town):
    number = town.report("grid", user="grid")
    order = town.view(number)
    assert (order.basis, order.responsible.code, order.responsible_post) == (
        "first_asked",
        "center",
        "网格信息员",
    )
    town.takes("grid", number, "accept")
    town.takes("grid", number, "file", condition="C-01-37.2")
    assert town.takes("dispatch", number, "dispatch", unit="chengjian", reason="按现场情况").basis == "rule"


def test_nobody_asked_means_the_shift_post(town):
    order = town.view(town.report("resident", user="resident"))
    assert (order.basis, order.responsible_post) == ("first_asked", "平台值班长")


def test_a_unit_that_does_not_acknowledge_is_deemed_to_have(town):
    number = town.dispatched()
    api.watch(town.later(hours=30))
    order = town.view(number)
    assert (order.state, order.responsible.code) == ("handling", "chengjian")
    assert OrderEvent.objects.filter(order_id=order.id, step="deem_acknowledged").exists()


def test_whoever_picks_another_unit_than_the_rule_s_says_why(town):
    number = town.filed()
    with pytest.raises(Refused) as met:
        town.takes("dispatch", number, "dispatch", unit="pingan")
    assert (met.value.code, met.value.params["facts"]) == ("facts_missing", ["reason"])
    town.takes("dispatch", number, "dispatch", unit="pingan", reason="当事人已到平安办")
    told = api.events_of(town.who("shift"), number, at=town.at)[-1]
    assert told.texts["reason"] == "当事人已到平安办"
    assert "派遣员另选" in told.facts["trace"]


def test_the_rule_s_own_unit_needs_no_reason_named_or_not(town):
    number = town.filed()
    unit = town.takes("dispatch", number, "dispatch").responsible.code
    other = town.filed()
    assert town.takes("dispatch", other, "dispatch", unit=unit).responsible.code == unit


def test_a_unit_that_has_just_returned_an_order_is_another_s_reason_enough(town):
    number = town.filed()
    unit = town.takes("dispatch", number, "dispatch").responsible.code
    town.takes(f"u_{unit}", number, "return", reason="不属", cited_rule="权责清单")
    other = next(code for code in ("pingan", "shefa") if code != unit)
    assert town.takes("shift", number, "dispatch", unit=other).responsible.code == other


def test_after_the_first_return_only_another_unit_may_be_asked(town):
    number = town.dispatched()
    town.takes("u_chengjian", number, "return", reason="不属", cited_rule="权责清单")
    assert town.view(number).basis == "returned"
    with refused("same_unit"):
        town.takes("shift", number, "dispatch", unit="chengjian", reason="按现场情况")
    assert (
        town.takes("shift", number, "dispatch", unit="pingan", reason="按现场情况").responsible.code
        == "pingan"
    )


def test_the_same_unit_can_be_insisted_on_by_designation(town):
    number = town.dispatched()
    town.takes("u_chengjian", number, "return", reason="不属", cited_rule="权责清单")
    order = town.takes("deputy", number, "designate", unit="chengjian", reason="养护主体")
    assert (order.basis, order.state) == ("designated", "acknowledging")


def test_disputes_climb_from_dispatcher_to_deputy_to_leaders(town):
    number = town.dispatched()
    town.takes("u_chengjian", number, "return", reason="不属", cited_rule="一")
    town.takes("shift", number, "dispatch", unit="pingan", reason="按现场情况")
    town.takes("u_pingan", number, "return", reason="不属", cited_rule="二")
    with refused("needs_designation"):
        town.takes("shift", number, "dispatch", unit="shefa", reason="按现场情况")
    town.takes("deputy", number, "designate", unit="pingan", reason="责任块档案")
    town.takes("u_pingan", number, "return", reason="仍不属", cited_rule="三")
    held = town.view(number)
    assert (held.state, held.responsible.code, held.basis) == ("returned", "pingan", "designated")
    with refused("needs_leader"):
        town.takes("deputy", number, "designate", unit="shefa", reason="再指定")
    town.takes("rota_leader", number, "decide_dispute", unit="shefa", reason="轮值裁定")
    town.takes("u_shefa", number, "return", reason="还是不属", cited_rule="四")
    with refused("not_permitted"):
        town.takes("rota_leader", number, "decide_dispute", unit="pingan", reason="再裁定")
    assert (
        town.takes("main_leader", number, "decide_dispute", unit="pingan", reason="专题会裁定").basis
        == "designated"
    )
    rungs = Precedent.objects.filter(order_id=held.id).order_by("seq").values_list("rung", flat=True)
    assert list(rungs) == ["redispatch", "designate", "decide", "session"]


def test_a_silent_designator_leads_to_the_fallback_unit(town):
    number = town.dispatched()
    town.takes("u_chengjian", number, "return", reason="不属", cited_rule="一")
    town.takes("shift", number, "dispatch", unit="pingan", reason="按现场情况")
    town.takes("u_pingan", number, "return", reason="不属", cited_rule="二")
    api.watch(town.later(days=3))
    assert town.view(number).basis == "fallback"


def test_a_return_too_late_is_refused(town):
    number = town.handling()
    town.later(days=3)
    with refused("too_late_to_return"):
        town.takes("u_chengjian", number, "return", reason="不属", cited_rule="权责清单")


def test_a_village_never_gets_what_needs_enforcement(town):
    number = town.report()
    town.takes("grid", number, "accept")
    town.takes("grid", number, "file", condition="E-04-06.1")
    with refused("village_lacks_power"):
        town.takes("dispatch", number, "dispatch", unit="v_002", reason="按现场情况")


def test_handler_reviewer_and_checker_are_different_people(town):
    number = town.handling(unit="chengyun")
    town.takes("h_chengyun", number, "submit", result="已办", outcome="solved", evidence=[town.photo()])
    with refused("self_review"):
        town.takes("h_chengyun", number, "review_unit")


def test_a_sent_back_reply_counts_rework_and_keeps_the_due(town):
    number = town.handling()
    due = town.row(number).due_at
    town.submitted(number)
    town.takes("h_chengjian", number, "review_unit")
    order = town.takes("assess", number, "send_back", reason="没有回答诉求")
    assert (order.state, order.value.reworks, order.due_at) == ("rework", 1, due)


def test_closing_needs_a_passed_check_and_the_matching_condition(town):
    number = town.handling()
    town.submitted(number)
    town.takes("h_chengjian", number, "review_unit")
    town.takes("assess", number, "review_center")
    with refused("check_missing"):
        town.takes("grid", number, "close", condition="C-01-37.2", outcome="solved")
    town.takes("check", number, "check", passed=True)
    with refused("condition_mismatch"):
        town.takes("grid", number, "close", condition="E-04-06.1", outcome="solved")


def test_an_order_with_an_open_opinion_cannot_close(town):
    number = town.filed()
    town.takes("dispatch", number, "dispatch", unit="chengjian", reason="按现场情况", assisting=["pingan"])
    town.takes("u_chengjian", number, "acknowledge")
    town.submitted(number)
    town.takes("h_chengjian", number, "review_unit")
    town.takes("assess", number, "review_center")
    town.takes("check", number, "check", passed=True)
    with refused("tasks_open"):
        town.takes("grid", number, "close", condition="C-01-37.2", outcome="solved")
    town.takes("u_pingan", number, "add_opinion", opinion="已配合")
    assert town.takes("grid", number, "close", condition="C-01-37.2", outcome="solved").state == "closed"


def test_a_hotline_unit_must_contact_before_it_replies(town):
    number = town.handling("hotline", user="hotline", external_number="H4")
    with refused("contact_missing"):
        town.takes("u_chengjian", number, "submit", result="好", outcome="solved", fact_finding="true",
                   demand_finding="reasonable")  # fmt: skip


def test_a_reopened_order_rises_to_the_leader_who_signs_after_the_center(town):
    number = town.closed()
    order = town.takes("shift", number, "reopen", reason="不满意")
    assert (order.state, order.round, order.value.raised) == ("filed", 2, 2)
    town.takes("dispatch", number, "dispatch", unit="chengjian", reason="按现场情况")
    town.takes("u_chengjian", number, "acknowledge")
    town.submitted(number)
    town.takes("h_chengjian", number, "review_unit")
    assert town.takes("assess", number, "review_center").state == "center_review"
    named = {one.name: one.label for one in api.steps_for(town.who("leader"), number, at=town.at)}
    assert named["review_center"] == "签批"
    with refused("self_review"):
        town.takes("assess", number, "review_center")
    assert town.takes("leader", number, "review_center").state == "checking"
    past = [one.label for one in api.events_of(town.who("shift"), number, at=town.at)]
    assert past[-2:] == ["中心审核", "签批"]
    desks = [town.who(user) for user in ("check", "shift", "hotline", "u_chengjian")]
    news = [
        one for desk in desks for one in api.changes(desk, since=town.at - timedelta(days=90), at=town.at)
    ]
    assert {one.label for one in news if one.number == number} == {"签批"}


def test_a_complaint_about_a_unit_is_held_by_its_leader_in_charge(town):
    number = town.report("resident", user="resident")
    town.takes("hotline", number, "accept")
    town.takes("hotline", number, "file", condition="C-01-37.2", conduct_of="chengjian")
    with refused("avoidance"):
        town.takes("dispatch", number, "dispatch", unit="chengjian", reason="按现场情况")
    order = town.takes("dispatch", number, "dispatch")
    assert (order.responsible.code, order.responsible_post) == ("town", "分管副镇长")
    assert [people.unit_by_id(task.unit).code for task in order.value.open_tasks] == ["chengjian"]
    town.takes("u_chengjian", number, "add_opinion", opinion="已找当事人谈话")
    assert town.row(number).state == "acknowledging"
    with refused("avoidance"):
        town.takes("u_chengjian", number, "contact", who="诉求人", when=town.at.isoformat(), result="已联系")


def test_a_complaint_about_the_center_goes_to_its_end_without_the_centers_signature(town):
    number = town.report("grid")
    town.takes("grid", number, "accept")
    town.takes("grid", number, "file", condition="C-01-37.2", conduct_of="center")
    order = town.takes("dispatch", number, "dispatch")
    assert order.responsible.code == "dangzheng"
    assert [people.unit_by_id(task.unit).code for task in order.value.open_tasks] == ["center"]
    town.takes("u_dangzheng", number, "acknowledge")
    town.takes("shift", number, "add_opinion", opinion="已核对当班录音")
    town.submitted(number, "dangzheng")
    town.takes("h_dangzheng", number, "review_unit")
    with refused("avoidance"):
        town.takes("assess", number, "review_center")
    with refused("avoidance"):
        town.takes("assess", number, "send_back", reason="再核")
    town.takes("main_leader", number, "review_center")
    with refused("avoidance"):
        town.takes("check", number, "check", passed=True)
    town.takes("leader", number, "check", passed=True)
    assert town.takes("grid", number, "close", condition="C-01-37.2", outcome="solved").state == "closed"


def test_merging_shows_the_parents_holder_and_closes_with_it(town):
    parent = town.handling()
    child = town.report("grid", user="grid")
    merged = town.takes("grid", child, "merge", parent=parent)
    assert (merged.state, merged.basis, merged.responsible.code) == ("merged", "merged", "chengjian")
    town.submitted(parent)
    town.takes("h_chengjian", parent, "review_unit")
    town.takes("assess", parent, "review_center")
    town.takes("check", parent, "check", passed=True)
    town.takes("grid", parent, "close", condition="C-01-37.2", outcome="solved")
    assert town.row(child).state == "closed"


def test_a_merged_district_order_keeps_its_outer_clock_and_sends_its_own_reply(town):
    parent = town.handling("hotline", user="hotline", external_number="H5")
    child = town.report("hotline", user="hotline", external_number="H6")
    outer = town.row(child).outer_due_at
    merged = town.takes("hotline", child, "merge", parent=parent)
    assert merged.due_at == outer
    with pytest.raises(Refused, match="parent_not_answered"):
        town.takes("hotline", child, "reply_up", reply="与主单相同")
    town.submitted(parent)
    town.takes("h_chengjian", parent, "review_unit")
    town.takes("assess", parent, "review_center")
    assert town.takes("hotline", child, "reply_up", reply="与主单相同").state == "awaiting_authority"


def test_a_merged_order_is_not_replied_to_with_what_was_only_closed_at_night(town):
    parent = town.handling("hotline", user="hotline", external_number="H8")
    child = town.report("hotline", user="hotline", external_number="H9")
    town.takes("hotline", child, "merge", parent=parent)
    town.submitted(parent)
    town.takes("h_chengjian", parent, "review_unit")
    town.later(hours=11)
    town.takes("shift", parent, "provisional_close", reason="夜间两人值守")
    with refused("parent_not_answered"):
        town.takes("hotline", child, "reply_up", reply="与主单相同")
    town.later(hours=13)
    town.takes("hotline2", parent, "check", passed=True)
    town.takes("hotline", parent, "reply_up")
    assert town.takes("hotline", child, "reply_up", reply="与主单相同").state == "awaiting_authority"


def test_unmerging_returns_to_the_state_before(town):
    parent, child = town.handling(), town.filed()
    town.takes("grid", child, "merge", parent=parent)
    assert town.takes("grid", child, "unmerge", reason="并错了").state == "filed"


def test_a_night_shift_closes_provisionally_and_the_next_certifies(town):
    number = town.handling()
    town.submitted(number)
    town.takes("h_chengjian", number, "review_unit")
    with refused("provisional_only_at_night"):
        town.takes("shift", number, "provisional_close", reason="白天也想预结案")
    town.later(hours=11)
    order = town.takes("shift", number, "provisional_close", reason="夜间两人值守")
    assert order.state == "checking"
    assert next(clock for clock in order.clocks if clock.name == "handle").state == "paused"
    assert next(clock for clock in order.clocks if clock.primary).name == "check"
    with refused("next_shift_certifies"):
        town.takes("check", number, "check", passed=True)
    town.later(hours=13)
    town.takes("check", number, "check", passed=True)
    with refused("self_review"):
        town.takes("shift", number, "close", condition="C-01-37.2", outcome="solved")
    assert town.takes("grid", number, "close", condition="C-01-37.2", outcome="solved").state == "closed"


def test_reclassifying_within_the_unit_changes_only_the_limit(town):
    number = town.handling()
    order = town.takes("grid", number, "reclassify", condition="C-01-37.3", reason="实为不按时启闭")
    assert order.state == "handling"
    assert order.responsible.code == "chengjian"


def test_reclassifying_to_another_units_matter_sends_it_back_to_dispatch_with_used_time(town):
    number = town.handling()
    town.later(hours=2)
    used = next(clock for clock in town.view(number).clocks if clock.name == "handle").used
    order = town.takes("grid", number, "reclassify", condition="E-04-06.1", reason="实为占道经营")
    assert order.state == "filed"
    again = town.takes("dispatch", number, "dispatch", unit="chengguan", reason="按现场情况")
    kept = next(clock for clock in again.clocks if clock.name == "handle" and clock.state == "running")
    assert kept.used >= used > 0


def test_withdrawal_by_the_reporter_closes_a_town_order(town):
    number = town.handling()
    town.takes("grid", number, "withdraw", reason="诉求人撤回")
    assert town.row(number).result == "withdrawn"


def test_a_district_withdrawal_is_asked_for(town):
    number = town.handling("hotline", user="hotline", external_number="H7")
    with refused("not_authority"):
        town.takes("hotline", number, "withdraw", reason="诉求人撤回")
    town.takes("hotline", number, "ask_up", kind="closing", reason="诉求人撤回")
    assert town.takes("hotline", number, "answer_up", kind="closing", granted=True).state == "closed"


def test_handling_on_the_spot_skips_the_unit_head(town):
    lng, lat = town.point()
    number = town.report("patrol", user="patrol", lng=lng, lat=lat)
    order = town.takes("patrol", number, "handle_on_spot", result="已扶正", evidence=[town.photo()],
                       condition="C-01-37.2")  # fmt: skip
    assert (order.state, order.basis) == ("center_review", "first_asked")


def test_an_appeal_needs_two_reviewers_and_keeps_the_fact(town):
    number = town.handling()
    town.later(days=20)
    town.submitted(number)
    town.takes("h_chengjian", number, "review_unit")
    town.takes("assess", number, "review_center")
    if town.row(number).state == "center_review":
        town.takes("leader", number, "review_center")
    town.takes("check", number, "check", passed=True)
    town.takes("grid", number, "close", condition="C-01-37.2", outcome="solved")
    town.takes("u_chengjian", number, "appeal", reason="台风停工")
    waits = api.Filter(marks=("appeal",))
    found = api.find_orders(town.who("deputy"), waits, at=town.at, sort="received")
    assert [row.number for row in found.rows] == [number]
    assert api.count_orders(town.who("assess"), {"appeals": waits}, at=town.at) == {"appeals": 1}
    town.takes("assess", number, "decide_appeal", granted=True)
    with refused("self_review"):
        town.takes("assess", number, "decide_appeal", granted=True)
    assert api.count_orders(town.who("deputy"), {"appeals": waits}, at=town.at) == {"appeals": 1}
    order = town.takes("deputy", number, "decide_appeal", granted=True)
    assert order.value.appeal == "granted"
    assert api.count_orders(town.who("deputy"), {"appeals": waits}, at=town.at) == {"appeals": 0}
    assert any(clock.overdue for clock in order.clocks if clock.name == "handle")
