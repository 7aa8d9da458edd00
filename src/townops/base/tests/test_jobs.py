"""Jobs survive their workers, schedules keep their own clock."""

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connections
from django.utils import timezone

from townops.base import jobs
from townops.base.models import Job, Schedule

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
seen = []


@pytest.fixture(autouse=True)
def nothing_seen(settings, tmp_path):
    settings.DATA = tmp_path
    seen.clear()


@jobs.task("test.note")
def note(payload, at):
    seen.append(payload["word"])


@jobs.task("test.fail")
def fail(payload, at):
    seen.append(payload["word"])
    raise ValueError("不行")


@jobs.job("test.every_hour", every=timedelta(hours=1))
def every_hour(at):
    seen.append(at)
    if len(seen) in failing_runs:
        raise ValueError("this time not")


failing_runs = set()


@pytest.mark.django_db
def test_a_task_runs_once_when_it_is_due():
    jobs.enqueue("test.note", {"word": "later"}, AT + MINUTE)
    jobs.enqueue("test.note", {"word": "now"}, AT)
    jobs.run_due(AT)
    assert "now" in seen and "later" not in seen
    jobs.run_due(AT + MINUTE)
    assert [word for word in seen if isinstance(word, str)] == ["now", "later"]
    assert not Job.objects.filter(name="test.note").exists()


@pytest.mark.django_db
def test_a_failing_task_is_tried_three_times_with_growing_pauses_and_then_shown():
    number = jobs.enqueue("test.fail", {"word": "x"}, AT)
    jobs.run_due(AT)
    jobs.run_due(AT + timedelta(seconds=19))
    assert seen.count("x") == 1
    for minutes in (1, 2, 3, 4):
        jobs.run_due(AT + MINUTE * minutes)
    assert seen.count("x") == 3
    assert [(row.pk, row.last_error) for row in jobs.dead()] == [(number, "ValueError: 不行")]


@pytest.mark.django_db
def test_a_dead_job_revived_gets_three_more_attempts():
    number = jobs.enqueue("test.fail", {"word": "x"}, AT)
    Job.objects.filter(pk=number).update(state=Job.State.DEAD, attempts=3)
    assert jobs.revive(number, at=AT)
    jobs.run_due(AT)
    assert seen.count("x") == 1
    assert not jobs.revive(number, at=AT)


@pytest.mark.django_db
def test_an_undeclared_task_cannot_be_asked_for():
    with pytest.raises(LookupError):
        jobs.enqueue("test.nobody")


@pytest.mark.django_db
def test_a_job_under_lease_is_left_alone():
    number = jobs.enqueue("test.note", {"word": "x"}, AT)
    Job.objects.filter(pk=number).update(
        state=Job.State.RUNNING, worker="other", lease_until=AT + MINUTE, attempts=1
    )
    jobs.run_due(AT + timedelta(seconds=59))
    assert "x" not in seen
    jobs.run_due(AT + MINUTE)
    assert "x" in seen


@pytest.mark.django_db
def test_a_schedule_ticks_by_its_own_clock_and_skips_what_it_slept_through():
    failing_runs.clear()
    for moment in (
        AT,
        AT + MINUTE * 59,
        AT + MINUTE * 60,
        AT + MINUTE * 200,
        AT + MINUTE * 239,
        AT + MINUTE * 240,
    ):
        jobs.run_due(moment)
    assert seen == [AT, AT + MINUTE * 60, AT + MINUTE * 200, AT + MINUTE * 240]
    row = Schedule.objects.get(name="test.every_hour")
    assert (row.next_at, row.last_finished_at) == (AT + MINUTE * 300, AT + MINUTE * 240)


