"""Upward (X0): what waits for the district, files, adapters, receipts, answers and lists, told as stories."""

import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from townops.base import jobs, journal, sheets, tunables
from townops.kernel.refusal import Refused
from townops.orders import api
from townops.orders.models import Order, OrderEvent, Upward
from townops.orders.upward import adapters

pytestmark = pytest.mark.django_db
up = api.upward


def refused(code: str):
    return pytest.raises(Refused, match=rf"^{code}\b")


def asked(town, external: str, kind: str = "extension", **facts) -> str:
    number = town.handling("hotline", user="hotline", external_number=external)
    town.takes("hotline", number, "ask_up", kind=kind, reason="情况复杂", **facts)
    return number


def checked(town, external: str) -> str:
    """A hotline order whose handling passed every review, ready to be replied to."""
    number = town.handling("hotline", user="hotline", external_number=external)
    town.submitted(number)
    town.takes("h_chengjian", number, "review_unit")
    town.takes("assess", number, "review_center")
    town.takes("hotline2", number, "check", passed=True)
    return number


def replied(town, external: str, **facts) -> str:
    number = checked(town, external)
    town.takes("hotline", number, "reply_up", **facts)
    return number


def waiting(town, source: str = "hotline") -> list:
    return up.waiting(town.who("hotline"), source, at=town.at)


def message(town, number: str):
    return next(one for one in waiting(town) if one.number == number)


def book(rows: list[list[object]], heads: str = "上级编号 类别 结果 理由 新时限 回执号") -> bytes:
    """An xlsx as the district sends it, written by a program that is not ours."""
    made = openpyxl.Workbook()
    made.active.append(heads.split())
    for row in rows:
        made.active.append(row)
    target = io.BytesIO()
    made.save(target)
    return target.getvalue()


def brings(town, rows: list[list[object]], *, dry_run: bool = False, **given):
    town.later(minutes=1)
    return up.import_answers(town.who("hotline"), book(rows, **given), at=town.at, dry_run=dry_run)


def outcomes(report) -> list[str]:
    return [one.outcome for one in report.rows]


def compares(town, rows: list[list[object]], heads: str = "上级编号 状态 时限 轮次"):
    return up.reconcile(town.who("hotline"), book(rows, heads), source="hotline")


def said(at: datetime) -> str:
    return (at + timedelta(hours=8)).strftime("%Y-%m-%d %H:%M")


def opened(content: bytes) -> list[dict[str, str]]:
    return [row.cells for row in sheets.read(content)]


# what waits, and with which words


def test_unsent_messages_come_first_and_the_oldest_of_them_first(town):
    first, second, third = (asked(town, name) for name in ("A1", "A2", "A3"))
    up.mark_sent(town.who("hotline"), first, message(town, first).seq, "text", at=town.at)
    assert [one.number for one in waiting(town)] == [second, third, first]
    assert [one.unsent for one in waiting(town)] == [True, True, False]


def test_a_message_says_how_old_it_is_and_when_the_district_wants_it(town):
    number = asked(town, "A4")
    town.later(hours=5)
    found = message(town, number)
    assert found.age >= timedelta(hours=5)
    assert found.outer_due_at == town.row(number).outer_due_at
    assert (found.external_number, found.kind_word, found.text) == ("A4", "延期", "情况复杂")


def test_a_reply_without_words_of_its_own_is_made_from_the_facts_in_the_districts_order(town):
    found = message(town, replied(town, "A5"))
    lines = found.text.splitlines()
    assert [line.partition("：")[0] for line in lines] == ["先行联系", "事实认定", "诉求认定", "结果", "答复"]
    assert "联系诉求人，已联系" in lines[0]
    assert lines[1:] == ["事实认定：属实", "诉求认定：合理", "结果：实际解决。已修复", "答复：已修复"]


def test_a_reply_with_words_of_its_own_keeps_them_and_shows_them_as_the_reply(town):
    number = replied(town, "A6", reply="路灯已更换，感谢来电")
    found = message(town, number)
    assert found.text == "路灯已更换，感谢来电"
    assert up.ready_text(town.who("hotline"), number, found.seq).endswith("答复：路灯已更换，感谢来电")


def test_the_text_can_be_read_before_the_reply_is_made(town):
    number = checked(town, "A7")
    assert "事实认定：属实" in up.ready_text(town.who("hotline"), number)
    assert waiting(town) == []


def test_a_question_says_what_is_asked_and_until_when(town):
    until = town.at + timedelta(days=20)
    number = asked(town, "A8", new_due=until.isoformat())
    text = up.ready_text(town.who("hotline"), number, message(town, number).seq)
    assert text.splitlines()[:3] == ["申请事项：延期", "申请理由：情况复杂", f"申请时限：{said(until)}"]


def test_a_merged_order_replies_with_its_parents_facts(town):
    parent = town.handling("hotline", user="hotline", external_number="A9")
    child = town.report("hotline", user="hotline", external_number="A10")
    town.takes("hotline", child, "merge", parent=parent)
    town.submitted(parent)
    town.takes("hotline", child, "reply_up")
    assert "结果：实际解决。已修复" in message(town, child).text


