"""导入测绘文件 through the pages: kept first, tried, brought into a draft whole; every bad file says what is wrong with it."""

import io
import json
import zipfile
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pyogrio.raw
import pytest
import shapely
from django.utils import timezone

from townops.areas import api as areas
from townops.areas.uploads import purge_uploads
from townops.base import batches, jobs
from townops.base.models import Account, Batch, Job
from townops.console.tests.browser import Browser
from townops.kernel.coordinates import from_cgcs2000
from townops.kernel.refusal import Refused
from townops.people import api as people

pytestmark = pytest.mark.django_db
HEADS = ("编码", "名称", "层级", "上级")


@pytest.fixture
def surveyor(town) -> Browser:
    return Browser("sysadmin").open("/grid/import")


def exported(kind="village", form="geojson"):
    found = areas.export(people.first_town(), kind, on=timezone.localdate(), form=form)
    return found.content


def villages():
    return json.loads(exported())


def sent(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def hands_in(surveyor, content, name="居村.geojson"):
    return surveyor.open("/grid/import").send("上传", file=(name, content))


def tried(surveyor, content, name="居村.geojson", **typed):
    hands_in(surveyor, content, name)
    return surveyor.send("试算", **{"note": "测绘更新", **typed})


def moved(value, move):
    """The collection with every point moved."""
    for one in value["features"]:
        shape = shapely.geometry.shape(one["geometry"])
        one["geometry"] = shapely.geometry.mapping(shapely.transform(shape, move))
    return value


def shapefile(folder: Path, rows, *, encoding="GBK", crs="EPSG:4490", shapes=None) -> bytes:
    """A zip as offices send it."""
    columns = [np.array([one["properties"][head] for one in rows], object) for head in HEADS]
    drawn = shapes or [shapely.geometry.shape(one["geometry"]) for one in rows]
    path = folder / "测绘.shp"
    wkb = np.array(shapely.to_wkb(np.array(drawn, object)), object)
    pyogrio.raw.write(path, geometry=wkb, field_data=columns, fields=list(HEADS), crs=crs, geometry_type="Polygon",
                      encoding=encoding)  # fmt: skip
    path.with_suffix(".cpg").unlink(missing_ok=True)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        for one in sorted(folder.glob("测绘.*")):
            packed.write(one, one.name)
    return content.getvalue()


def test_a_file_is_kept_tried_and_brought_into_a_fresh_draft(surveyor):
    value = villages()
    value["features"][3]["properties"]["名称"] = "改名居委会"
    tried(surveyor, sent(value))
    assert f"共 {len(value['features'])} 行" in surveyor.page.text
    assert "有变化 1 个" in surveyor.page.text
    assert "导入后检查没有缺陷" in surveyor.page.text
    number = surveyor.at.rsplit("/", 1)[1]
    drawn = json.loads(surveyor.client.get(f"/grid/import/{number}/changes").content)
    assert {one["properties"]["name"] for one in drawn["features"]} >= {"改名居委会"}
    surveyor.send("导入草案")
    assert "已导入草案" in surveyor.page.text
    assert "改名居委会" in surveyor.page.text
    assert "已导入" in surveyor.open("/grid/import").page.text


def test_what_was_chosen_and_the_file_outlive_a_refusal_and_a_closed_tab(surveyor):
    hands_in(surveyor, sent(villages()))
    at = surveyor.at
    surveyor.send("试算", system="gcj02", note="再看")
    assert surveyor.status == 422
    again = surveyor.open(at).page.form("试算")
    assert (again.values["system"], again.values["note"]) == (["gcj02"], ["再看"])


def test_what_was_changed_after_the_trial_is_tried_again(surveyor):
    tried(surveyor, sent(villages()))
    surveyor.send("导入草案", absent="remove")
    assert "试算结果" in surveyor.page.text
    assert areas.uploads(actor=actor())[0].taken_at is None


def actor(user="sysadmin"):
    return people.actor_for(Account.objects.get(username=user).pk, timezone.now())


def test_areas_the_file_does_not_name_stay_or_go_as_chosen(surveyor):
    value = villages()
    gone = value["features"].pop()["properties"]["编码"]
    tried(surveyor, sent(value), absent="remove")
    assert "文件里没有的 1 个" in surveyor.page.text
    assert "导入后还有缺陷" in surveyor.page.text
    surveyor.send("导入草案")
    draft = int(surveyor.at.rsplit("/", 1)[1])
    assert gone not in {one.code for one in areas.features_of(draft)}


def test_somebody_elses_change_of_the_draft_makes_it_tried_again(surveyor):
    draft = areas.begin_draft(people.first_town(), note="共用", actor=actor("director"), at=timezone.now())
    value = villages()
    value["features"][3]["properties"]["名称"] = "改名居委会"
    tried(surveyor, sent(value), version=str(draft.id))
    held = next(one for one in areas.features_of(draft.id) if one.kind == "village")
    areas.put_features(draft.id, based_on=0, features=[held], actor=actor("director"), at=timezone.now())
    surveyor.send("导入草案")
    assert "试算结果" in surveyor.page.text
    assert areas.version(draft.id).revision == 1


def test_a_trial_makes_no_draft_and_a_fresh_one_wants_a_note(surveyor):
    hands_in(surveyor, sent(villages()))
    surveyor.send("试算")
    assert surveyor.status == 422
    surveyor.send("试算", note="更新")
    assert "试算结果" in surveyor.page.text
    assert areas.versions_of(people.first_town()) == []


def test_the_file_of_another_is_not_found(surveyor):
    hands_in(surveyor, sent(villages()))
    assert Browser("director").open(surveyor.at).status == 404


def test_a_shapefile_in_gbk_without_a_code_page_and_one_read_wrongly_by_choice(surveyor, tmp_path):
    hands_in(surveyor, shapefile(tmp_path, villages()["features"]), "测绘.zip")
    name = villages()["features"][0]["properties"]["名称"]
    assert name in surveyor.html
    surveyor.send("换了图层或编码，重读", page="utf-8")
    assert name not in surveyor.html
    surveyor.send("换了图层或编码，重读", page="gbk")
    assert name in surveyor.html


def test_the_parts_of_a_shapefile_may_be_given_loose(surveyor, tmp_path):
    content = shapefile(tmp_path, villages()["features"])
    parts = zipfile.ZipFile(io.BytesIO(content))
    data = [SimplePart(one, parts.read(one)).file for one in parts.namelist()]
    answer = surveyor.client.post("/grid/import", {"file": data}, follow=True)
    assert "第四步" in answer.content.decode()


@dataclass
class SimplePart:
    name: str
    content: bytes

    @property
    def file(self) -> Any:
        from django.core.files.uploadedfile import SimpleUploadedFile

        return SimpleUploadedFile(self.name, self.content)


def test_errors_are_told_by_row_given_as_a_sheet_and_nothing_comes_in(surveyor):
    value = villages()
    value["features"][1]["properties"]["编码"] = value["features"][0]["properties"]["编码"]
    value["features"][2]["properties"]["上级"] = "没有的"
    tried(surveyor, sent(value))
    assert "2 处错误" in surveyor.page.text
    assert "在文件中重复" in surveyor.page.text
    assert "既不在库中，也不在文件中" in surveyor.page.text
    assert not surveyor.page.offers("导入草案")
    number = surveyor.at.rsplit("/", 1)[1]
    sheet = surveyor.client.get(f"/grid/import/{number}/errors")
    assert (sheet.status_code, sheet.content[:2]) == (200, b"PK")


def test_a_long_file_is_brought_in_by_a_job(surveyor):
    value = json.loads(exported("block"))
    value["features"][3]["properties"]["名称"] = "改名责任块"
    tried(surveyor, sent(value))
    surveyor.send("导入草案")
    assert "正在后台导入" in surveyor.page.text
    jobs.run_due(timezone.now() + timedelta(seconds=5))
    assert "正在后台导入" not in surveyor.open(surveyor.at).page.text
    draft = areas.uploads(actor=actor())[0].version
    assert "改名责任块" in {one.name for one in areas.features_of(draft)}


def test_a_job_that_fails_says_why_what_to_do_and_gives_the_errors_and_may_be_asked_again(surveyor):
    value = json.loads(exported("block"))
    value["features"][3]["properties"]["名称"] = "改名责任块"
    tried(surveyor, sent(value))
    surveyor.send("导入草案")
    number, draft = areas.uploads(actor=actor())[0].id, areas.uploads(actor=actor())[0].version
    code = value["features"][3]["properties"]["编码"]
    areas.edit_draft(
        draft, {"do": "words", "code": code, "name": "别人改的"}, based_on=0, actor=actor("director"), at=timezone.now()
    )  # fmt: skip
    jobs.run_due(timezone.now() + timedelta(seconds=5))
    surveyor.open(surveyor.at)
    assert "后台导入没有完成" in surveyor.page.text and "已被改动" in surveyor.page.text
    sheet = openpyxl.load_workbook(
        io.BytesIO(surveyor.client.get(f"/grid/import/{number}/errors").content)
    ).active
    assert "已被改动" in sheet.cell(2, 3).value
    surveyor.send("试算")
    surveyor.send("导入草案")
    jobs.run_due(timezone.now() + timedelta(seconds=10))
    assert "没有完成" not in surveyor.open(surveyor.at).page.text
    assert "改名责任块" in {one.name for one in areas.features_of(draft)}


def test_the_progress_of_a_job_that_runs_again_never_goes_back(surveyor):
    tried(surveyor, sent(json.loads(exported("block"))))
    surveyor.send("导入草案")
    row = Batch.objects.latest("id")
    seen = []
    for done in (5, 90, 5, 40):
        batches.advance(row.pk, done)
        seen.append(Batch.objects.get(pk=row.pk).done)
    assert seen == [5, 90, 90, 90]


def test_a_job_given_up_after_three_attempts_is_told_as_failed(surveyor):
    value = json.loads(exported("block"))
    value["features"][3]["properties"]["名称"] = "改名责任块"
    tried(surveyor, sent(value))
    surveyor.send("导入草案")
    Job.objects.filter(name="base.batch").update(state=Job.State.DEAD)
    assert "程序出错" in surveyor.open(surveyor.at).page.text


def points(value):
    value["features"][0]["geometry"] = {"type": "Point", "coordinates": [121.57, 31.35]}
    return value


def with_heights(value):
    return moved_z(value)


def moved_z(value):
    for one in value["features"]:
        shape = shapely.force_3d(shapely.geometry.shape(one["geometry"]), 4.0)
        one["geometry"] = shapely.geometry.mapping(shape)
    return value


def many_points(value):
    ring = shapely.geometry.shape(value["features"][0]["geometry"]).centroid.buffer(0.001, quad_segs=25_000)
    value["features"][0]["geometry"] = shapely.geometry.mapping(ring)
    return value


def across(value):
    value["features"][0]["geometry"] = shapely.geometry.mapping(shapely.box(-179.5, 31, 179.5, 32))
    return value


def one_swapped(value):
    shape = shapely.geometry.shape(value["features"][0]["geometry"])
    value["features"][0]["geometry"] = shapely.geometry.mapping(
        shapely.transform(shape, lambda at: at[:, ::-1])
    )
    return value


def crossing(value):
    value["features"][0]["geometry"] = {
        "type": "Polygon",
        "coordinates": [[[121.5, 31.3], [121.6, 31.4], [121.6, 31.3], [121.5, 31.4], [121.5, 31.3]]],
    }
    return value


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (points, "图形不是面"),
        (with_heights, "带有高程（Z），已去掉"),
        (many_points, "超过50000个，请先抽稀"),
        (across, "可能有坐标写错或跨越了180度经线"),
        (one_swapped, "经纬度可能写反了"),
        (crossing, "边界自相交"),
        (lambda value: moved(value, lambda at: at[:, ::-1]), "对调"),
        (lambda value: moved(value, lambda at: np.column_stack(from_cgcs2000(at[:, 0], at[:, 1], "gcj02"))), "GCJ02"),
        (lambda value: moved(value, lambda at: at + np.array([0, 3])), "公里以上"),
    ],
    ids=["points", "heights", "vertices", "antimeridian", "row-swapped", "crossing", "swapped", "gcj02", "far"],
)  # fmt: skip
def test_each_bad_shape_says_what_is_wrong_with_it(surveyor, spoil, said):
    tried(surveyor, sent(spoil(villages())))
    assert said in surveyor.page.text


