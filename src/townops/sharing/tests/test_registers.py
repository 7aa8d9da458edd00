"""Registers for machines: read, add once, change as seen."""

import pytest

from townops.areas import api as areas
from townops.base import accounts
from townops.people import api as people

pytestmark = pytest.mark.django_db
ROW = {"year": "2026", "purpose": "应急物资购置", "amount": "120.5"}


@pytest.fixture
def call(standing_town, db, client):
    token = accounts.issue_token("emergency")

    def ask(method: str, path: str, body: object = None, key: str = "") -> object:
        headers = {"Authorization": f"Bearer {token}", **({"Idempotency-Key": key} if key else {})}
        send = getattr(client, method)
        more = {"data": body, "content_type": "application/json"} if body is not None else {}
        return send(f"/api/v1{path}", headers=headers, **more)

    return ask


@pytest.fixture
def row():
    unit = next(one.name for one in people.units(town=areas.towns()[0].code))
    return ROW | {"unit": unit}


def test_registers_are_told_with_their_columns(call):
    found = {one["code"]: one for one in call("get", "/registers").json()}
    assert found["shelter"]["clauses"] == ["E17"]
    assert {one["name"] for one in found["shelter"]["columns"]} > {"effective_m2", "m2_per_head"}


def test_a_row_is_added_once_and_changed_as_it_was_seen(call, row):
    made = call("post", "/registers/budget", {"values": row}, key="a")
    assert made.status_code == 201 and made.json()["values"]["amount"] == "120.5"
    assert call("post", "/registers/budget", {"values": row}, key="a").json() == made.json()
    assert call("post", "/registers/budget", {"values": row}, key="b").status_code == 409
    at = f"/registers/budget/{made.json()['id']}"
    assert call("patch", at, {"seq": 1, "values": {"spent": "30"}}, key="c").json()["values"]["used"] == "25%"
    assert call("patch", at, {"seq": 1, "values": {"spent": "31"}}, key="d").json()["code"] == "row_stale"
    page = call("get", "/registers/budget?amount_min=100&sort=-amount").json()
    assert (page["total"], page["next"]) == (1, None)
    assert call("get", "/registers/budget?amount_min=200").json()["items"] == []


def test_what_is_sent_wrong_is_refused_in_words(call, row):
    wrong = call("post", "/registers/budget", {"values": row | {"amount": "viel"}}, key="a")
    assert (wrong.status_code, wrong.json()["code"]) == (422, "entry_number")
    assert "预算" in wrong.json()["detail"]
    assert (
        call("post", "/registers/budget", {"values": row | {"colour": "red"}}, key="b").json()["code"]
        == "column_unknown"
    )
    assert call("get", "/registers/budget?colour=red").json()["code"] == "parameter_unknown"
    assert call("get", "/registers/nothing").status_code == 404
    assert call("get", "/registers/budget/999999").status_code == 404
    assert call("post", "/registers/budget", {"values": row}).json()["code"] == "key_missing"
