"""Steps over the API: what is offered, the order of checks, one effect per key, one winner per seq."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from townops.orders import api as orders
from townops.sharing.tests import town as small


def test_every_step_says_whether_it_is_allowed_and_why_not(call):
    order = call("grid").reports()
    offered = {one["name"]: one for one in call("grid").get(f"/orders/{order['number']}/steps").json()}
    assert offered["accept"] == {
        "name": "accept", "label": "受理", "allowed": True, "code": "", "reason": "",
        "needs": [{"name": "note", "type": "text", "required": False, "many": False}],
    }  # fmt: skip
    assert (offered["close"]["allowed"], offered["close"]["code"]) == (False, "step_not_allowed")
    assert "不能办理这一步" in offered["close"]["reason"]
    assert offered["designate"]["code"] == "not_permitted"
    assert "权限" in offered["designate"]["reason"]
    needs = {need["name"]: need for need in offered["check"]["needs"]}
    assert needs["method"]["type"] == "enum:site,callback"
    assert needs["evidence"] == {"name": "evidence", "type": "file", "required": False, "many": True}


def test_a_step_moves_the_order_and_says_where_it_is_now(call):
    order = call("grid").reports()
    response = call("grid").takes(order, "accept", note="属实")
    assert response.status_code == 200
    assert response.json() == {
        "number": order["number"], "state": "accepted", "seq": 2, "round": 1, "responsible_unit": "center",
        "basis": "first_asked", "due_at": response.json()["due_at"],
    }  # fmt: skip


def test_the_same_key_has_one_effect_and_one_answer(call):
    order = call("grid").reports()
    first, again = (call("grid").takes(order, "accept", key="once") for _ in range(2))
    assert first.content == again.content
    events = call("grid").get(f"/orders/{order['number']}/events").json()["items"]
    assert [one["step"] for one in events] == ["report", "accept"]


def test_the_same_key_on_another_order_is_refused(call):
    grid = call("grid")
    one, other = grid.reports(), grid.reports()
    grid.takes(one, "accept", key="k")
    refused = grid.takes(other, "accept", key="k")
    assert (refused.status_code, refused.json()["code"]) == (409, "key_reused")


def test_the_same_key_of_another_person_is_another_key(call):
    one, other = call("grid").reports(), call("grid").reports()
    assert call("grid").takes(one, "accept", key="k").status_code == 200
    assert call("hotline").takes(other, "accept", key="k").status_code == 200


def test_a_refused_step_may_be_tried_again_with_its_key(call):
    grid = call("grid")
    order = grid.reports()
    assert grid.takes(order, "accept", key="k", seq=7).json()["code"] == "stale_version"
    assert grid.takes(order, "accept", key="k").status_code == 200


def test_checks_come_in_the_order_token_order_action_body_key_seq_step_facts(call):
    grid, dispatch, unit = call("grid"), call("dispatch"), call("unit")
    order = grid.reports()
    path = f"/orders/{order['number']}/steps/accept"
    right = {"seq": 1, "facts": {}}
    grid.takes(grid.reports(), "accept", key="used")
    stranger = small.Machine("stranger", "tot_nobody")
    tried = [
        (stranger.post("/orders/9999X999999/steps/nothing", "{"), 401, "token_missing"),
        (unit.post(path, "{"), 404, "order_unknown"),
        (grid.post(f"/orders/{order['number']}/steps/nothing", "{"), 404, "step_unknown"),
        (dispatch.post(path, "{"), 403, "not_permitted"),
        (grid.post(path, "{"), 400, "body_malformed"),
        (grid.post(path, {"facts": {}}), 422, "schema_invalid"),
        (grid.post(path, right), 400, "key_missing"),
        (grid.post(path, right, "k" * 201), 400, "key_malformed"),
        (grid.post(path, {"seq": 9, "facts": {"colour": "red"}}, "used"), 422, "fact_unknown"),
        (grid.post(path, {"seq": 9, "facts": {}}, "used"), 409, "key_reused"),
        (grid.takes(order, "close", seq=9), 409, "stale_version"),
        (grid.takes(order, "close"), 409, "step_not_allowed"),
        (grid.takes(order, "refuse"), 409, "facts_missing"),
    ]
    assert [(one.status_code, one.json()["code"]) for one, _, _ in tried] == [(s, c) for _, s, c in tried]


WRONG = [
    ("accept", {"colour": "red"}, "fact_unknown"),
    ("accept", {"note": 5}, "fact_malformed"),
    ("accept", {"note": "a\x00b"}, "fact_malformed"),
    ("accept", {"note": "x" * 20_001}, "fact_malformed"),
    ("file", {"condition": "nothing"}, "condition_unknown"),
    ("file", {"condition": 10**18}, "condition_unknown"),
    ("file", {"condition": 1e300}, "fact_malformed"),
    ("file", {"class": "nothing"}, "class_unknown"),
    ("file", {"class": ["a"]}, "fact_malformed"),
    ("file", {"severity": "none"}, "fact_malformed"),
    ("file", {"conduct_of": "nobody"}, "unit_unknown"),
    ("relocate", {"reason": "x", "area": "nowhere"}, "area_unknown"),
    ("relocate", {"reason": "x", "area": {"lng": 31.3, "lat": 121.5}}, "coordinates_swapped"),
    ("relocate", {"reason": "x", "area": {"lng": 121.5, "lat": 31.3, "crs": "mars"}}, "unknown_crs"),
    ("relocate", {"reason": "x", "area": {"lng": 1}}, "fact_malformed"),
    ("relocate", {"reason": "x", "area": {"lng": "nan", "lat": 1}}, "coordinate_missing"),
    ("relocate", {"reason": "x", "area": {"lng": {}, "lat": []}}, "fact_malformed"),
    ("merge", {"parent": "2601G000001"}, "fact_malformed"),
    ("merge", {"parent": "\x00"}, "fact_malformed"),
    ("add_evidence", {"evidence": [1.5]}, "fact_malformed"),
    ("add_evidence", {"evidence": [10**17]}, "attachment_unknown"),
    ("add_evidence", {"evidence": ["٣"]}, "attachment_unknown"),
    ("supervise", {"message": "x", "by": "soon"}, "fact_malformed"),
    ("supervise", {"message": "x", "by": "0001-01-01T00:00:00+14:00"}, "fact_malformed"),
    ("supervise", {"message": "x", "by": 5}, "fact_malformed"),
]


def test_wrong_facts_are_422_each_with_its_code(call):
    order, found = call("shift").reports(), []
    for step, facts, _ in WRONG:
        response = call("assess" if step == "supervise" else "shift").takes(order, step, **facts)
        found.append((response.status_code, response.json()["code"]))
    assert found == [(422, code) for _, _, code in WRONG]
    assert call("shift").get(f"/orders/{order['number']}").json()["seq"] == 1


def test_the_district_decides_over_its_orders(call):
    order = call("hotline").reports(source="hotline")
    refused = call("hotline").takes(order, "refuse", reason="不属本镇")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_authority")


def test_nobody_reviews_his_own_refusal(call):
    order = call("shift").reports(source="resident")
    asked = call("grid").takes(order, "refuse", reason="不属实").json()
    refused = call("grid").takes(asked, "confirm_refusal", agree=True)
    assert (refused.status_code, refused.json()["code"]) == (409, "self_review")
    assert call("hotline").takes(asked, "confirm_refusal", agree=True).json()["state"] == "not_accepted"


@pytest.fixture
def committed(transactional_db):
    """Real transactions, for machines that call at the same moment."""
    small.build()
    return {name: small.machine(name) for name in ("grid", "hotline")}


def at_once(*work):
    """Do all of it at the same moment in threads of their own; the answers in order."""

    def run(one):
        try:
            return one()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(work)) as pool:
        return [one.result() for one in [pool.submit(run, one) for one in work]]


def test_of_two_machines_on_one_step_one_is_first_and_one_is_stale(committed):
    grid, hotline = committed["grid"], committed["hotline"]
    for _ in range(5):
        order = grid.reports()
        answers = at_once(lambda: grid.takes(order, "accept"), lambda: hotline.takes(order, "accept"))  # noqa: B023
        assert sorted(one.status_code for one in answers) == [200, 409]
        assert next(one for one in answers if one.status_code == 409).json()["code"] == "stale_version"


def test_two_identical_requests_at_once_have_one_effect_and_one_answer(committed):
    grid = committed["grid"]
    order = grid.reports()
    answers = at_once(*[lambda: grid.takes(order, "accept", key="same")] * 4)
    assert {one.status_code for one in answers} == {200}
    assert len({one.content for one in answers}) == 1
    assert grid.get(f"/orders/{order['number']}").json()["seq"] == 2
    body = small.report()
    created = at_once(*[lambda: grid.post("/reports", body, "one-report")] * 4)
    assert len({one.content for one in created}) == 1
    assert grid.get("/orders").json()["total"] == 2


def test_the_proof_holds_after_machines_were_at_work(committed):
    grid = committed["grid"]
    grid.takes(grid.reports(), "accept")
    assert orders.verify_journal() == []


def test_what_is_missing_or_not_possible_is_said_in_the_words_of_the_desk(call):
    """States, steps and facts are codes in `params` and Chinese in `detail`."""
    number = call("grid").post("/reports", small.report()).json()["number"]
    refused = call("grid").post(f"/orders/{number}/steps/file", {"seq": 1, "facts": {}}, "w1").json()
    assert (refused["code"], refused["params"]["state"]) == ("step_not_allowed", "reported")
    assert "“待受理”" in refused["detail"]
    reasons = {one["name"]: one["reason"] for one in call("grid").get(f"/orders/{number}/steps").json()}
    assert not any(
        word in reason for reason in reasons.values() for word in ("accepted", "reported", "evidence")
    )


def test_receipts_and_orders_write_an_instant_alike(call):
    receipt = call("grid").post("/reports", small.report()).json()
    order = call("grid").get(f"/orders/{receipt['number']}").json()
    assert receipt["due_at"] == order["due_at"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+08:00", receipt["due_at"])
