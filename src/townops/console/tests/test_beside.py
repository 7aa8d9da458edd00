"""Beside the form of registration: classes, questions, places, open orders, 同一件事, drafts, the cursor, the receipt."""

import re

import pytest
from django.utils import timezone

from townops.areas import api as areas
from townops.base import tunables
from townops.base.models import Account, Draft
from townops.console.tests.browser import Browser
from townops.console.tests.conftest import town_block
from townops.intake.models import Message
from townops.orders import api as orders
from townops.orders.models import Order, OrderContact, OrderLink
from townops.people import api as people

pytestmark = pytest.mark.django_db
PHONE = "13800001234"


def asks(user: str, path: str, **typed: str) -> str:
    response = Browser(user).client.post(path, typed)
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def registered(user: str = "hotline", source: str = "hotline", **typed) -> str:
    return Browser(user).open("/register").send("登记", source=source, **{"text": "路灯不亮", **typed}).number


def block() -> areas.AreaView:
    return areas.area(town_block())


def test_the_words_of_a_text_suggest_classes_and_what_to_ask(town):
    said = asks("grid", "/register/likely", source="grid", text="北街路口上水井盖缺失，行人有跌落危险")
    assert "C-01-01 上水井盖" in said
    assert "问清楚" in said
    assert "井盖缺失、移位或开裂，有坠落、绊跌危险" in said
    assert "%" not in said


def test_what_was_answered_stays_while_the_text_goes_on_and_when_the_class_changes(town):
    answers = "井盖缺失、移位或开裂，有坠落、绊跌危险\t缺失\n别的问题\t别的回答"
    said = asks("grid", "/register/likely", source="grid", text="北街路口上水井盖缺失", answers=answers)
    assert 'value="缺失"' in said
    assert 'value="别的回答"' in said


def test_answers_are_sent_with_the_form_and_shown_on_the_order(town):
    clerk = Browser("hotline").open("/register")
    clerk.send("登记", source="hotline", text="北街路口井盖缺失", answers="有没有人受伤\t没有")
    assert "问清楚的 有没有人受伤 没有" in clerk.page.text
    assert "有没有人受伤：没有" in clerk.page.text, "the history tells it too"


def test_a_hotline_text_is_asked_for_its_demand_and_for_what_the_thing_needs(town):
    said = asks(
        "hotline", "/register/likely", source="hotline", text="我要投诉小区门口路灯不亮，多次反映没人管"
    )
    assert 'data-put="demand_type"' in said
    assert "问清楚" in said
    chosen = asks(
        "hotline", "/register/likely", source="hotline", text="我要投诉小区门口路灯不亮", demand_type="help"
    )
    assert 'data-put="demand_type"' not in chosen


def test_the_model_names_three_classes_with_its_confidence_once_it_is_built(town):
    from townops.intake import classify

    classify.shipped()
    said = asks("hotline", "/register/likely", source="hotline", text="小区楼道灯坏了一个月没人修，物业不管")
    assert len(re.findall(r'data-put="class_code"', said)) == 3
    assert re.search(r"<b>\d+%</b>", said)
    assert "%" not in asks("grid", "/register/likely", source="grid", text="路口路灯不亮")


def test_a_few_signs_and_who_does_not_class_orders_get_no_suggestion(town):
    assert not asks("grid", "/register/likely", source="grid", text="灯").strip()
    assert Browser("resident").client.post("/register/likely", {"text": "路灯不亮"}).status_code == 403


def test_the_clerk_s_class_and_demand_are_the_order_s(town):
    number = registered(class_code="H-05-02 任何文字", demand_type="complaint")
    row = Order.objects.get(number=number)
    assert (row.class_code, row.demand_type) == ("H-05-02", "complaint")
    kept = Message.objects.get(order_id=row.id)
    from townops.intake import messages

    again = messages.incoming(messages.read(messages.content_of(kept), "registration", "hotline"))
    assert (again.class_code, again.demand_type) == ("H-05-02", "complaint")


def test_a_class_that_is_none_is_told_and_nothing_is_lost(town):
    clerk = Browser("hotline").open("/register")
    clerk.send("登记", source="hotline", text="路灯不亮", class_code="路灯")
    assert clerk.status == 422
    assert clerk.page.form("登记").values["class_code"] == ["路灯"]
    assert not Order.objects.exists()


def test_an_address_finds_its_block_first(town):
    one = block()
    said = asks("grid", "/register/places", address=f"{one.name}3号")
    assert re.findall(r'data-value="(\S+)', said)[0] == one.code


