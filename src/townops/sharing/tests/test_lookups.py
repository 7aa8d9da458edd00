"""Where a point lies, when a limit ends, and the lists machines need to speak in codes."""

from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from townops.base import calendars
from townops.base.models import Job, OutboxRow
from townops.sharing.tests.town import INSIDE, OUTSIDE


def test_a_point_has_its_areas_by_code(call):
    assert call("grid").get("/locate", **INSIDE).json() == {
        "inside": True,
        "block": "V001001",
        "village": "V001",
        "grid": "G1",
        "town": "T",
        "direct_managed": None,
    }


def test_outside_is_an_answer_not_an_error(call):
    response = call("grid").get("/locate", **OUTSIDE)
    assert response.status_code == 200
    assert set(response.json().values()) == {False, None}


def test_a_border_belongs_to_the_lowest_code(call):
    assert call("grid").get("/locate", lng=121.51, lat=31.305).json()["block"] == "V001001"


POINTLESS = [
    {},
    {"lng": 121.5},
    {"lng": "nan", "lat": 31},
    {"lng": "inf", "lat": 31},
    {"lng": "1e400", "lat": 31},
    {"lng": 31.3, "lat": 121.5},
    {"lng": 200, "lat": 31},
    {**INSIDE, "crs": "mars"},
    {"lng": "x", "lat": "y"},
]


def test_a_point_that_is_none_is_422(call):
    assert {call("grid").get("/locate", **query).status_code for query in POINTLESS} == {422}


def test_a_due_is_explained_so_that_it_can_be_worked_out_again(call):
    asked = {"start": "2026-02-13T16:00:00", "amount": 12, "unit": "work_hour"}
    answer = call("grid").get("/due", **asked).json()
    spans = answer["explanation"]
    assert sum(one["counted_seconds"] for one in spans) == 12 * 3600
    assert spans[-1]["end"] == answer["due_at"]
    assert "holiday" in {one["day"] for one in spans}
    assert datetime.fromisoformat(spans[0]["start"]).isoformat() == "2026-02-13T16:00:00+08:00"
    assert answer["provisional"] is False


def test_beyond_the_published_years_a_due_is_provisional(call):
    assert (
        call("grid")
        .get("/due", start="2080-01-01T09:00:00Z", amount=3, unit="work_day")
        .json()["provisional"]
        is True
    )


LIMITLESS = [
    {"amount": 0},
    {"amount": 10**9},
    {"amount": "1.5"},
    {"unit": "year"},
    {"start": "now"},
    {"start": "9999-12-31T00:00:00Z"},
]


def test_a_limit_that_is_none_is_422(call):
    right = {"start": "2026-03-02T09:00:00", "amount": 1, "unit": "work_day"}
    assert {call("grid").get("/due", **{**right, **query}).status_code for query in LIMITLESS} == {422}


def test_areas_come_by_kind_or_by_what_they_lie_under(call):
    grid = call("grid")
    every = [one["code"] for one in grid.get("/areas").json()["items"]]
    assert every == ["T", "G1", "V001", "V002", "V001001", "V002001"]
    assert [one["code"] for one in grid.get("/areas", kind="village").json()["items"]] == ["V001", "V002"]
    [block] = grid.get("/areas", parent="V001").json()["items"]
    assert (block["code"], block["parent"], block["block_type"]) == ("V001001", "V001", "estate")
    assert grid.get("/areas", parent="nowhere").status_code == 422


def test_classes_come_with_their_conditions_and_can_be_had_by_branch(call):
    every = call("grid").get("/classes").json()["items"]
    hotline = call("grid").get("/classes", branch="hotline").json()["items"]
    assert {one["branch"] for one in hotline} == {"hotline"}
    assert {one["branch"] for one in every} == {"component", "event", "hotline"}
    rows = [row for one in every for row in one["conditions"]]
    assert rows
    assert {"amount", "unit"} == set(rows[0]["limit"])


def test_units_come_without_persons(call):
    response = call("grid").get("/units")
    units = {one["code"]: one for one in response.json()["items"]}
    assert units["chengguan"]["enforcement"] is True
    assert units["v_001"]["area"] == "V001"
    assert "演示甲" not in response.content.decode()


def test_health_says_what_is_wrong_to_who_runs_the_town(call):
    health = call("sysadmin").get("/health").json()
    assert (health["dead_jobs"], health["failing_news"]) == ([], 0)


def test_a_year_without_its_calendar_is_a_warning_and_no_failure(call, client, monkeypatch):
    late = date(calendars.current().known_until.year, 11, 30)
    monkeypatch.setattr(timezone, "localdate", lambda *_args: late)
    health = call("sysadmin").get("/health").json()
    assert (health["ok"], health["years_without_calendar"]) == (True, [late.year + 1])
    assert (client.get("/healthz").status_code, client.get("/healthz").content) == (200, b"ok")


def test_work_that_died_is_not_ok_at_either_door(call, client):
    now = timezone.now()
    Job.objects.create(name="orders.watch", state=Job.State.DEAD, run_at=now, created_at=now)
    health = call("sysadmin").get("/health").json()
    assert (health["ok"], health["dead_jobs"]) == (False, ["orders.watch"])
    assert (client.get("/healthz").status_code, client.get("/healthz").content) == (503, b"not")


def test_news_that_failed_once_is_shown_and_no_failure_until_it_is_late(call, client):
    now = timezone.now()
    row = OutboxRow.objects.create(
        topic="orders.stepped", key="1", body="{}", subscriber="gone", at=now, next_at=now, attempts=1
    )
    health = call("sysadmin").get("/health").json()
    assert (health["ok"], health["failing_news"], health["late_news"]) == (True, 1, 0)
    assert client.get("/healthz").status_code == 200
    OutboxRow.objects.filter(pk=row.pk).update(at=now - timedelta(minutes=16))
    health = call("sysadmin").get("/health").json()
    assert (health["ok"], health["late_news"]) == (False, 1)
    assert client.get("/healthz").status_code == 503


def test_a_block_says_who_answers_for_it_and_other_areas_do_not(call):
    block = call("grid").get("/areas/V001001").json()
    assert {one["kind"] for one in block["subjects"]} <= {"handling", "ownership", "maintenance"}
    first = block["subjects"][0]
    assert first["word"].endswith("主体")
    assert first["unit"] and first["unit_name"] and first["confirmed_on"] == "2015-01-01"
    assert call("grid").get("/areas/V001").json()["subjects"] == []


def test_an_area_that_is_not_there_is_404(call):
    refused = call("grid").get("/areas/NOWHERE")
    assert (refused.status_code, refused.json()["code"]) == (404, "area_not_found")


def test_the_board_of_duties_is_told_as_of_a_day(call):
    found = call("leader").get("/standards/report?as_of=2026-11-30").json()
    assert found["as_of"] == "2026-11-30"
    line = next(one for one in found["items"] if one["id"] == "U9.4")
    assert (line["subject"], line["state"], line["value"], line["threshold"]) == ("T", "met", 2, ">= 1")
    assert {one["key"] for one in line["evidence"]} == {"V001001", "V002001"}
    before = call("leader").get("/standards/report?as_of=2014-12-31").json()["items"]
    assert next(one for one in before if one["id"] == "U9.4")["state"] == "not_met"


@pytest.mark.parametrize("query", ["as_of=yesterday", "as_of=20261130", "as_of=2026-02-30", "of=2026-11-30"])
def test_a_day_that_is_none_is_refused(call, query: str):
    assert call("leader").get(f"/standards/report?{query}").status_code == 422
