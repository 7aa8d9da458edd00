"""Everybody of the demo town is invented, signs in with one password and holds a post."""

import time
from datetime import UTC, datetime

import pytest
from django.utils import timezone

from townops.areas import api as areas
from townops.base.accounts import sign_in
from townops.base.models import Account
from townops.demo.people import build_people
from townops.demo.town import build_areas, towns
from townops.people import api as people

PASSWORD = "Demo-Town-2026"
SINCE = datetime(2020, 1, 1, tzinfo=UTC)
NAMES = [
    "shift",
    "hotline",
    "hotline2",
    "grid",
    "video",
    "dispatch",
    "unit",
    "unit_head",
    "station",
    "village",
    "patrol",
    "check",
    "assess",
    "deputy",
    "rota_leader",
    "leader",
    "main_leader",
    "director",
    "emergency",
    "resident",
    "auditor",
    "sysadmin",
    "security",
    "auditadmin",
]


@pytest.fixture
def built(db: None) -> None:
    build_areas(at=timezone.now())
    build_people(password=PASSWORD, at=timezone.now(), since=SINCE)


def actor(name: str):
    return people.actor_for(Account.objects.get(username=name).pk, timezone.now())


def test_each_printed_account_signs_in_and_wears_a_hat(built):
    for name in NAMES:
        sign_in(name, PASSWORD)
        assert actor(name).hats, name


def test_every_post_is_held_and_nobody_sounds_real(built):
    known, now = people.directory(), timezone.now()
    assert [post.name for post in known.posts.values() if not known.acting(post.id, now)] == []
    assert all(one.name[:2] in ("演示", "测试", "样例", "示范", "虚构") for one in known.persons.values())


def test_every_unit_that_handles_has_an_operator_and_a_head_of_its_own(built):
    now = timezone.now()
    for unit in people.units():
        if unit.kind not in ("department", "squad", "village", "station"):
            continue
        operator = people.holder(unit.id, None, now)
        heads = [post for post in people.posts_of(unit.id) if post.rank >= 1]
        assert operator.climbed == 0, unit
        assert operator.person_id not in {
            person for post in heads for person in people.directory().acting(post.id, now)
        }


def test_posts_are_filled_as_the_plans_say(built):
    vice = {post.code for hat in actor("leader").hats for post in [people.post_by_id(hat.post)]}
    assert {"vice_mayor", "director", "deputy"} <= vice
    units = {people.unit_by_id(hat.unit).code for hat in actor("director").hats}
    assert units == {"center", "yingjiban", "anweiban", "zaifangban"}
    village = actor("village")
    assert {people.unit_by_id(hat.unit).kind for hat in village.hats} == {"village", "station"}
    assert {one for hat in village.hats for one in hat.areas} == {areas.area("310115104002").id}


def test_every_block_has_its_three_subjects(built):
    blocks = areas.areas_of(areas.towns()[0].code, "block")
    for block in blocks[::100]:
        subjects = people.subjects_of(block.id, timezone.now())
        assert [one.kind for one in subjects] == ["handling", "maintenance", "ownership"], block
        assert all(people.post_by_id(one.contact_post_id).unit_id == one.unit_id for one in subjects)


def test_it_is_quick_and_a_second_run_changes_nothing(db):
    build_areas(at=timezone.now())
    start = time.perf_counter()
    assert len(build_people(password=PASSWORD, at=timezone.now(), since=SINCE)) > 200
    assert time.perf_counter() - start < 8
    before = Account.objects.count()
    assert build_people(password=PASSWORD, at=timezone.now(), since=SINCE) == []
    assert Account.objects.count() == before


def test_a_second_town_has_its_own_people(built):
    second = list(towns(2))[1]
    build_areas(town=second, at=timezone.now())
    build_people(password=PASSWORD, at=timezone.now(), since=SINCE, town=second.code, suffix="_1")
    assert people.unit_by_id(actor("shift_1").hats[0].unit).town == second.code
    assert people.unit_by_id(actor("shift").hats[0].unit).town == areas.towns()[0].code
    assert people.center(town=second.code).id != people.center().id