def test_open_orders_round_the_block_are_shown_with_their_distance(town):
    one = block()
    number = registered("grid", "grid", block=one.code)
    said = asks("hotline", "/register/near", block=f"{one.code} {one.name}")
    assert number in said
    assert "0 米" in said
    assert "同一件事" in said
    lng, lat = areas.point_within(one.id) or (0, 0)
    away = asks("hotline", "/register/near", lng=str(lng), lat=str(lat + 0.02))
    assert number not in away


def test_a_village_alone_shows_what_is_open_in_all_of_it_and_asks_for_the_block(town):
    village = areas.villages(areas.towns()[0].code)[0]
    number = registered("grid", "grid", block=areas.children(village.id)[0].code)
    for typed in ({"block": village.name}, {"address": village.name}):
        said = asks("hotline", "/register/near", **typed)
        assert "责任块待核实" in said
        assert number in said
        assert "居村内未结 1 件" in said


def test_a_point_half_typed_shows_nothing_and_breaks_nothing(town):
    assert not asks("hotline", "/register/near", lng="121", lat="").strip()
    assert not asks("hotline", "/register/near", block="没有这块").strip()
    assert not asks("hotline", "/register/near", address="").strip()


def test_the_same_thing_is_registered_and_merged_at_once_and_the_caller_is_with_the_older_order(town):
    first = registered("hotline", "hotline", contact_phone=PHONE)
    clerk = Browser("hotline").open("/register")
    clerk.send("登记", source="hotline", text="路灯还是不亮", contact_phone="13900005678", same_as=first)
    assert f"并入 {first} 一起办理" in clerk.page.text
    parent, child = Order.objects.get(number=first), Order.objects.get(number=clerk.number)
    assert (child.state, child.parent) == ("merged", parent.id)
    assert OrderLink.objects.filter(order_id=parent.id, kind="child", other=child.id, active=True).exists()
    assert OrderContact.objects.filter(order_id=child.id).exists()
    assert clerk.number in clerk.open(f"/orders/{first}").page.text


def test_merging_into_what_is_not_there_registers_nothing_and_keeps_what_was_typed(town):
    clerk = Browser("hotline").open("/register")
    clerk.send("登记", source="hotline", text="路灯不亮", same_as="2611X999999")
    assert (clerk.status, "没有编号为“2611X999999”的工单" in clerk.page.text) == (422, True)
    assert clerk.page.form("登记").values["text"] == ["路灯不亮"]
    assert not Order.objects.exists()
    ended = registered("hotline", "resident")
    at = timezone.now()
    actor = people.actor_for(Account.objects.get(username="hotline").pk, at)
    orders.take_step(ended, "withdraw", actor=actor, at=at, facts={"reason": "来电人撤回"})
    clerk.send("登记", same_as=ended)
    assert (clerk.status, Order.objects.count()) == (422, 1)


def test_pressing_twice_merges_once(town):
    first = registered()
    clerk = Browser("hotline").open("/register")
    form = clerk.page
    number = clerk.send("登记", source="hotline", text="路灯还是不亮", same_as=first).number
    clerk.page, clerk.at = form, "/register"
    assert clerk.send("登记", source="hotline", text="路灯还是不亮", same_as=first).number == number
    assert Order.objects.count() == 2


def test_a_draft_is_kept_for_its_account_and_gone_once_sent(town):
    clerk = Browser("hotline")
    kept = clerk.client.post("/drafts/register", {"text": "路灯不亮", "contact_phone": PHONE, "drop_": ""})
    assert kept.status_code == 200
    elsewhere = Browser("hotline").client.get("/drafts/register").json()
    assert (elsewhere["cells"]["text"], elsewhere["said"][:2]) == ("路灯不亮", "今天")
    assert Browser("grid").client.get("/drafts/register").status_code == 204
    clerk.open("/register")
    key = clerk.page.form("登记").values["key"][0]
    clerk.client.post(f"/drafts/register-{key}", {"text": "路灯不亮"})
    kinds = [one["kind"] for one in clerk.client.get("/drafts/register?family=1").json()["drafts"]]
    assert kinds == [f"register-{key}", "register"]
    clerk.send("登记", source="hotline", text="路灯不亮")
    assert [one.kind for one in Draft.objects.all()] == ["register"]


