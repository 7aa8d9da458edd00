"""Measures of posts and blocks: passing, and one appointment or one registration short of it (U1-U10, E0, V0)."""

from datetime import date

import pytest

from townops.areas import api as areas
from townops.base.models import Account, Role, SecondFactor
from townops.kernel.measured import Subject
from townops.people import api
from townops.people.measures import firms, member_units, stations
from townops.people.tests.conftest import ADMIN, moment
from townops.standards.tests.twins import TOWN, holds, measured

SINCE, NOW = date(2026, 1, 1), moment("2026-06-01 12:00")
MAYOR, VICE = "town.mayor", "town.vice_mayor"
OFFICES = {
    "people.emergency_committee_filled": (MAYOR, VICE),
    "people.committee_heads_filled": (MAYOR, VICE),
    "people.committees_formed": (MAYOR,),
    "people.emergency_office_filled": ("dangzheng.head", "center.executive"),
    "people.safety_office_filled": (
        "chengyun.head",
        "center.executive",
        "chengjian.head",
        "chengguan.head",
        "pingan.head",
    ),
    "people.disaster_office_filled": ("chengyun.head", "center.executive"),
    "people.center_leading_filled": (
        VICE,
        "center.executive",
        "center.deputy",
        "center.deputy2",
        "center.deputy3",
    ),
    "people.center_director_filled": (VICE,),
    "people.center_executive_filled": ("center.executive",),
    "people.center_deputies_filled": ("center.deputy", "center.deputy2", "center.deputy3"),
    "people.position_classes_filled": tuple(
        f"center.{code}" for code in ("admin", "shift", "dispatch", "assess", "team", "emergency", "build")
    ),
    "people.platform_posts_filled": tuple(f"center.{code}" for code in ("shift", "grid", "hotline", "video")),
    "people.grid_assistant_kinds": ("center.patrol", "center.patrol2"),
}


@pytest.mark.parametrize(("name", "posts"), OFFICES.items())
def test_posts_count_when_each_is_filled_and_not_when_one_is_vacant(town, name: str, posts: tuple[str, ...]):
    for at, post in enumerate(posts[:-1]):
        town.appoints(f"甲{at}", post)
    assert not holds(name, TOWN, since=SINCE, at=NOW)
    town.appoints("最后一人", posts[-1])
    assert holds(name, TOWN, since=SINCE, at=NOW)


def test_a_vacant_post_is_left_out_with_the_reason(town):
    town.appoints("甲", MAYOR)
    found = measured("people.emergency_committee_filled", TOWN, since=SINCE, at=NOW)
    assert (found.value, found.records) == (50, 2)
    assert [(one.evidence.label, one.reason) for one in found.left_out] == [("城运应急委 副组长", "岗位无人")]


def test_a_post_counts_on_the_day_asked_and_not_before(town):
    town.appoints("甲", VICE, "2026-03-01")
    assert not holds("people.center_director_filled", TOWN, since=SINCE, at=moment("2026-02-28"))
    assert holds("people.center_director_filled", TOWN, since=SINCE, at=moment("2026-03-02"))


GENERAL = ("dispatch", "assess", "check", "admin", "team", "emergency", "build")


def staffed(town, number: int) -> None:
    for at in range(number):
        town.appoints(f"员{at}", f"center.{GENERAL[at % len(GENERAL)]}")


@pytest.mark.parametrize(("number", "held"), [(8, True), (9, True), (7, False), (11, False)])
def test_about_nine_of_general_staff_counts_persons_once(town, number: int, held: bool):
    staffed(town, number)
    town.appoints("员0", "center.team")
    town.appoints("领导", "center.executive")
    assert measured("people.center_staff", TOWN, since=SINCE, at=NOW).value == number
    assert holds("people.center_staff", TOWN, since=SINCE, at=NOW) is held


LEADING = (
    MAYOR,
    VICE,
    "dangzheng.head",
    "chengyun.head",
    "chengjian.head",
    "chengguan.head",
    "pingan.head",
    "center.executive",
    "center.deputy",
    "center.deputy2",
    "center.deputy3",
)


