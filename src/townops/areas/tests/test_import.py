"""Surveys come in as files of all kinds; all rows are taken or none (U8-U11)."""

import csv
from datetime import date, timedelta

import pytest
import shapely

from townops.areas import api
from townops.areas.models import Area, AreaShape
from townops.areas.tests.conftest import DAY, MAPPING, ROWS, box
from townops.base.models import JournalEntry
from townops.commands.__main__ import guarded
from townops.kernel.coordinates import from_cgcs2000
from townops.kernel.refusal import Refused


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson"])
def test_a_survey_becomes_a_town(office, suffix):
    result = office.hands_in(office.file(ROWS, suffix=suffix, crs="EPSG:4326"))
    assert (result.created, result.errors) == (8, ())
    assert api.area("V1002").name == "甲学校"
    assert api.area("V1002").block_type == "school"
    assert [one.code for one in api.villages("T")] == ["V1", "V2"]


@pytest.mark.parametrize(
    ("encoding", "keep_page"), [("UTF-8", True), ("UTF-8", False), ("GBK", True), ("GBK", False)]
)
def test_a_shapefile_reads_chinese_with_and_without_its_code_page(office, encoding, keep_page):
    file = office.file(ROWS, suffix=".shp", encoding=encoding)
    page = file.path.with_suffix(".cpg")
    if keep_page:
        page.write_text(encoding)
    else:
        page.unlink(missing_ok=True)
    assert office.hands_in(file).errors == ()
    assert api.area("V2").name == "乙村委会"


def test_codes_kept_as_numbers_lose_nothing_but_the_point(office, tmp_path):
    path = tmp_path / "n.geojson"
    path.write_text(
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"编码":310115104002.0,"名称":"甲"},'
        '"geometry":{"type":"Polygon","coordinates":[[[121.5,31.3],[121.6,31.3],[121.6,31.4],[121.5,31.3]]]}}]}'
    )
    file = api.AreaFile(path, {"code": "编码", "name": "名称", "kind": "=town"}, "310115104002")
    assert office.hands_in(file).errors == ()
    assert api.area("310115104002").kind == "town"


@pytest.mark.parametrize("crs", ["gcj02", "bd09"])
def test_shapes_of_web_maps_are_moved_back_to_where_they_are(office, crs):
    moved = [
        (*row[:5], shapely.transform(row[5], lambda c: [from_cgcs2000(x, y, crs) for x, y in c.tolist()]))
        for row in ROWS
    ]
    office.hands_in(office.file(moved, crs="EPSG:4326", said=crs))
    stored = shapely.from_wkb(api.shape(api.area("V1001").id))
    assert shapely.hausdorff_distance(stored, box(0, 0)) < 1e-8


def test_a_projected_survey_is_brought_to_degrees(office):
    from pyproj import Transformer

    forth = Transformer.from_crs("EPSG:4490", "EPSG:4549", always_xy=True)
    moved = [
        (
            *row[:5],
            shapely.transform(row[5], lambda c: list(zip(*forth.transform(c[:, 0], c[:, 1]), strict=True))),
        )
        for row in ROWS
    ]
    office.hands_in(office.file(moved, crs="EPSG:4549"))
    stored = shapely.from_wkb(api.shape(api.area("V1001").id))
    assert shapely.hausdorff_distance(stored, box(0, 0)) < 1e-7
    assert AreaShape.objects.first().source_crs == "EPSG:4549"


def test_a_file_that_does_not_say_its_system_is_refused(office):
    file = office.file(ROWS, suffix=".shp")
    file.path.with_suffix(".prj").unlink()
    with pytest.raises(Refused) as refusal:
        office.hands_in(file)
    assert refusal.value.code == "crs_missing"


BOW = shapely.from_wkt("POLYGON ((121.5 31.3, 121.51 31.31, 121.51 31.3, 121.5 31.31, 121.5 31.3))")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("V1001", 5, None), "shape_missing"),
        (("V1001", 5, BOW), "shape_invalid"),
        (("V1001", 5, shapely.Point(121.5, 31.3)), "shape_not_polygon"),
        (("V1001", 3, "V9"), "parent_unknown"),
        (("V1001", 3, "G1"), "parent_wrong_kind"),
        (("V1001", 3, ""), "parent_missing"),
        (("V1002", 0, "V1001"), "code_repeated"),
        (("V1001", 0, ""), "code_missing"),
        (("V1001", 1, ""), "name_missing"),
        (("V1001", 2, "小组"), "kind_wrong"),
        (("V1001", 4, "大院"), "block_type_wrong"),
        (("V1001", 4, "居村"), "block_type_wrong"),
        (("V1", 4, "小区"), "block_type_wrong"),
    ],
)
def test_one_bad_row_keeps_all_out_and_says_why(office, replaced, change, reason):
    result = office.hands_in(office.file(replaced(*change)))
    assert reason in [one.problem for one in result.errors]
    assert not Area.objects.exists()


