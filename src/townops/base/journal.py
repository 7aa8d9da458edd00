"""The journal of everything but orders: append only, one SM3 chain per (kind, key), sealed every minute
(engine 5).

`payload` is the text under the hash, byte for byte; `mac` is keyed outside the database, so an entry put in
by hand is found before it is ever sealed, and a chain computed anew as well.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Subquery
from django.utils import timezone

from townops.base import crypto, seals
from townops.base.canonical import dump, load
from townops.base.db import write
from townops.base.models import JournalEntry, JournalLeaf
from townops.kernel.actors import Actor

CHAIN: Final = "journal"
TRIES: Final = 100
CHUNK: Final = 500


@dataclass(frozen=True, slots=True)
class Entry:
    """One journal entry as written; `body` is plain JSON data."""

    kind: str
    key: str
    seq: int
    action: str
    person: int
    name: str
    at: datetime
    recorded_at: datetime
    body: dict[str, Any]
    hash: str


@dataclass(frozen=True, slots=True)
class Break:
    """The first place in a chain where the proof fails, and why."""

    kind: str
    key: str
    seq: int
    reason: str


def append(*, kind: str, key: object, action: str, actor: Actor, at: datetime, body: dict[str, Any]) -> int:
    """Write one entry in the caller's transaction; returns its number in the chain.

    Two at once both get in, in some order.
    """
    facts = {"kind": kind, "key": str(key), "action": action, "person": actor.person, "name": actor.name}
    facts |= {"at": at.isoformat(), "recorded_at": timezone.now().isoformat(), "body": body}
    for _ in range(TRIES):
        try:
            with write():
                return _insert(facts, at)
        except IntegrityError:
            continue  # somebody else took this number a moment ago
    raise RuntimeError(f"journal {kind}/{key} is written by too many at once")


def append_many(
    *, kind: str, action: str, actor: Actor, at: datetime, bodies: Mapping[object, dict[str, Any]]
) -> None:
    """One entry for each key, in the caller's transaction, in a handful of statements."""
    told = {"kind": kind, "action": action, "person": actor.person, "name": actor.name}
    told |= {"at": at.isoformat(), "recorded_at": timezone.now().isoformat()}
    keys = [str(key) for key in bodies]
    by_key = {str(key): body for key, body in bodies.items()}
    for start in range(0, len(keys), CHUNK):
        part = keys[start : start + CHUNK]
        for _ in range(TRIES):
            try:
                with write():
                    heads = _heads(kind, part)
                    facts = (told | {"key": key, "body": by_key[key]} for key in part)
                    JournalEntry.objects.bulk_create(
                        _row(one, heads.get(str(one["key"])), at) for one in facts
                    )
                break
            except IntegrityError:
                continue  # somebody else wrote into one of these chains a moment ago
        else:
            raise RuntimeError(f"journal {kind} is written by too many at once")


def _heads(kind: str, keys: Sequence[str]) -> dict[str, tuple[int, str]]:
    """The last number and hash of each chain that has one."""
    newest = JournalEntry.objects.filter(kind=kind, key=OuterRef("key")).order_by("-seq").values("seq")[:1]
    rows = JournalEntry.objects.filter(kind=kind, key__in=keys, seq=Subquery(newest))
    return {key: (seq, digest) for key, seq, digest in rows.values_list("key", "seq", "hash")}


def history(kind: str, key: object) -> list[Entry]:
    """Every entry of one chain, oldest first."""
    rows = JournalEntry.objects.filter(kind=kind, key=str(key)).order_by("seq")
    return [_entry(row) for row in rows]


def histories(kind: str, keys: Iterable[object]) -> list[Entry]:
    """Every entry of several chains of a kind, in the order they were written."""
    rows = JournalEntry.objects.filter(kind=kind, key__in=[str(key) for key in keys]).order_by("id")
    return [_entry(row) for row in rows]


def entries(kind: str, keys: Iterable[object], *, action: str) -> list[Entry]:
    """Entries of one action in several chains of a kind, oldest first within a chain."""
    rows = JournalEntry.objects.filter(kind=kind, key__in=[str(key) for key in keys], action=action)
    return [_entry(row) for row in rows.order_by("key", "seq")]


def keys_since(kind: str, at: datetime, *, action: str) -> list[str]:
    """What this was done to, at this moment or later."""
    rows = JournalEntry.objects.filter(at__gte=at, kind=kind, action=action)
    return list(rows.values_list("key", flat=True))