def test_a_later_round_forgets_the_facts_of_the_round_before(town):
    number = replied(town, "A11")
    seq = message(town, number).seq
    town.later(hours=1)
    town.report("hotline", user="hotline", external_number="A11", text="又不亮了")
    assert "已修复" not in up.ready_text(town.who("hotline"), number)
    assert "已修复" in up.ready_text(town.who("hotline"), number, seq)
    assert message(town, number).superseded


def test_an_erased_text_is_not_told_again(town):
    number = replied(town, "A12")
    api.erase_texts(town.row(number).id, actor=town.who("hotline"), at=town.at)
    assert "已修复" not in message(town, number).text


def test_nobody_without_the_permission_sees_or_sends_messages(town):
    number = asked(town, "A13")
    unit = town.who("u_chengjian")
    with refused("not_permitted"):
        up.waiting(unit, at=town.at)
    with refused("not_permitted"):
        up.mark_sent(unit, number, town.row(number).seq, "text", at=town.at)
    with refused("not_permitted"):
        up.export(unit, "hotline", at=town.at)


def test_two_hundred_messages_cost_six_queries(town):
    actor, at = town.who("hotline"), town.at
    reports = [
        api.IncomingReport(source="hotline", text="路灯不亮", received_at=at, external_number=f"M{n}")
        for n in range(200)
    ]
    made = api.receive_reports(reports, actor=actor, at=at)
    raw = {"kind": "closing", "reason": "诉求人撤回"}
    drafts = [
        api.draft_step(api.load_order(one.order), "ask_up", actor=actor, at=at, raw=raw) for one in made
    ]
    api.write(drafts, recorded_at=at)
    with CaptureQueriesContext(
        connection,
    ) as asked_of:
        found = up.waiting(actor, "hotline", at=at)
    assert len(found) == 200
    assert len(asked_of) <= 6


# by file and by hand


def test_a_file_takes_everything_unsent_once_and_marks_it_sent(town):
    reply, question = replied(town, "B1"), asked(town, "B2")
    batch = up.make_batch(town.who("hotline"), "hotline", at=town.at)
    rows = opened(batch.content)
    assert [row["上级编号"] for row in rows] == ["B1", "B2"]
    assert {row["批次号"] for row in rows} == {batch.number}
    assert (rows[0]["类别"], rows[0]["事实认定"], rows[0]["答复"]) == ("回复", "属实", "已修复")
    assert (rows[1]["类别"], rows[1]["申请理由"], rows[1]["答复"]) == ("延期", "情况复杂", "")
    for number in (reply, question):
        found = message(town, number)
        assert (found.status, found.how, found.batch, found.sent_at) == (
            "sent",
            "file",
            batch.number,
            town.at,
        )
    with refused("nothing_to_send"):
        up.export(town.who("hotline"), "hotline", at=town.at)


def test_a_lost_download_is_fetched_again_byte_for_byte(town):
    asked(town, "B3")
    content = up.export(town.who("hotline"), "hotline", at=town.at)
    listed = up.batches(town.who("hotline"), "hotline")
    assert [batch.count for batch in listed] == [1]
    assert up.batch_file(town.who("hotline"), listed[0].number) == content
    with refused("batch_unknown"):
        up.batch_file(town.who("hotline"), "2611P999999")


def test_a_file_is_journalled_with_what_went_in_it(town):
    number = asked(town, "B4")
    batch = up.make_batch(town.who("hotline"), "hotline", at=town.at)
    entry = journal.history("upward_batch", batch.number)[0]
    assert entry.action == "exported"
    assert entry.body["messages"] == [f"{number}-{town.row(number).seq}"]


def test_a_file_never_holds_a_formula(town):
    number = town.handling("hotline", user="hotline", external_number="=B5")
    town.takes("hotline", number, "ask_up", kind="extension", reason='=HYPERLINK("http://x","点")')
    content = up.export(town.who("hotline"), "hotline", at=town.at)
    cells = [cell for row in openpyxl.load_workbook(io.BytesIO(content)).active for cell in row]
    assert "f" not in {cell.data_type for cell in cells}
    assert '=HYPERLINK("http://x","点")' in {cell.value for cell in cells}


def test_a_file_of_one_source_leaves_the_others_alone(town):
    asked(town, "B6")
    other = town.report("district", user="hotline", external_number="Q1")
    town.takes("hotline", other, "ask_up", kind="closing", reason="已撤回")
    up.export(town.who("hotline"), "hotline", at=town.at)
    assert [one.unsent for one in waiting(town, "district")] == [True]
    with refused("source_unknown"):
        up.export(town.who("hotline"), "telex", at=town.at)


def test_a_copied_message_is_marked_once(town):
    number = asked(town, "B7")
    seq = message(town, number).seq
    up.mark_sent(town.who("hotline"), number, seq, "text", at=town.at)
    assert (message(town, number).status, message(town, number).how) == ("sent", "text")
    with refused("already_sent"):
        up.mark_sent(town.who("hotline"), number, seq, "phone", at=town.at)
    with refused("how_unknown"):
        up.mark_sent(town.who("hotline"), number, seq, "pigeon", at=town.at)
    with refused("message_unknown"):
        up.mark_sent(town.who("hotline"), number, 1, "text", at=town.at)


