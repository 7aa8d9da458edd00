"""Posts hold duties, not persons: succession, vacancy, absence, several posts (U1-U2, U6-U7, E0)."""

import pytest

from townops.base.models import JournalEntry, OutboxRow
from townops.base.permissions import declare, set_role
from townops.base.registry import answers
from townops.kernel.actors import HEAD, LEADER, STAFF, Actor
from townops.kernel.refusal import Refused
from townops.people import api
from townops.people.tests.conftest import ADMIN, moment

NOON = "2026-06-01 12:00"


def test_whoever_is_appointed_holds_the_post(town):
    town.appoints("甲", "chengguan.operator")
    assert town.holder("chengguan", "operator", NOON) == ("甲", 0)


def test_the_successor_takes_over_at_the_very_moment(town):
    first = town.appoints("甲", "chengguan.head")
    api.succeed(first, town.person("乙"), starts=moment(NOON), actor=ADMIN, at=moment(NOON))
    assert town.holder("chengguan", "head", "2026-06-01 11:59:59") == ("甲", 0)
    assert town.holder("chengguan", "head", NOON) == ("乙", 0)


def test_a_succession_that_fails_leaves_the_former_holder(town):
    first = town.appoints("甲", "chengguan.head")
    town.appoints("乙", "chengguan.head", "2026-02-01")
    with pytest.raises(Refused):
        api.succeed(first, town.person("乙"), starts=moment(NOON), actor=ADMIN, at=moment(NOON))
    assert town.holder("chengguan", "head", NOON) == ("甲", 0)
    assert town.posts("甲", NOON) == ["anweiban.deputy3", "chengguan.head"]


def test_history_still_knows_who_held_it_then(town):
    town.ends(town.appoints("甲", "chengguan.head"), "2026-03-01")
    town.appoints("乙", "chengguan.head", "2026-04-01")
    held = [
        (api.person(one.person_id).name, one.span.ends)
        for one in api.appointments(api.post("chengguan.head").id)
    ]
    assert held == [("甲", moment("2026-03-01")), ("乙", None)]


def test_a_vacant_post_climbs_to_the_head_then_to_the_shift_then_to_the_center_s_heads(town):
    operator = town.appoints("甲", "chengguan.operator")
    head = town.appoints("乙", "chengguan.head")
    shift = town.appoints("丙", "center.shift")
    town.appoints("丁", "center.executive")
    town.ends(operator, "2026-02-01")
    assert town.holder("chengguan", "operator", "2026-02-01") == ("乙", 1)
    town.ends(head, "2026-03-01")
    assert town.holder("chengguan", "operator", "2026-03-01") == ("丙", 2)
    town.ends(shift, "2026-04-01")
    assert town.holder("chengguan", "operator", "2026-04-01") == ("丁", 2)
    assert town.holder("chengguan", "operator", "2026-01-15") == ("甲", 0)


def test_in_a_town_without_anybody_nobody_is_named_but_nothing_fails(town):
    assert town.holder("chengguan", "operator", NOON) == ("", 3)


def test_work_of_a_unit_without_a_post_goes_to_its_operator(town):
    town.appoints("甲", "chengguan.head")
    assert town.holder("chengguan", "", NOON) == ("甲", 1)
    town.appoints("乙", "chengguan.operator")
    assert town.holder("chengguan", "", NOON) == ("乙", 0)


def test_a_person_wears_a_hat_for_each_post(town):
    town.appoints("甲", "center.shift")
    town.appoints("甲", "shefa.head")
    assert town.posts("甲", NOON) == ["center.shift", "shefa.head"]
    assert {hat.rank for hat in town.actor("甲", NOON).hats} == {STAFF, HEAD}


def test_posts_filled_by_another_follow_its_holder(town):
    town.appoints("甲", "dangzheng.head")
    assert town.holder("yingjiban", "head", NOON) == ("甲", 0)
    assert town.posts("甲", NOON) == ["dangzheng.head", "yingjiban.head"]
    with pytest.raises(Refused) as refusal:
        town.appoints("乙", "yingjiban.head")
    assert refusal.value.code == "post_filled_by_another"


def test_the_leader_in_charge_is_the_director_of_the_center(town):
    town.appoints("甲", "town.vice_mayor")
    assert town.holder("center", "director", NOON) == ("甲", 0)
    assert api.leader_of(api.unit("s_001").id, moment(NOON)).name == "甲"
    assert {hat.rank for hat in town.actor("甲", NOON).hats} == {LEADER, HEAD}


def test_a_stand_in_acts_within_the_dates_and_not_after(town):
    town.delegates(town.appoints("甲", "shefa.head"), "乙", "2026-06-01", "2026-06-08")
    holders = [
        town.holder("shefa", "head", day)[0]
        for day in ("2026-05-31", "2026-06-01", "2026-06-07", "2026-06-08")
    ]
    assert holders == ["甲", "乙", "乙", "甲"]
    assert town.posts("乙", "2026-06-05") == ["shefa.head"]
    assert town.posts("甲", "2026-06-05") == ["shefa.head"]
    assert town.posts("乙", "2026-06-08") == []


