"""The map: the list's orders over the town's areas, asked for by window, kept by the browser, masked as the list is."""

import json
import sqlite3
from datetime import timedelta

import pytest
from django.utils import timezone

from townops.base import masking
from townops.console import mapping
from townops.console.tests.browser import Browser
from townops.kernel import drawn, tiling
from townops.orders import api as orders
from townops.orders.tests.conftest import Story

pytestmark = pytest.mark.django_db
TILE = b"\x89PNG a picture"


@pytest.fixture
def story(town) -> Story:
    return Story(timezone.now() - timedelta(hours=1))


@pytest.fixture
def placed(story) -> str:
    lng, lat = story.point()
    return story.report(lng=lng, lat=lat)


def view(story: Story, reach: float = 0.01) -> str:
    lng, lat = story.point()
    return f"{lng - reach},{lat - reach},{lng + reach},{lat + reach}"


def asked(who: str, story: Story, query: str = "", zoom: int = 16, **headers: str):
    address = f"/map/orders?{query}&z={zoom}&view={view(story)}"
    return Browser(who).client.get(address, headers=headers)


def test_the_map_shows_an_order_where_it_is_with_the_sign_of_its_state(story, placed):
    told = json.loads(asked("shift", story).content)
    ((number, lng, lat, sign, late),) = told["orders"]
    assert (number, late, told["placed"], told["clusters"]) == (placed, 0, 1, [])
    assert (lng, lat) == pytest.approx(story.point(), abs=2e-6)
    assert mapping.SIGNS[sign].label == "待受理、待立案"


def test_orders_close_together_are_one_cluster_that_counts_each_sign(story, placed):
    lng, lat = story.point()
    second = story.report(lng=lng, lat=lat, text="同一处的另一件事，井盖松动")
    story.takes("grid", second, "accept")
    story.takes("grid", second, "file", condition="C-01-37.2")
    told = json.loads(asked("shift", story).content)
    ((_, _, late, counts),) = told["clusters"]
    assert (told["orders"], late, counts) == ([], 0, [1, 1, 0, 0, 0, 0, 0, 0])


def test_every_state_has_one_sign_and_no_two_signs_share_a_shape():
    assert set(mapping.SIGN_OF) == set(orders.State)
    assert sum(len(one.states) for one in mapping.SIGNS) == len(orders.State)
    assert len({one.shape for one in mapping.SIGNS}) == len(mapping.SIGNS)


def test_the_query_string_of_the_list_filters_the_map(story, placed):
    assert json.loads(asked("shift", story, "state=reported").content)["placed"] == 1
    assert json.loads(asked("shift", story, "state=filed&open=1").content)["placed"] == 0


