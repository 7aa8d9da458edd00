"""上报 through the pages: a reply waits, is sent by file or by hand, its answer is taken in, and lists are compared."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from townops.base import sheets
from townops.console.tests.browser import Browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(town):
    """A hotline order for which the district was asked to take it back."""
    clerk = Browser("hotline").open("/register")
    clerk.send("登记", source="hotline", text="路灯不亮三天", external_number="HO-1")
    clerk.send("受理")
    clerk.send("向上申请", kind="return", reason="不属本镇范围")
    return clerk


def test_what_was_asked_waits_until_it_is_marked_as_sent(asked):
    page = asked.open("/upward")
    assert "HO-1" in page.page.text
    assert "未报送" in page.page.text
    page.send("已报送", how="phone")
    assert "等上级答复 1 条" in page.page.text
    assert "电话" in page.page.text.partition("等上级答复")[2]
    page.send("改回未报送", reason="点错了")
    assert "改回的理由" not in page.html


def test_the_words_to_send_stand_there_and_a_receipt_is_noted_with_the_mark_or_later(asked):
    page = asked.open("/upward")
    assert "不属本镇范围" in page.html.partition("<textarea")[2].partition("</textarea>")[0]
    page.send("已报送", how="text", receipt="H-77")
    assert "H-77" in page.page.text
    assert "标错了" not in page.page.text
    other = Browser("hotline").open("/register")
    other.send("登记", source="hotline", text="井盖松动", external_number="HO-2")
    other.send("受理")
    other.send("向上申请", kind="return", reason="不属本镇范围")
    page.open("/upward").send("已报送", how="phone")
    page.send("登记回执", receipt="H-78")
    assert "H-78" in page.page.text


def test_a_file_is_made_once_and_can_be_fetched_again(asked):
    page = asked.open("/upward").send("生成12345热线报送文件（1 条）")
    assert "共 1 条" in page.page.text
    path = next(one for one in page.html.split('"') if one.startswith("/upward/batch/"))
    rows = list(sheets.read(page.client.get(path).content, "x.xlsx"))
    assert [row.cells["上级编号"] for row in rows] == ["HO-1"]
    assert "生成12345热线报送文件" not in page.page.text


def test_an_answer_is_tried_then_taken_in_and_a_broken_row_says_why(asked):
    lines = "上级编号,类别,结果,理由\nHO-1,退回,同意,转他镇\nHO-9,退回,同意,\n"
    given = ("答复.csv", lines.encode())
    page = asked.open("/upward").send("试导", file=given)
    assert "没有写入" in page.page.text
    assert "办成 1 行" in page.page.text
    assert "有错 1 行" in page.page.text
    page.send("导入", file=given)
    assert "已移交" in page.open("/orders?source=hotline").page.text


def test_lists_are_compared_and_differences_say_what_to_do(asked):
    given = ("清单.csv", "上级编号,状态\nHO-7,办理中\n".encode())
    page = asked.open("/upward").send("对账", source="hotline", file=given)
    assert "不一致 2 处" in page.page.text


def test_a_list_nobody_can_read_is_refused_in_words(asked):
    page = asked.open("/upward")
    told = page.client.post(
        "/upward/compare", {"source": "hotline", "file": SimpleUploadedFile("a.csv", b"a,b\n1,2\n")}
    )
    assert told.status_code == 422
    assert "列" in told.content.decode()


def test_only_who_speaks_for_the_town_opens_it(town):
    assert Browser("unit").open("/upward").status == 403
