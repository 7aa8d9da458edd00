"""Work over many things: a result for each, nothing twice, long ones by a job that can be stopped and killed."""

from datetime import UTC, datetime, timedelta

import pytest

from townops.base import batches, jobs
from townops.base.models import Account, Batch, Job
from townops.kernel.refusal import Refused

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 2, tzinfo=UTC)
seen: list[str] = []
stop_at: list[str] = []


@batches.on_item("test.each")
def each(asked, item, at):
    """Refuses what is bad; may be told to stop the batch on its way."""
    if item.thing in stop_at:
        batches.stop(Account.objects.get(pk=asked.owner), asked.batch, at=at)
    if item.thing.startswith("bad"):
        raise Refused("sheet_large", largest=400)
    seen.append(item.thing)
    return f"办成 {item.thing} {item.seq or ''}".strip()


@batches.whole("test.whole")
def whole(asked, at):
    for done in range(1, 4):
        if not batches.advance(asked.batch, done * 100):
            return ""
        if asked.payload.get("stop") == done:
            batches.stop(Account.objects.get(pk=asked.owner), asked.batch, at=at)
        if asked.payload.get("refuse"):
            raise Refused("sheet_empty")
    return "file.csv"


@pytest.fixture
def owner():
    seen.clear()
    stop_at.clear()
    return Account.objects.create(username="a")


def ask(owner, things, key="k1"):
    items = [batches.Item(thing, n) for n, thing in enumerate(things)]
    return batches.ask("test.each", owner, key, {}, items, at=AT)


def test_a_short_batch_is_done_at_once_with_a_result_for_each(owner):
    row = ask(owner, ["x", "bad", "y"])
    assert (row.state, row.done, row.failed, row.total) == ("done", 3, 1, 3)
    told = [(one.thing, one.status, one.code, one.said) for one in batches.results(row)]
    assert told == [
        ("x", "done", "", "办成 x"),
        ("bad", "refused", "sheet_large", "表格过大，展开后超过400兆字节。"),
        ("y", "done", "", "办成 y 2"),
    ]
    assert [one.thing for one in batches.results(row, only_refused=True)] == ["bad"]


def test_the_same_key_is_the_same_batch_and_nothing_is_done_twice(owner):
    first = ask(owner, ["x"])
    assert ask(owner, ["x"]).pk == first.pk
    assert seen == ["x"]
    other = Account.objects.create(username="b")
    assert ask(other, ["x"]).pk != first.pk


def test_a_long_batch_waits_for_the_job_and_shows_how_far_it_is(owner):
    row = ask(owner, [f"t{n}" for n in range(batches.AT_ONCE + 1)])
    assert (row.state, row.done, seen) == ("waiting", 0, [])
    jobs.run_due(AT)
    row.refresh_from_db()
    assert (row.state, row.done, len(seen)) == ("done", batches.AT_ONCE + 1, batches.AT_ONCE + 1)


def test_a_batch_that_was_killed_goes_on_where_it_stood(owner):
    row = ask(owner, ["x", "y", "z"])
    Batch.objects.filter(pk=row.pk).update(state="running", done=1)
    row.items.filter(no__gt=1).update(status="")
    seen.clear()
    batches.run(row.pk, AT)
    row.refresh_from_db()
    assert (seen, row.state, row.done) == (["y", "z"], "done", 3)


def test_a_batch_is_stopped_between_two_items(owner):
    stop_at.append("y")
    row = ask(owner, ["x", "y", "z"])
    assert (row.state, seen) == ("stopped", ["x", "y"])
    batches.run(row.pk, AT)
    assert seen == ["x", "y"]


def test_one_that_waits_is_stopped_before_it_begins_and_only_by_its_owner(owner):
    row = ask(owner, [f"t{n}" for n in range(batches.AT_ONCE + 1)])
    with pytest.raises(Refused, match="batch_unknown"):
        batches.stop(Account.objects.create(username="b"), row.pk, at=AT)
    batches.stop(owner, row.pk, at=AT)
    jobs.run_due(AT)
    row.refresh_from_db()
    assert (row.state, seen) == ("stopped", [])
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    ("things", "key", "code"),
    [([], "k", "batch_empty"), (["x"], "", "batch_key_malformed"), (["x"], "k" * 65, "batch_key_malformed")],
)
def test_a_batch_that_means_nothing_is_refused(owner, things, key, code):
    with pytest.raises(Refused, match=code):
        ask(owner, things, key)


def test_a_batch_beyond_the_limit_is_refused(owner, monkeypatch):
    monkeypatch.setattr(batches, "MOST", 2)
    with pytest.raises(Refused, match="batch_too_large"):
        ask(owner, ["x", "y", "z"])


def test_one_long_run_tells_how_far_it_is_and_names_its_file(owner):
    row = batches.ask_whole("test.whole", owner, "w1", {}, 300, at=AT)
    assert row.state == "waiting"
    jobs.run_due(AT)
    row.refresh_from_db()
    assert (row.state, row.done, row.result) == ("done", 300, "file.csv")


def test_a_long_run_can_be_stopped_or_refuse(owner):
    stopped = batches.ask_whole("test.whole", owner, "w1", {"stop": 1}, 30, at=AT)
    assert (stopped.state, stopped.done, stopped.result) == ("stopped", 200, "")
    failed = batches.ask_whole("test.whole", owner, "w2", {"refuse": True}, 30, at=AT)
    assert (failed.state, failed.result) == ("failed", "表格里没有数据。")


def test_batches_go_after_a_week(owner):
    ask(owner, ["x"])
    assert batches.purge(AT + timedelta(days=6)) == 0
    assert batches.purge(AT + timedelta(days=8)) == 1
    assert batches.recent(owner) == []