def test_a_mark_set_by_mistake_is_taken_back_with_a_reason(town):
    number = asked(town, "B8")
    seq = message(town, number).seq
    with refused("not_sent"):
        up.mark_unsent(town.who("hotline"), number, seq, "点错了", at=town.at)
    up.mark_sent(town.who("hotline"), number, seq, "text", at=town.at)
    with refused("reason_missing"):
        up.mark_unsent(town.who("hotline"), number, seq, " ", at=town.at)
    up.mark_unsent(town.who("hotline"), number, seq, "点错了", at=town.at)
    assert message(town, number).unsent
    entries = journal.history("upward", town.row(number).id)
    assert [(entry.action, entry.body["how"]) for entry in entries] == [("sent", "text"), ("unsent", "text")]


def test_what_nobody_sent_is_a_figure(town):
    first, _ = asked(town, "B9"), town.later(hours=30)
    asked(town, "B10")
    assert (up.unsent_older_than(24, at=town.at), up.unsent_older_than(0, at=town.later(minutes=1))) == (1, 2)
    up.mark_sent(town.who("hotline"), first, message(town, first).seq, "phone", at=town.at)
    assert up.unsent_older_than(24, at=town.at) == 0


# by adapter


class Peer:
    """A district platform that answers, or is down."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.down = False

    def __call__(self, one) -> adapters.Receipt:
        if self.down:
            raise ConnectionError("503 from the district")
        self.taken.append(one.key)
        return adapters.Receipt(f"R-{one.external_number}")


@pytest.fixture
def peer(monkeypatch) -> Peer:
    """The hotline's messages leave by this peer for one test."""
    made = Peer()
    monkeypatch.setattr(adapters, "_adapters", type(adapters._adapters)("upward adapter"))
    adapters.adapter("hotline")(made)
    return made


def runs(town) -> None:
    up.sweep(town.later(minutes=5))
    jobs.run_due(town.at)


def test_an_adapter_carries_a_message_and_its_receipt_becomes_a_step(town, peer):
    number = asked(town, "C1")
    seq = message(town, number).seq
    runs(town)
    found = message(town, number)
    assert (found.status, found.how, found.receipt) == ("received", "api", "R-C1")
    assert peer.taken == [f"{number}-{seq}"]
    last = OrderEvent.objects.filter(order_id=town.row(number).id).order_by("-seq").first()
    assert (last.step, last.person) == ("receipt_up", 0)
    runs(town)
    assert len(peer.taken) == 1


def test_an_adapters_error_is_shown_tried_again_given_up_and_revived_by_a_person(town, peer):
    peer.down = True
    number = asked(town, "C2")
    runs(town)
    failed = message(town, number)
    assert failed.unsent
    assert (failed.failure.attempts, failed.failure.given_up) == (1, False)
    assert "503 from the district" in failed.failure.error
    with refused("nothing_given_up"):
        up.retry(town.who("hotline"), number, failed.seq, at=town.at)
    for _ in range(3):
        runs(town)
    assert message(town, number).failure.given_up
    peer.down = False
    runs(town)
    assert peer.taken == []
    up.retry(town.who("hotline"), number, failed.seq, at=town.at)
    jobs.run_due(town.at)
    assert (message(town, number).status, message(town, number).failure) == ("received", None)


def test_what_went_by_file_does_not_go_again_by_adapter(town, peer):
    peer.down = True
    number = asked(town, "C3")
    runs(town)
    up.export(town.who("hotline"), "hotline", at=town.at)
    peer.down = False
    runs(town)
    assert peer.taken == []
    assert message(town, number).how == "file"


def test_a_message_whose_worker_died_waits_again_and_is_in_the_next_file(town):
    number = asked(town, "C4")
    Upward.objects.filter(order_id=town.row(number).id).update(status="sending")
    assert up.unsent_older_than(0, at=town.later(minutes=1)) == 1
    assert [row["上级编号"] for row in opened(up.export(town.who("hotline"), "hotline", at=town.at))] == [
        "C4"
    ]


def test_the_demos_orders_stay_at_home(town, peer):
    number = asked(town, "C5")
    Order.objects.filter(number=number).update(origin="demo")
    runs(town)
    assert peer.taken == []
    assert message(town, number).unsent


def test_the_file_drop_writes_one_json_per_message_where_it_is_switched_on(town):
    number = replied(town, "C6")
    seq = message(town, number).seq
    tunables.set_value(up.FILE_DROP, "hotline", effective_from=datetime(2026, 1, 1, tzinfo=UTC))
    runs(town)
    path = Path(settings.DATA) / "outbox" / "hotline" / f"{number}-{seq}.json"
    told = json.loads(path.read_text("utf-8"))
    assert (told["external_number"], told["kind"], told["fact_finding"]) == ("C6", "reply", "属实")
    assert (message(town, number).status, message(town, number).receipt) == ("sent", "")


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
    town.report("district", user="hotline", external_number="E7")
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
