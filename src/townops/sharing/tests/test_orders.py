"""Lists, one order, its history: filters, pages, masks, and 404 that tells nothing."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from townops.base.models import JournalEntry
from townops.catalogue import api as catalogue
from townops.intake.models import Suggestion as StoredSuggestion
from townops.orders import api as orders
from townops.orders.models import Order
from townops.sharing.tests.town import INSIDE, OTHER_VILLAGE, OUTSIDE

PHONE = "13812345678"


@pytest.fixture
def some(call):
    """Four orders of two sources in two villages, oldest first."""
    grid, shift, now = call("grid"), call("shift"), timezone.now()
    made = [
        shift.reports(
            source=source, text=text, place=place, received_at=(now - timedelta(hours=hours)).isoformat()
        )
        for source, text, place, hours in (
            ("grid", "井盖破损", INSIDE, 100),
            ("grid", "乱堆物料", OTHER_VILLAGE, 80),
            ("hotline", "噪声扰民", INSIDE, 3),
            ("patrol", "树木倒伏", OUTSIDE, 2),
        )
    ]
    grid.takes(made[1], "accept")
    return [one["number"] for one in made]


def numbers(response):
    assert response.status_code == 200, response.content.decode()
    return [one["number"] for one in response.json()["items"]]


def test_the_list_has_the_latest_first_with_an_exact_total(call, some):
    page = call("grid").get("/orders").json()
    assert [one["number"] for one in page["items"]] == some[::-1]
    assert (page["next"], page["total"], page["total_is_exact"]) == (None, 4, True)
    item = page["items"][-1]
    assert (item["block"], item["village"], item["town"]) == ("V001001", "V001", "T")
    assert (item["state"], item["state_word"], item["overdue"]) == ("reported", "待受理", False)


def test_each_filter_narrows_and_values_may_be_repeated_or_joined(call, some):
    grid, day = call("grid"), timezone.localtime() - timedelta(hours=80)
    found = {
        "source": numbers(grid.get("/orders", source=["grid", "patrol"])),
        "sources": numbers(grid.get("/orders", source="grid,patrol")),
        "state": numbers(grid.get("/orders", state="accepted")),
        "unit": numbers(grid.get("/orders", unit="chengguan")),
        "village": numbers(grid.get("/orders", area="V001")),
        "grid": numbers(grid.get("/orders", area="G1")),
        "town": numbers(grid.get("/orders", area="T")),
        "class": numbers(grid.get("/orders", **{"class": "01"})),
        "on time": numbers(grid.get("/orders", overdue="false", source="patrol")),
        "from": numbers(
            grid.get("/orders", received_from=(timezone.now() - timedelta(hours=10)).isoformat())
        ),
        "to": numbers(grid.get("/orders", received_to=(timezone.now() - timedelta(hours=90)).isoformat())),
        "day": numbers(grid.get("/orders", received=f"{day.date()}..{day.date()}")),
        "since": numbers(
            grid.get("/orders", received=f"{(timezone.localtime() - timedelta(hours=10)).isoformat()}..")
        ),
    }
    one, two, three, four = some
    assert found == {
        "source": [four, two, one],
        "sources": [four, two, one],
        "state": [two],
        "unit": [],
        "village": [three, one],
        "grid": [three, two, one],
        "town": [four, three, two, one],
        "class": [],
        "on time": found["on time"],
        "from": [four, three],
        "to": [one],
        "day": found["day"],
        "since": [four, three],
    }
    assert two in found["day"]
    assert set(found["on time"]) <= {four}


def test_pages_follow_each_other_to_an_empty_end(call, some):
    grid, seen, cursor = call("grid"), [], ""
    for _ in range(4):
        page = grid.get("/orders", limit=1, sort="received", cursor=cursor).json()
        seen += [one["number"] for one in page["items"]]
        cursor = page["next"]
    assert (seen, cursor) == (some, None)


WRONG = [
    {"limit": 0},
    {"limit": 201},
    {"limit": "many"},
    {"limit": 10**30},
    {"sort": "colour"},
    {"cursor": "WyJ4Il0="},
    {"cursor": "\x00"},
    {"source": "nowhere"},
    {"state": "lost"},
    {"unit": "nobody"},
    {"area": "nowhere"},
    {"overdue": "perhaps"},
    {"received": "yesterday"},
    {"received": "x.."},
    {"received_from": "soon"},
    {"q": "a\x00b"},
    {"q": "!"},
    {"colour": "red"},
    {"area": ["V001", "V002"]},
    {"received_from": "0001-01-01T00:00:00+14:00"},
]


def test_a_wrong_query_is_422(call):
    answers = [call("grid").get("/orders", **query) for query in WRONG]
    found = [(one.status_code, one["Content-Type"]) for one in answers]
    assert found == [(422, "application/problem+json")] * len(WRONG)


def test_an_order_past_its_due_is_overdue(call, some):
    with time_machine.travel(timezone.now() + timedelta(days=20)):
        assert len(numbers(call("grid").get("/orders", overdue="true"))) == len(some)
        assert call("grid").get(f"/orders/{some[0]}").json()["overdue"] is True
        assert numbers(call("grid").get("/orders", overdue="false")) == []


def test_a_list_asks_the_database_as_often_for_many_as_for_few(call, some):
    grid = call("grid")
    grid.get("/orders")
    with CaptureQueriesContext(connection) as few:
        grid.get("/orders", limit=1)
    with CaptureQueriesContext(connection) as many:
        grid.get("/orders", limit=200)
    assert len(many) == len(few) <= 8


def test_an_order_comes_with_clocks_place_and_masked_contact(call):
    receipt = call("hotline").reports(
        source="hotline", contact={"name": "张三丰", "phone": PHONE}, text=f"电话{PHONE}"
    )
    order = call("hotline").get(f"/orders/{receipt['number']}").json()
    assert order["contact"] == {"name": "张**", "phone": "138****5678"}
    assert order["text"] == f"电话{PHONE}"
    assert order["title"] == "电话138****5678"
    assert order["place"] == {**INSIDE, "crs": "cgcs2000", "address": ""}
    [primary] = [one for one in order["clocks"] if one["primary"]]
    assert (primary["name"], primary["state"], primary["due_at"]) == ("accept", "running", order["due_at"])
    assert (order["tasks"], order["children"], order["class"]) == ([], [], None)


def test_absent_and_invisible_look_the_same(call):
    number = call("grid").reports()["number"]
    unit = call("unit")
    for path in ("", "/events", "/steps"):
        absent, hidden = (unit.get(f"/orders/{one}{path}") for one in ("9912G999999", number))
        assert absent.status_code == hidden.status_code == 404
        assert absent.content == hidden.content.replace(number.encode(), b"9912G999999")


def test_strange_numbers_are_404(call):
    for number in ("%00", "x" * 3000, "²", "..", "%F0%9F%98%80", "1%2F2", "a b"):
        assert call("grid").get(f"/orders/{number}").status_code == 404


@pytest.fixture
def handled(call):
    """A whistleblower's order in the hands of 城管, told with a telephone number."""
    hotline = call("hotline")
    order = hotline.reports(
        source="hotline", contact={"name": "张三丰", "phone": PHONE}, text=f"请回电{PHONE}"
    )
    version = catalogue.version_at(timezone.now())
    subject = next(one for one in catalogue.classes(version, "hotline") if one.unit == "chengguan")
    for who, step, facts in (
        ("hotline", "accept", {}),
        ("hotline", "file", {"demand_type": "whistleblow", "class": subject.code, "time_class": "5"}),
        ("dispatch", "dispatch", {"unit": "chengguan", "reason": "按现场情况"}),
        ("unit", "acknowledge", {}),
        (
            "unit",
            "contact",
            {"who": f"张三丰 {PHONE}", "when": timezone.now().isoformat(), "result": "已联系"},
        ),
    ):
        response = call(who).takes(order, step, **facts)
        assert response.status_code == 200, (step, response.content.decode())
        order = response.json()
    return order


