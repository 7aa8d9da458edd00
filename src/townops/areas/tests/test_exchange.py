"""Files as offices and surveyors send them, sound and broken: read as meant, or refused with row and cause."""

import io
import json
import struct
import zipfile

import numpy as np
import pyogrio.raw
import pytest
import shapely

from townops.areas.exchange import systems
from townops.areas.exchange.reading import layers, read
from townops.areas.exchange.systems import placed
from townops.areas.exchange.terms import MOST_POINTS
from townops.areas.tests.conftest import ROWS, box
from townops.base.words import render
from townops.kernel.coordinates import from_cgcs2000
from townops.kernel.refusal import Refused

SQUARE = [[121.5, 31.3], [121.51, 31.3], [121.51, 31.31], [121.5, 31.31], [121.5, 31.3]]


def geojson(*shapes, names=None):
    """A file of polygons by their rings; text, so that it can hold what no writer would write."""
    rows = [
        f'{{"type":"Feature","properties":{{"编码":"B{at}","名称":"{(names or {}).get(at, "甲")}"}},'
        f'"geometry":{{"type":"Polygon","coordinates":[{ring if isinstance(ring, str) else json.dumps(ring)}]}}}}'
        for at, ring in enumerate(shapes)
    ]
    return f'{{"type":"FeatureCollection","features":[{",".join(rows)}]}}'


@pytest.fixture
def made(tmp_path):
    def make(content, name="a.geojson"):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return make


def shapefile(folder, names, *, encoding="GBK", page="", stem="居村", crs="EPSG:4490"):
    wkb = np.array([shapely.to_wkb(box(at, 0)) for at in range(len(names))], object)
    path = folder / f"{stem}.shp"
    pyogrio.raw.write(
        path, geometry=wkb, field_data=[np.array(names, object)], fields=["名称"], crs=crs,
        geometry_type="Polygon", encoding=encoding,
    )  # fmt: skip
    path.with_suffix(".cpg").unlink(missing_ok=True)
    if page:
        path.with_suffix(".cpg").write_text(page)
    return path


def zipped(folder, path, *, encode=None):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for one in sorted(path.parent.glob(f"{path.stem}.*")):
            archive.write(one, f"测绘/{one.name}")
    content = out.getvalue()
    target = folder / "整套.zip"
    target.write_bytes(content)
    return target


def refusal_of(path, layer=None):
    with pytest.raises(Refused) as refusal:
        read(path, layer)
    assert "…" not in render(refusal.value)
    assert not render(refusal.value).startswith("操作未被接受")
    return refusal.value


def faults_of(layer):
    return [(one.row, one.code) for one in layer.faults]


def codes_of(layer):
    return [one.code for one in layer.notes]


# --- formats


@pytest.mark.parametrize("encoding", ["GBK", "UTF-8"])
def test_a_zipped_shapefile_reads_as_the_folder_does(tmp_path, encoding):
    path = shapefile(tmp_path, ["联通小区", "甲居委会"], encoding=encoding)
    for given in (path, zipped(tmp_path, path)):
        layer = read(given)
        assert (layer.name, list(layer.columns["名称"])) == ("居村", ["联通小区", "甲居委会"])
        assert codes_of(layer) == ["encoding_guessed"]
    assert read(tmp_path / "整套.zip", "居村").crs == "EPSG:4490"


def test_a_folder_of_two_shapefiles_asks_which(tmp_path):
    for stem in ("居村", "责任块"):
        shapefile(tmp_path, ["甲"], stem=stem)
    assert layers(tmp_path) == ("居村", "责任块")
    assert refusal_of(tmp_path).params["layers"] == ["居村", "责任块"]
    assert refusal_of(tmp_path, "楼栋").code == "layer_unknown"
    assert read(tmp_path, "责任块").name == "责任块"