def test_a_border_that_crosses_itself_is_mended_when_wished_and_said(surveyor):
    value = villages()
    shape = shapely.geometry.shape(value["features"][4]["geometry"])
    spike = shapely.get_coordinates(shape)[0] + np.array([1e-5, 1e-5])
    ring = shapely.get_coordinates(shapely.get_parts(shape)[0]).tolist()
    value["features"][4]["geometry"] = {"type": "Polygon", "coordinates": [[ring[0], spike.tolist(), *ring]]}
    tried(surveyor, sent(value))
    assert ("自相交" in surveyor.page.text, surveyor.page.offers("导入草案")) == (True, False)
    surveyor.send("试算", mend="1")
    assert "第5行边界自相交，已修成有效图形，共1行" in surveyor.page.text
    assert surveyor.page.offers("导入草案")


def test_numbers_that_are_none_are_told_by_row(surveyor):
    value = villages()
    lng = shapely.get_coordinates(shapely.geometry.shape(value["features"][2]["geometry"]))[1][0]
    tried(surveyor, sent(value).replace(f"[{lng}, ".encode(), b"[NaN, ", 1))
    assert "不是数字" in surveyor.page.text


def bomb() -> bytes:
    content = io.BytesIO()
    with (
        zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed,
        packed.open("测绘.geojson", "w") as inner,
    ):
        for _ in range(450):
            inner.write(b" " * 1024 * 1024)
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "空.geojson", "空"),
        (b"PK\x03\x04not a zip", "坏.zip", "已损坏"),
        (b"hello", "说明.docx", "不支持文件"),
        (b"hello", "居村.gpkg", "无法读取"),
        (bomb(), "炸弹.zip", "没有解开"),
    ],
    ids=["empty", "broken-zip", "unknown", "not-what-it-says", "bomb"],
)
def test_what_cannot_be_opened_is_refused_at_once_and_not_kept(surveyor, content, name, said):
    hands_in(surveyor, content, name)
    assert (surveyor.status, said in surveyor.page.text) == (422, True)
    assert areas.uploads(actor=actor()) == []


