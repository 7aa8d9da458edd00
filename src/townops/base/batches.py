"""Work over many things at once: item by item, each in a transaction of its own with its result, or as one long run.

A short batch is worked off where it is asked for; a longer one by a job that may be killed and run again: what an item
did and that it was done are written together, so nothing is done twice. It can be stopped between two items. The same
key of the same owner is the same batch.
"""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db.models import F, Q
from django.db.models.functions import Greatest
from django.utils import timezone

from townops.base import words
from townops.base.canonical import dump
from townops.base.db import write
from townops.base.jobs import enqueue
from townops.base.models import Account, Batch, BatchItem, Job
from townops.base.registry import Registry
from townops.kernel.refusal import Refused

AT_ONCE: Final = 200
MOST: Final = 20_000
READ: Final = 100
LONGEST_KEY: Final = 64  # width of the column
KEPT: Final = timedelta(days=7)
TASK: Final = "base.batch"
SAID: Final = 200  # width of the column
DONE: Final = "done"
REFUSED: Final = "refused"
S = Batch.State
ENDED: Final = (S.DONE, S.STOPPED, S.FAILED)


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to be worked on, with the version its asker saw (None: as it is)."""

    thing: str
    seq: int | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a worker is given: whose work, with which facts, and the batch it belongs to."""

    batch: int
    owner: int
    payload: dict[str, Any]


OnItem = Callable[[Asked, Item, datetime], str]
Whole = Callable[[Asked, datetime], str]
_items: Registry[OnItem] = Registry("batch of items")
_wholes: Registry[Whole] = Registry("batch")


def on_item(kind: str) -> Callable[[OnItem], OnItem]:
    """Declare what is done with each item of a kind of batch; it says in words what came of it, or refuses."""
    return lambda function: _items.add(kind, function)


def whole(kind: str) -> Callable[[Whole], Whole]:
    """Declare a batch that is one long run: it calls `advance` as it goes and returns the name of its file."""
    return lambda function: _wholes.add(kind, function)


def ask(
    kind: str, owner: Account, key: str, payload: dict[str, Any], items: Sequence[Item], *, at: datetime
) -> Batch:
    """A batch of items, worked off at once when it is short, by a job when it is not.

    Refused: batch_empty, batch_too_large, batch_key_malformed.
    """
    if not items:
        raise Refused("batch_empty")
    if len(items) > MOST:
        raise Refused("batch_too_large", most=MOST)
    row, fresh = _made(kind, owner, key, payload, total=len(items), at=at)
    if not fresh:
        return row
    lines = [BatchItem(batch=row, no=n, thing=one.thing, seq=one.seq) for n, one in enumerate(items, 1)]
    with write():
        BatchItem.objects.bulk_create(lines, batch_size=500)
        if len(items) > AT_ONCE:
            enqueue(TASK, {"batch": row.pk}, run_at=at)
    if len(items) <= AT_ONCE:
        run(row.pk, at)
    return Batch.objects.get(pk=row.pk)


def ask_whole(
    kind: str, owner: Account, key: str, payload: dict[str, Any], total: int, *, at: datetime
) -> Batch:
    """A batch that is one long run over `total` things. Refused: batch_key_malformed."""
    row, fresh = _made(kind, owner, key, payload, total=total, at=at)
    if not fresh:
        return row
    if total > AT_ONCE:
        with write():
            enqueue(TASK, {"batch": row.pk}, run_at=at)
    else:
        run(row.pk, at)
    return Batch.objects.get(pk=row.pk)


def _made(
    kind: str, owner: Account, key: str, payload: dict[str, Any], *, total: int, at: datetime
) -> tuple[Batch, bool]:
    if not key or len(key) > LONGEST_KEY:
        raise Refused("batch_key_malformed")
    with write():
        made = {"kind": kind, "payload": dump(payload), "total": total, "created_at": at}
        return Batch.objects.get_or_create(owner=owner, key=key, defaults=made)


def of(owner: Account, number: int) -> Batch:
    """One's own batch. Refused("batch_unknown") alike for absent and another's."""
    row = Batch.objects.filter(pk=number, owner=owner).first()
    if row is None:
        raise Refused("batch_unknown")
    return row


def recent(owner: Account, most: int = 10) -> list[Batch]:
    """One's own latest batches."""
    return list(Batch.objects.filter(owner=owner).order_by("-id")[:most])


