"""Numbers of persons in free text: who reads them, when, and what it leaves behind; on pages and over the API."""

import re
import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.privacy.desk import ago, id_of, reported
from townops.base.models import JournalEntry
from townops.orders.models import Order, OrderContact, OrderText, Upward

PHONE = "13812345678"
IDENTITY = "310115199001011237"
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
READERS = ("auditor", "dispatch", "check", "assess", "leader", "emergency", "grid", "deputy")


def digits(body):
    """Everything readable as a digit, in a row: tags, entities and separators hide nothing."""
    plain = (unicodedata.digit(sign, None) for sign in re.sub(r"&#?\w+;", "", body))
    return "".join(str(one) for one in plain if one is not None)


def shows(body, number, most=8):
    """Whether so many of the number's digits stand in a row, whatever stands between them."""
    gap = r"[^0-9A-Za-z*\u4e00-\u9fff<>\"']{0,4}"
    plain = "".join(str(d) if (d := unicodedata.digit(sign, -1)) >= 0 else sign for sign in body)
    pieces = {number[i : i + most] for i in range(len(number) - most + 1)}
    return any(re.search(gap.join(piece), plain) for piece in pieces)


@pytest.fixture
def told(call):
    """A hotline order in the hands of 城管, whose every step was told with telephone and identity numbers."""
    words = f"电话{PHONE}，证件{IDENTITY}"
    number = reported("hotline", "hotline", text=words, title=words, place_text=words, external_number="T-1")
    hotline, dispatch, unit = call("hotline"), call("dispatch"), call("unit")
    hotline.step(number, "accept")
    hotline.step(
        number, "file", **{"demand_type": "help", "class": "H-05-02", "time_class": "5", "note": words}
    )
    dispatch.step(number, "dispatch", unit="chengguan", reason="按现场情况", note=words)
    unit.step(number, "acknowledge")
    unit.step(number, "contact", who=words, when=ago(), result=words)
    hotline.step(number, "remind", message=words)
    unit.step(number, "report_interim", report=words)
    unit.step(
        number,
        "submit",
        result=words,
        reply=words,
        outcome="solved",
        fact_finding="true",
        demand_finding="reasonable",
    )
    return number


def answers(caller, number):
    """Everything a reader may open of an order: API and pages."""
    for path in (f"/orders/{number}", f"/orders/{number}/events", f"/orders/{number}/steps", "/orders"):
        yield f"api {path}", caller.get(path)
    yield "api q", caller.get("/orders", q="电话")
    for path in (f"/orders/{number}", "/orders", "/orders?q=电话", "/", "/upward"):
        yield f"page {path}", caller.page.get(path)


def leaks(caller, number):
    found = {
        name: body
        for name, answer in answers(caller, number)
        if shows(body := answer.content.decode(), PHONE) or shows(body, IDENTITY)
    }
    return sorted(found)


@pytest.mark.parametrize("user", READERS)
def test_who_does_not_handle_reads_every_text_masked(call, told, user):
    assert leaks(call(user), told) == []
    page = call(user).page.get(f"/orders/{told}").content.decode()
    assert "138****5678" in page


def test_the_unit_that_handles_and_the_clerk_of_the_source_read_it_while_the_order_is_open(call, told):
    for user in ("unit", "unit_head", "hotline", "shift"):
        order = call(user).get(f"/orders/{told}").json()
        assert PHONE in order["text"], user
        assert PHONE in call(user).page.get(f"/orders/{told}").content.decode()
    events = call("unit").get(f"/orders/{told}/events").json()["items"]
    assert all(PHONE not in one["texts"].get("who", "") for one in events)


@pytest.mark.parametrize("user", [*READERS, "patrol", "video", "director"])
def test_before_a_unit_has_it_only_the_clerks_of_its_source_read_it(call, user):
    number = reported("hotline", "hotline", text=f"电话{PHONE}")
    assert leaks(call(user), number) == []
    assert PHONE in call("hotline2").get(f"/orders/{number}").json()["text"]


def test_once_it_has_ended_nobody_reads_it_without_a_reason(call, told):
    Order.objects.filter(number=told).update(is_open=False)
    for user in ("unit", "unit_head", "hotline", "shift"):
        paths = (f"/orders/{told}", f"/orders/{told}/events")
        assert not any(shows(call(user).get(path).content.decode(), PHONE) for path in paths), user
        assert not shows(call(user).page.get(f"/orders/{told}").content.decode(), PHONE)
    refused = call("unit").post(f"/orders/{told}/reveal", {"reason": "还想联系"})
    assert (refused.status_code, refused.json()["code"]) == (403, "not_permitted")


def test_a_reason_shows_the_words_once_and_is_journalled(call, told):
    deputy = call("deputy")
    seen = deputy.post(f"/orders/{told}/reveal", {"reason": "核对回访情况"})
    assert seen.status_code == 200
    assert {one["name"] for one in seen.json()["texts"] if PHONE in one["text"]} >= {
        "text",
        "who",
        "result",
        "reply",
    }
    page = deputy.page.post(f"/orders/{told}/contact", {"reason": "再核对一次"})
    assert PHONE in page.content.decode()
    kept = JournalEntry.objects.filter(kind="order_contact", key=str(id_of(told)), action="reveal")
    assert kept.count() == 2
    assert any("核对回访情况" in one.payload for one in kept)
    assert leaks(deputy, told) == []


