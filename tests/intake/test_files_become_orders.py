"""From a file to orders: kept first, broken rows set aside, nothing twice, restartable, classed or left."""

import csv
import io
import json
from datetime import datetime
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.utils import timezone

from townops.base import journal, tunables
from townops.base.jobs import run_due
from townops.base.models import Account
from townops.base.outbox import deliver
from townops.base.words import render
from townops.intake import bringing, hotline_file, raw, training
from townops.intake.api import IMPORTER, bring_in, error_file, replay
from townops.intake.models import RawPayload, Suggestion
from townops.intake.tunables import THRESHOLD
from townops.kernel.actors import Actor
from townops.kernel.refusal import Refused
from townops.orders import api as orders
from townops.orders.models import Order
from townops.orders.rebuild import breaks
from townops.people import api as people

HEAD = "留言编号,留言用户,留言主题,留言时间,留言详情,反对数,点赞数\n"
MESSAGES = Path(settings.PROJECT).parent / "shared" / "data" / "hotline" / "messages_4326.csv.gz"


def board(*rows: str) -> bytes:
    return (HEAD + "".join(f"{row}\n" for row in rows)).encode()


def line(number: int, title: str = "楼下麻将馆深夜扰民", time: str = "2026/3/2 9:05:00") -> str:
    return f"{number},U,{title},{time},楼下麻将馆打牌打到凌晨，声音很大。,0,0"


def bring(content: bytes, now: datetime, **other: object) -> bringing.Summary:
    return bring_in(content, source="hotline", channel="board", at=now, file_name="b.csv", **other)  # type: ignore[arg-type]


def wrong_rows(found: bringing.Summary) -> list[dict[str, str]]:
    """The error file as somebody permitted downloads it."""
    content, _name = error_file(found.payload, actor=IMPORTER, at=timezone.now())
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_good_rows_become_orders_and_broken_ones_a_file_with_reasons(now: datetime) -> None:
    found = bring(board(line(1), line(2, time="不详"), line(3)), now)
    assert (found.rows, found.made, found.broken) == (3, 2, 1)
    (broken,) = wrong_rows(found)
    assert broken["行号"] == "3"
    assert "不详" in broken["原因"]
    assert broken["留言编号"] == "2"


def test_orders_keep_their_own_time_of_receipt(now: datetime) -> None:
    bring(board(line(1)), now)
    assert Order.objects.get().received_at == datetime.fromisoformat("2026-03-02T09:05:00+08:00")


def test_the_same_file_twice_changes_nothing(now: datetime) -> None:
    content = board(line(1), line(2))
    first, second = bring(content, now), bring(content, now)
    assert second.again
    assert (second.made, Order.objects.count(), RawPayload.objects.count()) == (first.made, 2, 1)


def test_another_file_with_the_same_messages_makes_no_second_order(now: datetime) -> None:
    bring(board(line(1)), now)
    found = bring(board(line(1), line(2)), now)
    assert (found.made, found.known) == (1, 1)


def test_the_bytes_are_kept_sealed_and_come_back_as_they_were(now: datetime) -> None:
    content = board(line(1))
    row = RawPayload.objects.get(pk=bring(content, now).payload)
    assert raw.content_of(row) == content
    kept = [path.read_bytes() for path in (settings.DATA / "intake" / "raw").rglob("*") if path.is_file()]
    assert all("麻将馆".encode() not in one for one in kept)


def test_a_payload_that_cannot_be_read_is_kept_with_the_reason(now: datetime) -> None:
    with pytest.raises(Refused, match="columns_missing"):
        bring(b"a,b\n1,2\n", now)
    row = RawPayload.objects.get()
    assert (row.state, "留言编号" in row.reason) == (RawPayload.State.REFUSED, True)


def test_a_replay_finds_every_order_known(now: datetime) -> None:
    first = bring(board(line(1), line(2)), now)
    again = replay(first.payload, at=now)
    assert (again.made, again.known, Order.objects.count()) == (0, 2, 2)


def test_rows_without_a_number_are_not_doubled_by_a_replay(now: datetime) -> None:
    content = "诉求内容,受理时间\n路灯不亮,2026-03-02 09:00\n".encode()
    first = bring_in(content, source="hotline", channel="sheet", at=now)
    replay(first.payload, at=now)
    assert Order.objects.count() == 1


