"""OGC API - Features over the small town: documents, selection, systems, errors, tiles; closed without a token."""

import base64
import json
import re
from http import HTTPStatus

import pytest
import shapely
from django.test import Client

from townops.base import accounts
from townops.kernel.messages import IS_HAN
from townops.sharing.ogc.crs import CRS84, SYSTEMS
from townops.sharing.tests import town as small

EPSG = "http://www.opengis.net/def/crs/EPSG/0/"


@pytest.fixture
def ask(call):
    """`ask("/collections", bbox=...)` by the shift chief's machine."""
    machine = call("shift")
    return lambda path="/", **query: machine.client.get(f"/ogc{path}", query, headers=machine.headers())


def codes(response) -> list[str]:
    assert response.status_code == HTTPStatus.OK, response.content.decode()
    return [one["id"] for one in response.json()["features"]]


def test_every_document_leads_to_the_next(ask):
    links = {one["rel"]: one["href"] for one in ask().json()["links"] if "html" not in one["type"]}
    assert links["data"].endswith("/ogc/collections") and links["conformance"].endswith("/ogc/conformance")
    assert any(one.endswith("conf/crs") for one in ask("/conformance").json()["conformsTo"])
    told = ask("/collections").json()["collections"]
    own = [one["id"] for one in told if not one["id"].startswith("register-")]
    assert own == ["block", "grid", "place", "town", "village"]
    assert told[0]["extent"]["spatial"]["bbox"] == [pytest.approx([121.5, 31.3, 121.52, 31.31])]
    assert told[0]["crs"][0] == CRS84 and told[0]["storageCrs"] in told[0]["crs"]
    assert codes(ask("/collections/block/items")) == ["V001001", "V002001"]


def test_without_a_token_nothing_is_told_and_basic_carries_one_too(call):
    call("shift")
    token = accounts.issue_token("shift")
    basic = base64.b64encode(f"qgis:{token}".encode()).decode()
    refused = Client().get("/ogc/collections")
    assert refused.status_code == HTTPStatus.UNAUTHORIZED and "Basic" in refused["WWW-Authenticate"]
    for header in (f"Basic {basic}", f"bearer {token}"):
        assert (
            Client().get("/ogc/collections", headers={"Authorization": header}).status_code == HTTPStatus.OK
        )
    for header in ("Basic ###", "Basic eA==", f"Digest {token}", "Bearer nobody"):
        assert Client().get("/ogc/", headers={"Authorization": header}).status_code == HTTPStatus.UNAUTHORIZED


def test_a_layer_that_is_not_open_to_the_account_does_not_exist_for_it(call):
    machine = call("security")
    answer = machine.client.get("/ogc/collections/block/items", headers=machine.headers())
    assert answer.status_code == HTTPStatus.NOT_FOUND and answer.json()["code"] == "map_layer_unknown"
    assert machine.client.get("/ogc/collections", headers=machine.headers()).json()["collections"] == []


def test_features_are_selected_by_box_fact_and_page(ask):
    path = "/collections/block/items"
    assert codes(ask(path, bbox="121.501,31.301,121.502,31.302")) == ["V001001"]
    assert codes(ask(path, bbox="121.501,31.301,0,121.502,31.302,9")) == ["V001001"]
    assert codes(ask(path, bbox="170,31,-170,32")) == []
    assert codes(ask(path, bbox="31.301,121.501,31.302,121.502", **{"bbox-crs": f"{EPSG}4490"})) == [
        "V001001"
    ]
    assert codes(ask(path, type="hamlet")) == ["V002001"]
    assert codes(ask("/collections/village/items", directly_managed="true")) == []
    first = ask(path, limit=1).json()
    assert (first["numberMatched"], first["numberReturned"]) == (2, 1)
    (following,) = (one["href"] for one in first["links"] if one["rel"] == "next")
    assert "limit=1" in following and "offset=1" in following
    second = ask(path, limit=1, offset=1).json()
    assert [one["id"] for one in second["features"]] == ["V002001"]
    assert {one["rel"] for one in second["links"]} >= {"prev", "self", "collection"}
    assert codes(ask(path, limit=50_000, offset=5)) == []


def test_the_past_is_told_as_it_was_and_before_the_first_survey_there_is_nothing(ask):
    path = "/collections/block/items"
    assert codes(ask(path, datetime="2014-12-31")) == []
    for when in (
        "2015-01-01",
        "2015-01-01T00:00:00+08:00",
        "2014-01-01/2015-06-01",
        "2015-02-01/..",
        "../..",
        "/",
    ):
        assert len(codes(ask(path, datetime=when))) == 2, when
    assert codes(ask(path, datetime="../2014-12-31")) == []


@pytest.mark.parametrize("uri", list(SYSTEMS))
def test_each_system_gives_the_same_ground_in_its_own_order_of_axes(ask, uri):
    path = "/collections/block/items/V001001"
    answer = ask(path, crs=uri)
    assert answer["Content-Crs"] == f"<{uri}>"
    shape = shapely.from_geojson(json.dumps(answer.json()["geometry"]))
    first, second = shapely.get_coordinates(shape)[0]
    if uri.endswith(("4490", "4326")):
        assert (round(first), round(second)) == (31, 122)
    elif uri.endswith("4549"):
        assert 3_400_000 < first < 3_500_000 and 640_000 < second < 650_000
        assert shape.area == pytest.approx(952 * 1109, rel=0.01)
    elif uri.endswith("3857"):
        assert 13_500_000 < first < 13_600_000 and 3_600_000 < second < 3_700_000
    else:
        assert shape.equals_exact(small.WEST, 1e-9) or shape.equals(small.WEST)


