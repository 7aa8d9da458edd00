"""What is written is read again as it was: every format, every system, on any day."""

import io
import zipfile
from datetime import date

import numpy as np
import openpyxl
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from townops.areas import api
from townops.areas.exchange.reading import read
from townops.areas.exchange.systems import placed
from townops.areas.exchange.writing import FORMS, HEADS, Sheet, square_metres, write
from townops.areas.tests.conftest import DAY, MAPPING, ROWS, box
from townops.base.words import render
from townops.commands.__main__ import guarded
from townops.kernel.planes import read_plane
from townops.kernel.refusal import Refused

PLANE = read_plane(
    'name = "本地平面"\n[four]\nplane = "epsg:4549"\ndirection = "to_local"\neast = -600000.0\n'
    "north = -3400000.0\nrotation_seconds = 125.0\nscale_ppm = -8.0\n"
)
DEGREES = ["cgcs2000", "wgs84", "gcj02", "bd09"]
METRES = ["epsg:4549", "epsg:4528", "EPSG:32651", "EPSG:3857", "local"]
SHAPED = [form for form in FORMS if form != "xlsx"]
PAIRS = [(form, crs) for form in SHAPED for crs in DEGREES + METRES if form != "kml" or crs in DEGREES[:2]]
SAYS = {"cgcs2000": "EPSG:4490", "wgs84": "EPSG:4326", "epsg:4549": "EPSG:4549", "epsg:4528": "EPSG:4528"}
words = some.text(
    some.characters(codec="gb2312", exclude_categories=("Cc", "Cs", "Zs"), exclude_characters="\0"),
    min_size=1,
    max_size=80,
)
places = some.tuples(some.floats(121.3, 121.9), some.floats(31.0, 31.5), some.floats(0.0005, 0.02))


def area_at(place):
    lng, lat, wide = place
    outer = shapely.Point(lng, lat).buffer(wide, quad_segs=3)
    island = shapely.box(lng + 2 * wide, lat, lng + 2.5 * wide, lat + wide)
    ring = shapely.difference(outer, shapely.box(lng, lat, lng + wide / 3, lat + wide / 3))
    return shapely.union_all([ring, island]) if wide > 0.01 else ring


def sheet_of(shapes, names, crs):
    rows = [(f"B{at}", name, "责任块", "小区", "V1", "是", "") for at, name in enumerate(names)]
    plane = PLANE if crs == "local" else None
    return Sheet("责任块", rows, np.array(shapes, object), "" if plane else crs, plane)


@pytest.mark.parametrize(("form", "crs"), PAIRS)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=some.data())
def test_what_is_written_is_read_again_as_it_was(tmp_path, form, crs, data):
    given_places = data.draw(some.lists(places, min_size=1, max_size=4))
    names = data.draw(some.lists(words, min_size=len(given_places), max_size=len(given_places)))
    sheet = sheet_of([area_at(one) for one in given_places], names, crs)
    path = tmp_path / f"a{FORMS[form].suffix}"
    path.write_bytes(write(sheet, form))
    layer = read(path)
    assert [layer.columns[head].tolist() for head in HEADS[:5]] == [
        list(c) for c in list(zip(*sheet.rows, strict=True))[:5]
    ]
    assert layer.crs == ("EPSG:4326" if form == "kml" else SAYS.get(crs, layer.crs))
    back = placed(layer, crs, sheet.plane)
    assert back.faults == ()
    for one, other in zip(back.shapes, sheet.shapes, strict=True):
        assert shapely.hausdorff_distance(one, other) < 3e-9
        assert shapely.get_num_coordinates(one) == shapely.get_num_coordinates(other)


@pytest.mark.parametrize("form", [form for form in SHAPED if form != "kml"])
@pytest.mark.parametrize("crs", ["gcj02", "local"])
def test_a_system_without_a_published_name_is_never_called_by_another(tmp_path, form, crs):
    path = tmp_path / f"a{FORMS[form].suffix}"
    path.write_bytes(write(sheet_of([box(0, 0)], ["甲"], crs), form))
    assert read(path).crs == ("gcj02" if (form, crs) == ("geojson", "gcj02") else "")


def test_a_shapefile_comes_with_its_code_page_and_definition():
    for form, page in (("shp-gbk", "GBK"), ("shp-utf8", "UTF-8")):
        archive = zipfile.ZipFile(io.BytesIO(write(sheet_of([box(0, 0)], ["甲"], "epsg:4549"), form)))
        assert archive.read("责任块.cpg").decode().strip() == page
        assert b"Gauss_Kruger" in archive.read("责任块.prj")
    archive = zipfile.ZipFile(io.BytesIO(write(sheet_of([box(0, 0)], ["甲"], "bd09"), "shp-gbk")))
    assert "责任块.prj" not in archive.namelist()
    assert "BD09" in archive.read("坐标系.txt").decode()


