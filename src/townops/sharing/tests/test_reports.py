"""POST /reports: new, known, next round; what is refused and how."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from townops.intake import messages
from townops.intake.models import Message
from townops.orders.models import Order
from townops.sharing.tests.town import INSIDE, OUTSIDE, Machine, report


def test_a_report_becomes_an_order_where_it_happened(call):
    response = call("grid").post("/reports", report())
    assert response.status_code == 201
    receipt = response.json()
    assert (receipt["block"], receipt["village"], receipt["class"]) == ("V001001", "V001", None)
    assert (receipt["state"], receipt["seq"], receipt["round"]) == ("reported", 1, 1)
    assert (receipt["responsible_unit"], receipt["basis"]) == ("center", "first_asked")
    assert receipt["due_at"].endswith("+08:00")
    assert set(receipt) == {
        "number", "state", "seq", "round", "block", "village", "class", "responsible_unit", "basis", "due_at",
    }  # fmt: skip


def test_outside_the_town_the_report_is_taken_and_its_place_is_open(call):
    response = call("grid").post("/reports", report(place={**OUTSIDE, "crs": "wgs84"}))
    assert (response.status_code, response.json()["block"], response.json()["village"]) == (201, None, None)


def test_a_report_may_have_only_an_address_or_no_place_at_all(call):
    for place in ({"address": "演示路1号"}, None):
        assert call("grid").post("/reports", report(place=place)).status_code == 201


def test_the_same_time_of_receipt_again_is_known_a_later_one_is_the_next_round(call):
    grid, first = call("grid"), timezone.now() - timedelta(hours=2)
    sent = [(first, 201), (first, 200), (first + timedelta(hours=1), 200)]
    answers = [
        grid.post("/reports", report(external_number="W-1", received_at=at.isoformat())) for at, _ in sent
    ]
    assert [one.status_code for one in answers] == [status for _, status in sent]
    assert [one.json()["round"] for one in answers] == [1, 1, 2]
    assert len({one.json()["number"] for one in answers}) == 1


def test_the_same_key_and_body_get_the_same_order_another_body_is_refused(call):
    grid, body = call("grid"), report()
    first, again = grid.post("/reports", body, "k1"), grid.post("/reports", body, "k1")
    other = grid.post("/reports", body | {"text": "别的事"}, "k1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert (other.status_code, other.json()["code"]) == (409, "key_reused")


def test_a_refused_report_frees_its_key(call):
    grid, body = call("grid"), report(source="nowhere")
    assert grid.post("/reports", body, "k1").status_code == 422
    assert grid.post("/reports", report(), "k1").status_code == 201


def test_a_time_without_an_offset_is_local(call):
    at = timezone.localtime() - timedelta(hours=1)
    number = call("grid").reports(received_at=at.replace(tzinfo=None).isoformat())["number"]
    assert call("grid").get(f"/orders/{number}").json()["received_at"] == at.isoformat(
        timespec="milliseconds"
    )


def test_the_class_and_the_outer_due_a_sender_states_are_kept(call):
    code = call("grid").get("/classes", branch="event").json()["items"][-1]["code"]
    due = timezone.localtime() + timedelta(days=3)
    receipt = call("grid").reports(class_code=code, due_at=due.isoformat(), title="标题")
    order = call("grid").get(f"/orders/{receipt['number']}").json()
    assert receipt["class"] == order["class"] == code
    assert order["outer_due_at"] == due.isoformat(timespec="milliseconds")
    assert order["title"] == "标题"


def test_what_a_sender_asked_and_was_answered_is_kept_and_given_back(call):
    answers = [{"question": "有没有人受伤", "answer": "没有"}]
    number = call("grid").reports(answers=answers)["number"]
    assert call("grid").get(f"/orders/{number}").json()["answers"] == answers


def test_who_may_report_need_not_be_allowed_to_look(call):
    resident = call("resident")
    number = resident.reports(source="resident")["number"]
    assert resident.get(f"/orders/{number}").status_code == 404


LATER = (timezone.now() + timedelta(days=2)).isoformat()
WRONG = {
    "no source": {"source": None},
    "unknown source": {"source": "nowhere"},
    "unknown class": {"class_code": "nothing"},
    "later than now": {"received_at": LATER},
    "a time that is a number": {"received_at": 1700000000},
    "the year one": {"received_at": "0001-01-01T00:00:00+08:00"},
    "the year 9999": {"due_at": "9999-12-31T23:59:59-12:00"},
    "blank text": {"text": " \n "},
    "NUL": {"text": "a\x00b"},
    "a misspelt name": {"external_numbr": "1"},
    "a text that is a number": {"text": 5},
    "no longitude": {"place": {"lat": 31.3}},
    "a longitude in words": {"place": {"lng": "121.5", "lat": 31.3}},
    "swapped": {"place": {"lng": 31.3, "lat": 121.5}},
    "beyond the world": {"place": {"lng": 1e308, "lat": 31.3}},
    "unknown system": {"place": {**INSIDE, "crs": "mars"}},
    "unknown attachment": {"attachments": [12345]},
    "an absurd number": {"attachments": [10**30]},
    "a number too long": {"external_number": "9" * 65},
}


def test_what_is_wrong_with_a_report_is_said_with_422(call):
    found = {}
    for name, changes in WRONG.items():
        body = report(**changes) if None in changes.values() else report() | changes
        response = call("grid").post("/reports", body)
        problem = response.json()
        found[name] = response.status_code, problem["status"], response["Content-Type"]
        assert problem["detail"], name
        assert "…" not in problem["detail"], name
    assert found == dict.fromkeys(WRONG, (422, 422, "application/problem+json"))


def test_what_is_not_json_is_said_with_400(call):
    broken = [
        "{",
        '{"a": NaN}',
        '{"a": 1e400}',
        "[" * 100_000,
        '{"a":1,"a":2}',
        b"\xff\xfe",
        '"\\ud8',
        '{"a":"\\uD83D"}',
    ]
    for body in broken:
        response = call("grid").post("/reports", body)
        assert (response.status_code, response.json()["code"]) == (400, "body_malformed"), body[:20]


def test_json_that_is_no_report_is_said_with_422(call):
    for body in ("", "[]", "null", "5", '"text"', '{"source": ' + "9" * 10_000 + "}"):
        response = call("grid").post("/reports", body)
        assert (response.status_code, response.json()["code"]) == (422, "schema_invalid"), body[:20]


def test_a_body_too_large_is_413(call):
    response = call("grid").post("/reports", report(text="长" * 1_100_000))
    assert (response.status_code, response.json()["code"]) == (413, "body_too_large")


def test_a_report_asks_the_database_few_times(call):
    grid = call("grid")
    grid.reports()
    with CaptureQueriesContext(connection) as asked:
        grid.reports(external_number="W-9", contact={"name": "演示甲", "phone": "13800000000"})
    assert len([one for one in asked if "SAVEPOINT" not in one["sql"]]) <= 24


def test_a_resident_reads_his_own_reports_page_by_page_and_nobody_else_s(call):
    resident = call("resident")
    mine = [resident.reports(source="resident")["number"] for _ in range(3)]
    other = call("grid").reports()["number"]
    first = resident.get("/reports", limit=2).json()
    rest = resident.get("/reports", limit=2, cursor=first["next"]).json()
    assert {one["number"] for page in (first, rest) for one in page["items"]} == set(mine)
    assert (first["total"], rest["next"]) == (3, None)
    one = resident.get(f"/reports/{mine[0]}").json()
    assert set(one) == {
        "number", "state", "word", "text", "place", "received_at", "unit", "due_at", "reply",
    }  # fmt: skip
    assert one["word"] == "待受理"
    assert resident.get(f"/reports/{other}").status_code == 404
    assert resident.get("/reports", cursor="x").status_code == 422
    assert resident.get("/reports", state="closed").status_code == 422


def test_the_body_is_kept_as_it_came_with_its_order(call):
    body = report(contact={"phone": "13800001234"}, due_at="2027-01-04T09:00:00+08:00")
    number = call("grid").post("/reports", body).json()["number"]
    kept = Message.objects.get(order_id=Order.objects.get(number=number).id)
    assert json.loads(messages.content_of(kept)) == body
    assert b"13800001234" not in bytes(kept.content)
    again = messages.incoming(messages.read(messages.content_of(kept), "api", "grid"))
    order = Order.objects.get(number=number)
    assert (again.text, again.outer_due_at) == (body["text"], order.outer_due_at)


REFUSED = [
    (b'{"source": "grid"', "body_malformed"),
    (b'{"source": "grid", "text": "", "received_at": "now"}', "schema_invalid"),
    (b'{"source": "nowhere", "text": "x", "received_at": "2026-01-02T09:00:00"}', "source_unknown"),
]


@pytest.mark.parametrize("key", [None, "k1"])
@pytest.mark.parametrize(("content", "code"), REFUSED, ids=range(len(REFUSED)))
def test_a_refused_message_is_kept_with_the_reason(call, content, code, key):
    refused = call("grid").post("/reports", content, key)
    assert refused.json()["code"] == code
    (row,) = messages.refused()
    assert (messages.content_of(row), row.reason) == (content, refused.json()["detail"][:200])


def test_a_stranger_fills_no_table(call):
    assert call("sysadmin").post("/reports", report()).status_code == 403
    assert Machine("nobody", "tot_unknown").post("/reports", report()).status_code == 401
    assert not Message.objects.exists()
