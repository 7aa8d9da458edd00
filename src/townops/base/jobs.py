"""Work done later: a leased table, measured against kill -9 (architecture 5).

A due job is claimed by a conditional UPDATE that sets a lease and counts the attempt at its start; a
heartbeat keeps the lease while it runs. A worker that dies leaves the lease to run out, then the job is run
again; after three attempts it is dead and shown. A job therefore may run twice and must bear it. Schedules
have their own clock: one tick makes at most one waiting job.
"""

import json
import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import close_old_connections, connections
from django.db.models import F, Q
from django.utils import timezone

from townops.base import outbox, startup
from townops.base.canonical import dump
from townops.base.db import write
from townops.base.models import Job, Schedule
from townops.base.registry import Registry

LEASE: Final = timedelta(seconds=60)
ATTEMPTS: Final = 3
RETRY_AFTER: Final = timedelta(seconds=10)
IDLE_SECONDS: Final = 1.0
GATHER_SECONDS: Final = (
    0.25  # news that comes in meanwhile is told together: a round costs as much for one as for fifty
)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Recurring:
    """A function `(at)` run every so often."""

    run: Callable[[datetime], object]
    every: timedelta


Work = Callable[[dict[str, Any], datetime], object]
_recurring: Registry[Recurring] = Registry("job")
_tasks: Registry[Work] = Registry("task")


def job(
    name: str, *, every: timedelta
) -> Callable[[Callable[[datetime], object]], Callable[[datetime], object]]:
    """Declare a recurring job: a function of the moment it runs."""

    def register(function: Callable[[datetime], object]) -> Callable[[datetime], object]:
        _recurring.add(name, Recurring(function, every))
        return function

    return register


def task(name: str) -> Callable[[Work], Work]:
    """Declare work that `enqueue` can ask for: a function `(payload, at)`."""

    def register(function: Work) -> Work:
        return _tasks.add(name, function)

    return register


def recurring() -> dict[str, Recurring]:
    """Every declared recurring job by name."""
    return _recurring.all()


def enqueue(name: str, payload: dict[str, Any] | None = None, run_at: datetime | None = None) -> int:
    """Ask for a task in the caller's transaction; returns the job's id.

    An undeclared task is a fault of the program.
    """
    if _tasks.get(name) is None:
        raise LookupError(f"task {name!r} is not declared")
    now = timezone.now()
    row = Job.objects.create(name=name, payload=dump(payload or {}), run_at=run_at or now, created_at=now)
    return row.pk


def run_due(at: datetime, limit: int = 100) -> int:
    """Deliver news, tick the schedules, run what is due at this moment one after the other; returns how
    much was done.

    News that the jobs made is delivered before returning. `limit` counts jobs.
    """
    told = outbox.deliver(at)
    tick(at)
    ran = 0
    while ran < limit and (row := _claim(at)) is not None:
        _run(row, at)
        ran += 1
    return told + ran + (outbox.deliver(at) if ran else 0)


def tick(at: datetime) -> None:
    """Turn due schedules into jobs. A schedule whose last job still waits or runs makes no second one."""
    _bury(at)
    known = dict(Schedule.objects.values_list("name", "next_at"))
    for name, declared in _recurring.all().items():
        if name not in known or known[name] <= at:
            _tick_one(name, declared.every, known.get(name), at)


def dead() -> list[Job]:
    """Jobs given up after three attempts, newest first: to be shown to an operator."""
    return list(Job.objects.filter(state=Job.State.DEAD).order_by("-id")[:200])


def revive(job_id: int, *, at: datetime) -> bool:
    """Give a dead job three more attempts from now; whether there was one."""
    with write():
        rows = Job.objects.filter(pk=job_id, state=Job.State.DEAD)
        return rows.update(state=Job.State.WAITING, attempts=0, run_at=at, lease_until=None, worker="") == 1


def _tick_one(name: str, every: timedelta, seen: datetime | None, at: datetime) -> None:
    with write():
        if seen is None:
            _, made = Schedule.objects.get_or_create(name=name, defaults={"next_at": at + every})
            mine = int(made)
        else:
            mine = Schedule.objects.filter(name=name, next_at=seen).update(
                next_at=_following(seen, every, at)
            )
        if mine:
            Job.objects.filter(schedule=name, state=Job.State.DEAD).delete()
            fresh = Job(name=name, schedule=name, run_at=at, created_at=at)
            Job.objects.bulk_create([fresh], ignore_conflicts=True)


def _following(seen: datetime, every: timedelta, at: datetime) -> datetime:
    missed = (at - seen) // every
    return seen + every * (missed + 1)


def _free(at: datetime) -> Q:
    return Q(lease_until__isnull=True) | Q(lease_until__lte=at)