def test_who_comes_back_early_is_in_charge_again(town):
    stand_in = town.delegates(town.appoints("甲", "chengguan.head"), "乙", "2026-06-01", "2026-06-08")
    api.end_delegation(stand_in, ends=moment("2026-06-03"), actor=ADMIN, at=moment("2026-06-03"))
    assert town.holder("chengguan", "head", "2026-06-03") == ("甲", 0)


def test_a_delegation_lapses_with_the_appointment(town):
    head = town.appoints("甲", "chengguan.head")
    town.delegates(head, "乙", "2026-06-01", "2026-06-08")
    town.ends(head, "2026-06-03")
    town.appoints("丙", "chengguan.head", "2026-06-03")
    assert town.holder("chengguan", "head", "2026-06-04") == ("丙", 0)
    assert town.posts("乙", "2026-06-04") == []


@pytest.mark.parametrize(
    ("name", "starts", "ends", "code"),
    [
        ("甲", "2026-06-01", "2026-06-08", "delegate_is_holder"),
        ("乙", "2026-06-08", "2026-06-01", "ends_before_start"),
        ("乙", "2025-06-01", "2026-06-08", "outside_appointment"),
    ],
)
def test_a_senseless_delegation_is_refused(town, name, starts, ends, code):
    head = town.appoints("甲", "chengguan.head")
    with pytest.raises(Refused) as refusal:
        town.delegates(head, name, starts, ends)
    assert refusal.value.code == code


def test_one_may_delegate_the_own_post_but_not_another_s(town):
    head, other = town.appoints("甲", "chengguan.head"), town.appoints("乙", "chengjian.head")
    self_made = town.actor("甲", NOON)
    town.delegates(head, "丙", "2026-06-01", "2026-06-08", actor=self_made)
    with pytest.raises(Refused) as refusal:
        town.delegates(other, "丙", "2026-06-01", "2026-06-08", actor=self_made)
    assert refusal.value.code == "not_permitted"


def test_appointing_needs_the_permission(town):
    nobody = Actor(99, "演示甲", ())
    with pytest.raises(Refused) as refusal:
        api.appoint(
            api.post("shift").id, town.person("甲"), starts=moment(NOON), actor=nobody, at=moment(NOON)
        )
    assert refusal.value.code == "not_permitted"


def test_twice_in_the_same_post_is_refused(town):
    town.appoints("甲", "center.shift")
    with pytest.raises(Refused) as refusal:
        town.appoints("甲", "center.shift", "2026-02-01")
    assert refusal.value.code == "already_appointed"


def test_a_change_is_news_and_on_record(town):
    appointment = town.appoints("甲", "center.shift")
    town.ends(appointment, NOON)
    assert list(OutboxRow.objects.order_by("id").values_list("topic", flat=True)) == [
        "people.appointed",
        "people.appointment_ended",
    ]
    key = str(api.post("shift").id)
    assert list(
        JournalEntry.objects.filter(kind="post", key=key).order_by("seq").values_list("action", flat=True)
    ) == [
        "appointed",
        "appointment_ended",
    ]


def test_the_successor_is_told_what_he_took_over(town, monkeypatch):
    post = api.post("chengguan.head")
    assert api.taken_over(post.id) == ()
    monkeypatch.setattr(answers, "_answers", type(answers)()._answers)
    answers.register(api.OPEN_WORK, lambda *, unit_id, post_id: [(unit_id, post_id, "GD-1")])
    assert api.taken_over(post.id) == ((post.unit_id, post.id, "GD-1"),)


def test_permissions_come_from_the_roles_of_the_post(town):
    declare("people.try", "试", "只在测试中")
    set_role("shift", name="平台值班长", permissions=["people.try"])
    town.appoints("甲", "center.shift")
    town.appoints("乙", "center.team")
    assert town.actor("甲", NOON).holds("people.try")
    assert not town.actor("乙", NOON).holds("people.try")


def test_only_villages_and_stations_are_limited_to_their_ground(town):
    village = api.unit("v_001")
    for name, post in (("甲", "v_001.operator"), ("乙", "s_001.operator"), ("丙", "chengguan.operator")):
        town.appoints(name, post)
    limits = [town.actor(name, NOON).hats[0].areas for name in "甲乙丙"]
    assert limits == [frozenset({village.area_id}), frozenset({village.area_id}), frozenset()]


def test_an_account_nobody_owns_is_refused(town):
    with pytest.raises(Refused) as refusal:
        api.actor_for(4711, moment(NOON))
    assert refusal.value.code == "account_without_person"


def test_who_acts_is_answered_from_memory(town, django_assert_num_queries):
    town.appoints("甲", "center.shift")
    account = api.person(town.person("甲")).account_id
    api.actor_for(account, moment(NOON))
    api.unit("chengguan")
    with django_assert_num_queries(0):
        assert api.actor_for(account, moment(NOON)).hats
        api.holder(api.unit("chengguan").id, None, moment(NOON))
