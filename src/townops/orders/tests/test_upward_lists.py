"""The district's receipts, answers and lists (X0), told as stories."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from townops.kernel.refusal import Refused
from townops.orders.models import OrderEvent, Upward
from townops.orders.tests.upward_story import (
    asked,
    brings,
    checked,
    compares,
    message,
    opened,
    outcomes,
    replied,
    said,
    up,
    waiting,
)

pytestmark = pytest.mark.django_db


def refused(code: str):
    return pytest.raises(Refused, match=rf"^{code}\b")


# receipts and answers in bulk


def test_answers_become_steps_of_their_orders(town):
    extended, closed, refused_one = asked(town, "D1"), replied(town, "D2"), replied(town, "D3")
    due = town.row(extended).outer_due_at + timedelta(days=5)
    report = brings(
        town,
        [
            ["D1", "延期", "同意", "同意延期", said(due), "H-1"],
            ["D2", "结案", "同意", "", "", "H-2"],
            ["D3", "回复", "不同意", "答复不完整", "", "H-3"],
        ],
    )
    assert outcomes(report) == ["done", "done", "done"]
    assert town.row(extended).outer_due_at == due
    assert (town.row(closed).state, town.row(refused_one).state) == ("closed", "rework")
    assert waiting(town) == []
    row = Upward.objects.get(order_id=town.row(closed).id)
    assert (row.status, row.granted, row.receipt) == ("answered", True, "H-2")


def test_the_same_file_twice_changes_nothing(town):
    asked(town, "D4")
    replied(town, "D5")
    rows = [["D4", "延期", "不同意", "", "", ""], ["D5", "结案", "同意", "", "", "H-5"]]
    assert outcomes(brings(town, rows)) == ["done", "done"]
    before = OrderEvent.objects.count()
    assert outcomes(brings(town, rows)) == ["known", "known"]
    assert OrderEvent.objects.count() == before


def test_an_old_answer_is_never_taken_for_a_new_question(town):
    number = asked(town, "D6")
    row = ["D6", "延期", "不同意", "", "", ""]
    brings(town, [row])
    town.takes("hotline", number, "ask_up", kind="extension", reason="再次申请")
    again = brings(town, [row]).rows[0]
    assert (again.outcome, again.code, again.column) == ("broken", "answer_seen_before", "结果")
    assert message(town, number).unsent
    assert outcomes(brings(town, [[*row[:5], "H-6"]])) == ["done"]


def test_a_receipt_alone_is_kept_with_the_message_it_is_for(town):
    number = checked(town, "D7")
    town.takes("hotline", number, "ask_up", kind="extension", reason="情况复杂")
    town.takes("hotline", number, "reply_up")
    rows = [["D7", "延期", "", "", "", "H-7"]]
    assert outcomes(brings(town, rows)) == ["done"]
    assert outcomes(brings(town, rows)) == ["known"]
    kept = dict(Upward.objects.filter(order_id=town.row(number).id).values_list("kind", "receipt"))
    assert kept == {"extension": "H-7", "reply": ""}


def test_a_dry_run_says_the_same_and_writes_nothing(town):
    asked(town, "D8")
    replied(town, "D9")
    rows = [
        ["D8", "延期", "同意", "", "", ""],
        ["D9", "结案", "同意", "", "", "H-9"],
        ["D0", "结案", "同意", "", "", ""],
    ]
    before = (OrderEvent.objects.count(), list(Upward.objects.order_by("order_id", "seq").values()))
    dry = brings(town, rows, dry_run=True)
    assert (OrderEvent.objects.count(), list(Upward.objects.order_by("order_id", "seq").values())) == before
    assert outcomes(dry) == outcomes(brings(town, rows)) == ["broken", "done", "broken"]


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        (["", "延期", "不同意", "", "", ""], "上级编号", "“上级编号”没有填写"),
        (["X9", "延期", "不同意", "", "", ""], "上级编号", "本镇没有上级编号为“X9”的工单"),
        (["E1", "缓办", "同意", "", "", ""], "类别", "“类别”填的“缓办”不认识"),
        (["E1", "延期", "可以", "", "", ""], "结果", "“结果”填的“可以”不认识"),
        (["E1", "延期", "", "", "", ""], "结果", "至少填写一项"),
        (["E1", "延期", "同意", "", "", ""], "新时限", "“新时限”没有填写"),
        (["E1", "延期", "同意", "", "下周五", ""], "新时限", "不是时间"),
        (["E1", "延期", "同意", "", "2026-11-02 10:00", ""], "新时限", "不晚于现有上级时限"),
        (["E1", "退回", "同意", "", "", ""], "类别", "没有上报过“退回”"),
    ],
)
def test_a_broken_row_says_which_column_and_why_and_stops_no_other(town, row, column, reason):
    asked(town, "E1")
    replied(town, "E2")
    report = brings(town, [row, ["E2", "结案", "同意", "", "", ""]])
    broken = report.of("broken")[0]
    assert outcomes(report) == ["broken", "done"]
    assert (broken.row, broken.column) == (2, column)
    assert reason in broken.reason
    assert opened(up.broken_sheet(report))[0]["原因"] == broken.reason


def test_a_contradicting_answer_is_shown_not_swallowed(town):
    replied(town, "E3")
    brings(town, [["E3", "结案", "同意", "", "", ""]])
    assert brings(town, [["E3", "结案", "不同意", "", "", ""]]).rows[0].code == "answer_differs"


def test_an_answer_of_an_earlier_round_is_not_taken_for_this_one(town):
    replied(town, "E4")
    town.later(hours=1)
    town.report("hotline", user="hotline", external_number="E4", text="又不亮了")
    assert brings(town, [["E4", "结案", "同意", "", "", ""]]).rows[0].code == "answer_of_another_round"


def test_a_day_without_a_time_ends_with_its_working_hours(town):
    number = asked(town, "E5")
    brings(town, [["E5", "延期", "同意", "", "2026年12月30日", ""]])
    due = town.row(number).outer_due_at
    assert said(due).startswith("2026-12-30 1")


def test_a_list_in_gbk_with_other_heads_is_read(town):
    asked(town, "E6")
    content = "工单编号,申请类型,审批结果\nE6,延期申请,不通过\n".encode("gbk")
    report = up.import_answers(town.who("hotline"), content, at=town.later(minutes=1), dry_run=False)
    assert outcomes(report) == ["done"]


def test_a_file_without_its_columns_is_refused_whole(town):
    with refused("list_columns_missing"):
        brings(town, [["甲"]], heads="姓名")


def test_the_same_number_in_two_sources_asks_for_the_source(town):
    number = asked(town, "E7")
    town.report("district", external_number="E7")
    row = ["E7", "延期", "不同意"]
    assert brings(town, [row], heads="上级编号 类别 结果").rows[0].code == "external_ambiguous"
    report = brings(town, [[*row, "12345热线"]], heads="上级编号 类别 结果 来源")
    assert (report.rows[0].outcome, report.rows[0].number) == ("done", number)


# the district's list


def test_two_lists_that_agree_have_no_differences(town):
    number = town.handling("hotline", user="hotline", external_number="F1")
    found = compares(town, [["F1", "办理中", said(town.row(number).outer_due_at), 1]])
    assert (found.found, found.read, found.agreeing) == ((), 1, 1)


def test_what_is_missing_on_either_side_is_named_with_what_to_do(town):
    number = town.handling("hotline", user="hotline", external_number="F2")
    found = compares(town, [["F3", "办理中", "", 1]])
    here, there = found.of("missing_here")[0], found.of("missing_there")[0]
    assert (here.external_number, here.row) == ("F3", 2)
    assert "登记来单" in here.todo
    assert (there.external_number, there.number, there.row) == ("F2", number, 0)
    assert "向上级核实" in there.todo


def test_a_different_state_due_and_round_are_told_apart(town):
    for name in ("F4", "F5", "F6"):
        town.handling("hotline", user="hotline", external_number=name)
    found = compares(
        town,
        [["F4", "已结案", "", 1], ["F5", "办理中", "2027-01-04 17:00", 1], ["F6", "办理中", "", "第2轮"]],
    )
    told = {one.external_number: (one.kind, one.ours, one.theirs) for one in found.found}
    assert told["F4"] == ("state", "处置中", "已结案")
    assert (told["F5"][0], told["F5"][2]) == ("due", "2027-01-04 17:00")
    assert told["F6"] == ("round", "第1轮", "第2轮")
    assert "第2轮" in found.of("round")[0].todo


def test_the_newest_round_of_a_number_counts(town):
    town.handling("hotline", user="hotline", external_number="F7")
    assert compares(town, [["F7", "办理中", "", 1], ["F7", "已结案", "", 0]]).of("broken")[0].column == "轮次"
    town.later(hours=1)
    town.report("hotline", user="hotline", external_number="F7", text="又不亮了")
    assert compares(town, [["F7", "已结案", "", 1], ["F7", "办理中", "", 2]]).found == ()


def test_an_unreadable_row_is_named_and_not_taken_for_missing(town):
    town.handling("hotline", user="hotline", external_number="F8")
    found = compares(town, [["F8", "飞走了", "", 1]])
    assert [(one.kind, one.column) for one in found.found] == [("broken", "状态")]


def test_a_list_of_many_rows_costs_few_queries(town):
    rows = [[f"N{n}", "办理中", "", 1] for n in range(300)]
    with CaptureQueriesContext(connection) as asked_of:
        found = compares(town, rows)
    assert len(found.of("missing_here")) == 300
    assert len(asked_of) <= 12
