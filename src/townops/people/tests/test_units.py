"""Units and posts of the town, roles as data, subjects of blocks, contacts (U1-U7, U11, E0)."""

from datetime import date

import pytest

from townops.areas import api as areas
from townops.base.models import JournalEntry, Role
from townops.base.permissions import declare, permissions_of
from townops.kernel.actors import Actor
from townops.kernel.refusal import Refused
from townops.people import api
from townops.people.loading import STARTING
from townops.people.models import Person, Post, PostRole, Unit
from townops.people.tests.conftest import ADMIN, moment

AT = moment("2026-06-01 12:00")
ROLES = """
[[role]]
code = "shift"
name = "平台值班长"
permissions = ["people.view"]

[[role]]
code = "unit_head"
name = "单位负责人"
permissions = ["people.view", "people.edit"]
"""


def test_the_starting_units_are_those_the_source_names(town):
    assert {one.code for one in api.units_of_kind("squad")} == {
        "chengguan",
        "paichusuo",
        "shichang",
        "xiaofang",
    }
    assert {one.code for one in api.units() if one.enforcement} == {"chengguan", "paichusuo", "shichang"}
    assert api.center().code == "center"
    assert {one.code for one in api.units_of_kind("committee")} == {
        "lingdaozu",
        "yingjiwei",
        "anweihui",
        "zaifangwei",
    }
    deputies = [post for post in api.posts_of(api.center().id) if post.name.startswith("副主任")]
    assert len(deputies) == 3


def test_building_again_changes_nothing(town):
    counts = Unit.objects.count(), Post.objects.count(), PostRole.objects.count()
    assert api.build_units("T", actor=ADMIN, at=AT) == 0
    assert (Unit.objects.count(), Post.objects.count(), PostRole.objects.count()) == counts


def test_each_village_has_its_unit_and_under_it_its_station(town):
    village, station = api.unit("v_001"), api.unit("s_001")
    assert station.parent_id == village.id
    assert village.name == "V001居委会"
    assert station.name == "V001联勤联动站"
    assert [one.code for one in api.units_of_kind("station", areas.area("G").id)] == ["s_001"]
    assert api.unit_for_area("village", areas.area("V001001").id) == village
    assert api.unit_for_area("village", areas.area("G").id) is None


def test_unknown_names_are_refused(town):
    for ask in (
        lambda: api.unit("x"),
        lambda: api.post("x"),
        lambda: api.post("x.head"),
        lambda: api.unit_by_id(0),
    ):
        with pytest.raises(Refused):
            ask()


def test_roles_are_loaded_from_a_file_and_loading_again_changes_nothing(town, tmp_path):
    path = tmp_path / "roles.toml"
    path.write_text(ROLES, "utf-8")
    assert api.load_roles(path) == 2
    assert permissions_of(["shift", "unit_head"]) == {"people.view", "people.edit"}
    assert api.load_roles(path) == 2
    path.write_text(ROLES.replace(', "people.edit"', ""), "utf-8")
    api.load_roles(path)
    assert permissions_of(["unit_head"]) == {"people.view"}


def test_every_role_of_a_starting_post_is_in_the_starting_roles(town):
    import tomllib

    described = {row["code"] for row in tomllib.loads((STARTING / "roles.toml").read_text("utf-8"))["role"]}
    assert set(Role.objects.values_list("code", flat=True)) <= described


def test_a_block_has_its_three_subjects_and_remembers_the_former(town):
    block = areas.area("V001001").id
    for kind, unit, since in (
        ("handling", "chengguan", date(2026, 1, 1)),
        ("ownership", "v_001", date(2026, 1, 1)),
        ("handling", "chengjian", date(2026, 5, 1)),
    ):
        subject = api.Subject(block, kind, api.unit(unit).id, api.post(f"{unit}.head").id, since)
        api.set_subject(subject, valid_from=since, actor=ADMIN, at=AT)
    codes = {one.kind: api.unit_by_id(one.unit_id).code for one in api.subjects_of(block, AT)}
    assert codes == {"handling": "chengjian", "ownership": "v_001"}
    then = api.subjects_of(block, moment("2026-02-01"))
    assert api.unit_by_id(then[0].unit_id).code == "chengguan"


def test_a_first_survey_of_subjects_fills_gaps_and_overwrites_nothing(town):
    block, since = areas.area("V001001").id, date(2026, 1, 1)
    own = api.Subject(block, "handling", api.unit("chengguan").id, None, since)
    api.set_subject(own, valid_from=since, actor=ADMIN, at=AT)
    survey = [
        api.Subject(block, kind, api.unit("v_001").id, None, since) for kind in ("handling", "maintenance")
    ]
    assert api.enter_subjects(survey, valid_from=since, actor=ADMIN, at=AT) == 1
    codes = {one.kind: api.unit_by_id(one.unit_id).code for one in api.subjects_of(block, AT)}
    assert codes == {"handling": "chengguan", "maintenance": "v_001"}


def test_only_a_block_has_subjects(town):
    with pytest.raises(Refused):
        subject = api.Subject(areas.area("V001").id, "handling", api.unit("chengguan").id, None, None)
        api.set_subject(subject, valid_from=date(2026, 1, 1), actor=ADMIN, at=AT)


def test_a_phone_is_sealed_found_by_hash_and_shown_only_with_a_reason(town):
    person = api.add_person("甲", phone="10000000001", actor=ADMIN, at=AT)
    assert b"10000000001" not in bytes(Person.objects.get(pk=person).phone)
    assert api.find_by_phone("10000000001") == (person,)
    with pytest.raises(Refused):
        api.reveal_phone(person, actor=ADMIN, at=AT, reason=" ")
    with pytest.raises(Refused):
        api.reveal_phone(person, actor=Actor(5, "乙", ()), at=AT, reason="好奇")
    assert api.reveal_phone(person, actor=ADMIN, at=AT, reason="防汛值班联系") == "10000000001"
    assert JournalEntry.objects.filter(kind="person", key=str(person), action="reveal").count() == 1


def test_permission_names_are_declared_once():
    with pytest.raises(Exception, match="declared twice"):
        declare("people.view", "别的", "别的意思")