def test_a_geopackage_of_two_layers_asks_which(tmp_path):
    path = tmp_path / "a.gpkg"
    for at, name in enumerate(("居村", "责任块")):
        pyogrio.raw.write(
            path, layer=name, geometry=np.array([shapely.to_wkb(box(at, 0))], object), append=at > 0,
            field_data=[np.array([name], object)], fields=["名称"], crs="EPSG:4490", geometry_type="Polygon",
        )  # fmt: skip
    assert refusal_of(path).code == "layer_missing"
    assert list(read(path, "责任块").columns["名称"]) == ["责任块"]


KML = """<?xml version="1.0" encoding="{page}"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>
<name>居村</name><Placemark><name>甲居委会</name><ExtendedData><Data name="编码"><value>V1</value></Data></ExtendedData>
<Polygon><outerBoundaryIs><LinearRing><coordinates>121.5,31.3,4 121.51,31.3,4 121.51,31.31,4 121.5,31.3,4
</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></Document></kml>"""


@pytest.mark.parametrize(("page", "codec"), [("UTF-8", "utf-8"), ("GB2312", "gbk")])
def test_kml_is_read_with_its_own_data_in_either_code_page(made, page, codec):
    layer = read(made(KML.format(page=page).encode(codec), "a.kml"))
    assert (layer.columns["Name"][0], layer.columns["编码"][0]) == ("甲居委会", "V1")
    assert layer.crs == "EPSG:4326"
    assert "heights_dropped" in codes_of(layer)


def dxf(*entities, page="ANSI_936"):
    said = f"9\n$DWGCODEPAGE\n3\n{page}\n" if page else ""
    head = f"0\nSECTION\n2\nHEADER\n9\n$ACADVER\n1\nAC1015\n{said}0\nENDSEC\n0\nSECTION\n2\nENTITIES\n"
    return (head + "".join(entities) + "0\nENDSEC\n0\nEOF\n").encode("gbk")


def line(points, layer="责任块", closed=1):
    at = "".join(f"10\n{x}\n20\n{y}\n" for x, y in points)
    return f"0\nLWPOLYLINE\n8\n{layer}\n90\n{len(points)}\n70\n{closed}\n{at}"


def text(x, y, said, layer="注记"):
    return f"0\nTEXT\n8\n{layer}\n10\n{x}\n20\n{y}\n40\n2.5\n1\n{said}\n"


FIELD = [(0, 0), (10, 0), (10, 10), (0, 10)]
NEXT = [(10, 0), (20, 0), (20, 10), (10, 10)]


@pytest.mark.parametrize("page", ["ANSI_936", ""])
def test_closed_lines_of_a_drawing_are_areas_with_the_text_inside_as_code(made, page):
    words = (text(3, 3, "B001"), text(4, 7, "甲小区"), text(15, 5, "B002"), text(40, 5, "B009"))
    layer = read(made(dxf(line(FIELD), line(NEXT), *words, page=page), "a.dxf"))
    assert list(layer.columns["编码"]) == ["B001", "B002"]
    assert list(layer.columns["文字"]) == ["甲小区", ""]
    assert list(layer.columns["图层"]) == ["责任块", "责任块"]
    assert shapely.area(layer.shapes).tolist() == [100, 100]
    assert layer.crs == ""


def test_two_codes_in_one_area_are_left_for_people(made):
    layer = read(made(dxf(line(FIELD), text(3, 3, "B1"), text(4, 4, "B2")), "a.dxf"))
    assert (layer.columns["编码"][0], layer.columns["文字"][0]) == ("", "B1 B2")


def test_an_open_line_of_a_drawing_is_named_with_its_gap(made):
    layer = read(made(dxf(line(FIELD), line([*NEXT, (10, 0.25)], closed=0)), "a.dxf"))
    assert faults_of(layer) == [(2, "line_open")]
    assert layer.faults[0].params["gap"] == "0.250"
    assert "没有闭合" in render(Refused("line_open", **layer.faults[0].params))


def test_a_drawing_of_two_layers_asks_which(made):
    path = made(dxf(line(FIELD), line(NEXT, "居村")), "a.dxf")
    assert refusal_of(path).params["layers"] == ["居村", "责任块"]
    assert len(read(path, "居村").shapes) == 1


