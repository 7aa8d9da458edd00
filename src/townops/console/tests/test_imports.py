"""导入工单: sheets of any source through the page; kept, tried, brought in, replayed; broken rows handed back."""

import pytest
from django.utils import timezone

from townops.base import jobs
from townops.base.models import JournalEntry
from townops.console.tests.browser import Browser
from townops.intake import files, messages
from townops.intake.models import RawPayload
from townops.orders.models import Order

pytestmark = pytest.mark.django_db
GOOD = "巡查编号,问题描述,巡查时间\nX-1,河边护栏缺损,2026-03-02 07:45\nX-2,护坡塌陷,昨天\n".encode()
OWN = "单号,说了什么,哪天\nA-1,河边护栏缺损,2026-03-02 07:45\n".encode()


def test_a_sheet_is_tried_without_being_kept_then_brought_in_and_its_broken_row_handed_back(town):
    clerk = Browser("grid").open("/imports")
    clerk.send("试导", source="patrol", file=("巡查.csv", GOOD))
    assert "共 2 行，可导入 1 行，错误 1 行" in clerk.page.text
    assert not RawPayload.objects.exists()
    clerk.send("导入", source="patrol", file=("巡查.csv", GOOD))
    assert "新建1件" in clerk.page.text
    assert Order.objects.get().external_number == "X-1"
    (row,) = RawPayload.objects.all()
    errors = clerk.client.get(f"/imports/{row.pk}/errors").content.decode("utf-8-sig")
    assert "昨天" in errors
    assert JournalEntry.objects.filter(kind="intake", action="import").count() == 1


def test_the_same_file_again_changes_nothing_and_a_replay_knows_what_it_made(town):
    clerk = Browser("grid").open("/imports")
    for _ in range(2):
        clerk.send("导入", source="patrol", file=("巡查.csv", GOOD))
    assert "未作任何改动" in clerk.page.text
    clerk.send("重放")
    assert "已有1件" in clerk.page.text
    assert Order.objects.count() == 1
    assert JournalEntry.objects.filter(kind="intake", action="replay").count() == 1


def test_columns_nobody_knows_are_read_by_a_mapping_of_ones_own(town):
    clerk = Browser("grid").open("/imports")
    clerk.send("导入", source="patrol", file=("表.csv", OWN))
    assert clerk.status == 422
    assert "问题描述" in clerk.page.text
    assert RawPayload.objects.get().state == "refused"
    mapping = "内容=说了什么\n收到时间=哪天\n来源编号=单号"
    clerk.send("导入", source="patrol", file=("表.csv", OWN), mapping=mapping)
    assert "新建1件" in clerk.page.text
    assert Order.objects.get().external_number == "A-1"
    clerk.send("重放")
    assert Order.objects.count() == 1


def test_a_mapping_that_lacks_the_time_says_so(town):
    clerk = Browser("grid").open("/imports")
    clerk.send("试导", source="patrol", file=("表.csv", OWN), mapping="内容=说了什么")
    assert "收到时间" in clerk.page.text
    clerk.send("试导", source="patrol", file=("表.csv", OWN), mapping="内容：说了什么")
    assert "应如" in clerk.page.text


def test_a_long_file_is_left_to_a_job_and_its_progress_stands_in_the_list(town, monkeypatch):
    monkeypatch.setattr(files, "SHORT", 1)
    clerk = Browser("grid").open("/imports")
    clerk.send("导入", source="patrol", file=("巡查.csv", GOOD))
    assert "后台导入" in clerk.page.text
    assert "0/2" in clerk.page.text
    jobs.run_due(timezone.now())
    assert "2/2" in clerk.open("/imports").page.text
    assert Order.objects.count() == 1


def test_a_refused_message_is_shown_with_its_reason_and_can_be_read_again(town):
    clerk = Browser("grid").open("/register")
    clerk.send("登记", source="grid", text="路灯不亮", received_at="2099-01-01T00:00")
    clerk.open("/imports")
    assert "晚于现在" in clerk.page.text
    clerk.send("再读一次")
    assert clerk.status == 422
    assert len(messages.refused()) == 1


def test_who_may_not_import_is_shown_nothing(town):
    assert Browser("assess").open("/imports").status == 403
    assert Browser("unit").client.post("/imports/file").status_code == 403
