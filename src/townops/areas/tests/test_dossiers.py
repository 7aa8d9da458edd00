"""A dossier: what may stand in it, who may write it, two at once, what it still needs, and when it is due."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from townops.areas import api
from townops.areas.domain import dossiers as rules
from townops.areas.dossiers import Filled, put_dossiers
from townops.areas.models import Dossier, DossierLine
from townops.areas.needs import REVIEW_KEY
from townops.base import tunables
from townops.kernel.actors import Actor, Hat
from townops.kernel.refusal import Refused

LAMP = "3101150137000001，路灯，北街路口"
NOW = timezone.now()


def refused(code, work, *args, **facts):
    with pytest.raises(Refused) as found:
        work(*args, **facts)
    assert found.value.code == code
    return found.value.params


def read(**typed):
    return rules.read("block", typed, county="310115")


def test_what_is_typed_is_kept_as_one_reads_it():
    found = read(
        address="  北街 12 号 ",
        households="0120",
        residents="300",
        counted_on="2026-03-01",
        components=LAMP.replace("，", "\t"),
    )
    assert (found["address"], found["households"], found["components"]) == ("北街 12 号", "120", LAMP)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ({"address": "长" * 201}, "dossier_text_long"),
        ({"households": "一百", "counted_on": "2026-03-01"}, "dossier_count"),
        ({"households": "-1"}, "dossier_count"),
        ({"households": "1"}, "dossier_counted_missing"),
        ({"counted_on": "去年"}, "dossier_day"),
        ({"components": "3101150137000001"}, "dossier_line"),
        ({"components": "31011501，路灯"}, "component_code"),
        ({"components": "3201150137000001，路灯"}, "dossier_component_county"),
        ({"components": f"{LAMP}\n{LAMP}"}, "dossier_component_twice"),
        ({"components": f"{LAMP}，又一格"}, "dossier_line"),
        ({"components": "\n".join(f"31011501370{n:05d}，路灯" for n in range(501))}, "dossier_lines_many"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(typed, code):
    refused(code, read, **typed)


def test_the_force_of_a_grid_is_counted():
    found = rules.read("grid", {"force": "社区民警，2\n网格辅助员,012,两班"}, county="310115")
    assert rules.total(rules.cells_of(found["force"])) == 14
    refused("dossier_count", rules.read, "grid", {"force": "社区民警，两名"}, county="310115")


pytestmark = pytest.mark.django_db


@pytest.fixture
def block(town):
    return api.area("V1001")


def keeper(code="V1"):
    """Somebody of a 居村's station."""
    return Actor(9, "站长", (Hat(1, 1, frozenset({"areas.dossier"}), areas=frozenset({api.area(code).id})),))


def put(block, over=0, actor=None, **typed):
    return api.put_dossier(block, typed, over=over, actor=actor or keeper(), at=NOW)


def test_a_change_keeps_who_when_and_what_it_was(block):
    put(block, address="北街1号")
    put(block, over=1, address="北街2号", plates="1号、2号")
    newest, oldest = api.dossier_history(block)
    assert newest.changes == (
        ("address", "地址", "北街1号", "北街2号"),
        ("plates", "门牌", "", "1号、2号"),
    )
    assert (newest.name, oldest.changes) == ("站长", (("address", "地址", "", "北街1号"),))
    assert api.dossier(block).content["plates"] == "1号、2号"


def test_the_second_of_two_is_told_what_the_first_changed_and_overwrites_nothing(block):
    put(block, address="北街1号")
    put(block, over=1, households="5", counted_on="2026-01-01")
    told = refused("dossier_stale", put, block, over=1, address="北街9号")
    assert told == {"name": "站长", "labels": "户数、统计日期"}
    refused("dossier_stale", put, block, address="北街9号")
    assert api.dossier(block).content["address"] == "北街1号"


def test_a_change_of_nothing_is_refused_and_writes_nothing(block):
    put(block, address="北街1号")
    refused("dossier_unchanged", put, block, over=1, address="北街1号")
    assert (Dossier.objects.get().seq, len(api.dossier_history(block))) == (1, 1)