def test_a_drawing_without_closed_lines_is_refused(made):
    assert refusal_of(made(dxf(line(FIELD[:2], closed=0)), "a.dxf")).code == "file_no_shapes"


# --- code pages


def test_mixed_code_pages_are_read_row_by_row_and_said(tmp_path):
    path = shapefile(tmp_path, ["乙村委会", "甲居委会", "丙居委会"], page="GBK")
    table = bytearray(path.with_suffix(".dbf").read_bytes())
    at = table.index("甲居委会".encode("gbk"))
    table[at : at + 12] = "甲居委会".encode()
    path.with_suffix(".dbf").write_bytes(bytes(table))
    layer = read(path)
    assert list(layer.columns["名称"]) == ["乙村委会", "甲居委会", "丙居委会"]
    assert (codes_of(layer), layer.notes[0].params["rows"]) == (["encoding_mixed"], "第2行")


def test_a_code_page_file_that_contradicts_the_bytes_is_said(tmp_path):
    layer = read(shapefile(tmp_path, ["甲居委会"], page="UTF-8"))
    assert (layer.columns["名称"][0], codes_of(layer)) == ("甲居委会", ["encoding_contradicts"])


def test_a_text_cut_in_the_middle_of_a_letter_is_a_fault_of_its_row(tmp_path):
    path = shapefile(tmp_path, ["乙村", "甲居委会"])
    table = path.with_suffix(".dbf").read_bytes()
    path.with_suffix(".dbf").write_bytes(
        table.replace("甲居委会".encode("gbk"), "甲居委".encode("gbk") + b"\xbb ")
    )
    assert faults_of(read(path)) == [(2, "text_broken")]


def test_geojson_in_gbk_is_read_and_said(made):
    layer = read(made(geojson(SQUARE, names={0: "联通小区"}).encode("gbk")))
    assert (layer.columns["名称"][0], codes_of(layer)) == ("联通小区", ["encoding_guessed"])


# --- shapes


def test_heights_are_dropped_and_said(made):
    layer = read(made(geojson(SQUARE, [[*at, 3.5] for at in SQUARE])))
    assert not shapely.has_z(layer.shapes).any()
    assert (codes_of(layer), layer.notes[0].params["rows"]) == (["heights_dropped"], "第2行")
    assert placed(layer, layer.crs).shapes[1].equals(shapely.Polygon(SQUARE))


@pytest.mark.parametrize("place", [0, 1])
def test_a_coordinate_that_is_no_number_is_named_by_its_row(made, place):
    ring = json.dumps(SQUARE)
    first = "[121.5, 31.3]"
    broken = (
        ring.replace(first, "[121.5, NaN]", 1) if place == 0 else ring.replace("121.51, 31.31", "NaN, 31.31")
    )
    layer = read(made(geojson(SQUARE, broken)))
    assert faults_of(layer) == [(2, "shape_no_numbers")]
    assert layer.shapes[1] is None
    assert layer.shapes[0] is not None


def test_a_polygon_of_a_hundred_thousand_vertices_is_named_by_its_row(made):
    ring = shapely.get_coordinates(shapely.segmentize(shapely.Polygon(SQUARE), 3.9e-7)).tolist()
    assert len(ring) > 100_000
    layer = read(made(geojson(SQUARE, ring)))
    assert faults_of(layer) == [(2, "shape_many_points")]
    assert layer.faults[0].params["most"] == MOST_POINTS


def test_a_shape_across_the_antimeridian_is_named_by_its_row(made):
    ring = [[179.9, 31.3], [-179.9, 31.3], [-179.9, 31.4], [179.9, 31.3]]
    found = placed(read(made(geojson(ring, SQUARE))), "wgs84")
    assert faults_of(found) == [(1, "shape_too_wide")]
    assert "180度" in render(Refused("shape_too_wide", **found.faults[0].params))


# --- systems


