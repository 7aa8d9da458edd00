"""Many orders at once from the list, and exports: what is meant, what came of each, who may, what is in the file."""

import io

import openpyxl
import pytest

from townops.base import batches, jobs, journal
from townops.base.models import Batch
from townops.console.tests.browser import Browser
from townops.console.tests.test_listing import filled
from townops.orders.models import Order

pytestmark = pytest.mark.django_db


def ticked(*numbers):
    return [f"{row.number}:{row.seq}" for row in Order.objects.filter(number__in=numbers).order_by("number")]


def test_ticked_orders_are_reminded_and_each_says_what_came_of_it(town):
    first, second, third = filled(3)
    clerk = Browser("shift").open("/orders?open=1")
    clerk.send("催办", row=ticked(first, second), **{"remind-message": "请尽快受理"})
    assert "共 2 件，已办 2 件，办成 2 件，没有办成 0 件" in clerk.page.text
    reminded = set(Order.objects.filter(reminded=1).values_list("number", flat=True))
    assert reminded == {first, second}
    assert third not in clerk.page.text


def test_all_the_filter_finds_is_meant_when_asked_for(town):
    filled(3)
    clerk = Browser("shift").open("/orders?state=reported")
    clerk.send("催办", scope="filter", **{"remind-message": "请尽快受理"})
    assert "现在符合条件的 3 件都催办" in clerk.page.text
    assert not Batch.objects.exists()
    clerk.send("确认催办 3 件")
    assert "办成 3 件" in clerk.page.text


def test_when_more_came_since_the_number_was_confirmed_it_is_asked_again(town):
    filled(1)
    clerk = Browser("shift").open("/orders?state=reported")
    clerk.send("催办", scope="filter", **{"remind-message": "快"})
    filled(1)
    clerk.send("确认催办 1 件")
    assert "现在符合条件的 2 件都催办" in clerk.page.text


def test_enter_in_a_field_takes_its_step_and_never_another(town):
    numbers = filled(2)
    clerk = Browser("shift").open("/orders?state=reported")
    clerk.send("", row=ticked(*numbers), **{"remind-message": "请尽快受理"})
    assert "办成 2 件" in clerk.page.text
    clerk.open("/orders?state=reported").send("", row=ticked(*numbers))
    assert "看不出要办哪一步" in clerk.page.text
    assert Batch.objects.count() == 1


def test_what_is_refused_leaves_the_list_its_ticks_and_the_words(town):
    first, second = filled(2)
    clerk = Browser("shift").open("/orders?state=reported&sort=due")
    clerk.send("催办", row=ticked(first))
    assert "还缺少" in clerk.page.text
    form = clerk.page.form("催办")
    assert form.values["row"] == ticked(first)
    assert second in clerk.html
    clerk.send("催办", row=[], **{"remind-message": "请尽快受理"})
    assert "没有选中任何一项" in clerk.page.text
    assert clerk.page.form("催办").values["remind-message"] == ["请尽快受理"]
    assert "催办" in clerk.send("催办", row=ticked(first)).page.text
    assert Order.objects.get(number=first).reminded == 1


def test_what_was_refused_says_why_and_can_be_read_alone(town):
    numbers = filled(2)
    clerk = Browser("shift").open("/orders")
    clerk.send("派遣", row=ticked(*numbers))
    assert "没有办成 2 件" in clerk.page.text
    assert "工单现在是“待受理”，不能办理这一步" in clerk.page.text
    clerk.open(f"{clerk.at}?only=refused")
    assert "看全部" in clerk.page.text


def test_nothing_ticked_or_nothing_typed_is_told_in_words(town):
    numbers = filled(1)
    clerk = Browser("shift").open("/orders")
    clerk.send("归档")
    assert "没有选中任何一项" in clerk.page.text
    clerk.open("/orders").send("催办", row=ticked(*numbers))
    assert "还缺少" in clerk.page.text
    clerk.open("/orders").send("催办", row=["x:y"], **{"remind-message": "快"})
    assert "选中的工单读不出来" in clerk.page.text
    assert not Batch.objects.exists()


def test_the_same_form_sent_twice_is_one_batch(town):
    numbers = filled(1)
    clerk = Browser("shift").open("/orders")
    page = clerk.page
    for _ in range(2):
        clerk.page = page
        clerk.send("催办", row=ticked(*numbers), **{"remind-message": "快"})
    assert Batch.objects.count() == 1
    assert Order.objects.get(number=numbers[0]).reminded == 1


