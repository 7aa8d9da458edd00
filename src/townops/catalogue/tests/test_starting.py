"""The catalogue a town starts with (domain.md 1.3 to 1.5)."""

import re
import time
from datetime import date

import pytest

from townops.catalogue import api
from townops.catalogue.begin import starting_content
from townops.catalogue.domain.check import faults
from townops.kernel.workdays import Limit, TimeUnit

from .conftest import BEGIN, NOW

EXTRAS = ["私拉电线", "飞线充电", "窨井盖丢失", "消防通道违停", "高空坠物", "楼道堆物", "群租", "违规装修"]
EXTRAS += ["电动自行车上楼", "店招店牌"]
LISTED = {
    "C-01": "01 02 03 04 06 10 11 14 18 23 25 26 27 28 29 30 31 37 38 39 40 45 46 49 50 51 52 54 57 "
    "78 79 80 81 86 88 90 92 93 97 99",
    "C-02": "01 04 06 07 08 09 11 12 17 19 20 21 24 25 30 83 84 85 86 99",
    "C-03": "01 02 03 04 05 06 07 08 96 97",
    "C-04": "01 02 04 05 06 07 08 09 10 94 95 96 97 98 99",
    "C-05": "03 04 06 07 08 98",
    "E-01": "01 02 03 04 05 06 07 08 10 11 12 13 14 17 18 19 20 21 22 25 26 28 29 30 31 32 33 35 36 37 38 "
    "84 85 86 87 88 89 90 91 92 93 94 95 96 97 98 99",
    "E-02": "01 02 03 04 05 06 07 99",
    "E-03": "01 02 03 04 05 06 07 08 09 10 11 12 96 97 98 99",
    "E-04": "01 02 04 05 06 10 91 92 93 95 96 98",
    "E-05": "01 02 03 04 05 06 07 08 95 96",
    "E-06": "02 04 96 98",
}


def limits(code: str) -> list[Limit]:
    return [one.limit for one in starting_content().by_class[code]]


def test_the_starting_catalogue_has_no_fault():
    assert faults(starting_content()) == ()


def test_every_small_and_sub_class_of_the_grid_can_be_filed():
    content = starting_content()
    lacking = [
        one.code
        for one in content.classes
        if one.branch is not api.Branch.HOTLINE and one.level is not api.Level.LARGE
        and not content.by_class.get(one.code)
    ]  # fmt: skip
    assert lacking == []


def test_every_code_of_the_published_list_is_there():
    known = starting_content().by_code
    lacking = [f"{large}-{code}" for large, codes in LISTED.items() for code in codes.split()]
    assert [code for code in lacking if code not in known] == []


def test_codes_of_the_town_itself_count_down_from_99():
    names = {one.code: one.name for one in starting_content().classes}
    assert (names["E-01-99"], names["E-01-84"], names["C-04-94"]) == ("园路破损", "小产权房", "边绿地")


@pytest.mark.parametrize("name", EXTRAS)
def test_what_the_mandate_names_for_the_town_has_a_class(name):
    assert [one for one in starting_content().classes if name in one.name]


def test_a_well_cover_has_the_four_limits_of_its_standard():
    assert limits("C-01-01") == [
        Limit(2, TimeUnit.URGENT_HOUR), Limit(4, TimeUnit.WORK_HOUR),
        Limit(2, TimeUnit.WORK_DAY), Limit(5, TimeUnit.WORK_DAY),
    ]  # fmt: skip


def test_a_building_going_up_is_stopped_sooner_than_a_finished_one_is_removed():
    assert limits("E-01-01") == [Limit(2, TimeUnit.URGENT_DAY), Limit(15, TimeUnit.WORK_DAY)]


def test_a_row_may_ask_to_make_safe_before_it_asks_to_repair():
    pole = starting_content().by_class["C-01-30"][0]
    assert pole.make_safe == Limit(12, TimeUnit.URGENT_HOUR)
    assert pole.limit == Limit(3, TimeUnit.WORK_DAY)


def test_every_limit_starts_as_a_default_to_be_confirmed():
    assert {one.status for one in starting_content().conditions} == {api.Status.TO_CONFIRM}


@pytest.mark.parametrize("code", ["E-01-01", "E-04-01", "E-04-06", "E-04-94", "E-04-96"])
def test_classes_of_enforcement_need_power_and_no_village_answers_for_them(code):
    first_row = starting_content().by_class[code][0]
    assert first_row.needs_power
    assert first_row.main_kind != "village"


def test_subjects_that_law_enforcers_answer_need_power():
    subjects = [one for one in starting_content().classes if one.branch is api.Branch.HOTLINE and one.unit]
    assert {one.needs_power for one in subjects if one.unit == "chengguan"} == {True}
    assert {one.needs_power for one in subjects if one.unit == "shefa"} == {False}


def test_loading_takes_less_than_two_seconds_and_a_second_time_keeps_what_is_there(db):
    begun = time.perf_counter()
    first = api.load_starting(BEGIN, at=NOW)
    assert time.perf_counter() - begun < 2
    assert api.load_starting(date(2026, 6, 1), at=NOW) == first
    assert len(api.versions()) == 1


ARTICLES = {
    "《城市道路管理条例》第二十三条", "《城市道路管理条例》第三十条", "《中华人民共和国消防法》第二十八条",
    "《中华人民共和国民法典》第一千二百五十三条", "《中华人民共和国民法典》第一千二百五十四条",
    "《中华人民共和国大气污染防治法》第六十九条", "《中华人民共和国大气污染防治法》第八十一条",
    "《中华人民共和国大气污染防治法》第八十二条", "《中华人民共和国水法》第三十九条",
}  # fmt: skip


NAMED = re.compile(r"(《[^《》]+(条例|法|办法|规定|法典)》(第[一二三四五六七八九十百千]+条)?)+")


def test_laws_are_named_in_full_and_articles_only_where_they_were_looked_up():
    basis = {one.legal_basis for one in starting_content().conditions} - {""}
    assert [one for one in basis if not NAMED.fullmatch(one)] == []
    assert {one for one in basis if "条" in one.rpartition("》")[2]} == ARTICLES


def test_nine_rows_in_ten_say_on_which_law_they_rest():
    rows = starting_content().conditions
    assert sum(bool(one.legal_basis) for one in rows) >= 0.9 * len(rows)


def test_every_row_says_what_to_collect_and_when_it_is_solved():
    assert [one.code for one in starting_content().conditions if not (one.evidence and one.close_text)] == []


def test_most_classes_have_several_conditions_and_no_condition_twice():
    by_class = starting_content().by_class
    assert sum(len(rows) > 1 for rows in by_class.values()) >= 160
    assert [code for code, rows in by_class.items() if len({one.text for one in rows}) != len(rows)] == []


def test_a_subject_under_nobody_names_no_unit_at_all():
    bank = starting_content().by_code["H-13-06"]
    assert (bank.unit, bank.fallback) == ("", "")