def test_a_file_with_latitude_first_is_refused_with_the_suggestion_and_read_when_told(made):
    turned = [at[::-1] for at in SQUARE]
    layer = read(made(geojson(turned, turned)))
    with pytest.raises(Refused) as refusal:
        placed(layer, layer.crs)
    assert refusal.value.code == "file_swapped"
    assert "经度" in render(refusal.value) or "经纬度" in render(refusal.value)
    assert placed(layer, layer.crs, swapped=True).shapes[0].equals(shapely.Polygon(SQUARE))


def test_one_row_with_latitude_first_is_a_fault_of_that_row(made):
    found = placed(read(made(geojson(SQUARE, [at[::-1] for at in SQUARE]))), "cgcs2000")
    assert faults_of(found) == [(2, "coordinates_swapped")]


def test_metres_in_a_degree_file_are_refused_as_such(made):
    ring = [list(from_cgcs2000(*at, "epsg:4549")) for at in SQUARE]
    with pytest.raises(Refused, match="file_metres"):
        placed(read(made(geojson(ring))), "wgs84")


@pytest.mark.parametrize("crs", ["EPSG:2437", "EPSG:4214", "EPSG:4610"])
def test_older_systems_are_never_approximated(made, crs):
    with pytest.raises(Refused) as refusal:
        placed(read(made(geojson(SQUARE))), crs)
    assert refusal.value.code == "crs_needs_plane"


@pytest.mark.parametrize(
    ("crs", "code"), [("EPSG:999999", "crs_unknown"), ("上海城建", "crs_unknown"), ("", "crs_missing")]
)
def test_an_unknown_system_is_refused(made, crs, code):
    with pytest.raises(Refused) as refusal:
        placed(read(made(geojson(SQUARE))), crs)
    assert refusal.value.code == code


ESRI = (
    'PROJCS["CGCS2000_3_Degree_GK_CM_120E",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",'
    'DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],'
    'UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",500000.0],'
    'PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",120.0],PARAMETER["Scale_Factor",1.0],'
    'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
)


def test_the_definition_arcgis_writes_is_known(tmp_path):
    path = shapefile(tmp_path, ["甲"])
    path.with_suffix(".prj").write_text(ESRI)
    assert read(path).crs == "EPSG:4549"


# --- files that are none


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.geojson", b"", "file_empty"),
        ("a.geojson", b'{"type":"FeatureCollection","features":[]}', "file_no_rows"),
        ("a.geojson", b'{"type":"Feat', "file_unreadable"),
        ("a.geojson", b"<OGRVRTDataSource></OGRVRTDataSource>", "file_unreadable"),
        (
            "a.geojson",
            b'{"type":"gdal_streamed_alg","command_line":"gdal vector pipeline"}',
            "file_unreadable",
        ),
        ("a.gpkg", b"SQLite format 3\0 and no more", "file_unreadable"),
        ("a.kml", b'<!DOCTYPE a [<!ENTITY b "c">]><kml>&b;</kml>', "file_unreadable"),
        ("a.dxf", b"0\nnothing", "file_unreadable"),
        ("a.shp", b"\0\0\x27\x0a" + bytes(96), "shapefile_part_missing"),
        ("a.dwg", b"AC1032", "survey_type"),
        ("a.zip", b"PK\x03\x04 torn", "zip_unreadable"),
    ],
)
def test_what_cannot_be_read_is_refused_in_chinese(made, name, content, code):
    assert refusal_of(made(content, name)).code == code


def test_a_file_of_three_hundred_megabytes_is_refused_unread(made):
    path = made("{")
    with path.open("r+b") as file:
        file.truncate(300 * 1024 * 1024)
    assert "300兆字节" in render(refusal_of(path))


def entry(name, content=b"x", *, link=False):
    info = zipfile.ZipInfo(name)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = (0o120777 if link else 0o100644) << 16
    return info, content


def archive(*entries):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for info, content in entries:
            file.writestr(info, content)
    return out.getvalue()


