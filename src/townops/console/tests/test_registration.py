"""Registering: new, known, next round; nothing typed is lost; a double click has one effect."""

import re

import pytest

from townops.console.tests.browser import Browser, picture
from townops.intake import messages
from townops.intake.models import Message
from townops.orders.models import Order

pytestmark = pytest.mark.django_db


def hotline(number: str = "R-77") -> dict[str, str]:
    return {
        "source": "hotline",
        "text": "楼道灯不亮",
        "external_number": number,
        "received_at": "2026-11-20T09:00",
    }


def test_the_same_message_again_is_known_and_a_later_one_is_the_next_round(town):
    clerk = Browser("hotline").open("/register").send("登记", **hotline())
    first = clerk.number
    assert "已登记为新工单" in clerk.page.text
    clerk.open("/register").send("登记", **hotline())
    assert (clerk.number, "没有重复建单" in clerk.page.text) == (first, True)
    clerk.open("/register").send("登记", **{**hotline(), "received_at": "2026-11-21T09:00"})
    assert (clerk.number, "已开始第2轮办理" in clerk.page.text) == (first, True)


def test_a_double_click_makes_one_order(town):
    clerk = Browser("grid").open("/register")
    form = clerk.page
    clerk.send("登记", source="grid", text="路灯不亮")
    first = clerk.number
    clerk.page, clerk.at = form, "/register"
    assert clerk.send("登记", source="grid", text="路灯不亮").number == first


def test_a_refused_form_keeps_what_was_typed_and_uploaded(town):
    clerk = Browser("grid").open("/register")
    clerk.send("登记", source="grid", text="路灯不亮", block="999999", attachments=picture())
    assert clerk.status == 422
    form = clerk.page.form("登记")
    assert form.values["text"] == ["路灯不亮"]
    assert len(form.values["kept_attachments"]) == 1
    clerk.send("登记", block="")
    assert "地点待核实" in clerk.page.text
    assert "现场.jpg" in clerk.html


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"lng": "东经", "lat": "31.35"}, "不是数字"),
        ({"received_at": "昨天"}, "时间“昨天”填写不对"),
        ({"received_at": "2099-01-01T00:00"}, "晚于现在"),
        ({"text": "  "}, "请写明诉求内容"),
    ],
)
def test_wrong_input_is_told_in_words(town, wrong, words):
    clerk = Browser("grid").open("/register").send("登记", **{"source": "grid", "text": "路灯不亮", **wrong})
    assert (clerk.status, words in clerk.page.text) == (422, True)


def test_a_point_is_placed_in_its_block(town):
    from townops.areas import api as areas

    block = areas.areas_of(areas.towns()[0].code, "block")[5]
    lng, lat = areas.point_within(block.id) or (0, 0)
    clerk = Browser("grid").open("/register").send("登记", source="grid", text="井盖响", lng=lng, lat=lat)
    assert block.code in clerk.page.text


def test_a_resident_registers_and_gets_a_number_but_sees_no_orders(town):
    resident = Browser("resident").open("/register")
    assert resident.page.form("登记").options["source"] == ["resident"]
    resident.send("登记", text="小区门口积水")
    number = re.search(r"编号 (\S+?)。", resident.page.text)
    assert number is not None
    assert resident.open(f"/orders/{number[1]}").status == 403


def test_a_resident_finds_his_report_under_my_reports(town):
    resident = Browser("resident").open("/register").send("登记", source="resident", text="门口路灯不亮")
    assert resident.at == "/mine"
    assert "门口路灯不亮" in resident.page.text
    number = re.search(r"[0-9]{4}[A-Z][0-9]{6}", resident.page.text)
    assert number
    resident.open(f"/mine/{number.group()}")
    assert (resident.status, "还在办理" in resident.page.text) == (200, True)
    assert Browser("resident").open("/").html.count('href="/mine"') >= 1
    other = Browser("grid").open("/register").send("登记", source="grid", text="路灯不亮").number
    assert resident.open(f"/mine/{other}").status == 404


def test_the_form_is_kept_sealed_as_it_was_typed_and_reads_back_to_the_same_place(town):
    from townops.areas import api as areas

    block = areas.areas_of(areas.towns()[0].code, "block")[5]
    clerk = Browser("grid").open("/register").send("登记", source="grid", text="井盖响", block=block.code)
    row = Message.objects.get(order_id=Order.objects.get(number=clerk.number).id)
    again = messages.incoming(messages.read(messages.content_of(row), "registration", "grid"))
    assert (again.text, again.source) == ("井盖响", "grid")
    found = areas.locate(again.lng, again.lat)
    assert found.block is not None
    assert found.block.code == block.code


@pytest.mark.parametrize("field", ["address", "block"])
def test_a_village_alone_is_the_village_and_never_one_of_its_blocks(town, field):
    from townops.areas import api as areas

    village = areas.villages(areas.towns()[0].code)[0]
    clerk = Browser("grid").open("/register")
    clerk.send("登记", source="grid", text="河边有人乱倒垃圾", **{field: village.name})
    row = Order.objects.get(number=clerk.number)
    assert (row.village_id, row.block_id, row.lng) == (village.id, None, None)
    assert "责任块待核实" in clerk.page.text
    kept = Message.objects.get(order_id=row.id)
    again = messages.incoming(messages.read(messages.content_of(kept), "registration", "grid"))
    assert (again.area, again.lng) == (village.code, None)


def test_a_grid_or_a_directly_managed_area_is_too_wide_a_place_and_what_was_typed_stays(town):
    from townops.areas import api as areas

    code = areas.towns()[0].code
    direct = next(one for one in areas.areas_of(code, "village") if one.directly_managed)
    for wide in (areas.areas_of(code, "grid")[0], direct):
        clerk = Browser("grid").open("/register").send("登记", source="grid", text="井盖响", block=wide.name)
        assert (clerk.status, "范围太大" in clerk.page.text) == (422, True)
        assert clerk.page.form("登记").values["block"] == [wide.name]
    clerk.send("登记", block="", address=direct.name)
    assert "地点待核实" in clerk.page.text


def test_a_refused_form_is_kept_with_the_reason(town):
    Browser("grid").open("/register").send(
        "登记", source="grid", text="路灯不亮", received_at="2099-01-01T00:00"
    )
    (row,) = messages.refused()
    assert "晚于现在" in row.reason
    assert messages.read(messages.content_of(row), row.channel, row.source).text == "路灯不亮"


def test_a_form_sent_after_signing_out_leads_back_to_its_page(town, client):
    sent_from = {"HTTP_REFERER": "http://testserver/register"}
    assert client.post("/register", {"text": "井盖"}, **sent_from)["Location"] == "/signin?next=/register"
    sent_from = {"HTTP_REFERER": "http://elsewhere/register"}
    assert client.post("/register", {"text": "井盖"}, **sent_from)["Location"] == "/signin?next=/"
    assert client.get("/live", HTTP_X_POLL="1").status_code == 401
