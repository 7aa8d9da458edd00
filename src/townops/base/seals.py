"""Sealing of leaves, whatever they prove: a count, a Merkle root and a keyed hash over both and the seal
before (engine 5).

A chain name keeps the seals of one kind of leaf together. The key lies outside the database, and so does a
copy of every seal (DATA/seals/<chain>.jsonl): rows removed together with their seals are still missed.
"""

import json
import os
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from townops.base import crypto
from townops.base.canonical import dump
from townops.base.db import is_sqlite, write
from townops.base.models import Seal

TAIL = 4096
FIELDS = ("chain", "number", "at", "count", "root", "mac", "prev_mac")


@dataclass(frozen=True, slots=True)
class SealBreak:
    """Why seal `number` of `chain` proves nothing any more."""

    chain: str
    number: int
    reason: str


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """Root over leaves in their order, 32 bytes; leaves and nodes are hashed apart (RFC 6962), an odd one
    moves up.
    """
    if not leaves:
        return crypto.sm3(b"")
    level = [crypto.sm3(b"\0" + leaf) for leaf in leaves]
    while len(level) > 1:
        odd = level[len(level) & ~1 :]
        level = [
            crypto.sm3(b"\1" + one + two) for one, two in zip(level[::2], level[1::2], strict=False)
        ] + odd
    return level[0]


def mac(prev_mac: bytes, count: int, root: bytes, at: datetime | None = None) -> bytes:
    """HMAC-SM3 that binds a seal to the one before it, 32 bytes."""
    moment = "" if at is None else _moment(at)
    return crypto.hmac(b"seal\0" + prev_mac + count.to_bytes(8, "big") + root + moment.encode())


def first_mac(chain: str) -> bytes:
    """What stands before the first seal of a chain, so that chains cannot be swapped."""
    return crypto.hmac(b"chain\0" + chain.encode())


def one_at_a_time(chain: str) -> None:
    """Wait for whoever seals this chain; call inside `write()` before reading what is to be sealed."""
    if not is_sqlite():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [zlib.crc32(chain.encode())])


def seal(chain: str, leaves: Sequence[bytes], at: datetime) -> Seal:
    """Seal these leaves now. Store the leaves with the returned number in the same transaction."""
    with write():
        before = Seal.objects.filter(chain=chain).order_by("-number").first()
        prev = bytes.fromhex(before.mac) if before else first_mac(chain)
        root = merkle_root(leaves)
        made = Seal.objects.create(
            chain=chain,
            number=before.number + 1 if before else 1,
            at=at,
            count=len(leaves),
            root=root.hex(),
            mac=mac(prev, len(leaves), root, at).hex(),
            prev_mac=prev.hex(),
        )
        transaction.on_commit(lambda: write_out(chain))
        return made


def write_out(chain: str) -> int:
    """Append to the file outside whatever seals it lacks; returns how many.

    Also makes up for a crash right after a commit.
    """
    path = _file(chain)
    path.parent.mkdir(parents=True, exist_ok=True)
    last = _last_number(path)
    lacking = Seal.objects.filter(chain=chain, number__gt=last).order_by("number")
    lines = [dump(_plain(one)) + "\n" for one in lacking]
    if lines:
        torn = _torn(path)
        with path.open("a", encoding="utf-8") as file:
            file.writelines(["\n"] if torn else [])
            file.writelines(lines)
            file.flush()
            os.fsync(file.fileno())
    return len(lines)


def verify_seals(chain: str, leaves_of: Callable[[int], Sequence[bytes]]) -> list[SealBreak]:
    """Recompute every seal from its leaves, in order, and compare with the file outside."""
    found: list[SealBreak] = []
    prev, expected = first_mac(chain), 1
    stored: dict[int, str] = {}
    for one in Seal.objects.filter(chain=chain).order_by("number").iterator():
        stored[one.number] = dump(_plain(one))
        if one.number != expected:
            found.append(SealBreak(chain, expected, "seal_missing"))
        if reason := _fault(one, prev, leaves_of(one.number)):
            found.append(SealBreak(chain, one.number, reason))
        prev, expected = bytes.fromhex(one.mac), one.number + 1
    return found + list(_compare(chain, stored))


def _fault(one: Seal, prev: bytes, leaves: Sequence[bytes]) -> str:
    if one.prev_mac != prev.hex():
        return "seal_before_differs"
    if one.mac != mac(prev, one.count, bytes.fromhex(one.root), one.at).hex():
        return "seal_forged"
    if one.count != len(leaves):
        return "leaf_count_differs"
    return "" if one.root == merkle_root(leaves).hex() else "leaves_differ"


def _compare(chain: str, stored: dict[int, str]) -> Iterator[SealBreak]:
    outside = {line["number"]: dump(line) for line in _lines(_file(chain))}
    for number in sorted(outside.keys() - stored.keys()):
        yield SealBreak(chain, number, "seal_only_in_file")
    for number in sorted(outside.keys() & stored.keys()):
        if outside[number] != stored[number]:
            yield SealBreak(chain, number, "file_differs")
    newest = max(stored, default=0)  # may still be on its way into the file
    for number in sorted(stored.keys() - outside.keys() - {newest}):
        yield SealBreak(chain, number, "seal_not_in_file")


def _plain(one: Seal) -> dict[str, object]:
    return {name: getattr(one, name) for name in FIELDS} | {"at": _moment(one.at)}


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def _file(chain: str) -> Path:
    return Path(settings.DATA) / "seals" / f"{chain}.jsonl"


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    """Seals of the file; a line cut short by a full disk is no seal, the next write-out brings it again."""
    if not path.exists():
        return
    with path.open(encoding="utf-8", errors="replace") as file:
        for line in file:
            if (read := _line(line)) is not None:
                yield read


def _line(text: str | bytes) -> dict[str, Any] | None:
    try:
        read = json.loads(text)
    except ValueError:
        return None
    return read if isinstance(read, dict) and "number" in read else None


def _last_number(path: Path) -> int:
    if not path.exists() or not path.stat().st_size:
        return 0
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - TAIL))
        last = [read for line in file.read().splitlines() if (read := _line(line))]
    return int(last[-1]["number"]) if last else max((one["number"] for one in _lines(path)), default=0)


def _torn(path: Path) -> bool:
    """Whether the file ends in the middle of a line."""
    if not path.exists() or not path.stat().st_size:
        return False
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) != b"\n"
