"""Which unit an order of a real town is given, and what is said about it (U12, engine.md 1)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from townops.areas import api as areas
from townops.areas.models import Area
from townops.base.registry import answers
from townops.catalogue import api as catalogue
from townops.dispatch import api
from townops.dispatch.domain.table import Rule
from townops.dispatch.models import RuleRow
from townops.kernel.actors import SYSTEM_PERSON, Actor
from townops.kernel.refusal import Refused
from townops.kernel.workdays import Limit, TimeUnit
from townops.people import api as people
from townops.people.models import Unit

from .conftest import BEGIN, EDITOR, MONDAY_MORNING, MONDAY_NIGHT, of_class, unit


def answered(block: str, kind: str, code: str) -> None:
    subject = people.Subject(areas.area(block).id, kind, unit(code), None, None)
    people.set_subject(subject, valid_from=BEGIN, actor=EDITOR, at=MONDAY_MORNING)


def test_the_first_matching_rule_gives_unit_basis_and_name(published, order):
    published(Rule(1, "小区垃圾", "village", "E-01-10", block_type="estate"), Rule(2, "其余", "condition"))
    proposal = api.propose(order)
    assert (proposal.unit_id, proposal.basis, proposal.rule) == (unit("v_001"), "rule", "小区垃圾")
    assert proposal.limit is None


def test_the_other_village_gets_what_lies_in_it(published, order):
    published(Rule(1, "居村", "village"))
    there = replace(order, village_id=areas.area("V002").id, block_id=areas.area("V002001").id)
    assert api.propose(there).unit_id == unit("v_002")


def test_a_rule_for_an_area_holds_in_everything_under_it_and_nowhere_else(published, order):
    published(Rule(1, "甲居的事", "station", area_id=areas.area("V001").id), Rule(2, "其余", "condition"))
    assert api.propose(order).unit_id == unit("s_001")
    there = replace(order, village_id=areas.area("V002").id, block_id=areas.area("V002001").id)
    assert api.propose(there).rule == "其余"


def test_night_is_whatever_lies_outside_the_working_windows(published, order):
    published(Rule(1, "夜间", "center", hours="night"), Rule(2, "白天", "condition", hours="work"))
    saturday = MONDAY_MORNING + timedelta(days=5)
    found = [api.propose(replace(order, at=at)).rule for at in (MONDAY_MORNING, MONDAY_NIGHT, saturday)]
    assert found == ["白天", "夜间", "夜间"]


def test_the_subject_of_the_block_is_asked_once_it_is_registered(published, order):
    published(Rule(1, "处置主体", "handling"), Rule(2, "其余", "condition"))
    before = api.propose(order)
    answered("V001001", "handling", "shejian")
    assert (before.rule, api.propose(order).unit_id) == ("其余", unit("shejian"))
    assert "没有登记" in before.trace[0].reason


def test_the_condition_rows_main_unit_may_be_the_village_of_the_place(published, order):
    published(Rule(1, "主责", "condition"))
    assert api.propose(of_class(order, "E-07-97")).unit_id == unit("v_001")
    assert api.propose(of_class(order, "E-04-06")).unit_id == unit("chengguan")


def test_a_hotline_subject_goes_to_the_unit_of_its_class(published, order):
    published(Rule(1, "主责", "condition"))
    subjects = catalogue.classes(order.catalogue_version, "hotline")
    subject = next(one for one in subjects if one.unit == "shefa")
    proposal = api.propose(replace(order, class_code=subject.code, condition_id=None, source="hotline"))
    assert (proposal.unit_id, proposal.basis) == (unit("shefa"), "rule")


def test_a_unit_where_no_post_handles_is_passed_over_and_said(published, order):
    assert not people.has_post_with(unit("system"), "orders.handle")
    published(Rule(1, "错派", "system"), Rule(2, "其余", "condition"))
    proposal = api.propose(order)
    assert proposal.rule == "其余"
    assert "没有能办理工单的岗位" in proposal.trace[0].reason


def test_where_no_rule_finds_a_unit_that_handles_the_last_resort_has_it(published, order):
    published(Rule(1, "错派", "system"))
    proposal = api.propose(order)
    assert proposal.basis in {"fallback", "unsettled"}
    assert [line.rule for line in proposal.trace] == ["错派", "兜底"]


def test_a_rule_may_set_a_limit_of_its_own(published, order):
    published(Rule(1, "加急", "condition", limit=Limit(1, TimeUnit.URGENT_HOUR)))
    assert api.propose(order).limit == Limit(1, TimeUnit.URGENT_HOUR)


def test_what_needs_enforcement_is_never_given_to_a_village_but_to_the_fallback(published, order):
    published(Rule(1, "一律居村", "village"))
    proposal = api.propose(of_class(order, "E-01-01"))
    assert (proposal.unit_id, proposal.basis) == (unit("chengguan"), "fallback")
    assert "需执法权" in proposal.trace[0].reason


def test_without_a_matching_rule_the_class_falls_back(published, order):
    published(Rule(1, "只管绿化", "chengjian", "C-04"))
    proposal = api.propose(order)
    assert (proposal.unit_id, proposal.basis, proposal.rule) == (unit("chengguan"), "fallback", "")
    assert [line.matched for line in proposal.trace] == [False, True]


def test_without_class_and_rule_the_center_holds_it_and_it_is_said_to_be_unsettled(published, order):
    published(Rule(1, "只管绿化", "chengjian", "C-04"))
    nowhere = replace(order, class_code="", condition_id=None, village_id=None, block_id=None)
    proposal = api.propose(nowhere)
    assert (proposal.unit_id, proposal.basis) == (people.center().id, "unsettled")
    assert "责任待明确" in proposal.trace[-1].reason


def test_a_place_that_is_not_known_matches_no_rule_about_places(published, order):
    published(
        Rule(1, "居村", "village"),
        Rule(2, "小区", "center", block_type="estate"),
        Rule(3, "主责", "condition"),
    )
    proposal = api.propose(replace(order, village_id=None, block_id=None))
    assert proposal.rule == "主责"
    assert all("地点待核实" in line.reason for line in proposal.trace[:2])


def test_a_stored_rule_with_an_unknown_unit_stops_and_is_named(published, order):
    made = published(Rule(1, "甲", "village"), Rule(2, "乙", "condition"))
    RuleRow.objects.filter(rule_set_id=made.id, order=1).update(target="ghost")
    with pytest.raises(Refused) as refusal:
        api.propose(order)
    assert refusal.value.code == "rule_broken"
    assert refusal.value.params["rule"] == "甲"
    assert "ghost" in str(refusal.value.params["reason"])


def test_a_stored_rule_with_a_limit_nobody_understands_stops_and_is_named(published, order):
    made = published(Rule(1, "甲", "village", limit=Limit(1, TimeUnit.WORK_DAY)))
    RuleRow.objects.filter(rule_set_id=made.id).update(limit_unit="fortnight")
    with pytest.raises(Refused) as refusal:
        api.propose(order)
    assert (refusal.value.code, refusal.value.params["rule"]) == ("rule_broken", "甲")


def test_a_rule_for_a_retired_area_stops_and_is_named(published, order):
    published(Rule(1, "甲居的事", "station", area_id=areas.area("V001").id))
    assert api.propose(order).rule == "甲居的事"
    Area.objects.filter(code="V001").update(valid_until=MONDAY_MORNING.date())
    areas.touch("areas")
    with pytest.raises(Refused) as refusal:
        api.propose(order)
    assert (refusal.value.code, refusal.value.params["rule"]) == ("rule_broken", "甲居的事")
    assert "停用" in str(refusal.value.params["reason"])


def test_before_any_rule_set_everything_falls_back(town, order):
    assert api.propose(order).basis == "fallback"


def test_orders_may_ask_without_knowing_dispatch(published, order):
    published(Rule(1, "主责", "condition"))
    assert answers.ask("dispatch.propose", **vars(order)) == api.propose(order)


def test_every_class_of_the_starting_catalogue_gets_somebody_by_the_starting_rules(town, order):
    api.load_starting(date(2026, 1, 1), at=MONDAY_MORNING)
    for row in catalogue.content(order.catalogue_version).conditions:
        query = replace(order, class_code=row.class_code, condition_id=row.id, severity=row.severity.value)
        proposal = api.propose(query)
        assert proposal.basis in ("rule", "fallback")
        given_to = people.unit_by_id(proposal.unit_id)
        assert not (row.needs_power and given_to.kind in ("village", "station", "enterprise"))


def test_every_hotline_subject_gets_who_it_names_or_else_the_center(town, order):
    api.load_starting(date(2026, 1, 1), at=MONDAY_MORNING)
    for one in catalogue.classes(order.catalogue_version, "hotline"):
        proposal = api.propose(replace(order, class_code=one.code, condition_id=None, source="hotline"))
        assert proposal.basis == ("rule" if one.unit else "fallback" if one.fallback else "unsettled")
        if proposal.basis == "unsettled":
            assert proposal.unit_id == people.center().id


def test_a_proposal_asks_the_database_at_most_three_times(town, order, django_assert_max_num_queries):
    api.load_starting(date(2026, 1, 1), at=MONDAY_MORNING)
    api.propose(order)
    with django_assert_max_num_queries(3):
        api.propose(of_class(order, "C-04-02"))


def test_a_rule_for_a_unit_that_was_closed_stops_and_names_it(published, order):
    published(Rule(1, "社建的事", "shejian"))
    assert api.propose(order).unit_id == unit("shejian")
    Unit.objects.filter(code="shejian").update(active=False)
    areas.touch("people")
    with pytest.raises(Refused) as refusal:
        api.propose(order)
    assert refusal.value.code == "rule_broken"
    assert "社建办" in str(refusal.value.params["reason"])


def test_a_fallback_without_power_leaves_it_to_the_center(town, order):
    content = catalogue.content(order.catalogue_version)
    powerless = replace(content.by_class["E-01-01"][0], fallback="v_001")
    others = tuple(one for one in content.conditions if one.code != powerless.code)
    second = catalogue.publish_version(
        replace(content, conditions=(*others, powerless)),
        effective_from=date(2026, 4, 1), actor=Actor(SYSTEM_PERSON, "系统", ()), at=MONDAY_MORNING,
    )  # fmt: skip
    proposal = api.propose(of_class(replace(order, catalogue_version=second.id), "E-01-01"))
    assert (proposal.unit_id, proposal.basis) == (people.center().id, "unsettled")
