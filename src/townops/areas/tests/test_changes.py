"""What differs is told area by area with its sizes, drawn as layers, and columns of a file are guessed from their heads."""

import json
from datetime import date

import numpy as np
import pytest
import shapely

from townops.areas.domain.changes import compared, drawn
from townops.areas.exchange.guessing import guessed, samples
from townops.areas.tests.conftest import box
from townops.areas.tests.test_versions import MERGED, SPLIT, TOWN, block
from townops.kernel.partition.plane import Plane

DAY = date(2026, 2, 1)


def after(*features, without=()):
    known = {one.code: one for one in TOWN} | {one.code: one for one in features}
    return [one for code, one in known.items() if code not in without]


def test_a_split_is_told_with_the_sizes_of_the_ellipsoid():
    found = compared(TOWN, after(*SPLIT, without=["V1001"]), DAY)
    lines = {one.code: one for one in found.changes}
    ground = np.array([box(0, 0)], object)
    plane = Plane.around(ground)
    whole = float(plane.areas(plane.metres(ground))[0])
    assert (lines["V1001"].what, lines["V1003"].what) == (("removed",), ("added",))
    assert lines["V1001"].m2_before == pytest.approx(whole, rel=1e-4)
    assert lines["V1003"].m2_after == pytest.approx(whole / 2, rel=1e-4)
    assert {(one.before, one.after) for one in found.taken} == {("V1001", "V1003"), ("V1001", "V1004")}


def test_what_differs_in_nothing_has_no_line():
    assert compared(TOWN, TOWN, DAY).changes == ()
    assert json.loads(drawn(compared(TOWN, TOWN, DAY)))["features"] == []


def test_coarser_levels_come_first_in_the_table_and_last_on_the_map():
    renamed = block("V1001", box(0, 0), name="新名")
    village = TOWN[2].__class__("V1", "village", "新居委会", TOWN[2].shape, "G1")
    found = compared(TOWN, after(renamed, village), DAY)
    assert [one.code for one in found.changes] == ["V1", "V1001"]
    lines = (one["properties"] for one in json.loads(drawn(found))["features"])
    sides = [(one["code"], one["side"]) for one in lines]
    assert sides == [("V1001", "before"), ("V1001", "after"), ("V1", "before"), ("V1", "after")]


def test_the_ground_that_is_taken_is_drawn_with_both_names():
    found = json.loads(drawn(compared(TOWN, after(MERGED, without=["V1001", "V1002"]), DAY)))["features"]
    taken = [one for one in found if one["properties"]["side"] == "taken"]
    names = [(one["properties"]["code"], one["properties"]["name"]) for one in taken]
    assert sorted(names) == [("V1001", "V1009"), ("V1002", "V1009")]
    assert all(shapely.geometry.shape(one["geometry"]).area > 0 for one in taken)


@pytest.mark.parametrize(
    ("heads", "wanted"),
    [
        (("编码", "名称", "上级"), {"code": "编码", "name": "名称", "parent": "上级"}),
        (
            ("上级编码", "责任块编码", "块名称"),
            {"parent": "上级编码", "code": "责任块编码", "name": "块名称"},
        ),
        (("CODE", "Name", "LEVEL"), {"code": "CODE", "name": "Name", "kind": "LEVEL"}),
        (("面积", "备注"), {}),
    ],
)
def test_columns_are_guessed_from_their_heads(heads, wanted):
    assert guessed(heads) == wanted


def test_samples_are_the_first_different_values_that_say_something():
    column = np.array(["甲", None, "", "甲", "乙", float("nan"), "丙", "丁"], object)
    assert samples(column) == ("甲", "乙", "丙")