def test_a_letter_gbk_lacks_is_refused_with_its_row_and_kept_by_utf8(tmp_path):
    sheet = sheet_of([box(0, 0), box(1, 0)], ["甲", "𠮷祥里"], "cgcs2000")
    with pytest.raises(Refused) as refusal:
        write(sheet, "shp-gbk")
    assert "第2行“𠮷祥里”" in render(refusal.value)
    (tmp_path / "a.zip").write_bytes(write(sheet, "shp-utf8"))
    assert read(tmp_path / "a.zip").columns["名称"][1] == "𠮷祥里"


@pytest.mark.parametrize("crs", ["gcj02", "epsg:4549", "local"])
def test_kml_is_degrees_of_wgs84_or_nothing(crs):
    with pytest.raises(Refused, match="export_crs"):
        write(sheet_of([box(0, 0)], ["甲"], crs), "kml")


def test_the_table_holds_area_and_middle_and_no_formula():
    content = write(sheet_of([box(0, 0)], ["=1+1"], "cgcs2000"), "xlsx")
    page = openpyxl.load_workbook(io.BytesIO(content)).active
    cells = dict(zip((one.value for one in page[1]), page[2], strict=True))
    assert (cells["名称"].value, cells["名称"].data_type) == ("=1+1", "s")
    assert cells["面积（平方米）"].value == pytest.approx(952_000 * 1.1087, rel=0.01)
    assert (cells["中心经度/东"].value, cells["中心纬度/北"].value) == pytest.approx(
        (121.505, 31.305), abs=0.005
    )


def test_areas_agree_with_the_ellipsoid():
    from pyproj import Geod

    shape = box(0, 0, 3, 2)
    expected = abs(Geod(ellps="GRS80").geometry_area_perimeter(shapely.segmentize(shape, 0.0005))[0])
    assert square_metres(np.array([shape], object))[0] == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("form", SHAPED)
def test_an_exported_town_is_taken_again_unchanged(town, tmp_path, form):
    for level in ("town", "grid", "village", "block"):
        done = api.export("T", level, on=DAY, form=form)
        (tmp_path / done.name).write_bytes(done.content)
        result = town.hands_in(api.AreaFile(tmp_path / done.name, MAPPING, "T"))
        assert (result.errors, result.created) == ((), 0)
    stored = shapely.from_wkb(api.shape(api.area("V1001").id))
    assert stored.equals(box(0, 0))


def test_a_level_is_exported_as_it_stood_that_day(town, replaced, tmp_path):
    town.hands_in(town.file(replaced("V1001", 5, box(0, 0, 1, 0.5))), on=date(2026, 6, 1))
    for day, expected in ((date(2026, 5, 31), box(0, 0)), (date(2026, 6, 1), box(0, 0, 1, 0.5))):
        done = api.export("T", "block", on=day, form="gpkg", crs="epsg:4549")
        assert done.name == f"试验镇-责任块-{day:%Y%m%d}-EPSG_4549.gpkg"
        (tmp_path / done.name).write_bytes(done.content)
        layer = read(tmp_path / done.name)
        at = layer.columns["编码"].tolist().index("V1001")
        assert shapely.hausdorff_distance(placed(layer, layer.crs).shapes[at], expected) < 1e-9
    assert len(ROWS) == 8


def test_the_command_writes_a_file_and_says_where(town, tmp_path, capsys):
    asked = ["export-areas", str(tmp_path), "--town", "T", "--format", "shp-gbk", "--crs", "epsg:4549"]
    assert guarded([*asked, "--on", "2026-02-01"]) == 0
    written = tmp_path / "试验镇-责任块-20260201-EPSG_4549.zip"
    assert str(written) in capsys.readouterr().out
    assert len(read(written).shapes) == 4
    assert guarded([*asked, "--crs", "EPSG:4214"]) == 2
    assert "换算参数不公开" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("given_", "code"),
    [
        ({"town": "X"}, "area_unknown"),
        ({"level": "street"}, "kind_wrong"),
        ({"form": "dwg"}, "export_format"),
        ({"on": date(2020, 1, 1)}, "export_empty"),
        ({"crs": "EPSG:4214"}, "crs_needs_plane"),
        ({"crs": "nowhere"}, "crs_unknown"),
    ],
)
def test_what_cannot_be_exported_is_refused(town, given_, code):
    asked = {"town": "T", "level": "block", "on": DAY, "form": "geojson"} | given_
    with pytest.raises(Refused) as refusal:
        api.export(asked.pop("town"), asked.pop("level"), **asked)
    assert refusal.value.code == code
