"""What a register declared on the fly has at once: list, form, row, sheets, files, remarks, label — by a browser without script."""

import re

import openpyxl
import pytest

from tests.registers.hydrants import CODES, Hydrant
from townops.base.models import Role, RolePermission
from townops.console.tests.browser import Browser

pytestmark = pytest.mark.django_db
AT = "/registers/hydrant"


@pytest.fixture
def keeper(town):
    """The grid clerk, who keeps hydrants now."""
    role = Role.objects.get(code="grid_clerk")
    RolePermission.objects.bulk_create(RolePermission(role=role, permission=code) for code in CODES.values())
    return Browser("grid")


@pytest.fixture
def made(keeper, typed):
    keeper.open(f"{AT}/new").send("保存", **typed())
    return Hydrant.objects.get()


def test_who_holds_none_of_its_actions_finds_no_register(town):
    assert Browser("hotline").open(AT).status == 404
    assert "消火栓" not in Browser("hotline").open("/registers").page.text


def test_a_guest_is_asked_to_sign_in(town, client):
    for address in ("/registers", AT, f"{AT}/new", f"{AT}/1", f"{AT}/import"):
        assert client.get(address).status_code == 302


def test_a_register_stands_in_the_menu_and_lists_what_was_typed_in(keeper, made):
    assert "消火栓 1" in keeper.open("/registers").page.text
    page = keeper.open(AT).page
    assert "00012345" in page.text and "138****8000" in page.text and "13800138000" not in page.text


def test_every_fault_of_a_form_is_said_at_once_and_what_was_typed_stays(keeper, typed):
    page = keeper.open(f"{AT}/new").send("保存", **typed(code="1", area="没有村", flow="大")).page
    assert keeper.status == 422
    assert all(
        words in page.text for words in ("有 3 处填写不对", "丢了开头的 0", "没有“没有村”", "请填一个数")
    )
    assert page.form("保存").values["note"] == ["桥东"]


def test_a_row_is_changed_and_its_history_says_what(keeper, made):
    keeper.open(f"{AT}/{made.pk}/edit").send("保存", flow="9")
    assert keeper.at == f"{AT}/{made.pk}"
    assert "20.5 → 9" in keeper.page.text
    keeper.send("撤回最近一次修改")
    assert "9 → 20.5" in keeper.page.text


def test_the_second_of_two_is_told_what_changed_and_keeps_what_he_typed(keeper, made):
    keeper.open(f"{AT}/{made.pk}/edit")
    Browser("grid").open(f"{AT}/{made.pk}/edit").send("保存", flow="9")
    page = keeper.send("保存", note="桥西").page
    assert "刚被别人改过（流量" in page.text
    assert page.form("保存").values["note"] == ["桥西"]


def test_a_row_is_archived_restored_confirmed_and_remarked(keeper, made):
    keeper.open(f"{AT}/{made.pk}").send("归档", reason="拆除")
    assert "已归档" in keeper.page.text and "拆除" in keeper.page.text
    keeper.send("恢复使用")
    keeper.send("内容没变，今天核对")
    assert "核对无误" in keeper.page.text
    keeper.send("添加备注", text="阀门偏紧")
    assert "阀门偏紧" in keeper.page.text
    keeper.send("撤回")
    assert "阀门偏紧" not in keeper.page.text


def test_a_telephone_is_shown_once_for_a_reason_that_is_written_down(keeper, made):
    page = keeper.open(f"{AT}/{made.pk}").send("查看，留痕", reason="通知检修").page
    assert "13800138000" in page.text
    page = keeper.open(f"{AT}/{made.pk}").page
    assert "13800138000" not in page.text and "通知检修" in page.text


def test_columns_are_chosen_and_a_view_is_kept(keeper, made):
    keeper.client.post(f"{AT}/keep", {"do": "columns", "column": ["code", "note"], "query": ""})
    assert "桥东" in keeper.open(AT).page.text
    keeper.client.post(f"{AT}/keep", {"do": "view", "name": "地上的", "query": "kind=above"})
    assert "地上的" in keeper.open(AT).page.text


def test_a_list_is_narrowed_and_sorted_by_its_address(keeper, made):
    assert "00012345" in keeper.open(f"{AT}?kind=above&flow_min=20&sort=-flow&q=桥东").page.text
    assert "没有符合条件" in keeper.open(f"{AT}?kind=below").page.text
    assert keeper.open(f"{AT}?built_on_after=gestern").status == 400
    assert keeper.open(f"{AT}?sort=nonsense").status == 200
    assert keeper.open(f"{AT}?page=99999").status == 200


def test_the_blank_sheet_filled_in_goes_through_the_pages(keeper, town, villages, tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["编号", "所在区域", "栓型"])
    book.active.append(["00000007", villages[0], "地上"])
    file = tmp_path / "栓.xlsx"
    book.save(file)
    keeper.open(f"{AT}/import").send("上传", file=("栓.xlsx", file.read_bytes()))
    assert "还缺这些列：类型" in keeper.page.text
    keeper.send("试算", m2="kind")
    assert "新增 1 条" in keeper.page.text
    keeper.send("导入")
    assert "已导入：新增 1 条" in keeper.page.text
    assert Hydrant.objects.get().code == "00000007"


def test_a_sheet_with_faults_comes_back_marked_and_nothing_goes_in(keeper, villages, tmp_path):
    content = f"编号,所在区域,类型\n7,{villages[0]},地上\n00000008,{villages[0]},天上\n".encode("gbk")
    keeper.open(f"{AT}/import").send("上传", file=("栓.csv", content))
    keeper.send("试算")
    assert "有误 2 行" in keeper.page.text
    assert "导入" not in [form.button for form in keeper.page.forms]
    address = re.search(r"/registers/hydrant/import/\d+", keeper.at)[0]
    assert keeper.client.get(f"{address}/errors")["Content-Type"].endswith("sheet")


def test_a_label_and_an_export_are_handed_out(keeper, made):
    assert keeper.client.get(f"{AT}/{made.pk}/label").content.startswith(b"%PDF")
    assert keeper.client.get(f"{AT}/blank").content.startswith(b"PK")
    assert keeper.client.post(f"{AT}/export", {"query": ""}).content.startswith(b"PK")