def test_a_leader_who_leaves_is_followed_without_a_gap_or_the_gap_is_named(town):
    held = {post: town.appoints(f"甲{at}", post) for at, post in enumerate(LEADING)}
    name = "people.leading_posts_without_gap"
    api.succeed(
        held[MAYOR], town.person("乙"), starts=moment("2026-03-01"), actor=ADMIN, at=moment("2026-03-01")
    )
    assert holds(name, TOWN, since=SINCE, at=NOW)
    town.ends(held[VICE], "2026-04-01")
    town.appoints("丙", VICE, "2026-04-03")
    assert not holds(name, TOWN, since=SINCE, at=NOW)
    assert "2026-0" in measured(name, TOWN, since=SINCE, at=NOW).left_out[0].reason
    assert holds(name, TOWN, since=date(2026, 5, 1), at=NOW)


STATION = Subject("station", "s_001", "站")


@pytest.mark.parametrize(
    ("name", "post"),
    [
        ("people.station_head_filled", "v_001.head"),
        ("people.station_executive_filled", "s_001.executive"),
        ("people.station_deputy_filled", "s_001.deputy"),
    ],
)
def test_a_station_has_its_three_heads(town, name: str, post: str):
    (station,) = stations("T", NOW)
    assert station.code == "s_001"
    assert not holds(name, station, since=SINCE, at=NOW)
    town.appoints("甲", post)
    assert holds(name, station, since=SINCE, at=NOW)


def village() -> Subject:
    from townops.areas.measures import villages

    (found,) = villages("T", NOW)
    return found


def test_a_village_has_its_secretary(town):
    name = "people.village_secretary_filled"
    assert not holds(name, village(), since=SINCE, at=NOW)
    town.appoints("甲", "v_001.head")
    assert holds(name, village(), since=SINCE, at=NOW)


def answers_for(kind: str, *, post: str = "", code: str = "V001001") -> None:
    contact = api.post(post).id if post else None
    subject = api.Subject(areas.area(code).id, kind, api.unit("chengjian").id, contact, SINCE)
    api.set_subject(subject, valid_from=SINCE, actor=ADMIN, at=NOW)


def test_each_block_has_somebody_to_handle(town):
    name = "people.blocks_with_handling"
    assert not holds(name, village(), since=SINCE, at=NOW)
    answers_for("handling")
    assert holds(name, village(), since=SINCE, at=NOW)


def test_each_block_has_an_owner_and_a_maintainer(town):
    name = "people.blocks_with_owners"
    answers_for("ownership")
    assert not holds(name, village(), since=SINCE, at=NOW)
    assert measured(name, village(), since=SINCE, at=NOW).left_out[0].reason == "缺维护责任主体"
    answers_for("maintenance")
    assert holds(name, village(), since=SINCE, at=NOW)


def test_each_block_has_a_contact_who_acts(town):
    name = "people.blocks_with_contact"
    answers_for("handling", post="chengjian.operator")
    assert not holds(name, village(), since=SINCE, at=NOW)
    town.appoints("甲", "chengjian.operator")
    assert holds(name, village(), since=SINCE, at=NOW)


def test_whoever_must_have_a_second_factor_has_bound_one(town):
    name = "people.second_factor_bound"
    api.load_roles()
    Role.objects.filter(code="sysadmin").update(second_factor=True)
    assert measured(name, TOWN, since=SINCE, at=NOW).value is None
    town.appoints("管", "system.sysadmin")
    assert not holds(name, TOWN, since=SINCE, at=NOW)
    SecondFactor.objects.create(
        account=Account.objects.get(username="管"), secret=b"x", confirmed_at=moment("2026-05-01")
    )
    assert holds(name, TOWN, since=SINCE, at=NOW)


def test_subjects_are_listed_by_kind(town):
    assert {one.code for one in member_units("T", NOW)} >= {"center", "chengguan", "dangzheng"}
    assert list(firms("T", NOW)) == []
    assert all(one.unit is not None for one in member_units("T", NOW))