def test_a_unit_reads_texts_masked_and_never_a_whistleblower(call, handled):
    assert (handled["responsible_unit"], handled["basis"]) == ("chengguan", "rule")
    order = call("unit").get(f"/orders/{handled['number']}").json()
    assert (order["text"], order["contact"]) == ("请回电138****5678", None)
    seen = call("unit").get(f"/orders/{handled['number']}/events").content.decode()
    assert PHONE not in seen
    assert "138****5678" in seen


def test_the_center_reads_texts_but_never_contacts_in_the_history(call, handled):
    center = call("hotline").get(f"/orders/{handled['number']}/events").json()["items"]
    assert center[0]["texts"]["text"] == f"请回电{PHONE}"
    assert center[-1]["texts"]["who"] == "张三丰 138****5678"
    assert [one["step"] for one in center] == [
        "report",
        "accept",
        "file",
        "dispatch",
        "acknowledge",
        "contact",
    ]
    assert center[3]["facts"]["unit"] == "城管" or center[3]["facts"]["unit"]


def test_orders_are_found_by_the_telephone_of_their_reporter_once_journalled(call):
    number = call("hotline").reports(source="hotline", contact={"phone": "13800001234"})["number"]
    call("hotline").reports(source="hotline", contact={"phone": "13800009999"})
    found = call("hotline").get("/orders", phone="138 0000 1234", limit=1).json()
    assert [one["number"] for one in found["items"]] == [number]
    entry = JournalEntry.objects.get(kind="caller", action="search")
    assert "13800001234" not in str(vars(entry))


