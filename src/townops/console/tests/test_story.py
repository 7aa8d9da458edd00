"""Work orders from registration to closing through the pages alone, without script."""

import pytest

from townops.catalogue import api as catalogue
from townops.console.tests.browser import Browser, picture

pytestmark = pytest.mark.django_db
MANHOLE = "C-01-01"


def condition_code() -> str:
    from django.utils import timezone

    return catalogue.conditions(MANHOLE, catalogue.version_at(timezone.now()))[0].code


def dispatched(number: str, unit: str = "") -> None:
    clerk = Browser("grid").open(f"/orders/{number}")
    clerk.send("受理")
    line = next(one for one in clerk.html.split('"') if one.startswith(condition_code()))
    assert clerk.send("立案", condition=line).status == 200
    desk = Browser("dispatch").open(f"/orders/{number}")
    if unit:
        desk.send("派遣", unit=unit, reason="现场情况更适合该单位")
    else:
        desk.send("按建议派遣")
    assert "已办理：派遣" in desk.page.text


def test_a_grid_order_goes_from_registration_to_closed_through_the_forms(registered):
    number = registered
    dispatched(number)
    unit = Browser("u_chengjian").open(f"/orders/{number}")
    assert "权责" in unit.page.text
    unit.send("签收")
    unit.send("提交办理结果", result="已更换井盖，路面恢复", outcome="solved", evidence=picture())
    assert "待单位审核" in unit.page.text
    Browser("h_chengjian").open(f"/orders/{number}").send("单位审核", opinion="同意")
    Browser("assess").open(f"/orders/{number}").send("中心审核")
    Browser("check").open(f"/orders/{number}").send("核查", passed="true", method="site", evidence=picture())
    clerk = Browser("grid").open(f"/orders/{number}")
    clerk.send("结案")
    assert "工单现在是“已结案”" in clerk.page.text


def test_a_disputed_order_climbs_from_the_shift_to_the_deputy(registered):
    number = registered
    dispatched(number)
    unit = Browser("u_chengjian").open(f"/orders/{number}")
    unit.send("退单", reason="不属本单位职责", cited_rule="权责清单第3条")
    Browser("shift").open(f"/orders/{number}").send("派遣", unit="平安办", reason="现场情况更适合该单位")
    again = Browser("u_pingan").open(f"/orders/{number}")
    again.send("退单", reason="同样不属本单位", cited_rule="权责清单第5条")
    deputy = Browser("deputy").open(f"/orders/{number}")
    deputy.send("指定", unit="城建中心（房办）", reason="按设施权属确定")
    assert "先办后议" in deputy.page.text
    assert "指定" in Browser("u_chengjian").open(f"/orders/{number}").page.text


def test_what_was_typed_and_uploaded_is_kept_when_a_step_is_refused(registered):
    dispatched(registered)
    unit = Browser("u_chengjian").open(f"/orders/{registered}")
    unit.send("签收")
    late = Browser("u_chengjian").open(f"/orders/{registered}")
    unit.send("中途汇报", report="材料已到")
    late.send("提交办理结果", result="已更换井盖", outcome="solved", evidence=picture())
    assert late.status == 409
    form = late.page.form("提交办理结果")
    assert form.values["result"] == ["已更换井盖"]
    assert len(form.values["kept_evidence"]) == 1
    assert late.send("提交办理结果").status == 200
    assert "待单位审核" in late.page.text
    assert "现场.jpg" in late.html


def test_a_file_that_is_no_evidence_is_refused_in_words_and_the_text_is_kept(registered):
    dispatched(registered)
    unit = Browser("u_chengjian").open(f"/orders/{registered}")
    unit.send("签收")
    unit.send("提交办理结果", result="已更换", outcome="solved", evidence=("坏.exe", b"MZ\x00\x01"))
    assert unit.status == 422
    assert "不支持这种文件" in unit.page.text
    assert unit.page.form("提交办理结果").values["result"] == ["已更换"]


def test_missing_facts_are_named_in_chinese(registered):
    clerk = Browser("grid").open(f"/orders/{registered}")
    clerk.send("受理")
    form = clerk.page.form("立案")
    form.demanded.clear()
    assert clerk.send("立案").status == 422
    assert "还缺少：立案条件" in clerk.page.text


def test_a_step_that_is_not_open_says_who_takes_it_or_why_not(registered):
    clerk = Browser("grid").open(f"/orders/{registered}")
    assert not clerk.page.offers("督办")
    assert "由其他岗位办理" in clerk.page.text
    response = clerk.client.post(f"/orders/{registered}/steps/supervise", {"seq": 1, "message": "快办"})
    assert response.status_code == 403


def test_the_history_shows_words_hands_and_places(registered):
    dispatched(registered)
    text = Browser("shift").open(f"/orders/{registered}").page.text
    assert "城运中心（应急管理中心） → 城建中心（房办）" in text
    assert "派遣是怎么定的" in text
    assert "为什么是这个时间" in text


def test_a_hotline_order_is_filed_with_type_class_and_time(town):
    clerk = Browser("hotline").open("/register")
    clerk.send(
        "登记",
        source="hotline",
        text="小区漏水三天无人管",
        external_number="R-1",
        contact_name="张三",
        contact_phone="13800001234",
    )
    clerk.send("受理")
    clerk.send("立案", demand_type="complaint", time_class="5", **{"class": "H-01-02"})
    assert "待派遣" in clerk.page.text
    assert "5个工作日" in clerk.page.text


def test_an_order_says_on_which_standard_it_rests_and_that_its_limit_is_a_default(registered):
    clerk = Browser("grid").open(f"/orders/{registered}")
    clerk.send("受理")
    steps = next(one for one in clerk.html.split('"') if one.startswith("C-01-86.1"))
    clerk.send("立案", condition=steps)
    assert "默认值，待本镇确认" in clerk.page.text
    assert "法规依据 待补充" in clerk.page.text
    assert "台阶恢复完好，隐患消除" in clerk.page.text
