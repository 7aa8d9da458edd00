"""The other doors, tried by an ordinary account of another unit, another 居村 or nobody's."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from tests.privacy.desk import ago, id_of, report, reported
from townops.base.models import JournalEntry
from townops.orders.models import Order, OrderLink

PHONE = "13812345678"
ABSENT = "9912G999999"


def photo(caller, name="现场.png"):
    """The id of a picture this caller uploaded."""
    out = io.BytesIO()
    Image.new("RGB", (4, 4), "red").save(out, "PNG")
    file = SimpleUploadedFile(name, out.getvalue())
    headers = {"Authorization": f"Bearer {caller.token}"}
    return caller.api.post("/api/v1/attachments", {"file": file}, headers=headers).json()["id"]


@pytest.fixture
def foreign(call):
    """An order of 城管 with a picture, of no concern to the station, its 居村, or another unit."""
    kept = photo(call("grid"))
    number = report(call("grid"), "grid", attachments=[kept], external_number="GR-900001").json()["number"]
    return number, kept


STRANGERS = ("station", "village", "unit", "u_shefa", "resident", "sensor", "district", "sysadmin")
PATHS = ("", "/events", "/steps", "/reveal", "/steps/accept", "/steps/add_evidence")


@pytest.mark.parametrize("user", STRANGERS)
def test_an_invisible_order_answers_like_an_absent_one_everywhere(call, foreign, user):
    number, kept = foreign
    for path in PATHS:
        answers = [
            call(user).post(f"/orders/{one}{path}", {"seq": 1, "facts": {}, "reason": "看看"}, key="k")
            if "/steps/" in path or path == "/reveal"
            else call(user).get(f"/orders/{one}{path}")
            for one in (ABSENT, number)
        ]
        assert {one.status_code for one in answers} == {404}, path
        assert answers[0].content == answers[1].content.replace(number.encode(), ABSENT.encode()), path
    absent, hidden = (call(user).get(f"/attachments/{one}") for one in (10**9, kept))
    assert (absent.status_code, absent.content) == (hidden.status_code, hidden.content)
    assert absent.status_code == 404


@pytest.mark.parametrize("user", STRANGERS)
def test_the_pages_say_no_more(call, foreign, user):
    number, kept = foreign
    desk = call(user).page
    for path in ("/orders/{}", "/orders/{}/files/" + str(kept)):
        absent, hidden = (desk.get(path.format(one)) for one in (ABSENT, number))
        assert absent.status_code == hidden.status_code in (403, 404)
    for path in ("/orders/{}/contact", "/orders/{}/steps/accept"):
        absent, hidden = (desk.post(path.format(one), {"reason": "看看"}) for one in (ABSENT, number))
        assert absent.status_code == hidden.status_code in (403, 404)
    assert desk.post(f"/upward/{number}/1", {"do": "sent"}).status_code == 403
    assert desk.get("/upward/batch/2611P000001").status_code == 403


def test_a_file_of_another_cannot_be_given_away_or_taken(call, foreign):
    number, kept = foreign
    for user, source in (("unit", "patrol"), ("station", "station"), ("resident", "resident")):
        theirs, absent = (report(call(user), source, attachments=[one]) for one in (kept, 10**9))
        assert (theirs.status_code, theirs.json()["code"]) == (422, "attachment_unknown")
        assert theirs.json()["detail"].replace(str(kept), "") == absent.json()["detail"].replace(
            str(10**9), ""
        )
    own = report(call("patrol"), "patrol").json()
    body = {"seq": own["seq"], "facts": {"evidence": [kept]}}
    answer = call("station").post(f"/orders/{own['number']}/steps/add_evidence", body, key="e")
    assert answer.status_code == 404
    assert call("grid").get(f"/attachments/{kept}").status_code == 200
    assert number


def test_an_answer_kept_for_a_key_is_its_sender_s_alone(call):
    body = {"source": "patrol", "text": "井盖响", "received_at": ago(hours=1)}
    first = call("patrol").post("/reports", body, key="same")
    other = call("unit").post("/reports", body, key="same")
    assert first.status_code == other.status_code == 201
    assert first.json()["number"] != other.json()["number"]


def test_merged_orders_are_named_only_to_who_sees_them(call, foreign):
    parent, child = reported("station", "station"), foreign[0]
    Order.objects.filter(number=parent).update(unit_id=next(iter(call("station").actor.units)))
    OrderLink.objects.create(order_id=id_of(parent), kind="child", other=id_of(child), active=True)
    assert call("grid").get(f"/orders/{parent}").json()["children"] == [child]
    seen = call("station").get(f"/orders/{parent}")
    assert seen.status_code == 200
    assert seen.json()["children"] == []


def test_a_number_in_the_name_of_a_file_is_masked(call):
    kept = photo(call("grid"), f"王先生{PHONE}.png")
    number = report(call("grid"), "grid", attachments=[kept]).json()["number"]
    page = call("auditor").page.get(f"/orders/{number}").content.decode()
    assert PHONE not in page
    assert "138****5678.png" in page
    assert PHONE not in call("auditor").get(f"/attachments/{kept}")["Content-Disposition"]


def test_a_file_for_the_district_fetched_again_is_journalled(call):
    from townops.orders.api import upward

    number = reported("hotline", "hotline", external_number="UP-1")
    call("hotline").step(number, "ask_up", kind="return", reason="不属本镇")
    made = call("hotline").page.post("/upward/batch", {"source": "hotline"}, follow=True)
    assert made.status_code == 200
    batch = upward.batches(call("hotline").actor)[0].number
    assert call("hotline2").page.get(f"/upward/batch/{batch}").status_code == 200
    kept = JournalEntry.objects.filter(kind="upward_batch", key=batch).order_by("seq")
    assert [one.action for one in kept] == ["exported", "fetched"]


def test_look_ups_name_places_and_units_but_no_persons(call):
    from townops.base.models import Account

    names = set(Account.objects.values_list("display_name", flat=True)) - {""}
    people = {one.partition("（")[0] for one in names}
    for path in ("/areas", "/units", "/classes"):
        body = call("resident").get(path).content.decode()
        assert not [one for one in people if one in body], path
