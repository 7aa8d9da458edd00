"""Raw payloads: stored first, sealed on disk under DATA/intake/raw, parsed afterwards, replayed at will.

Rows that are no orders lie beside them under DATA/intake/errors, sealed as well: they name who called, and from where.
"""

import base64
import json
import os
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from townops.base import crypto, sheets
from townops.base.db import write
from townops.base.words import render
from townops.intake.domain.report import Broken
from townops.intake.models import RawPayload
from townops.kernel.refusal import Refused

SEALED: Final = ".sealed"


def keep(
    content: bytes, *, source: str, channel: str, at: datetime, file_name: str = "", origin: str = "live"
) -> RawPayload:
    """The payload's row, with its bytes safe on disk; bytes that came before by the same way are
    that earlier row.
    """
    digest = crypto.sm3(content).hex()
    path = _path(digest)
    if not path.exists():
        _put(path, crypto.seal(content.decode("latin-1"), _place(digest)))
    with write():
        row, _ = RawPayload.objects.get_or_create(
            source=source,
            channel=channel,
            sm3=digest,
            defaults={
                "size": len(content),
                "file_name": file_name[:160],
                "origin": origin,
                "received_at": at,
            },
        )
    return row


def content_of(row: RawPayload) -> bytes:
    """The bytes as they came; `crypto.SealBrokenError` when they were changed on disk."""
    return crypto.unseal(_path(row.sm3).read_bytes(), _place(row.sm3)).encode("latin-1")


def by_id(payload: int) -> RawPayload:
    """Refused("payload_unknown")."""
    row = RawPayload.objects.filter(pk=payload).first()
    if row is None:
        raise Refused("payload_unknown", payload=payload)
    return row


def error_file(row: RawPayload) -> Path:
    """Where the broken rows of a payload lie, sealed."""
    return Path(settings.DATA) / "intake" / "errors" / f"{row.source}-{row.channel}-{row.sm3[:16]}{SEALED}"


def write_errors(row: RawPayload, broken: list[Broken]) -> Path | None:
    """All broken rows with row number and reason, cells behind them; none: no file."""
    path = error_file(row)
    if not broken:
        path.unlink(missing_ok=True)
        return None
    heads = list(dict.fromkeys(head for one in broken for head in one.cells))
    lines = [
        [str(one.row), render(one.reason), *(one.cells.get(head, "") for head in heads)] for one in broken
    ]
    seal_errors(path, sheets.csv_bytes(["行号", "原因", *heads], lines))
    return path


def seal_errors(path: Path, content: bytes) -> None:
    """The csv of broken rows, sealed to its place."""
    _put(path, crypto.seal_bytes(content, _errors_place(path)))


def errors_of(row: RawPayload) -> tuple[bytes, str]:
    """(csv, name) in the clear. Refused("error_file_missing")."""
    path = Path(row.error_file or "/nowhere")
    if not path.is_file():
        raise Refused("error_file_missing")
    return crypto.unseal_bytes(path.read_bytes(), _errors_place(path)), f"{path.stem}.csv"


def set_aside(row: RawPayload, said: object) -> None:
    """One more row that was refused, on a sealed line of its own, until the payload is read to its end."""
    path = _aside(row)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    line = crypto.seal(json.dumps(said, ensure_ascii=False), _errors_place(path))
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as file:
        file.write(base64.b64encode(line) + b"\n")


def aside(row: RawPayload) -> list[Any]:
    """What was set aside, in the order it came."""
    path = _aside(row)
    if not path.exists():
        return []
    lines = path.read_bytes().splitlines()
    return [json.loads(crypto.unseal(base64.b64decode(line), _errors_place(path))) for line in lines]


def forget_aside(row: RawPayload) -> None:
    _aside(row).unlink(missing_ok=True)


def seal_old_errors() -> dict[str, str]:
    """Files of errors from before they were sealed: sealed, the clear ones gone; new path by old. What was set aside by a
    run that was cut off is dropped: that payload is read again from its first row.
    """
    folder, moved = Path(settings.DATA) / "intake" / "errors", dict[str, str]()
    for plain in sorted(folder.glob("*.csv")):
        path = plain.with_suffix(SEALED)
        seal_errors(path, plain.read_bytes())
        plain.unlink()
        moved[str(plain)] = str(path)
    for plain in folder.glob("*.jsonl"):
        plain.unlink()
    return moved


def _aside(row: RawPayload) -> Path:
    return error_file(row).with_suffix(".aside")


def _errors_place(path: Path) -> str:
    return f"intake-errors:{path.name}"


def _path(digest: str) -> Path:
    return Path(settings.DATA) / "intake" / "raw" / digest[:2] / digest


def _place(digest: str) -> str:
    return f"intake:{digest}"


def _put(path: Path, sealed: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(sealed)
        file.flush()
        os.fsync(file.fileno())
    Path(name).replace(path)
