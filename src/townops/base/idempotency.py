"""The same request twice has one effect: same actor, key and body get the stored answer for seven days
(engine 7).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import IntegrityError, connection, transaction

from townops.base.models import IdempotencyKey
from townops.kernel.refusal import Refused

KEPT: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """What was answered the first time."""

    status: int
    body: str


def remember(actor: int, key: str, digest: str, *, at: datetime) -> StoredAnswer | None:
    """The stored answer, or None when this request is new and now reserved for the caller's transaction.

    Call inside `write()`, do the work, then `answer`. A second request at the same time waits on PostgreSQL
    until the first has committed. Refused: `key_reused` (other body), `key_in_use` (reserved and never
    answered).
    """
    if not connection.in_atomic_block:
        raise RuntimeError("remember() belongs inside write()")
    rows = IdempotencyKey.objects.filter(actor=actor, key=key)
    rows.filter(created_at__lt=at - KEPT).delete()
    try:
        with transaction.atomic():
            IdempotencyKey.objects.create(actor=actor, key=key, digest=digest, created_at=at)
    except IntegrityError:
        return _stored(rows.get(), digest)
    return None


def answer(actor: int, key: str, *, status: int, body: str) -> None:
    """Keep the answer of a request reserved by `remember`, in the same transaction."""
    IdempotencyKey.objects.filter(actor=actor, key=key).update(status=status, body=body)


def purge(at: datetime) -> int:
    """Drop answers older than seven days; returns how many."""
    return IdempotencyKey.objects.filter(created_at__lt=at - KEPT).delete()[0]


def _stored(row: IdempotencyKey, digest: str) -> StoredAnswer:
    if row.digest != digest:
        raise Refused("key_reused", key=row.key)
    if not row.status:
        raise Refused("key_in_use", key=row.key)
    return StoredAnswer(row.status, row.body)