def test_a_box_in_metres_finds_what_lies_in_it(ask):
    answer = ask("/collections/block/items/V001001", crs=f"{EPSG}4549")
    edges = shapely.from_geojson(json.dumps(answer.json()["geometry"])).buffer(-50).bounds
    box = ",".join(map(str, edges))
    assert codes(ask("/collections/block/items", bbox=box, **{"bbox-crs": f"{EPSG}4549"})) == ["V001001"]
    assert codes(ask("/collections/block/items", bbox="0,0,0,0", **{"bbox-crs": f"{EPSG}3857"})) == []


WRONG = [
    {"bbox": "1,2,3"},
    {"bbox": "a,b,c,d"},
    {"bbox": "121,32,122,31"},
    {"bbox": "nan,1,2,3"},
    {"bbox": "121,31,122,32", "bbox-crs": f"{EPSG}9999"},
    {"bbox": "1e300,1e300,2e300,2e300", "bbox-crs": f"{EPSG}4549"},
    {"crs": "CRS84"},
    {"datetime": "yesterday"},
    {"datetime": "2026-02-01/2026-01-01"},
    {"datetime": "2026-01-01/2026-02-01/2026-03-01"},
    {"limit": "0"},
    {"limit": "-1"},
    {"limit": "ten"},
    {"offset": "9999999999999999"},
    {"colour": "red"},
    {"directly_managed": "AAA"},
    {"f": "xml"},
]


@pytest.mark.parametrize("query", WRONG, ids=str)
def test_what_is_not_understood_is_refused_with_a_code_and_a_sentence(ask, query):
    answer = ask("/collections/village/items", **query)
    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert answer.json()["code"] and "{" not in answer.json()["detail"]


def test_what_does_not_exist_is_404(ask):
    for path in ("/collections/nothing", "/collections/nothing/items", "/collections/block/items/V9"):
        assert ask(path).status_code == HTTPStatus.NOT_FOUND, path


def test_a_reader_gets_pages_and_a_program_gets_documents(ask, call):
    machine = call("shift")
    for path in ("/", "/conformance", "/api", "/collections", "/collections/block", "/collections/block/items",
                 "/collections/block/items/V001001"):  # fmt: skip
        assert ask(path).headers["Content-Type"].partition(";")[0].endswith("json")
        page = machine.client.get(
            f"/ogc{path}", headers={**machine.headers(), "Accept": "text/html,*/*;q=0.1"}
        )
        assert page.headers["Content-Type"].startswith("text/html") and "Accept" in page.headers["Vary"]
        assert ask(path, f="html").content == page.content
    page = ask("/collections/block/items", f="html", limit=1).content.decode()
    assert "V001001" in page and "V002001" not in page and "下一页" in page


def test_a_reader_of_english_reads_all_but_the_names_the_town_gave(call):
    machine = call("shift")
    machine.client.cookies["townops_language"] = "en"
    for path in ("/", "/conformance", "/api", "/collections", "/collections/block", "/collections/block/items",
                 "/collections/village/items", "/collections/block/items/V001001"):  # fmt: skip
        page = machine.client.get(f"/ogc{path}", {"f": "html"}, headers=machine.headers()).content.decode()
        told = re.sub(
            r'<(\w+) [^>]*translate="no"[^>]*>.*?</\1>|<title>.*?</title>|<script.*?</script>',
            "",
            page,
            flags=re.S,
        )
        assert not IS_HAN.search(told.replace("城运", "")), (path, told)


def test_who_has_the_features_already_is_not_sent_them_again(ask, call):
    machine, answer = call("shift"), ask("/collections/block/items")
    again = machine.client.get(
        "/ogc/collections/block/items", headers={**machine.headers(), "If-None-Match": answer["ETag"]}
    )
    assert again.status_code == HTTPStatus.NOT_MODIFIED


def test_the_contract_names_every_parameter_of_each_layer(ask):
    told = ask("/api").json()
    names = [one["name"] for one in told["paths"]["/collections/block/items"]["get"]["parameters"]]
    assert {"bbox", "datetime", "limit", "crs", "type"} <= set(names)
    assert ask("/api")["Content-Type"].startswith("application/vnd.oai.openapi+json")


def test_tiles_open_to_a_token_and_to_a_desk_and_are_kept_by_whoever_has_them(call):
    machine = call("shift")
    found = machine.client.get("/tiles/block/14/13721/6668.mvt", headers=machine.headers())
    places = [
        path
        for x in range(13720, 13725)
        for y in range(6640, 6700)
        if machine.client.get(path := f"/tiles/block/14/{x}/{y}.mvt", headers=machine.headers()).status_code
        == HTTPStatus.OK
    ]
    assert found.status_code in (HTTPStatus.OK, HTTPStatus.NO_CONTENT) and places
    tile = machine.client.get(places[0], headers=machine.headers())
    again = machine.client.get(places[0], headers={**machine.headers(), "If-None-Match": tile["ETag"]})
    assert tile["Content-Type"].endswith("vector-tile") and again.status_code == HTTPStatus.NOT_MODIFIED
    assert Client().get(places[0]).status_code == HTTPStatus.FOUND  # to the sign-in page
    assert (
        machine.client.get("/tiles/nothing/1/0/0.mvt", headers=machine.headers()).status_code
        == HTTPStatus.NOT_FOUND
    )
    assert (
        machine.client.get("/tiles/block/1/9/9.mvt", headers=machine.headers()).status_code
        == HTTPStatus.NOT_FOUND
    )
    too_far_out = machine.client.get("/tiles/block/3/6/3.mvt", headers=machine.headers())
    assert too_far_out.status_code == HTTPStatus.NO_CONTENT


def test_only_reading_is_possible(call):
    machine = call("shift")
    answer = machine.client.post("/ogc/collections", headers=machine.headers())
    assert answer.status_code == HTTPStatus.METHOD_NOT_ALLOWED
