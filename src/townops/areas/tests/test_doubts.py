"""What a file says of its system is believed only when the town's known ground agrees; nothing is half taken."""

import json
from dataclasses import replace

import numpy as np
import pytest
import shapely

from townops.areas import api
from townops.areas.models import AreaShape
from townops.areas.tests.conftest import MAPPING, ROWS, box
from townops.base.words import render
from townops.kernel.coordinates import from_cgcs2000
from townops.kernel.refusal import Refused

NAME = "本地平面" * 12  # longer than the column that keeps it


def moved(system, *, swapped=False):
    def move(at):
        there = np.column_stack(from_cgcs2000(at[:, 0], at[:, 1], system))
        return there[:, ::-1] if swapped else there

    return [(*row[:5], shapely.transform(row[5], move)) for row in ROWS]


def refusal_of(town, file):
    with pytest.raises(Refused) as refusal:
        town.hands_in(file)
    return refusal.value


@pytest.mark.parametrize("system", ["gcj02", "bd09"])
def test_a_file_some_hundred_metres_off_the_town_asks_for_the_right_system(town, system):
    refused = refusal_of(town, town.file(moved(system), crs="EPSG:4326"))
    assert (refused.code, refused.params["suggested"]) == ("crs_doubtful", system.upper())
    assert f"按{system.upper()}读取则相符" in render(refused)
    assert AreaShape.objects.count() == 8
    assert town.hands_in(town.file(moved(system), crs="EPSG:4326", said=system)).errors == ()


def test_whoever_is_sure_is_believed(town):
    file = replace(town.file(moved("gcj02"), crs="EPSG:4326"), sure=True)
    assert town.hands_in(file).changed == 8


def test_swapped_degrees_suggest_the_swap_and_are_read_when_told(town):
    file = town.file(moved("cgcs2000", swapped=True), suffix=".geojson", crs="EPSG:4326")
    assert "对调" in render(refusal_of(town, file))
    assert town.hands_in(replace(file, swapped=True)).unchanged == 8


def test_metres_in_a_degree_file_suggest_the_plane(town):
    file = town.file(moved("epsg:4549"), crs="EPSG:4326")
    assert "EPSG:4549" in refusal_of(town, file).params["suggested"]
    assert town.hands_in(replace(file, crs="EPSG:4549")).errors == ()


def test_metres_are_recognised_before_any_town_is_known(office):
    refused = refusal_of(office, office.file(moved("epsg:4549"), crs="EPSG:4326"))
    assert (refused.code, refused.params["suggested"]) == ("file_metres", "EPSG:4549")


def test_a_file_without_a_system_is_asked_about_with_a_suggestion(town):
    file = town.file(moved("epsg:4549"), suffix=".shp", crs="EPSG:4549")
    file.path.with_suffix(".prj").unlink()
    refused = refusal_of(town, file)
    assert (refused.code, refused.params["suggested"]) == ("crs_missing", "EPSG:4549")


def test_a_survey_in_the_towns_own_plane_is_read_by_its_parameters(town, tmp_path):
    (tmp_path / "本地.toml").write_text(
        f'name = "{NAME}"\n[four]\nplane = "epsg:4549"\ndirection = "to_local"\neast = -600000.0\n'
        "north = -3400000.0\nrotation_seconds = 125.0\nscale_ppm = -8.0\n",
        "utf-8",
    )
    plane = api.plane_of(tmp_path / "本地.toml")
    rows = [
        (
            *row[:5],
            shapely.transform(row[5], lambda at: np.column_stack(plane.from_degrees(at[:, 0], at[:, 1]))),
        )
        for row in ROWS
    ]
    file = town.file(rows, suffix=".shp", crs="EPSG:4549")
    assert refusal_of(town, replace(file, crs="EPSG:4549")).code == "crs_far"
    assert town.hands_in(replace(file, plane=tmp_path / "本地.toml")).errors == ()
    stored = shapely.from_wkb(api.shape(api.area("V1001").id))
    assert shapely.hausdorff_distance(stored, box(0, 0)) < 1e-9
    assert AreaShape.objects.filter(
        source_crs=NAME[:40]
    ).exists()  # what came back to the bit stays as it was


def test_heights_are_said_beside_the_result(office):
    raised = [(*row[:5], shapely.force_3d(row[5], 3.0)) for row in ROWS]
    result = office.hands_in(office.file(raised))
    assert (result.errors, result.created) == ((), 8)
    assert "高程" in result.notes[0]


def test_a_row_without_numbers_keeps_the_whole_file_out_and_is_said_once(office):
    path = office.file(ROWS, suffix=".geojson", crs="EPSG:4326").path
    read = json.loads(path.read_text("utf-8"))
    read["features"][4]["geometry"]["coordinates"][0][1] = [121.51, float("nan")]
    path.write_text(json.dumps(read), "utf-8")
    result = office.hands_in(api.AreaFile(path, MAPPING, "T"))
    assert [(one.row, one.area, one.problem) for one in result.errors] == [(5, "V1001", "shape_no_numbers")]
    assert not AreaShape.objects.exists()