def test_the_error_file_names_row_and_reason_in_chinese(office, replaced, tmp_path):
    result = office.hands_in(office.file(replaced("V1001", 5, BOW)))
    api.write_errors(tmp_path / "错误.csv", result.errors)
    with (tmp_path / "错误.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["行号", "编码", "原因"]
    assert rows[1][:2] == ["5", "V1001"]
    assert rows[1][2].startswith("图形无效：边界自相交（121.5")


def test_a_dry_run_tells_and_writes_nothing(office):
    result = api.check_areas(office.file(ROWS), valid_from=DAY)
    assert (result.rows, result.created, result.errors) == (8, 8, ())
    assert not Area.objects.exists()


def test_the_same_survey_again_changes_nothing(town):
    again = town.hands_in(town.file(ROWS), on=DAY + timedelta(days=30))
    assert (again.created, again.changed, again.unchanged) == (0, 0, 8)
    assert AreaShape.objects.count() == 8


def test_a_new_survey_keeps_identity_and_the_old_shape(town, replaced):
    block, moved = api.area("V1001").id, replaced("V1001", 5, box(0, 0, 1, 0.5))
    assert town.hands_in(town.file(moved), on=date(2026, 6, 1)).changed == 1
    assert api.area("V1001").id == block
    assert api.locate(121.505, 31.308, on=date(2026, 5, 31)).block.code == "V1001"
    assert api.locate(121.505, 31.308, on=date(2026, 6, 1)).block is None
    assert api.locate(121.505, 31.308, on=date(2026, 6, 1)).village.code == "V1"


def test_a_block_that_moves_to_another_village_takes_its_path_along(town, replaced):
    town.hands_in(town.file(replaced("V1002", 3, "V2")), on=date(2026, 6, 1))
    assert api.area("V1002").id in api.below(api.area("V2").id)
    ids = [api.area(code).id for code in ("T", "G1", "V2", "V1002")]
    assert Area.objects.get(code="V1002").path == "/" + "/".join(map(str, ids)) + "/"


def test_a_code_of_another_kind_or_town_is_taken(town, replaced):
    rows = [("V1", "冒名", "责任块", "V2", "小区", box(5, 5))]
    assert town.reasons(rows) == [(1, "code_taken")]


def test_an_import_is_on_record(town):
    entry = JournalEntry.objects.get(kind="areas", key="T")
    assert entry.action == "import"


def test_the_command_exits_by_what_it_found(office, replaced, tmp_path, capsys):
    maps = [f"{field}={column}" for field, column in MAPPING.items()]
    good, bad = office.file(ROWS), office.file(replaced("V1001", 3, "V9"))

    def exit_of(path, *more):
        mapped = (part for one in maps for part in ("--map", one))
        return guarded(["import-areas", str(path), "--town", "T", *mapped, *more])

    assert exit_of(bad.path, "--errors", str(tmp_path / "e.csv")) == 1
    assert "V9" in (tmp_path / "e.csv").read_text("utf-8-sig")
    assert exit_of(good.path, "--dry-run") == 0
    assert not Area.objects.exists()
    assert exit_of(good.path) == 0
    assert Area.objects.count() == 8
    assert exit_of(tmp_path / "e.csv") == 2
    assert "新增8" in capsys.readouterr().out


def test_a_column_that_is_not_there_is_named_with_those_that_are_and_how_to_map(office, capsys):
    assert guarded(["import-areas", str(office.file(ROWS).path), "--town", "T"]) == 2
    said = capsys.readouterr().err
    assert "--map code=列名" in said
    assert MAPPING["code"] in said
    assert guarded(["import-areas", str(office.file(ROWS).path), "--town", "T", "--map", "colour=x"]) == 2
    assert "FIELD=COLUMN" in capsys.readouterr().err