def test_a_refused_form_keeps_its_draft_and_a_thrown_away_one_is_gone(town):
    clerk = Browser("hotline")
    clerk.client.post("/drafts/register", {"text": "路灯不亮"})
    clerk.open("/register").send("登记", source="hotline", text="路灯不亮", received_at="2099-01-01T00:00")
    assert Draft.objects.count() == 1
    assert clerk.client.post("/drafts/register", {"drop": "1"}).status_code == 204
    assert not Draft.objects.exists()


def test_a_draft_too_long_is_told_in_words(town):
    answer = Browser("hotline").client.post("/drafts/register", {"text": "字" * 40_000})
    assert (answer.status_code, "草稿过长" in answer.json()["said"]) == (422, True)
    assert Browser("hotline").client.post("/drafts/a.b", {"text": "字"}).status_code == 422


def test_the_cursor_stands_still_until_somebody_does_something(town):
    watcher = Browser("shift").client
    first = watcher.get("/live", headers={"X-Poll": "1"})
    again = watcher.get("/live", headers={"X-Poll": "1", "If-None-Match": first["ETag"]})
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    registered()
    after = watcher.get("/live", headers={"X-Poll": "1", "If-None-Match": first["ETag"]})
    assert (after.status_code, after["ETag"] != first["ETag"]) == (200, True)


def test_after_registering_the_words_for_the_caller_are_ready(town):
    clerk = Browser("hotline").open("/register")
    clerk.send("登记", source="hotline", text="路灯不亮", address="北街路口")
    number = clerk.number
    assert f"/register/{number}/receipt" in clerk.html
    clerk.open(f"/register/{number}/receipt")
    assert f"您反映的“路灯不亮”（北街路口）已登记，编号 {number}，现由城运中心" in clerk.page.text
    assert clerk.page.offers("直接答复")


def test_what_is_answered_at_once_is_ready_to_go_up_without_being_written_again(town):
    number = registered(external_number="R-9", class_code="H-05-02", demand_type="consult")
    clerk = Browser("hotline").open(f"/register/{number}/receipt")
    clerk.send(
        "直接答复",
        reply="路灯报修电话为12345",
        who="诉求人",
        fact_finding="true",
        demand_finding="reasonable",
    )
    assert "已办理" in clerk.page.text
    clerk.open(f"/register/{number}/receipt")
    assert "路灯报修电话为12345" in clerk.page.text


def test_a_merged_caller_is_told_that_the_thing_is_being_handled(town):
    first = registered()
    number = registered(same_as=first)
    assert "您的诉求已并入" in Browser("hotline").open(f"/register/{number}/receipt").page.text
    assert Browser("resident").open(f"/register/{number}/receipt").status == 403


def test_an_address_that_is_a_place_s_whole_name_is_the_place(town):
    block = areas.area(town_block())
    namesakes = [one for one in areas.areas_of(areas.towns()[0].code, "block") if one.name == block.name]
    clerk = Browser("grid").open("/register").send("登记", source="grid", text="井盖缺失", address=block.name)
    order = Order.objects.get(number=clerk.number)
    assert order.block_id == (block.id if len(namesakes) == 1 else None)


def test_words_of_danger_offer_the_shift_chief_and_choosing_it_tells_him_and_outlives_filing(town):
    assert "按突发报值班长" in asks("grid", "/register/urgent", text="3 号楼电梯困人，有老人")
    assert not asks("grid", "/register/urgent", text="路灯不亮").strip()
    clerk = Browser("grid").open("/register")
    clerk.client.post("/register", {"key": "k", "source": "grid", "text": "电梯困人", "urgent": "1"})
    order = Order.objects.latest("id")
    assert order.severity == "urgent"
    assert "突发，请先看" in Browser("shift").open("/notices").page.text
    chief = Browser("shift").open(f"/orders/{order.number}")
    assert "紧急程度 紧急" in chief.page.text


def test_what_words_are_of_danger_is_set_with_a_day(town):
    tunables.set_value("register.urgent_words", "冒烟", effective_from=timezone.now())
    assert "按突发报值班长" in asks("grid", "/register/urgent", text="配电箱冒烟")
    assert not asks("grid", "/register/urgent", text="电梯困人").strip()


def test_a_place_named_in_the_text_is_offered_until_an_address_or_a_place_is_given(town):
    named = block()
    text = f"来电人说{named.name}有人乱倒垃圾"
    assert named.code in asks("hotline", "/register/places", text=text)
    assert not asks("hotline", "/register/places", text=text, block=named.code).strip()
    assert not asks("hotline", "/register/places", text=text, address="没有这个地方").strip()
