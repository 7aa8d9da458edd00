"""Who may report for which source: one table, asked by the API, the page and the door that files come through."""

import json

import pytest

from tests.privacy.desk import ago, report, reported
from townops.intake import api as intake
from townops.kernel.refusal import Refused
from townops.orders.models import Order

EVERY = (
    "hotline",
    "grid",
    "ejiayuan",
    "resident",
    "station",
    "patrol",
    "sensor",
    "video",
    "leader",
    "district",
)
MAY = {
    "shift": EVERY,
    "hotline": ("hotline", "resident"),
    "grid": ("grid", "ejiayuan"),
    "video": ("video",),
    "dispatch": None,
    "unit": ("patrol",),
    "unit_head": ("patrol",),
    "station": ("station",),
    "village": ("ejiayuan", "resident", "station"),
    "patrol": ("patrol",),
    "check": ("patrol",),
    "assess": None,
    "deputy": ("leader",),
    "director": ("leader",),
    "rota_leader": ("leader",),
    "leader": ("leader",),
    "main_leader": ("leader",),
    "emergency": ("patrol",),
    "resident": ("resident",),
    "sensor": ("sensor",),
    "district": ("district",),
    "auditor": None,
    "sysadmin": None,
    "security": None,
    "auditadmin": None,
}  # fmt: skip
CELLS = [(user, sources) for user, sources in MAY.items()]


@pytest.mark.parametrize(("user", "sources"), CELLS, ids=MAY)
def test_the_api_takes_reports_of_the_sources_that_fit_a_post(call, user, sources):
    answers = {one: report(call(user), one) for one in EVERY}
    assert {one: answer.status_code for one, answer in answers.items()} == {
        one: 201 if one in (sources or ()) else 403 for one in EVERY
    }
    refused = {answer.json()["code"] for answer in answers.values() if answer.status_code == 403}
    assert refused <= ({"action_not_held"} if sources is None else {"source_not_permitted"})


@pytest.mark.parametrize(("user", "sources"), CELLS, ids=MAY)
def test_the_page_offers_and_takes_the_same(call, user, sources):
    desk = call(user).page
    blank = desk.get("/register")
    assert blank.status_code == (403 if sources is None else 200)
    offered = {code for code, _ in blank.context["sources"]} if sources else set()
    assert offered == set(sources or ())
    found = {}
    for one in EVERY:
        typed = {"source": one, "text": "楼道灯不亮", "key": f"{user}-{one}"}
        found[one] = desk.post("/register", typed).status_code
    assert found == {one: 302 if one in (sources or ()) else 403 for one in EVERY}


def test_a_foreign_source_is_refused_in_words_before_anything_else_is_told(call):
    answer = report(call("resident"), "leader")
    assert "领导交办" in answer.json()["detail"]
    page = call("resident").page.post("/register", {"source": "leader", "text": "修路", "key": "k"})
    assert "不能登记来源为“领导交办”的工单" in page.content.decode()
    call("resident").post(
        "/reports", {"source": "resident", "text": "一", "received_at": ago(hours=1)}, key="same"
    )
    reused = call("resident").post(
        "/reports", {"source": "leader", "text": "一", "received_at": ago(hours=1)}, key="same"
    )
    assert (reused.status_code, reused.json()["code"]) == (403, "source_not_permitted")


def test_an_unknown_source_is_unknown_to_everybody(call):
    for user in ("resident", "shift"):
        answer = report(call(user), "nowhere")
        assert (answer.status_code, answer.json()["code"]) == (422, "source_unknown")


def test_who_may_not_use_a_source_begins_no_round_on_it(call):
    number = reported("hotline", "hotline", external_number="R-1")
    for user in ("resident", "grid", "unit", "district"):
        answer = report(call(user), "hotline", external_number="R-1")
        assert (answer.status_code, answer.json()["code"]) == (403, "source_not_permitted")
        typed = {"source": "hotline", "text": "再来", "external_number": "R-1", "key": user}
        assert call(user).page.post("/register", typed).status_code == 403
    assert Order.objects.get(number=number).round == 1
    assert report(call("hotline"), "hotline", external_number="R-1").json()["round"] == 2


def test_a_resident_learns_nothing_of_numbers_and_sets_no_due(call):
    reported("shift", "resident", external_number="J-1")
    for given in ({"external_number": "J-1"}, {"external_number": "J-2"}, {"due_at": ago(days=-3)}):
        answer = report(call("resident"), "resident", **given)
        assert (answer.status_code, answer.json()["code"]) == (403, "number_not_permitted")
    typed = {"source": "resident", "text": "再来", "external_number": "J-1", "key": "x"}
    assert call("resident").page.post("/register", typed).status_code == 403


def test_a_number_of_another_s_order_is_known_only_to_who_sees_or_sent_it(call):
    number = reported("patrol", "patrol", external_number="P-1")
    again = {"external_number": "P-1", "received_at": ago(minutes=5)}
    stranger = report(call("unit"), "patrol", **again)
    assert (stranger.status_code, stranger.json()["code"]) == (409, "number_of_another")
    assert "number" not in stranger.json()
    assert number not in stranger.content.decode()
    assert Order.objects.get(number=number).round == 1
    assert report(call("patrol"), "patrol", **again).json()["round"] == 2


def test_a_sensor_sends_the_next_round_of_its_own_alarm(call):
    first = report(call("sensor"), "sensor", external_number="S-1", received_at=ago(hours=3)).json()
    second = report(call("sensor"), "sensor", external_number="S-1", received_at=ago(hours=1)).json()
    assert (second["number"], second["round"]) == (first["number"], 2)


def test_a_file_brought_in_by_a_person_is_of_his_sources(call):
    content = json.dumps([{"text": "井盖响", "received_at": ago(hours=1), "source": "grid"}]).encode()
    given = {"channel": "api", "actor": call("grid").actor}
    with pytest.raises(Refused, match="source_not_permitted"):
        intake.bring_in(content, source="hotline", at=call("grid").account.created_at, **given)
    assert intake.RawPayload.objects.count() == 0
    from django.utils import timezone

    mixed = json.dumps(
        [{"text": "一", "received_at": ago(hours=1), "source": one} for one in ("grid", "leader")]
    ).encode()
    done = intake.bring_in(mixed, source="grid", at=timezone.now(), **given)
    assert (done.made, done.broken) == (1, 1)