def test_who_may_not_reveal_is_told_so_and_nothing_else(call, told):
    for user in ("auditor", "dispatch", "grid", "rota_leader"):
        answer = call(user).post(f"/orders/{told}/reveal", {"reason": "想看看"})
        assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")
        assert call(user).page.post(f"/orders/{told}/contact", {"reason": "想看看"}).status_code == 403
    absent = call("station").post("/orders/9912G999999/reveal", {"reason": "想看看"})
    hidden = call("station").post(f"/orders/{told}/reveal", {"reason": "想看看"})
    assert absent.status_code == hidden.status_code == 404
    assert absent.content == hidden.content.replace(told.encode(), b"9912G999999")
    assert call("deputy").post(f"/orders/{told}/reveal", {"reason": " "}).status_code == 422
    assert not JournalEntry.objects.filter(kind="order_contact").exists()


def test_a_whistleblower_s_words_are_masked_for_the_unit(call, told):
    Order.objects.filter(number=told).update(demand_type="whistleblow", informant=True)
    assert leaks(call("unit"), told) == []
    answer = call("unit").post(f"/orders/{told}/reveal", {"reason": "联系"})
    assert (answer.status_code, answer.json()["code"]) == (403, "reporter_hidden")


def test_the_door_of_the_house_is_hidden_from_who_has_no_business_there(call):
    number = reported("grid", "grid", place_text="学前街12号601室")
    assert call("auditor").get(f"/orders/{number}").json()["place"]["address"] == "学前街***"
    assert call("check").get(f"/orders/{number}").json()["place"]["address"] == "学前街12号601室"
    Order.objects.filter(number=number).update(is_open=False)
    assert call("check").get(f"/orders/{number}").json()["place"]["address"] == "学前街***"


def test_a_resident_who_reports_is_no_name_in_the_history(call):
    number = reported("resident", "resident")
    name = call("resident").actor.name
    for answer in (
        call("auditor").get(f"/orders/{number}/events"),
        call("grid").page.get(f"/orders/{number}"),
    ):
        assert name not in answer.content.decode()
    Order.objects.filter(number=number).update(demand_type="whistleblow", informant=True)
    assert call("hotline").get(f"/orders/{number}/events").json()["items"][0]["person"] == "居民"


def test_a_number_cut_by_the_length_of_a_title_is_no_number_left_over(call):
    for start in range(20, 40):
        number = reported("grid", "grid", text="路" * start + PHONE + "灯")
        assert not shows(Order.objects.get(number=number).title, PHONE, 8)


@st.composite
def shapes(draw, number):
    """A number as people type it."""
    between = draw(st.sampled_from(["", " ", "-", "－", "—", "\u3000", ".", "\u200b", " - ", "·"]))
    parts = [number[:3], number[3:7], number[7:]] if draw(st.booleans()) else list(number)
    code = draw(st.sampled_from(["", "+86", "+86 ", "0086-", "８６"])) if len(number) == len(PHONE) else ""
    shaped = (code + between.join(parts)).translate(draw(st.sampled_from([{}, WIDE])))
    return (
        draw(st.sampled_from(["", "电话", "手机：", "（"]))
        + shaped
        + draw(st.sampled_from(["", "王先生", "。", "）", "元旦"]))
    )


phones = (
    st.integers(13000000000, 19999999999).map(str).filter(lambda number: "0000" not in number)
)  # as times have
identities = st.builds(
    "{}{}{:02}{:02}{}".format,
    st.integers(110101, 659001),
    st.integers(1930, 2020),
    st.integers(1, 12),
    st.integers(1, 28),
    st.integers(1000, 9999),
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), phone=phones, identity=identities)
def test_no_shape_of_a_number_in_any_text_is_read_by_who_has_no_right(call, told, data, phone, identity):
    """Every text of every event is overwritten as its sender might have written it; proofs are others' tests."""
    for row in OrderText.objects.filter(order_id=id_of(told)):
        shaped = data.draw(shapes(phone)) + "，" + data.draw(shapes(identity))
        OrderText.objects.filter(order_id=row.order_id, seq=row.seq, name=row.name).update(text=shaped)
    Order.objects.filter(number=told).update(
        place_text=data.draw(shapes(phone)), title=data.draw(shapes(identity))
    )
    for user in ("auditor", "dispatch"):
        for path in (f"/orders/{told}", f"/orders/{told}/events"):
            body = call(user).get(path).content.decode()
            assert not shows(body, phone), (user, path)
            assert not shows(body, identity), (user, path)
        body = call(user).page.get(f"/orders/{told}").content.decode()
        assert not shows(body, phone)
        assert not shows(body, identity)


def test_a_settled_message_to_the_district_is_read_as_the_order_is(call, told):
    from townops.orders.api import upward

    Upward.objects.create(
        order_id=id_of(told), seq=9, town=Order.objects.get(number=told).town_id, source="hotline", kind="reply",
        round=1, status="ready", made_at="2026-11-20T00:00:00Z",
    )  # fmt: skip
    clerk = call("hotline")
    Order.objects.filter(number=told).update(is_open=False)
    assert PHONE in upward.ready_text(clerk.actor, told, 9)
    Upward.objects.filter(order_id=id_of(told)).update(status="answered")
    assert PHONE not in upward.ready_text(clerk.actor, told, 9)
    assert PHONE not in upward.ready_text(clerk.actor, told)


def test_a_contact_is_kept_and_found_without_its_country_code(call):
    number = reported("hotline", "hotline", contact_phone="+86 138-1234-5678")
    assert OrderContact.objects.get(order_id=id_of(number)).phone_hash
    assert call("hotline").get("/orders", q=PHONE).json()["total"] == 1
