"""What a town has on its first day, and what follows its first import of areas."""

from datetime import UTC, date, datetime

import pytest
import shapely

from townops.areas import api as areas
from townops.base.models import JournalEntry
from townops.catalogue import api as catalogue
from townops.commands import founding
from townops.dispatch import api as dispatch
from townops.intake import suggesting
from townops.intake.models import Suggestion
from townops.kernel.actors import SYSTEM_PERSON, Actor
from townops.orders import api as orders
from townops.people import api as people

pytestmark = pytest.mark.django_db
CODE = "310115999000"
AT = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
LONG_AGO = datetime(2018, 5, 7, 2, 0, tzinfo=UTC)
CLERK = Actor(SYSTEM_PERSON, "导入", ())


@pytest.fixture
def town() -> str:
    founding.found("测试镇", CODE, "zhang")
    return CODE


def area(row: int, kind: str, code: str, name: str, parent: str = "") -> areas.Candidate:
    cells = {"kind": kind, "code": code, "name": name, "parent": parent, "block_type": ""}
    flags = {"detached_allowed": "", "directly_managed": ""}
    west = 121.5 + 0.1 * (row % 3)
    return areas.Candidate(row, cells | flags, shapely.box(west, 31.3, west + 0.1, 31.4))


def survey(*villages: tuple[str, str]) -> areas.Survey:
    ground = [area(1, "town", CODE, "测试镇"), area(2, "grid", "G1", "第一责任网格", CODE)]
    rows = [area(n, "village", code, name, "G1") for n, (code, name) in enumerate(villages, start=3)]
    return areas.Survey("test", CODE, (*ground, *rows), "cgcs2000")


def bring_in(*villages: tuple[str, str]) -> None:
    found = areas.take_survey(survey(*villages), valid_from=date(2026, 11, 2), actor=CLERK, at=AT)
    assert found.errors == ()


def test_the_starting_data_is_in_force_long_before_the_first_day(town):
    assert catalogue.version_at(LONG_AGO)
    assert dispatch.rule_set_at(LONG_AGO) is not None
    assert orders.every_source()


def test_rules_of_a_new_town_send_an_order_to_the_unit_the_catalogue_names(town):
    rules = dispatch.rule_set_at(AT)
    assert rules is not None
    assert len(dispatch.rules(rules.id)) == len(dispatch.starting_rules()) > 0


def test_villages_imported_later_get_their_unit_and_station_once(town):
    assert people.units_of_kind("village") == ()
    for _ in range(2):
        bring_in(("310115999001", "甲村村委会"), ("310115999002", "乙居委会"))
    assert [one.name for one in people.units_of_kind("village")] == ["甲村村委会", "乙居委会"]
    assert [one.name for one in people.units_of_kind("station")] == ["甲村联勤联动站", "乙联勤联动站"]
    assert people.post("s_001.head").filled_by_id == people.post("v_001.head").id
    builds = JournalEntry.objects.filter(kind="people", key=CODE, action="build")
    assert builds.count() == 2  # the founding, and the import that brought something new


def test_what_the_town_changed_is_not_put_back_by_the_next_import(town):
    bring_in(("310115999001", "甲村村委会"))
    from townops.people.models import Unit

    Unit.objects.filter(code="shefa").update(leader_post=None, name="社会事业办")
    areas.touch("people")
    bring_in(("310115999001", "甲村村委会"), ("310115999002", "乙居委会"))
    assert people.unit("shefa").name == "社会事业办"
    assert people.unit("shefa").leader_post_id is None


def test_two_villages_with_the_same_last_digits_have_units_of_their_own(town):
    bring_in(("A001", "甲村村委会"), ("B001", "乙村村委会"))
    assert {one.code for one in people.units_of_kind("village")} == {"v_001", "v_B001"}
    assert {one.code for one in people.units_of_kind("station")} == {"s_001", "s_B001"}


def test_a_message_that_cannot_be_classed_waits_for_a_person_and_the_others_go_on(town):
    before = datetime(2014, 5, 7, 2, 0, tzinfo=UTC)  # no catalogue was in force then
    text = "小区门口垃圾桶满溢，垃圾清运不及时，异味很大，请环卫部门处理"
    reports = [
        orders.IncomingReport(source="hotline", text=text, received_at=LONG_AGO, external_number=f"H{n}")
        for n in range(3)
    ]
    made = orders.receive_reports(reports, actor=CLERK, at=AT, origin="history")
    moments = (LONG_AGO, before, LONG_AGO)
    waiting = [suggesting.Waiting(one.order, text, at) for one, at in zip(made, moments, strict=True)]
    outcome = suggesting.settle(waiting, at=AT)
    assert (outcome.automatic, outcome.by_person) == (2, 1)
    assert Suggestion.objects.filter(automatic=False).get().order_id == made[1].order
