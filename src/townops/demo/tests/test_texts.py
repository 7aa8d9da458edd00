"""What each source writes: enough different sentences, about what it can notice, filed as they sound."""

import re
from random import Random

import pytest
from django.utils import timezone

from townops.catalogue.begin import starting_content
from townops.demo.play import SOURCES
from townops.demo.texts import Teller as Told
from townops.demo.texts import Template, templates

FEWEST = 200
CONTENT = starting_content()
ROWS = {row.code for row in CONTENT.conditions}
DEVICES = {
    "井盖位移": ("C-01-0", "C-01-1", "E-05-94"),
    "井下液位": ("C-01-0", "E-05-03"),
    "积水水位": ("E-05-06",),
    "河道水位": ("C-05-08",),
    "河道水质": ("E-01-26",),
    "燃气浓度": ("E-05-02", "C-01-49", "C-01-57"),
    "供水压力": ("E-05-01", "C-01-93", "C-01-25"),
    "电气火灾": ("C-01-28", "C-01-54", "E-07-99"),
    "电梯识别": ("E-07-94",),
    "通道地磁": ("E-04-94", "E-04-96"),
    "满溢感知": ("E-01-90", "C-03-05"),
    "单灯控制": ("C-01-37",),
    "结构倾斜": ("C-03-06", "C-01-30", "C-01-88", "E-01-95"),
    "路面沉降": ("E-05-05",),
    "噪声监测": ("E-03-01", "E-01-28"),
    "扬尘监测": ("E-03-04",),
    "公厕感知": ("C-03-01",),
}
INDOORS = ("E-07", "E-01-95")
SOUNDS = {
    "consult": r"咨询|想问|想了解",
    "suggestion": r"建议",
    "whistleblow": r"举报",
    "praise": r"表扬",
    "help": r"来电|求助|希望|请求",
    "complaint": r"要求|希望|投诉",
}
FOREIGN = {
    "complaint": r"建议在|想问|表扬|举报人",
    "help": r"建议在|想问|表扬|举报人",
    "suggestion": r"举报|表扬",
    "praise": r"举报|建议|查处",
}


@pytest.mark.parametrize("source", SOURCES)
def test_each_source_knows_at_least_two_hundred_sentences(source):
    assert len({one.text for one in templates(source)}) >= FEWEST


@pytest.mark.parametrize("source", SOURCES)
def test_every_sentence_is_about_classes_of_the_catalogue(source):
    known = set(CONTENT.by_code) if source == "hotline" else ROWS
    assert {code for one in templates(source) for code in one.classes} <= known
    branches = {code[0] for one in templates(source) for code in one.classes}
    assert branches == ({"H"} if source == "hotline" else {"C", "E"})


def test_a_sensor_reports_only_what_its_kind_measures():
    wrong = [
        (one.device, code)
        for one in templates("sensor")
        for code in one.classes
        if not code.startswith(DEVICES[one.device])
    ]
    assert wrong == []


@pytest.mark.parametrize("source", ["video", "patrol", "grid"])
def test_cameras_and_street_patrols_do_not_see_into_houses(source):
    assert [one.text for one in templates(source) if one.classes[0].startswith(INDOORS)] == []


def test_the_demand_agrees_with_the_wording():
    assert {one.demand for one in templates("hotline")} == set(SOUNDS)
    for one in templates("hotline"):
        assert re.search(SOUNDS[one.demand], one.text), one
        assert not re.search(FOREIGN.get(one.demand, r"\0"), one.text), one


def test_a_sentence_is_filled_in_completely(standing_town, db):
    from townops.catalogue import api as catalogue

    at, rng = timezone.now(), Random(1)
    teller = Told(catalogue.version_at(at))
    for source in SOURCES:
        for _ in range(20):
            chosen, matter = teller.choose(source, rng)
            said = teller.say(chosen, matter, "东街小区1号", at, rng)
            assert "东街小区1号" in said
            assert not set("{}@") & set(said) or source == "sensor", said
            assert matter.class_code in {code.partition(".")[0] for code in chosen.classes}
            assert (matter.condition is None) == (source == "hotline")


def test_nobody_says_the_same_twice_within_a_source():
    for source in SOURCES:
        said: list[Template] = list(templates(source))
        assert len({one.text for one in said}) == len(said), source