def test_an_import_cut_off_goes_on_where_it_stopped(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bringing, "CHUNK", 2)
    content = board(*(line(number) for number in range(1, 6)))

    def cut(done: int, total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bring(content, now, progress=cut)
    assert Order.objects.count() == 2
    found = bring(content, now)
    assert (found.rows, found.made, found.known, Order.objects.count()) == (5, 5, 0, 5)


def test_a_report_from_the_future_is_set_aside_and_the_others_go_on(now: datetime) -> None:
    found = bring(board(line(1), line(2, time="2031/1/1 9:00:00"), line(3)), now)
    assert (found.made, found.broken) == (2, 1)


PHONE = "13800001234"
SHEET = "工单编号,受理时间,诉求内容,诉求人,联系电话,地址\n"
FUTURE = f"A-2,2031-01-01 09:00,路灯不亮,演示某,{PHONE},学前街12号\n"


def a_sheet(now: datetime, *rows: str) -> bringing.Summary:
    content = (SHEET + "".join(rows)).encode()
    return bring_in(content, source="hotline", channel="sheet", at=now, file_name="a.csv")


def test_callers_in_broken_rows_lie_sealed_on_disk_and_readable_by_nobody_else(now: datetime) -> None:
    found = a_sheet(now, f"A-1,不详,路灯不亮,演示某,{PHONE},学前街12号\n", FUTURE)
    assert found.broken == 2
    kept = [path for path in (settings.DATA / "intake").rglob("*") if path.is_file()]
    assert all(PHONE.encode() not in path.read_bytes() for path in kept)
    assert {path.stat().st_mode & 0o077 for path in kept} == {0}
    assert {row["联系电话"] for row in wrong_rows(found)} == {PHONE}


def test_a_row_that_orders_refuse_keeps_every_cell_and_can_be_corrected_and_sent_again(now: datetime) -> None:
    (wrong,) = wrong_rows(a_sheet(now, FUTURE))
    assert (wrong["受理时间"], wrong["地址"]) == ("2031-01-01 09:00", "学前街12号")
    fixed = ",".join(wrong[head] for head in SHEET.strip().split(",")).replace("2031", "2026")
    assert a_sheet(now, fixed + "\n").made == 1


def test_a_download_of_broken_rows_is_journalled(now: datetime) -> None:
    found = a_sheet(now, FUTURE)
    wrong_rows(found)
    last = journal.history("intake", found.payload)[-1]
    assert (last.action, last.body["rows"]) == ("errors", 1)


def test_what_was_refused_before_a_crash_is_remembered_sealed(now: datetime) -> None:
    row = RawPayload.objects.get(pk=a_sheet(now, FUTURE).payload)
    raw.set_aside(row, [2, "时间在将来", {"联系电话": PHONE}])
    raw.set_aside(row, [3, "时间在将来", {"联系电话": PHONE}])
    assert [number for number, _reason, _cells in raw.aside(row)] == [2, 3]
    assert (
        PHONE.encode()
        not in (settings.DATA / "intake" / "errors")
        .joinpath(f"{Path(row.error_file).stem}.aside")
        .read_bytes()
    )
    raw.forget_aside(row)


def test_an_upgrade_seals_what_lay_in_the_clear(now: datetime) -> None:
    row = RawPayload.objects.get(pk=a_sheet(now, FUTURE).payload)
    plain = Path(row.error_file).with_suffix(".csv")
    content, _name = raw.errors_of(row)
    plain.write_bytes(content)
    plain.with_suffix(".jsonl").write_text(PHONE)
    Path(row.error_file).unlink()
    RawPayload.objects.filter(pk=row.pk).update(error_file=str(plain))
    import_module("townops.intake.migrations.0004_sealed_errors").seal(apps, None)
    assert not plain.exists() and not plain.with_suffix(".jsonl").exists()
    row.refresh_from_db()
    assert raw.errors_of(row)[0] == content


def test_a_sure_class_is_given_and_an_unsure_one_left_to_a_person(now: datetime) -> None:
    content = board(
        line(1), line(2, title="一件说不清的事").replace("楼下麻将馆打牌打到凌晨，声音很大。", "如题。")
    )
    found = bring(content, now)
    sure, unsure = Order.objects.order_by("external_number")
    assert (found.automatic, found.by_person) == (1, 1)
    assert (sure.class_code, unsure.class_code) == ("H-07-02", "")
    waiting = Suggestion.objects.get(order_id=unsure.id)
    assert waiting.class_code and waiting.second_code and not waiting.automatic


def clerk(now: datetime) -> Actor:
    return people.actor_for(Account.objects.get(username="hotline").pk, now)


UNSURE = "一件说不清的事"


def unsure(now: datetime) -> Order:
    """An imported message whose class waits for a person."""
    bring(board(line(1, title=UNSURE).replace("楼下麻将馆打牌打到凌晨，声音很大。", "如题。")), now)
    return Order.objects.get(class_code="")


def test_a_message_whose_class_waits_for_a_person_has_its_inferred_demand_type(now: datetime) -> None:
    order, found = unsure(now), Suggestion.objects.get()
    assert order.demand_type == found.demand_type != ""
    assert found.demand_confidence > 0
    told = orders.order_for(clerk(now), order.number, at=now)
    assert told.value.inferred
    assert list(breaks([order.id])) == []


def test_a_person_s_filing_overrides_the_inferred_demand_type(now: datetime) -> None:
    order = unsure(now)
    orders.take_step(order.number, "accept", actor=clerk(now), at=now, facts={})
    facts = {"demand_type": "praise", "class": "H-07-02", "time_class": "5"}
    done = orders.take_step(order.number, "file", actor=clerk(now), at=now, facts=facts)
    assert (done.value.demand_type, done.value.inferred) == ("praise", False)


def test_the_type_somebody_chose_is_not_inferred_anew(now: datetime) -> None:
    given = orders.IncomingReport("hotline", "楼下麻将馆打牌打到凌晨，声音很大", now, demand_type="praise")
    (taken,) = orders.receive_reports([given], actor=IMPORTER, at=now)
    deliver(now)
    run_due(now)
    order = Order.objects.get(id=taken.order)
    assert (order.class_code, order.demand_type) == ("H-07-02", "praise")


def test_a_message_that_came_with_its_class_is_given_a_type(now: datetime) -> None:
    given = orders.IncomingReport("hotline", "楼下麻将馆打牌打到凌晨，声音很大", now, class_code="H-07-01")
    (taken,) = orders.receive_reports([given], actor=IMPORTER, at=now)
    deliver(now)
    run_due(now)
    order = Order.objects.get(id=taken.order)
    assert order.class_code == "H-07-01"
    assert order.demand_type == Suggestion.objects.get(order_id=order.id).demand_type != ""


def test_a_town_may_forbid_automatic_classes(now: datetime) -> None:
    tunables.set_value(THRESHOLD.key, "1.1", effective_from=now)
    assert bring(board(line(1)), now).automatic == 0


def test_an_order_from_the_interface_is_classed_by_the_job(now: datetime) -> None:
    given = {"text": "楼下麻将馆深夜打牌，吵得睡不着", "received_at": "2026-03-03T09:00:00+08:00"}
    tunables.set_value(THRESHOLD.key, "1.1", effective_from=now)
    bring_in(json.dumps(given).encode(), source="hotline", channel="api", at=now)
    tunables.set_value(THRESHOLD.key, "0.5", effective_from=now)
    Suggestion.objects.all().delete()
    deliver(now)
    run_due(now)
    assert Order.objects.get().class_code == "H-07-02"


def test_history_keeps_its_origin_and_is_classed_at_its_own_time(now: datetime) -> None:
    bring(board(line(1, time="2019/3/1 9:00:00")), now, origin="history")
    order = Order.objects.get()
    assert (order.origin, order.class_code) == ("history", "H-07-02")


def test_old_messages_are_not_taken_for_today_s_unless_one_says_so(now: datetime, tmp_path: Path) -> None:
    path = tmp_path / "b.csv"
    path.write_bytes(board(line(1, time="2019/3/1 9:00:00"), line(2, time="2020/3/1 9:00:00")))
    with pytest.raises(Refused) as refused:
        hotline_file.run(path)
    assert "--history" in render(refused.value)
    assert "--live" in render(refused.value)
    assert (RawPayload.objects.count(), Order.objects.count()) == (0, 0)
    hotline_file.run(path, live=True)
    assert set(Order.objects.values_list("origin", flat=True)) == {"live"}


def test_a_file_with_a_few_old_messages_is_taken(now: datetime, tmp_path: Path) -> None:
    path = tmp_path / "b.csv"
    fresh = f"{timezone.now():%Y/%m/%d} 9:05:00"
    path.write_bytes(board(line(1, time="2019/3/1 9:00:00"), line(2, time=fresh), line(3, time=fresh)))
    assert hotline_file.run(path).rows == 3


def test_a_town_without_closed_orders_has_nothing_to_learn_from(now: datetime) -> None:
    with pytest.raises(Refused, match="nothing_to_learn"):
        training.run()


@pytest.mark.slow
@pytest.mark.skipif(not MESSAGES.exists(), reason="the real messages (../shared/data/hotline) are not here")
def test_all_4326_real_messages_become_orders(now: datetime) -> None:
    found = hotline_file.run(MESSAGES, history=True)
    assert (found.made, found.broken) == (4326, 0)
    assert Order.objects.filter(block__isnull=True).count() == 4326
    assert found.automatic > 4326 // 4
    assert not Order.objects.filter(demand_type="").exists()