def test_the_next_page_of_a_telephone_is_the_same_search(call):
    for _ in range(2):
        call("hotline").reports(source="hotline", contact={"phone": "13800001234"})
    first = call("hotline").get("/orders", phone="13800001234", limit=1).json()
    second = call("hotline").get("/orders", phone="13800001234", limit=1, cursor=first["next"]).json()
    assert (len(second["items"]), second["next"]) == (1, None)
    assert JournalEntry.objects.filter(kind="caller").count() == 1


def test_who_may_not_find_by_telephone_is_refused_and_so_is_half_a_number(call):
    assert call("assess").get("/orders", phone="13800001234").status_code == 403
    refused = call("hotline").get("/orders", phone="138")
    assert (refused.status_code, refused.json()["code"]) == (422, "phone_too_short")


def test_a_whistleblower_is_not_found_by_who_may_not_see_him(call):
    number = call("hotline").reports(source="hotline", contact={"phone": "13800001234"})["number"]
    Order.objects.filter(number=number).update(demand_type="whistleblow", informant=True)
    found = {
        name: call(name).get("/orders", phone="13800001234").json()["total"] for name in ("grid", "shift")
    }
    assert found == {"grid": 0, "shift": 1}


def test_an_order_nobody_classed_brings_the_classes_the_model_thinks_likeliest(call):
    number = call("hotline").reports(source="hotline", text="物业费涨价没有通知业主")["number"]
    assert call("hotline").get(f"/orders/{number}").json()["suggestions"] == []
    order = Order.objects.get(number=number)
    StoredSuggestion.objects.create(
        order_id=order.id, class_code="H-01-02", confidence=61, second_code="H-01-01", second_confidence=20,
        third_code="H-99-99", third_confidence=3, at=timezone.now(),
    )  # fmt: skip
    found = call("hotline").get(f"/orders/{number}").json()["suggestions"]
    assert [(one["class"], one["confidence"]) for one in found] == [("H-01-02", 61), ("H-01-01", 20)]
    assert all(one["name"] for one in found)
    chosen = orders.Choice(order.id, "H-01-02", 80, "", timezone.now())
    orders.classify([chosen], recorded_at=timezone.now())
    assert call("hotline").get(f"/orders/{number}").json()["suggestions"] == []


def test_the_other_orders_of_a_reporter_are_paged_like_every_list(call):
    hotline = call("hotline")
    made = [
        hotline.reports(source="hotline", contact={"phone": PHONE}, text=f"第{n}次来电") for n in range(3)
    ]
    first = made[0]["number"]
    page = hotline.get(f"/orders/{first}/same-reporter", limit=1).json()
    rest = hotline.get(f"/orders/{first}/same-reporter", limit=1, cursor=page["next"])
    assert {*numbers(rest), page["items"][0]["number"]} == {one["number"] for one in made[1:]}
    assert (page["total"], rest.json()["next"]) == (2, None)
    assert numbers(hotline.get(f"/orders/{first}/same-reporter", open="true")) != []
    assert hotline.get(f"/orders/{first}/same-reporter", odd="1").status_code == 422
    assert call("unit").get(f"/orders/{first}/same-reporter").status_code == 404


def test_a_handler_is_told_nothing_of_a_whistleblowers_other_calls(call, handled):
    call("hotline").reports(source="hotline", contact={"phone": PHONE}, text="另一件事")
    refused = call("unit").get(f"/orders/{handled['number']}/same-reporter")
    assert (refused.status_code, refused.json()["code"]) == (403, "reporter_hidden")
    assert len(numbers(call("hotline").get(f"/orders/{handled['number']}/same-reporter"))) == 1


def test_the_trace_of_a_dispatch_is_told_in_names(call):
    order = call("grid").reports(source="grid", text="井盖破损", place=INSIDE)
    version = catalogue.version_at(timezone.now())
    condition = catalogue.conditions("E-01-10", version)[0]
    for who, step, facts in (
        ("grid", "accept", {}),
        ("grid", "file", {"condition": condition.id}),
        ("dispatch", "dispatch", {}),
    ):
        response = call(who).takes(order, step, **facts)
        assert response.status_code == 200, (step, response.content.decode())
        order = response.json()
    events = call("grid").get(f"/orders/{order['number']}/events").json()["items"]
    trace = events[-1]["facts"]["trace"]
    assert "条件全部相符，派往所在居村" in trace
    assert "E-01" not in trace
    assert "estate" not in trace