def latest(owner: Account, beginnings: Sequence[str]) -> Batch | None:
    """The newest of one's own whose key begins so."""
    begun = Q(pk__in=[])
    for one in beginnings:
        begun |= Q(key__startswith=one)
    return Batch.objects.filter(begun, owner=owner).order_by("-id").first()


def results(row: Batch, *, only_refused: bool = False, most: int = 500) -> list[BatchItem]:
    """Items in their order, refused ones alone if asked."""
    items = row.items.filter(status=REFUSED) if only_refused else row.items.all()
    return list(items.order_by("no")[:most])


def stop(owner: Account, number: int, *, at: datetime) -> None:
    """Ask a batch to stop after the item it is at; one that waits stops now. Refused("batch_unknown")."""
    of(owner, number)
    with write():
        rows = Batch.objects.filter(pk=number, owner=owner)
        rows.exclude(state__in=ENDED).update(stop_asked=True)
        rows.filter(state=S.WAITING).update(state=S.STOPPED, finished_at=at)


def advance(batch: int, done: int) -> bool:
    """Note how far a long run has come, never back when it is run again; False when it was asked to stop."""
    with write():
        Batch.objects.filter(pk=batch).update(done=Greatest(F("done"), done))
    return not Batch.objects.filter(pk=batch, stop_asked=True).exists()


def is_lost(row: Batch) -> bool:
    """Whether a batch that has not ended never will: its job was given up after its last attempt."""
    gone = Job.objects.filter(name=TASK, state=Job.State.DEAD, payload=dump({"batch": row.pk}))
    return row.state not in ENDED and gone.exists()


def run(number: int, at: datetime) -> None:
    """Work a batch off, or go on where an earlier run was killed; one that ended stays as it is."""
    with write():
        begun = Batch.objects.filter(pk=number).exclude(state__in=ENDED).update(state=S.RUNNING)
    if not begun:
        return
    row = Batch.objects.get(pk=number)
    asked = Asked(row.pk, row.owner_id, json.loads(row.payload))
    work = _wholes.get(row.kind)
    if work is not None:
        _run_whole(row, asked, work, at)
        return
    on_each = _items.get(row.kind)
    if on_each is None:
        raise LookupError(f"batch {row.kind!r} is not installed")
    begun_at = time.monotonic()
    while todo := list(row.items.filter(status="").order_by("no")[:READ]):
        for item in todo:
            now = at + timedelta(seconds=time.monotonic() - begun_at)
            if not advance_item(item, asked, on_each, now):
                _end(number, S.STOPPED)
                return
    _end(number, S.DONE)


def advance_item(item: BatchItem, asked: Asked, work: OnItem, at: datetime) -> bool:
    """One item and its result, both or neither; False when the batch was asked to stop before it."""
    if Batch.objects.filter(pk=asked.batch, stop_asked=True).exists():
        return False
    try:
        with write():
            if _claimed(item, status=DONE):
                said = work(asked, Item(item.thing, item.seq), at)
                BatchItem.objects.filter(pk=item.pk).update(said=said[:300])
    except Refused as refused:
        with write():
            _claimed(item, status=REFUSED, code=refused.code, said=words.render(refused)[:300])
    return True


def _claimed(item: BatchItem, **result: str) -> bool:
    """Whether the item was still to be done; it is counted with that."""
    mine = BatchItem.objects.filter(pk=item.pk, status="").update(**result)
    failed = int(result["status"] == REFUSED)
    Batch.objects.filter(pk=item.batch_id).update(done=F("done") + mine, failed=F("failed") + mine * failed)
    return bool(mine)


def _run_whole(row: Batch, asked: Asked, work: Whole, at: datetime) -> None:
    try:
        result = work(asked, at)
    except Refused as refused:
        _end(row.pk, S.FAILED, result=words.render(refused)[:SAID])
        return
    stopped = Batch.objects.filter(pk=row.pk, stop_asked=True).exists()
    _end(row.pk, S.STOPPED if stopped else S.DONE, result="" if stopped else result)


def _end(number: int, state: str, result: str = "") -> None:
    with write():
        Batch.objects.filter(pk=number).update(state=state, result=result, finished_at=timezone.now())


def purge(at: datetime) -> int:
    """Drop batches a week old with their results and files; returns how many."""
    folder = settings.DATA / "exports"
    old = list(Batch.objects.filter(created_at__lt=at - KEPT))
    for row in old:
        for file in folder.glob(f"{row.pk}.*"):  # what a run that was killed left behind too
            file.unlink(missing_ok=True)
    with write():
        Batch.objects.filter(pk__in=[row.pk for row in old]).delete()
    return len(old)
