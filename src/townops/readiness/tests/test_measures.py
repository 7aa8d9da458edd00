"""Measures of readiness: a town that passes, and the same one record short (E2-E3, E10-E17, V3-V5, V12)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from townops.areas import api as areas
from townops.base.ledger import bulk
from townops.base.ledger.declaring import find
from townops.base.ledger.seeing import Viewer
from townops.kernel.actors import SYSTEM_PERSON, Actor
from townops.kernel.measured import Basis, Subject
from townops.people import api as people
from townops.people.models import Unit
from townops.readiness.measures.village import shelters
from townops.standards.tests.twins import holds, measured

pytestmark = pytest.mark.django_db
SINCE, NOW = date(2026, 1, 1), datetime(2026, 9, 30, 4, 0, tzinfo=UTC)
TYPED = NOW - timedelta(days=1)
MATTERS = [
    "应急值守",
    "隐患排查",
    "风险评估",
    "物资保障",
    "联动处置",
    "现场救援",
    "社会参与",
    "应急征用",
    "舆情应对",
    "灾害救助",
    "绩效评估",
]
TOPICS = [
    "防汛防台",
    "火灾事故",
    "公共卫生",
    "环境污染",
    "食品安全",
    "安全生产",
    "公用事业",
    "群体性事件",
    "反恐防暴",
    "舆情应对",
]
RESCUE, LIVING = ("铁锹", "灭火器", "防洪沙袋"), ("食品", "饮用水", "床", "布草")
Made = list[tuple[str, dict[str, str]]]


def each(register: str, column: str, values, **more: str) -> Made:
    return [(register, {column: one, **more}) for one in values]


def goods(kinds, level: str = "镇级") -> Made:
    return [("supply", {"kind": one, "item": one, "level": level, "expires_on": ""}) for one in kinds]


def plans(topics, kind: str) -> Made:
    return [("plan", {"name": f"{one}预案", "topic": one, "kind": kind}) for one in topics]


def drills(*days: str, **more: str) -> Made:
    return [("drill", {"name": f"演练{one}", "planned_for": one, "held_on": one, **more}) for one in days]


def campaigns(kinds) -> Made:
    return [("campaign", {"name": one, "kind": one}) for one in kinds]


def inspected(*kinds: str) -> Made:
    stands = [("flood-facility", {"code": one, "kind": one}) for one in kinds]
    seen = [
        (
            "flood-inspection",
            {"facility": one, "sound": "是", "fault": "", "mended_on": "", "inspected_on": "2026-06-01"},
        )
        for one in kinds
    ]
    return [*stands, *seen]


STATION = ("micro-fire-station", {"name": "站", "people": "6", "trained": "6"})
TOWN_TWINS: dict[str, Made] = {
    "readiness.rules_in_force": [("rule", {})],
    "readiness.rule_kinds_in_force": [("rule", {"name": one, "matter": one}) for one in MATTERS],
    "readiness.emergency_budget": [("budget", {})],
    "readiness.projects_funded": [("budget", {})],
    "readiness.overall_plans": plans(["总体"], "总体预案"),
    "readiness.special_plans": plans(TOPICS, "必备专项预案"),
    "readiness.further_plans": plans(["其他"], "自选专项预案"),
    "readiness.supply_levels": [*goods(["铁锹"]), *goods(["灭火器"], "社区（居村）"), ("family-kit", {})],
    "readiness.rescue_supplies": goods(RESCUE),
    "readiness.living_supplies": goods(LIVING),
    "readiness.family_list_issued": [("family-kit", {})],
    "readiness.families_reached": [("family-kit", {})],
    "readiness.family_kits_given": [("family-kit", {})],
    "readiness.drill_plan_made": drills("2026-05-12"),
    "readiness.full_drills_held": drills("2026-05-12", "2026-08-12"),
    "readiness.drill_participants": drills("2026-05-12", volunteers="0")
    + drills("2026-06-12", residents="0"),
    "readiness.campaigns_held": campaigns(("进企业", "进农村", "进社区", "进学校", "进家庭")),
    "readiness.campaign_places": campaigns(("进企业", "进农村", "进社区", "进学校", "进家庭")),
    "readiness.campaign_days": campaigns(("全国防灾减灾日", "安全生产月", "消防宣传月")),
    "readiness.flood_inspections": inspected("水闸", "堤防", "排水管网"),
    "readiness.shelters": [("shelter", {})],
}
VILLAGE_TWINS: dict[str, Made] = {
    "readiness.management_manuals": [("rule", {"matter": "居村管理手册"})],
    "readiness.handling_manuals": [("rule", {"matter": "居村处置手册"})],
    "readiness.village_stores": goods(["铁锹"], "社区（居村）"),
    "readiness.village_rescue_supplies": goods(RESCUE, "社区（居村）"),
    "readiness.village_living_supplies": goods(LIVING, "社区（居村）"),
    "readiness.village_store_checks": goods(["铁锹"], "社区（居村）"),
    "readiness.social_reserves": goods(["铁锹"], "社会（企事业单位）"),
    "readiness.supply_agreements": [("agreement", {})],
    "readiness.fire_station_marks": [STATION],
    "readiness.rescue_stations": [STATION],
    "readiness.rescuers_trained": [STATION],
    "readiness.charging_points": [("charging-site", {})],
    "readiness.village_drills": drills("2026-05-12", "2026-08-12", scope="居村演练"),
    "readiness.village_publicity": [("campaign", {})],
}


@pytest.fixture
def typed(standing_town, db):
    """Types rows in as examples with other words, in the first 居村 where they have one."""
    town = standing_town.code
    viewer = Viewer(Actor(SYSTEM_PERSON, "系统", ()), town)
    unit = people.units(town=town)[0].name

    def type_in(rows: Made, area: str = "", at: datetime = TYPED, unit: str = unit) -> None:
        for register, words in rows:
            row = {name: str(word) for name, word in find(register).example.items()}
            row |= (
                {"area": area or areas.area(town).name}
                if "area" in {one.name for one in find(register).typed}
                else {}
            )
            row |= {"unit": unit} if "unit" in row else {}
            bulk.enter(register, [row | words], viewer=viewer, at=at)

    return type_in


@pytest.fixture
def town(standing_town):
    return Subject("town", standing_town.code, standing_town.name)


@pytest.fixture
def village(standing_town):
    one = next(one for one in areas.villages(standing_town.code) if not one.directly_managed)
    return Subject("village", one.code, one.name, area=one.id)


@pytest.mark.parametrize(("name", "rows"), TOWN_TWINS.items())
def test_a_town_passes_with_its_last_record_and_not_without_it(typed, town, name: str, rows: Made):
    typed(rows[:-1])
    assert not holds(name, town, since=SINCE, at=NOW)
    typed(rows[-1:])
    assert holds(name, town, since=SINCE, at=NOW)
    assert measured(name, town, since=SINCE, at=NOW).evidence
    assert not holds(name, town, since=SINCE, at=TYPED - timedelta(hours=1))


@pytest.mark.parametrize(("name", "rows"), VILLAGE_TWINS.items())
def test_a_village_passes_with_its_last_record_and_not_without_it(typed, village, name: str, rows: Made):
    typed(rows[:-1], area=village.name)
    assert not holds(name, village, since=SINCE, at=NOW)
    typed(rows[-1:], area=village.name)
    assert holds(name, village, since=SINCE, at=NOW)


SHARES: dict[str, tuple[Made, Made]] = {
    "readiness.plans_revised": (
        plans(["总体"], "总体预案"),
        [("plan", {"name": "旧", "approved_on": "2020-01-01", "review_due": "2023-01-01"})],
    ),
    "readiness.drills_whole": (drills("2026-05-12"), drills("2026-06-12", has_script="否")),
    "readiness.flood_sound": ([("flood-facility", {})], [("flood-facility", {"code": "2", "sound": "否"})]),
    "readiness.fire_sound": (
        [("fire-facility", {"count": "100", "sound": "100"})],
        [("fire-facility", {"place": "另一处", "count": "12", "sound": "0"})],
    ),
    "readiness.ways_sound": (
        [("fire-facility", {"kind": "安全出口", "count": "9", "sound": "9"})],
        [("fire-facility", {"kind": "疏散通道", "count": "9", "sound": "8"})],
    ),
    "readiness.flood_faults_overdue": (
        inspected("水闸"),
        [
            (
                "flood-inspection",
                {
                    "facility": "水闸",
                    "inspected_on": "2026-07-01",
                    "sound": "否",
                    "fault": "渗水",
                    "mended_on": "",
                },
            )
        ],
    ),
}


@pytest.mark.parametrize(("name", "rows"), SHARES.items())
def test_one_wrong_record_is_too_much(typed, town, name: str, rows: tuple[Made, Made]):
    good, wrong = rows
    assert measured(name, town, since=SINCE, at=NOW).value is None
    typed(good)
    assert holds(name, town, since=SINCE, at=NOW)
    typed(wrong)
    assert not holds(name, town, since=SINCE, at=NOW)


def test_the_slowest_arrival_of_a_village_counts(typed, village):
    tests = [
        (
            "arrival-test",
            {"station": "站", "called_at": f"2026-09-0{day} 09:00", "arrived_at": f"2026-09-0{day} {end}"},
        )
        for day, end in ((1, "09:03"), (2, "09:04"))
    ]
    typed([STATION, tests[0]], area=village.name)
    assert holds("readiness.fire_arrival_minutes", village, since=SINCE, at=NOW)
    typed(tests[1:], area=village.name)
    found = measured("readiness.fire_arrival_minutes", village, since=SINCE, at=NOW)
    assert (found.value, found.records) == (4, 2)
    assert not holds("readiness.fire_arrival_minutes", village, since=SINCE, at=NOW)


def test_shelter_area_and_places_are_of_the_residents_on_a_day(typed, town):
    assert (
        measured("readiness.shelter_area_per_head", town, since=SINCE, at=NOW).lacking == "没有登记常住人口"
    )
    typed([("shelter", {"effective_m2": "1500", "capacity": "1000"})])
    for residents, held in ((1000, True), (1001, False)):
        asked = replace(town, bases={"residents": Basis(residents, "人", SINCE, "统计公报")})
        assert holds("readiness.shelter_area_per_head", asked, since=SINCE, at=NOW) is held
        assert holds("readiness.shelter_places", asked, since=SINCE, at=NOW) is held


def test_each_shelter_answers_for_its_own_standard(typed, standing_town):
    typed([("shelter", {"name": "甲"}), ("shelter", {"name": "乙", "up_to_standard": "否"})])
    found = {one.name: one for one in shelters(standing_town.code, NOW)}
    assert holds("readiness.shelter_standard", found["甲"], since=SINCE, at=NOW)
    assert not holds("readiness.shelter_standard", found["乙"], since=SINCE, at=NOW)


def test_a_firm_drills_once_a_year(typed, standing_town):
    firm = Unit.objects.create(
        town=standing_town.code, code="firm-x", name="演示企业", kind=Unit.Kind.ENTERPRISE
    )
    asked = Subject("firm", "firm-x", "演示企业", unit=firm.pk)
    assert not holds("readiness.firm_drills_held", asked, since=SINCE, at=NOW)
    from townops.readiness.models import Drill

    typed(drills("2026-05-12", scope="单位演练"))
    Drill.objects.update(unit=firm.pk)
    assert holds("readiness.firm_drills_held", asked, since=SINCE, at=NOW)
    Drill.objects.update(has_pictures=False)
    found = measured("readiness.firm_drills_held", asked, since=SINCE, at=NOW)
    assert (found.value, found.left_out[0].reason) == (0, "缺影像")


def test_a_drill_short_of_a_part_is_left_out_with_the_reason(typed, town):
    typed(drills("2026-05-12") + drills("2026-06-12", has_script="否"))
    found = measured("readiness.full_drills_held", town, since=SINCE, at=NOW)
    assert (found.value, [one.reason for one in found.left_out]) == (1, ["缺脚本"])


def test_a_kind_that_nobody_has_is_named(typed, town):
    typed(plans(TOPICS[:-1], "必备专项预案"))
    found = measured("readiness.special_plans", town, since=SINCE, at=NOW)
    assert [(one.evidence.label, one.reason) for one in found.left_out] == [("舆情应对", "没有登记")]