def seal_unsealed(at: datetime, limit: int = 2000) -> int:
    """Seal the heads of every chain that grew; returns how many entries are now covered."""
    with write():
        seals.one_at_a_time(CHAIN)
        rows = list(JournalEntry.objects.filter(seal__isnull=True).order_by("id")[:limit])
        heads = {(row.kind, row.key): row for row in sorted(rows, key=lambda row: row.seq)}
        if not heads:
            return 0
        ordered = [heads[place] for place in sorted(heads)]
        made = seals.seal(CHAIN, [_leaf(row) for row in ordered], at)
        JournalLeaf.objects.bulk_create(
            JournalLeaf(seal=made.number, kind=row.kind, key=row.key, seq=row.seq, hash=row.hash)
            for row in ordered
        )
        JournalEntry.objects.filter(id__in=[row.pk for row in rows]).update(seal=made.number)
        return len(rows)


def verify() -> list[Break | seals.SealBreak]:
    """Every chain, every sealed head and every seal; empty when all is as it was written."""
    rows = JournalEntry.objects.order_by("kind", "key", "seq").iterator(chunk_size=2000)
    chains = groupby(rows, key=lambda row: (row.kind, row.key))
    broken = [fault for (kind, key), chain in chains if (fault := _first_fault(kind, key, chain))]
    return [*broken, *_lost_heads(), *_false_seals(), *seals.verify_seals(CHAIN, _leaves_of)]


def _insert(facts: dict[str, Any], at: datetime) -> int:
    chain = JournalEntry.objects.filter(kind=facts["kind"], key=facts["key"])
    row = _row(facts, chain.order_by("-seq").values_list("seq", "hash").first(), at)
    with transaction.atomic():
        row.save(force_insert=True)
    return row.seq


def _row(facts: dict[str, Any], head: tuple[int, str] | None, at: datetime) -> JournalEntry:
    """The entry that follows the head of its chain."""
    seq, prev = (head[0] + 1, head[1]) if head else (1, "")
    payload = dump(facts | {"seq": seq, "prev": prev})
    digest = crypto.sm3(payload.encode())
    return JournalEntry(
        kind=facts["kind"],
        key=facts["key"],
        seq=seq,
        action=facts["action"],
        person=facts["person"],
        at=at,
        payload=payload,
        hash=digest.hex(),
        mac=crypto.hmac(digest).hex(),
    )


def _first_fault(kind: str, key: str, chain: Iterator[JournalEntry]) -> Break | None:
    prev, expected = "", 1
    for row in chain:
        if row.seq != expected:
            return Break(kind, key, expected, "entry_missing")
        if reason := _fault(row, prev):
            return Break(kind, key, row.seq, reason)
        prev, expected = row.hash, expected + 1
    return None


def _fault(row: JournalEntry, prev: str) -> str:
    digest = crypto.sm3(row.payload.encode())
    if digest.hex() != row.hash:
        return "payload_edited"
    if crypto.hmac(digest).hex() != row.mac:
        return "entry_forged"
    facts = load(row.payload)
    if facts["prev"] != prev:
        return "chain_broken"
    told = (facts["kind"], facts["key"], facts["seq"], facts["action"], facts["person"])
    same = told == (row.kind, row.key, row.seq, row.action, row.person)
    return "" if same and datetime.fromisoformat(facts["at"]) == row.at else "columns_edited"


def _lost_heads() -> list[Break]:
    entry = JournalEntry.objects.filter(
        kind=OuterRef("kind"), key=OuterRef("key"), seq=OuterRef("seq"), hash=OuterRef("hash")
    )
    lost = JournalLeaf.objects.filter(~Exists(entry)).order_by("kind", "key", "seq")
    return [Break(leaf.kind, leaf.key, leaf.seq, "sealed_entry_missing") for leaf in lost]


def _false_seals() -> list[Break]:
    leaf = JournalLeaf.objects.filter(
        seal=OuterRef("seal"), kind=OuterRef("kind"), key=OuterRef("key"), seq__gte=OuterRef("seq")
    )
    false = JournalEntry.objects.filter(~Exists(leaf), seal__isnull=False).order_by("kind", "key", "seq")
    return [Break(row.kind, row.key, row.seq, "seal_claimed") for row in false]


def _leaves_of(number: int) -> Sequence[bytes]:
    rows = JournalLeaf.objects.filter(seal=number)
    return [_leaf(row) for row in sorted(rows, key=lambda row: (row.kind, row.key))]


def _leaf(row: JournalEntry | JournalLeaf) -> bytes:
    return "\x1f".join((row.kind, row.key, str(row.seq), row.hash)).encode()


def _entry(row: JournalEntry) -> Entry:
    facts = load(row.payload)
    return Entry(
        kind=row.kind,
        key=row.key,
        seq=row.seq,
        action=row.action,
        person=row.person,
        name=facts["name"],
        at=row.at,
        recorded_at=datetime.fromisoformat(facts["recorded_at"]),
        body=facts["body"],
        hash=row.hash,
    )
