"""导出边界 through the page: any version, level, system and format, at once or by a job, each in the journal."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from townops.areas import api as areas
from townops.base import jobs, journal
from townops.base.models import Account
from townops.console import taking
from townops.console.tests.browser import Browser
from townops.people import api as people

pytestmark = pytest.mark.django_db


@pytest.fixture
def keeper(town) -> Browser:
    return Browser("director").open("/grid/export")


def given(keeper, **typed):
    """The file that comes back, its name."""
    form = keeper.open("/grid/export").page.form("导出")
    data = {name: values[0] for name, values in form.values.items() if values} | typed
    answer = keeper.client.post("/grid/export", data)
    return answer.content, answer["Content-Disposition"]


def exported():
    return journal.history("borders.export", people.first_town())


def test_the_borders_of_today_come_as_a_file_and_the_journal_says_who_took_what(keeper):
    content, name = given(keeper, level="village")
    found = json.loads(content)["features"]
    assert len(found) == len(areas.areas_of(people.first_town(), "village"))
    assert name.endswith(".geojson")
    last = exported()[-1]
    assert (last.body["level"], last.body["form"], last.body["areas"]) == ("village", "geojson", len(found))
    assert "演示乙子" in keeper.open("/grid/export").page.text


@pytest.mark.parametrize("form", ["gpkg", "shp-gbk", "shp-utf8", "kml", "xlsx"])
def test_every_format_is_given(keeper, form):
    content, _ = given(keeper, level="grid", form=form)
    assert len(content) > 500


def test_a_draft_comes_as_the_draft_has_it_in_metres_if_wished(keeper):
    actor = people.actor_for(Account.objects.get(username="director").pk, timezone.now())
    made = areas.begin_draft(people.first_town(), note="试", actor=actor, at=timezone.now())
    gone = areas.areas_of(people.first_town(), "village")[0].code
    areas.put_features(made.id, based_on=0, removed=[gone], actor=actor, at=timezone.now())
    content, _ = given(keeper, version=str(made.id), level="village", system="EPSG:4549")
    found = json.loads(content)
    assert gone not in {one["properties"]["编码"] for one in found["features"]}
    assert found["crs"]["properties"]["name"].endswith("4549")
    assert exported()[-1].body["version"] == made.id


def test_what_cannot_be_written_is_refused_and_not_journalled(keeper):
    keeper.send("导出", form="kml", system="EPSG:4549")
    assert (keeper.status, "KML只能用经纬度" in keeper.page.text) == (422, True)
    keeper.send("导出", form="geojson", system="plane")
    assert (keeper.status, "请同时上传坐标参数文件" in keeper.page.text) == (422, True)
    keeper.send("导出", system="cgcs2000", on="1999-01-01")
    assert keeper.status == 422
    assert exported() == []


def test_a_town_of_its_own_plane_comes_with_a_note_instead_of_a_prj(keeper):
    plane = """name = "本地平面"
[four]
plane = "epsg:4549"
direction = "to_local"
east = -600000.0
north = -3400000.0
rotation_seconds = 125.0
scale_ppm = -8.0
"""
    sent = SimpleUploadedFile("本地.toml", plane.encode())
    content, _ = given(keeper, level="grid", form="shp-gbk", system="plane", plane=sent)
    names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    assert ("坐标系.txt" in names, any(one.endswith(".prj") for one in names)) == (True, False)
    assert "本地平面" in exported()[-1].body["file"]


def test_a_large_file_is_made_by_a_job_and_taken_from_the_list(keeper):
    wanted = taking.Wanted(
        people.first_town(), 0, timezone.localdate().isoformat(), "block", "shp-utf8", "cgcs2000"
    )
    account = Account.objects.get(username="director")
    payload = {name: getattr(wanted, name) for name in taking.Wanted.__slots__}
    row = taking.batches.ask_whole(taking.EXPORT, account, "k", payload, wanted.size, at=timezone.now())
    jobs.run_due(timezone.now() + timedelta(seconds=5))
    keeper.open("/grid/export")
    assert "下载" in keeper.page.text
    content = keeper.client.get(f"/grid/export/{row.pk}").content
    assert zipfile.is_zipfile(io.BytesIO(content))
    assert [one.action for one in exported()] == ["export", "export"]
    assert Browser("deputy").open(f"/grid/export/{row.pk}").status == 404
