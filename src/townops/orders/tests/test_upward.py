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

from townops.base import jobs, journal, tunables, tuning
from townops.kernel.refusal import Refused
from townops.orders import api
from townops.orders.models import Order, OrderEvent, Upward
from townops.orders.rebuild import breaks
from townops.orders.tests.upward_story import asked, checked, message, opened, replied, said, up, waiting
from townops.orders.upward import adapters

pytestmark = pytest.mark.django_db


def refused(code: str):
    return pytest.raises(Refused, match=rf"^{code}\b")


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
    with pytest.raises(Refused, match="parent_not_answered"):
        town.takes("hotline", child, "reply_up")
    town.takes("h_chengjian", parent, "review_unit")
    town.takes("assess", parent, "review_center")
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


def test_a_reply_the_district_must_close_waits_after_its_receipt_and_no_longer_after_its_answer(town):
    number = replied(town, "A14")
    town.takes("hotline", number, "receipt_up", receipt="H-14")
    assert message(town, number).status == "received"
    town.takes("hotline", number, "answer_up", kind="closing", granted=True)
    assert waiting(town) == []


def test_a_reply_the_town_closes_itself_is_settled_by_its_receipt(town):
    lng, lat = town.point()
    number = town.handling("ejiayuan", external_number="E-1", lng=lng, lat=lat)
    town.submitted(number)
    town.takes("h_chengjian", number, "review_unit")
    town.takes("assess", number, "review_center")
    town.takes("hotline2", number, "check", passed=True)
    town.takes("hotline", number, "reply_up")
    assert [one.number for one in waiting(town, "ejiayuan")] == [number]
    town.takes("hotline", number, "receipt_up", receipt="E-H-1")
    assert waiting(town, "ejiayuan") == []


def test_what_was_sent_in_an_earlier_round_waits_no_longer(town):
    number = replied(town, "A15")
    up.mark_sent(town.who("hotline"), number, message(town, number).seq, "text", at=town.at)
    town.later(hours=1)
    town.report("hotline", user="hotline", external_number="A15", text="又不亮了")
    assert waiting(town) == []


def test_an_answer_to_a_message_nobody_marked_proves_that_it_was_sent(town):
    number = asked(town, "A20")
    town.takes("hotline", number, "answer_up", kind="extension", granted=False)
    (sent,) = api.whole(town.who("shift"), number, at=town.at).sent
    assert (sent.status, sent.how, sent.sent_at) == ("answered", "answer", town.at)
    assert up.unsent_older_than(0, at=town.later(hours=1)) == 0
    assert list(breaks([town.row(number).id])) == []


def test_an_answer_does_not_change_how_a_message_went(town):
    number = asked(town, "A21")
    marked = town.at
    up.mark_sent(town.who("hotline"), number, message(town, number).seq, "phone", at=marked)
    town.takes("hotline", number, "answer_up", kind="extension", granted=False)
    (sent,) = api.whole(town.who("shift"), number, at=town.at).sent
    assert (sent.how, sent.sent_at) == ("phone", marked)


def test_an_answer_says_nothing_of_a_message_of_the_round_before(town):
    number = asked(town, "A22", kind="closing")
    town.report("hotline", external_number="A22", received_at=town.later(days=1))
    town.takes("hotline", number, "ask_up", kind="closing", reason="诉求人撤回")
    town.takes("hotline", number, "answer_up", kind="closing", granted=True)
    later, earlier = api.whole(town.who("shift"), number, at=town.at).sent
    assert (later.how, earlier.how, earlier.sent_at) == ("answer", "overtaken", None)


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
    assert up.batch_file(town.who("hotline"), listed[0].number, at=town.at) == content
    with refused("upward_batch_unknown"):
        up.batch_file(town.who("hotline"), "2611P999999", at=town.at)


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
    other = town.report("district", external_number="Q1")
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
    assert failed.status == "ready"
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
    tried = tuning.foresee(tuning.Change(up.FILE_DROP, "hotline", "接通区平台", ""), town.at)
    assert (tried.count, tried.figures[0].after, tried.first[0].number) == (1, 1, number)
    tunables.set_value(up.FILE_DROP, "hotline", effective_from=datetime(2026, 1, 1, tzinfo=UTC))
    runs(town)
    path = Path(settings.DATA) / "outbox" / "hotline" / f"{number}-{seq}.json"
    told = json.loads(path.read_text("utf-8"))
    assert (told["external_number"], told["kind"], told["fact_finding"]) == ("C6", "reply", "属实")
    found = message(town, number)
    assert (found.status, found.how, found.batch, found.receipt) == ("sent", "file", "", "")
