"""Raw payloads: stored first, sealed on disk under DATA/intake/raw, parsed afterwards, replayed at will."""

import os
import tempfile
from datetime import datetime
from pathlib import Path

from django.conf import settings

from townops.base import crypto, sheets
from townops.base.db import write
from townops.base.words import render
from townops.intake.domain.report import Broken
from townops.intake.models import RawPayload
from townops.kernel.refusal import Refused


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
    """Where the broken rows of a payload go."""
    return Path(settings.DATA) / "intake" / "errors" / f"{row.source}-{row.channel}-{row.sm3[:16]}.csv"


def write_errors(row: RawPayload, broken: list[Broken]) -> Path | None:
    """All broken rows with row number and reason, cells behind them; none: no file."""
    path = error_file(row)
    if not broken:
        path.unlink(missing_ok=True)
        return None
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    heads = list(dict.fromkeys(head for one in broken for head in one.cells))
    lines = [
        [str(one.row), render(one.reason), *(one.cells.get(head, "") for head in heads)] for one in broken
    ]
    sheets.write_csv(path, ["行号", "原因", *heads], lines)
    return path


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