def _claim(at: datetime) -> Job | None:
    """Take the oldest due job for this worker, or None. Losing the race for one just tries the next."""
    due = Job.objects.filter(_free(at), run_at__lte=at, attempts__lt=ATTEMPTS).exclude(state=Job.State.DEAD)
    for key in due.order_by("run_at", "id").values_list("pk", flat=True)[:20]:
        with write():
            taken = due.filter(pk=key).update(
                state=Job.State.RUNNING,
                worker=secrets.token_hex(8),
                lease_until=at + LEASE,
                attempts=F("attempts") + 1,
            )
            row = Job.objects.filter(pk=key).first() if taken else None
            if row is not None and row.schedule:
                Schedule.objects.filter(name=row.schedule).update(last_started_at=at)
        if row is not None:
            return row
    return None


def _run(row: Job, at: datetime) -> None:
    try:
        with _heartbeat(row, at):
            _call(row, at)
    except Exception as error:
        log.exception("job %s failed (attempt %s)", row.name, row.attempts)
        _failed(row, at, f"{type(error).__name__}: {error}"[:2000])
        return
    with write():
        Job.objects.filter(pk=row.pk, worker=row.worker).delete()
        if row.schedule:
            Schedule.objects.filter(name=row.schedule).update(last_finished_at=at, last_error="")


def _call(row: Job, at: datetime) -> None:
    if row.schedule:
        declared = _recurring.get(row.name)
        if declared is None:
            raise LookupError(f"job {row.name!r} is not installed")
        declared.run(at)
        return
    work = _tasks.get(row.name)
    if work is None:
        raise LookupError(f"task {row.name!r} is not installed")
    work(json.loads(row.payload), at)


def _failed(row: Job, at: datetime, error: str) -> None:
    over = row.attempts >= ATTEMPTS
    with write():
        Job.objects.filter(pk=row.pk, worker=row.worker).update(
            state=Job.State.DEAD if over else Job.State.WAITING,
            run_at=at + RETRY_AFTER * 2**row.attempts,
            lease_until=None,
            worker="",
            last_error=error,
        )
        if row.schedule:
            Schedule.objects.filter(name=row.schedule).update(last_error=error)


def _bury(at: datetime) -> None:
    """Jobs whose third worker died without a word are dead too."""
    lost = Job.objects.filter(state=Job.State.RUNNING, lease_until__lte=at, attempts__gte=ATTEMPTS)
    if lost.exists():
        with write():
            lost.update(state=Job.State.DEAD, worker="", lease_until=None, last_error="worker died")


@contextmanager
def _heartbeat(row: Job, at: datetime) -> Iterator[None]:
    """Keep the lease while the block runs; a short job never opens the second connection."""
    done = threading.Event()
    beat = threading.Thread(target=_beat, args=(row, at, done), daemon=True, name=f"heartbeat-{row.pk}")
    beat.start()
    try:
        yield
    finally:
        done.set()  # not joined: a beat that waits for a lock held here would wait for us


def _beat(row: Job, at: datetime, done: threading.Event) -> None:
    started = time.monotonic()
    pause = LEASE.total_seconds() / 3
    try:
        while not done.wait(pause):
            until = at + timedelta(seconds=time.monotonic() - started) + LEASE
            Job.objects.filter(pk=row.pk, worker=row.worker).update(lease_until=until)
    except Exception:
        log.exception("heartbeat of job %s failed", row.pk)
    finally:
        connections.close_all()


class _Loop(threading.Thread):
    """The thread that does the town's work when web and jobs share one process."""

    def __init__(self) -> None:
        super().__init__(daemon=True, name="townops-jobs")
        self.ended = threading.Event()
        self._told = ""

    def run(self) -> None:
        while not self.ended.is_set():
            self.ended.wait(GATHER_SECONDS if self._round() else IDLE_SECONDS)
        connections.close_all()

    def _round(self) -> int:
        try:
            close_old_connections()
            done = run_due(timezone.now())
        except Exception as error:
            if repr(error) != self._told:
                log.exception("the job loop stumbled")
            self._told = repr(error)
            connections.close_all()
            return 0
        self._told = ""
        return done


_loop: list[_Loop] = []


def start_thread() -> None:
    """Start the loop in this process; once is enough. Stops start-up where `startup.check` does."""
    startup.check()
    if not any(loop.is_alive() for loop in _loop):
        _loop[:] = [_Loop()]
        _loop[0].start()


def stop_thread(timeout: float = 30.0) -> bool:
    """Let the running job finish and end the loop; whether it ended in time (seconds)."""
    for loop in _loop:
        loop.ended.set()
        loop.join(timeout)
    return not any(loop.is_alive() for loop in _loop)
