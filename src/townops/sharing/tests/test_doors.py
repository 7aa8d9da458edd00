"""Who may come through which door: person x address x status; and what every error looks like."""

import pytest
from django.test import Client

from townops.sharing.tests.town import Machine, report

NUMBER = "9912G999999"
NAMES = ("nobody", "resident", "unit", "grid", "leader", "auditor", "sysadmin")
SOURCES = {"resident": "resident", "unit": "patrol", "leader": "leader"}
DOORS = {
    ("GET", "/orders"):                       (401, 403, 200, 200, 200, None, 403),
    ("GET", f"/orders/{NUMBER}"):             (401, 404, 404, 404, 404, 404, 404),
    ("GET", f"/orders/{NUMBER}/events"):      (401, 404, 404, 404, 404, 404, 404),
    ("GET", f"/orders/{NUMBER}/steps"):       (401, 404, 404, 404, 404, 404, 404),
    ("POST", f"/orders/{NUMBER}/steps/file"): (401, 404, 404, 404, 404, 404, 404),
    ("POST", "/reports"):                     (401, 201, 201, 201, 201, 403, 403),
    ("GET", "/reports"):                      (401, 200, 403, 403, 403, 403, 403),
    ("GET", f"/reports/{NUMBER}"):            (401, 404, 403, 403, 403, 403, 403),
    ("POST", "/attachments"):                 (401, 422, 422, 422, None, 403, 403),
    ("GET", "/attachments/1"):                (401, 404, 404, 404, 404, 404, 404),
    ("GET", "/locate?lng=121.5&lat=31.3"):    (401, 200, 200, 200, 200, None, 200),
    ("GET", "/due?start=2026-03-02T09:00:00&amount=1&unit=work_day"): (401, 200, 200, 200, 200, None, 403),
    ("GET", "/areas"):                        (401, 200, 200, 200, 200, None, 200),
    ("GET", "/areas/V001001"):                (401, 200, 200, 200, 200, None, 200),
    ("GET", "/classes"):                      (401, 200, 200, 200, 200, None, 403),
    ("GET", "/units"):                        (401, 200, 200, 200, 200, None, 200),
    ("GET", "/standards/report"):             (401, 403, 200, 403, 200, 403, 403),
    ("GET", "/health"):                       (401, 403, 403, 403, 403, 403, 200),
    ("GET", "/openapi.json"):                 (200, 200, 200, 200, 200, 200, 200),
}  # fmt: skip


def test_each_door_opens_to_whom_it_should(call):
    found = {}
    for (method, path), row in DOORS.items():
        for name, expected in zip(NAMES, row, strict=True):
            machine = Machine(name, "tot_unknown") if name == "nobody" else call(name)
            body = report(source=SOURCES.get(name, "grid")) if path == "/reports" else {}
            response = machine.get(path) if method == "GET" else machine.post(path, body)
            if expected is not None and response.status_code != expected:
                found[method, path, name] = response.status_code
    assert found == {}


def test_the_desk_s_session_opens_nothing_here(call):
    from townops.base.models import Account

    desk = Client()
    desk.force_login(Account.objects.get(username="grid"))
    assert desk.get("/api/v1/orders").status_code == 401


HEADERS = ["", "Bearer", "Bearer ", "Basic Zzo=", "Bearer " + "x" * 9000, "Bearer ü", "bearer\ttot_x"]


@pytest.mark.parametrize("header", HEADERS, ids=range(len(HEADERS)))
def test_a_wrong_token_is_told_how_to_be_right(db, header):
    response = Client().get("/api/v1/orders", headers={"Authorization": header})
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Bearer")
    assert response.json()["code"] == "token_missing"


def test_a_token_ends_with_its_account(call):
    from townops.base import accounts
    from townops.base.models import Account

    grid = call("grid")
    accounts.deactivate(Account.objects.get(username="grid"))
    assert grid.get("/orders").status_code == 401


def test_an_account_without_a_person_holds_nothing(call):
    from townops.base import accounts

    accounts.create_account("machine", password="Longer-than-10")
    response = Machine("machine", accounts.issue_token("machine")).get("/orders")
    assert (response.status_code, response.json()["code"]) == (403, "account_without_person")


@pytest.mark.parametrize("path", ["", "nothing", "orders/", "orders/a/b/c", "%00", "../admin", "reports/1/2"])
def test_below_the_api_nothing_answers_with_a_page(db, path):
    response = Client().get(f"/api/v1/{path}")
    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options", "trace", "head"])
def test_a_method_not_offered_is_405_and_says_which_are(db, method):
    response = getattr(Client(), method)("/api/v1/orders")
    assert (response.status_code, response["Allow"]) == (405, "GET")
    assert response["Content-Type"] == "application/problem+json"


def test_a_problem_has_the_members_of_the_standard_and_ours(call):
    problem = call("grid").get("/orders/9912G999999").json()
    assert problem == {
        "type": "urn:townops:problem:order_unknown",
        "title": "找不到",
        "status": 404,
        "detail": problem["detail"],
        "code": "order_unknown",
        "params": {"number": "9912G999999"},
    }
    assert "9912G999999" in problem["detail"]


def test_a_lacking_action_is_named_as_role_tables_call_it(call):
    refused = call("sysadmin").post("/reports", report()).json()
    assert refused["params"]["permissions"] == ["orders.report"]
    assert "登记" in refused["detail"]
    assert "orders.report" not in refused["detail"]


def test_no_two_shapes_of_the_contract_share_a_name():
    """The contract keeps one shape a name: the second would be described as the first."""
    from pathlib import Path
    from re import MULTILINE, findall

    from townops.sharing.rest import api

    text = "".join(one.read_text("utf-8") for one in Path(api.__file__).parent.glob("*.py"))
    names = findall(r"^class (\w+)\(", text, MULTILINE)
    assert sorted({one for one in names if names.count(one) > 1}) == []