@pytest.mark.django_db
def test_a_schedule_that_died_runs_again_at_its_next_tick():
    failing_runs.update({1, 2, 3})
    for minutes in (0, 1, 2, 3):
        jobs.run_due(AT + MINUTE * minutes)
    assert Job.objects.get(schedule="test.every_hour").state == Job.State.DEAD
    assert "this time not" in Schedule.objects.get(name="test.every_hour").last_error
    failing_runs.clear()
    jobs.run_due(AT + MINUTE * 60)
    assert len(seen) == 4
    assert Schedule.objects.get(name="test.every_hour").last_error == ""


@pytest.mark.django_db
def test_a_worker_that_lost_its_lease_does_not_end_the_job_of_the_next_one():
    number = jobs.enqueue("test.note", {"word": "x"}, AT)
    first = jobs._claim(AT)
    second = jobs._claim(AT + MINUTE)
    jobs._failed(first, AT + MINUTE, "too late")
    row = Job.objects.get(pk=number)
    assert (row.worker, row.attempts, row.last_error) == (second.worker, 2, "")


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_take_the_same_job():
    for _ in range(30):
        jobs.enqueue("test.note", {"word": "x"}, AT)
    threads = [threading.Thread(target=worker) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen.count("x") == 30


def worker():
    try:
        while jobs.run_due(AT, limit=5):
            pass
    finally:
        connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_the_thread_works_survives_a_poisoned_job_and_stops(caplog):
    jobs.enqueue("test.fail", {"word": "bad"}, timezone.now())
    jobs.enqueue("test.note", {"word": "good"}, timezone.now())
    jobs.start_thread()
    jobs.start_thread()
    try:
        deadline = time.monotonic() + 10
        while "good" not in seen and time.monotonic() < deadline:
            time.sleep(0.02)
    finally:
        assert jobs.stop_thread()
    assert {"bad", "good"} <= set(seen)
    assert caplog.text.count("job test.fail failed") == 1


class Town:
    """A town in a folder, whose workers are real processes."""

    def __init__(self, folder):
        self.folder = folder
        self("prepare")

    def start(self, step, later=0.0):
        source = Path(jobs.__file__).parents[2]
        script = Path(__file__).with_name("worker.py")
        command = [sys.executable, str(script), step, str(self.folder), str(later)]
        env = os.environ | {"PYTHONPATH": str(source)}
        return subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True)  # noqa: S603

    def __call__(self, step, later=0.0):
        process = self.start(step, later)
        return process.communicate(timeout=60)[0]

    def runs(self):
        file = self.folder / "runs"
        return file.read_text() if file.exists() else ""


@pytest.mark.slow
def test_a_job_whose_worker_is_killed_runs_again_after_the_lease(tmp_path):
    town = Town(tmp_path)
    town("test.slow")
    doomed = town.start("work")
    deadline = time.monotonic() + 30
    while not town.runs() and time.monotonic() < deadline:
        time.sleep(0.05)
    doomed.send_signal(signal.SIGKILL)
    doomed.wait()
    assert town("work", later=30) == "test.slow:running:1"
    assert town("work", later=61) == ""
    assert town.runs() == "xx"


@pytest.mark.slow
def test_a_job_that_kills_its_workers_is_dead_after_three(tmp_path):
    town = Town(tmp_path)
    town("test.poison")
    for lease in range(4):
        last = town("work", later=lease * 61)
    assert last == "test.poison:dead:3"


@jobs.task("test.long")
def long(payload, at):
    seen.append(Job.objects.get(name="test.long").lease_until)
    time.sleep(0.6)
    seen.append(Job.objects.get(name="test.long").lease_until)


@pytest.mark.django_db(transaction=True)
def test_a_long_job_keeps_its_lease_while_it_runs(monkeypatch):
    monkeypatch.setattr(jobs, "LEASE", timedelta(seconds=0.3))
    jobs.enqueue("test.long", {}, AT)
    jobs.run_due(AT)
    before, after = (moment for moment in seen if moment != AT)
    assert before == AT + timedelta(seconds=0.3)
    assert after > AT + timedelta(seconds=0.6)
