"""What somebody typed and has not sent yet (草稿): sealed, one of a kind for each account, gone when sent or too old.

Callers' names and telephones stand in it, so it is sealed like the messages of intake, and nobody else reads it.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q, QuerySet

from townops.base import crypto, tunables, tuning
from townops.base.access import SECURITY
from townops.base.canonical import dump
from townops.base.db import write
from townops.base.models import Draft
from townops.base.tunables import Part, Tunable, value_at
from townops.kernel.refusal import Refused

KEPT_KEY: Final = "drafts.kept_days"
KEPT_DAYS: Final = "7"
tunables.declare(
    Tunable(
        KEPT_KEY, KEPT_DAYS, "草稿保留", "没有提交的草稿超过这些天没有改动即清除", SECURITY,
        (Part("", "天", 1, 90),),
    )
)  # fmt: skip
KIND: Final = re.compile(r"[a-zA-Z0-9_-]{1,60}")
LARGEST: Final = 64 * 1024
MOST: Final = 50


@dataclass(frozen=True, slots=True)
class KeptDraft:
    """The fields as they were typed, and when they were last kept."""

    cells: Mapping[str, str]
    at: datetime
    kind: str


def save(account: int, kind: str, cells: Mapping[str, str], *, at: datetime) -> None:
    """Keep what is typed, in place of what was kept before. Refused: draft_kind, draft_too_long."""
    _check_kind(kind)
    content = dump(dict(cells)).encode()
    if len(content) > LARGEST:
        raise Refused("draft_too_long", largest=LARGEST // 1024)
    sealed = crypto.seal_bytes(content, _place(account, kind))
    with write():
        Draft.objects.update_or_create(
            account_id=account, kind=kind, defaults={"content": sealed, "updated_at": at}
        )
        _keep_few(account)


def find(account: int, kind: str) -> KeptDraft | None:
    """What was kept of this kind; `crypto.SealBrokenError` when it was changed."""
    row = Draft.objects.filter(account_id=account, kind=kind).first()
    return _opened(row) if row else None


def family(account: int, kind: str) -> list[KeptDraft]:
    """What was kept of every form of this kind (`kind` itself and `kind-…`), the newest first."""
    rows = Draft.objects.filter(Q(kind=kind) | Q(kind__startswith=f"{kind}-"), account_id=account)
    return [_opened(row) for row in rows.order_by("-updated_at", "-id")]


def _opened(row: Draft) -> KeptDraft:
    cells = json.loads(crypto.unseal_bytes(bytes(row.content), _place(row.account_id, row.kind)))
    return KeptDraft({str(name): str(value) for name, value in cells.items()}, row.updated_at, row.kind)


def drop(account: int, kind: str) -> None:
    """It was sent, or is not wanted any more."""
    with write():
        Draft.objects.filter(account_id=account, kind=kind).delete()


def kept(account: int, kind: str) -> bool:
    """Whether there is something to offer; it is not opened."""
    return Draft.objects.filter(account_id=account, kind=kind).exists()


def drop_part(account: int, kind: str, prefix: str, *, at: datetime) -> None:
    """The fields whose names begin so were sent; the others of the draft stay."""
    found = find(account, kind)
    if found is None:
        return
    rest = {name: value for name, value in found.cells.items() if not name.startswith(prefix)}
    if rest:
        save(account, kind, rest, at=at)
    else:
        drop(account, kind)


def purge(at: datetime) -> int:
    """Forget what nobody touched for so many days ("drafts.kept_days"); returns how many."""
    return _outlived(value_at(KEPT_KEY, at, default=KEPT_DAYS), at).delete()[0]


def _outlived(days: str, at: datetime) -> QuerySet[Draft]:
    return Draft.objects.filter(updated_at__lt=at - timedelta(days=int(days)))


@tuning.on_trial(KEPT_KEY)
def try_days(before: str, after: str, at: datetime) -> tuning.Trial:
    """How many drafts would be forgotten."""
    counts = (_outlived(days, at).count() for days in (before, after))
    return tuning.Trial((tuning.Counted("要清除的草稿", *counts),))


def _keep_few(account: int) -> None:
    rows = Draft.objects.filter(account_id=account).order_by("-updated_at", "-id")
    surplus = list(rows.values_list("id", flat=True)[MOST : 2 * MOST])
    if surplus:
        Draft.objects.filter(id__in=surplus).delete()


def _check_kind(kind: str) -> None:
    if not KIND.fullmatch(kind):
        raise Refused("draft_kind")


def _place(account: int, kind: str) -> str:
    return f"base.draft:{account}:{kind}"