@pytest.mark.parametrize("name", ["../a.shp", "/etc/a.shp", "a/../../a.shp", "..\\a.shp", "C:\\a.shp"])
def test_a_zip_that_leads_out_of_its_folder_is_refused_whole(made, tmp_path, name):
    good = entry("b.geojson", geojson(SQUARE).encode())
    assert refusal_of(made(archive(good, entry(name)), "a.zip")).code == "zip_hostile"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.zip"]


def test_a_link_in_a_zip_is_refused(made):
    assert refusal_of(made(archive(entry("a.shp", b"/etc/passwd", link=True)), "a.zip")).code == "zip_hostile"


def test_a_zip_bomb_is_refused_before_it_goes_off(made):
    bomb = archive(*(entry(f"{at}.shp", bytes(50 * 1024 * 1024)) for at in range(9)))
    assert len(bomb) < 1024 * 1024
    assert refusal_of(made(bomb, "a.zip")).code == "zip_large"


def test_a_zip_whose_sizes_lie_is_refused(made):
    honest = archive(entry("a.geojson", geojson(SQUARE).encode() + b" " * 100_000))
    size = struct.pack("<I", len(geojson(SQUARE).encode()) + 100_000)
    assert refusal_of(made(honest.replace(size, struct.pack("<I", 10)), "a.zip")).code == "zip_unreadable"


def test_a_zip_of_too_many_files_is_refused(made):
    assert refusal_of(made(archive(*(entry(f"{at}.txt") for at in range(2001))), "a.zip")).code == "zip_large"


def test_a_zip_with_nothing_to_read_says_what_could_be(made):
    assert ".gpkg" in render(refusal_of(made(archive(entry("读我.txt")), "a.zip")))


def test_a_zip_packed_in_windows_keeps_its_chinese_name(made):
    content = archive(entry("XXXX.geojson", geojson(SQUARE).encode()))
    assert layers(made(content.replace(b"XXXX", "居村".encode("gbk")), "a.zip")) == ("居村",)


def test_nothing_unpacked_stays_behind(made, monkeypatch, tmp_path):
    inner = tmp_path / "scratch"
    inner.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(inner))
    read(made(archive(entry("a.geojson", geojson(SQUARE).encode())), "a.zip"))
    assert list(inner.iterdir()) == []


def test_every_row_of_a_town_survives_the_rows_of_its_file(tmp_path):
    path = shapefile(tmp_path, [row[1] for row in ROWS])
    assert list(read(path).columns["名称"]) == [row[1] for row in ROWS]


def test_a_kmz_is_a_zip_of_kml(made):
    content = archive(entry("doc.kml", KML.format(page="UTF-8").encode()))
    assert read(made(content, "a.kmz")).columns["编码"][0] == "V1"


def test_measures_along_a_line_are_dropped_and_said(tmp_path):
    path = shapefile(tmp_path, ["甲"])
    for part in (path, path.with_suffix(".shx")):
        content = bytearray(part.read_bytes())
        content[32] = 25  # a polygon with measures: least, most, and one for each of five points
        content[104:108] = (int.from_bytes(content[104:108], "big") + 28).to_bytes(4, "big")
        if part == path:
            content[108] = 25
            content += struct.pack("<7d", 1, 5, 1, 2, 3, 4, 5)
            content[24:28] = (len(content) // 2).to_bytes(4, "big")
        part.write_bytes(bytes(content))
    layer = read(path)
    assert "measures_dropped" in codes_of(layer)
    assert shapely.to_wkt(layer.shapes[0]).startswith("POLYGON ((")


@pytest.mark.parametrize("crs", ["gcj02", "EPSG:4549"])
def test_points_of_the_lattice_come_back_to_the_bit_and_others_stay_where_they_are(crs):
    dice = np.random.default_rng(5)
    at = np.round(np.column_stack([dice.uniform(121.5, 121.6, 400), dice.uniform(31.3, 31.4, 400)]), 7)
    back = [systems.degrees(systems.undegrees(one, crs), crs) for one in (at, at + 4e-8)]
    settled = [systems._settled(one) for one in back]
    assert (settled[0] == at).all() and (settled[1] == back[1]).all()