def test_a_station_writes_only_within_its_own_area(block):
    other = api.area("V2001")
    refused("dossier_outside", put, other, address="北街1号")
    refused("dossier_outside", put, api.area("G1"), force="社区民警，2")
    refused("dossier_outside", put, block, actor=Actor(3, "居民", ()), address="北街1号")
    assert (
        put(
            api.area("G1"),
            actor=Actor(4, "网格信息员", (Hat(2, 2, frozenset({"areas.dossier"})),)),
            force="社区民警，2",
        )
        == 1
    )


def test_a_village_and_a_town_have_none_of_their_own(block):
    for code in ("V1", "T"):
        refused("dossier_none", api.dossier, api.area(code))


def test_a_component_stands_in_one_block_alone(block):
    block, neighbour = (replace(api.area(code), town="310115104000") for code in ("V1001", "V1002"))
    put(block, components=LAMP)
    assert refused("dossier_component_taken", put, neighbour, components=LAMP) == {
        "code": LAMP[:16],
        "name": "甲小区",
    }
    put(block, over=1, components="")
    put(neighbour, components=LAMP)
    assert DossierLine.objects.get().dossier_id == neighbour.id


OTHER = "3101150137000002，路灯，南街路口"


@pytest.mark.parametrize("turned", [False, True])
def test_components_change_places_between_blocks_whatever_the_order(block, turned):
    first, second = (replace(api.area(code), town="310115104000") for code in ("V1001", "V1002"))
    put(first, components=LAMP)
    put(second, components=OTHER)
    wanted = [Filled(first, {"components": OTHER}, 1), Filled(second, {"components": LAMP}, 1)]
    assert put_dossiers(wanted[::-1] if turned else wanted, actor=keeper(), at=NOW) == (2, [])
    assert [one.content["components"] for one in api.dossiers([first, second])] == [OTHER, LAMP]
    assert api.dossier_history(second)[0].changes[0][2:] == (OTHER, LAMP)


@pytest.mark.parametrize("turned", [False, True])
def test_a_component_that_two_blocks_of_a_sheet_want_is_refused_for_the_later(block, turned):
    rows = [replace(api.area(code), town="310115104000") for code in ("V1001", "V1002")]
    wanted = [Filled(one, {"components": LAMP}, 0) for one in (rows[::-1] if turned else rows)]
    _, wrong = put_dossiers(wanted, actor=keeper(), at=NOW)
    assert [(place, why.code) for place, why in wrong] == [(1, "dossier_component_taken")]


def test_confirmed_unchanged_is_due_again_after_the_interval_of_the_town(block):
    first = api.states([block], NOW)[0]
    assert first.overdue and first.due_on is None
    api.confirm_dossier(block, over=0, actor=keeper(), at=NOW)
    days = [api.states([block], NOW + timedelta(days=one))[0] for one in (0, 170, 180)]
    assert [(one.overdue, one.soon) for one in days] == [(False, False), (False, True), (True, False)]
    tunables.set_value(REVIEW_KEY, "30 5", effective_from=NOW)
    assert api.states([block], NOW + timedelta(days=30))[0].overdue
    assert api.dossier_history(block)[0].action == "confirm"


def test_completeness_counts_what_blocks_still_need(block):
    before = api.summary(api.states([block], NOW))
    put(block, address="北街1号", residents="10", counted_on="2026-01-01")
    api.confirm_dossier(block, over=1, actor=keeper(), at=NOW)
    after = api.summary(api.states([block], NOW))
    assert before.percent < after.percent and (before.overdue, after.overdue) == (1, 0)
    assert {one.name for one in api.states([block], NOW)[0].missing} == {
        "handling",
        "contact",
        "ownership",
        "maintenance",
    }
    assert after.grave == 1


def test_a_first_survey_enters_what_is_not_there_yet(block):
    put(block, address="北街1号")
    other = api.area("V1002")
    rows = {
        one.id: api.read_dossier("block", {"address": "测绘所填"}, county="310115") for one in (block, other)
    }
    system = Actor(0, "系统", ())
    assert api.enter_dossiers(rows, {other.id: NOW.date()}, actor=system, at=NOW) == 1
    assert [one.content["address"] for one in api.dossiers([block, other])] == ["北街1号", "测绘所填"]
    refused("not_permitted", api.enter_dossiers, rows, {}, actor=keeper(), at=NOW)


def test_neighbours_share_a_border_not_only_a_corner(block):
    assert [one.code for one in api.neighbours(block.id)] == ["V1002", "V2001"]