def test_only_steps_of_ones_posts_are_offered_and_others_refused(town):
    filled(1)
    clerk = Browser("video").open("/orders")
    assert not clerk.page.offers("派遣")
    assert clerk.page.offers("并案")
    answer = clerk.client.post("/many/act", {"do": "dispatch", "key": "k", "row": ticked(filled(1)[0])})
    assert answer.status_code == 403
    assert clerk.client.post("/many/act", {"do": "close", "key": "k"}).status_code == 400


def test_a_long_batch_shows_its_progress_and_can_be_stopped(town, monkeypatch):
    monkeypatch.setattr(batches, "AT_ONCE", 1)
    numbers = filled(3)
    clerk = Browser("shift").open("/orders")
    clerk.send("催办", row=ticked(*numbers), **{"remind-message": "快"})
    assert "已办 0 件" in clerk.page.text
    assert "<progress" in clerk.html
    clerk.send("停止")
    assert "已停止" in clerk.page.text
    jobs.run_due(Batch.objects.get().created_at)
    assert not Order.objects.filter(reminded=1).exists()
    clerk.open("/many")
    assert "批量催办" in clerk.page.text


def test_a_batch_is_its_owners_alone(town):
    numbers = filled(1)
    clerk = Browser("shift").open("/orders")
    clerk.send("催办", row=ticked(*numbers), **{"remind-message": "快"})
    other = Browser("deputy")
    for path in (clerk.at, f"{clerk.at}/file"):
        assert other.open(path).status == 404
    assert other.client.post(f"{clerk.at}/stop").status_code == 404


def exported(clerk, button="导出 Excel"):
    clerk.open("/orders?sort=received").send(button)
    assert "下载表格" in clerk.page.text
    return clerk.client.get(f"{clerk.at}/file")


def test_an_export_is_a_sheet_of_everything_the_filter_finds_and_is_journalled(town):
    numbers = filled(3)
    clerk = Browser("shift")
    answer = exported(clerk)
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True))
    assert rows[0][:3] == ("编号", "上级编号", "来源")
    assert [row[0] for row in rows[1:]] == numbers
    assert {row[6] for row in rows[1:]} == {"待受理"}
    batch = Batch.objects.get()
    told = [(entry.action, entry.body.get("rows")) for entry in journal.history("export", batch.pk)]
    assert told == [("begin", None), ("finish", 3), ("download", 3)]


def test_no_text_of_an_export_is_a_formula(town):
    from django.utils import timezone

    from townops.base.models import Account
    from townops.orders import api as orders
    from townops.people import api as people

    at = timezone.now()
    clerk = people.actor_for(Account.objects.get(username="grid").pk, at)
    report = orders.IncomingReport(source="grid", text="=HYPERLINK(1)井盖", received_at=at)
    orders.receive_reports([report], actor=clerk, at=at)
    lines = exported(Browser("shift"), "导出 CSV").content.decode("utf-8-sig")
    assert "'=HYPERLINK(1)井盖" in lines


def test_a_long_export_is_a_job_that_can_be_stopped(town, monkeypatch):
    monkeypatch.setattr(batches, "AT_ONCE", 1)
    filled(3)
    clerk = Browser("shift").open("/orders")
    clerk.send("导出 CSV")
    assert "停止" in clerk.page.text
    jobs.run_due(Batch.objects.get().created_at)
    assert "下载表格" in clerk.open(clerk.at).page.text
    clerk.open("/orders").send("导出 CSV")
    clerk.send("停止")
    assert "没有生成文件" in clerk.page.text
    assert clerk.client.get(f"{clerk.at}/file").status_code == 404


def test_whoever_may_not_export_is_not_offered_it(town):
    filled(1)
    patrol = Browser("patrol").open("/orders")
    assert not patrol.page.offers("导出 Excel")
    assert patrol.client.post("/many/act", {"do": "xlsx", "key": "k", "query": ""}).status_code == 403


def test_a_filter_with_a_telephone_is_not_exported(town):
    clerk = Browser("hotline")
    answer = clerk.client.post("/many/act", {"do": "xlsx", "key": "k", "query": "phone=13812345678"})
    assert "条件里带有电话" in answer.content.decode()
    assert not Batch.objects.exists()


@pytest.mark.parametrize(
    ("user", "status"),
    [("shift", 200), ("unit", 200), ("patrol", 200), ("auditor", 200), ("resident", 403), ("sysadmin", 403)],
)
def test_batches_open_to_whoever_sees_orders(town, user, status):
    assert Browser(user).open("/many").status == status
    assert Browser("").open("/many").at.startswith("/signin")