def test_an_unchanged_window_is_answered_in_one_line(story, placed):
    first = asked("shift", story)
    again = asked("shift", story, **{"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    elsewhere = asked("shift", story, zoom=15, **{"If-None-Match": first["ETag"]})
    assert elsewhere.status_code == 200


def test_whoever_has_no_work_there_is_shown_the_neighbourhood_only(story, placed):
    ((_, lng, lat, *_),) = json.loads(asked("auditor", story).content)["orders"]
    assert (lng, lat) == pytest.approx(masking.mask_point(*story.point()), abs=2e-6)


def test_a_unit_is_shown_no_order_that_was_never_its_own(story, placed):
    told = json.loads(asked("unit", story).content)
    assert (told["placed"], told["unplaced"], told["orders"], told["clusters"]) == (0, 0, [], [])
    assert Browser("unit").open(f"/map/orders/{placed}").status == 404


@pytest.mark.parametrize("window", ["", "1,2,3", "a,b,c,d", "122,31,121,32"])
def test_a_window_that_is_none_is_refused_in_words(town, window):
    answer = Browser("shift").client.get(f"/map/orders?z=12&view={window}")
    assert answer.status_code == 400
    assert "地图范围" in answer.json()["said"]


def test_however_wide_the_window_the_answer_stays_small(town):
    answer = Browser("shift").client.get("/map/orders?z=22&view=-180,-85,180,85")
    assert json.loads(answer.content)["zoom"] < 22
    assert tiling.window((-180, -85, 180, 85), 22).cells <= tiling.MOST_CELLS


def test_areas_come_as_shapes_with_names_and_blocks_only_where_they_can_be_told_apart(story):
    client = Browser("shift").client
    villages = json.loads(client.get(f"/map/areas/village?z=12&view={view(story)}").content)["features"]
    assert villages and all(one["properties"]["name"] for one in villages)
    assert json.loads(client.get(f"/map/areas/block?z=11&view={view(story)}").content)["features"] == []
    first = client.get(f"/map/areas/block?z=14&view={view(story)}")
    assert json.loads(first.content)["features"]
    tag = {"If-None-Match": first["ETag"]}
    assert client.get(f"/map/areas/block?z=14&view={view(story)}", headers=tag).status_code == 304


def test_the_page_leads_to_the_list_of_the_same_filter_and_back(story, placed):
    page = Browser("shift").open("/map?state=reported&open=1")
    assert "1 件在图上" in page.page.text
    assert "/orders?state=reported&amp;open=1" in page.html
    assert "/map?state=reported&amp;open=1" in page.open("/orders?state=reported&open=1").html


def test_a_box_drawn_on_the_map_is_a_filter_of_list_and_map(story, placed):
    inside = f"box={view(story, 0.002)}"
    outside = "box=121.0,30.5,121.1,30.6"
    shift = Browser("shift")
    assert placed in shift.open(f"/orders?{inside}").page.text
    assert "地图上框选的范围" in shift.page.text
    assert placed not in shift.open(f"/orders?{outside}").page.text
    assert shift.open("/orders?box=nowhere").status == 400
    assert "地图范围" in shift.page.text


def test_a_map_without_a_filter_that_can_be_read_says_what_is_wrong(town):
    page = Browser("shift").open("/map?from=yesterday")
    assert page.status == 400
    assert "请按年-月-日填写" in page.page.text


def test_a_search_by_telephone_stays_in_the_list(town):
    page = Browser("shift").open("/map?phone=13800001234")
    assert page.status == 400
    assert "按电话查找只在列表中进行" in page.page.text


def test_a_click_on_an_order_says_what_it_is_and_leads_to_it(story, placed):
    said = Browser("shift").open(f"/map/orders/{placed}")
    assert "小区门口路灯不亮" in said.page.text
    assert f"/orders/{placed}" in said.html


def test_orders_that_no_zoom_tells_apart_are_listed(story, placed):
    said = Browser("shift").open(f"/map/near?box={view(story, 0.0004)}")
    assert "这里附近 1 件" in said.page.text


def test_a_place_is_found_by_number_and_by_the_name_of_a_village_or_block(story, placed):
    client = Browser("shift").client
    (order,) = client.get(f"/map/places?q={placed}").json()["places"]
    assert (order["number"], order["lng"]) == (placed, pytest.approx(story.point()[0], abs=1e-6))
    villages = client.get("/map/places?q=居委会").json()["places"]
    assert villages[0]["kind"] == "village"
    assert client.get("/map/places?q=没有这个地方").json()["places"] == []


def test_without_a_file_of_tiles_there_is_no_base(town):
    client = Browser("shift").client
    assert client.get("/map/setup").json()["base"] == ""
    assert client.get("/map/base/1/0/0").status_code == 404


def test_a_towns_own_tiles_are_read_from_one_file(town, settings, tmp_path):
    settings.TILES = str(tmp_path / "ground.mbtiles")
    with sqlite3.connect(settings.TILES) as made:
        made.execute("CREATE TABLE tiles (zoom_level, tile_column, tile_row, tile_data)")
        made.execute("INSERT INTO tiles VALUES (2, 3, 2, ?)", [TILE])
    client = Browser("shift").client
    assert client.get("/map/setup").json()["base"].startswith("/map/base/{z}/{x}/{y}?v=")
    found = client.get("/map/base/2/3/1")
    assert (found.content, found["Content-Type"]) == (TILE, "image/png")
    assert client.get("/map/base/2/3/2").status_code == 404


def test_the_setup_tells_signs_the_towns_extent_and_its_stations(story):
    told = Browser("shift").client.get("/map/setup").json()
    west, south, east, north = told["box"]
    lng, lat = story.point()
    assert west < lng < east and south < lat < north
    assert len(told["signs"]) == len(mapping.SIGNS) and told["stations"]


def around(story: Story, reach: float = 0.01) -> str:
    lng, lat = story.point()
    return drawn.written([(lng - reach, lat - reach), (lng + reach, lat - reach), (lng, lat + reach)])


def test_a_drawn_area_is_a_condition_of_map_list_and_kept_views(story, placed):
    story.report()
    browser, area = Browser("shift"), around(story)
    told = json.loads(asked("shift", story, f"drawn={area}").content)
    assert ([one[0] for one in told["orders"]], told["unplaced"]) == ([placed], 0)
    listed = browser.client.get(f"/orders?drawn={area}").content.decode()
    assert "<h1>1 件</h1>" in listed and "地图上画的范围" in listed and placed in listed
    assert f'name="drawn" value="{area}"' in listed
    browser.client.post("/views/keep", {"query": f"drawn={area}", "name": "河边"})
    assert f"drawn={area}" in browser.client.get("/orders").content.decode()


@pytest.mark.parametrize(
    ("area", "said"),
    [
        ("路灯", "读不懂"),
        (drawn.written([(121.5, 31.3), (121.6, 31.45), (121.6, 31.3), (121.5, 31.4)]), "不能交叉"),
        (drawn.written([(121 + n / 1e4, 31.0) for n in range(10_000)]), "最多 200 个点"),
        (drawn.written([(100.0, 20.0), (100.1, 20.0), (100.0, 20.1)]), "本镇以外"),
        (drawn.written([(121.5, 31.3), (121.6, 31.3)]), "至少要 3 个点"),
    ],
    ids=["unreadable", "crossing", "too many", "outside", "too few"],
)
def test_a_drawing_that_is_no_area_is_said_on_list_and_map(story, area, said):
    for path in ("/orders", "/map"):
        answer = Browser("shift").client.get(path, {"drawn": area})
        assert (answer.status_code, said in answer.content.decode()) == (400, True)
    assert said in json.loads(asked("shift", story, f"drawn={area}").content)["said"]