@dataclass
class Huge:
    """Three hundred megabytes that nobody reads."""

    name: str = "大.gpkg"
    size: int = 300 * 1024 * 1024

    def chunks(self) -> Any:
        raise AssertionError("read although it is too large")


def test_three_hundred_megabytes_are_refused_unread(town):
    with pytest.raises(Refused, match="file_large"):
        areas.keep_upload(people.first_town(), [Huge()], actor=actor(), at=timezone.now())


def test_mixed_code_pages_are_told_and_read(surveyor, tmp_path):
    rows = villages()["features"]
    content = shapefile(tmp_path, rows, encoding="UTF-8")
    name = rows[4]["properties"]["名称"]
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        parts = {one: packed.read(one) for one in packed.namelist()}
    utf8, gbk = name.encode(), name.encode("gbk")
    table = parts["测绘.dbf"].replace(utf8, gbk + b" " * (len(utf8) - len(gbk)))
    mixed = io.BytesIO()
    with zipfile.ZipFile(mixed, "w") as packed:
        for one, part in parts.items():
            packed.writestr(one, table if one.endswith(".dbf") else part)
    tried(surveyor, mixed.getvalue(), "测绘.zip")
    assert "文字编码不一致" in surveyor.page.text


def test_old_files_are_cleared_away(surveyor):
    hands_in(surveyor, sent(villages()))
    at = surveyor.at
    assert purge_uploads(timezone.now()) == 0
    assert purge_uploads(timezone.now() + timedelta(days=8)) == 1
    assert surveyor.open(at).status == 404
