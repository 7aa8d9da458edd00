"""Uploaded files: typed by content, capped, stripped, stored by digest, served so that no browser runs them
(architecture 8).
"""

import os
import tempfile
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Final
from urllib.parse import quote

from django.conf import settings

from townops.base import crypto, filetypes, masking, tunables
from townops.base.access import TUNE
from townops.base.db import write
from townops.base.models import Attachment
from townops.base.tunables import Part, Tunable, value_at
from townops.kernel.actors import Actor
from townops.kernel.refusal import Refused

LARGEST_KEY: Final = "attachments.largest_mb"
LARGEST_DEFAULT: Final = "50"
tunables.declare(
    Tunable(
        LARGEST_KEY,
        LARGEST_DEFAULT,
        "附件大小",
        "单个照片、文件最大多少",
        TUNE,
        (Part("", "兆字节", 1, 500),),
    )
)
LONGEST_NAME: Final = 120
MEGABYTE: Final = 1024 * 1024


def store(
    content: bytes, name: str, actor: Actor, at: datetime, *, kind: str = "", key: object = ""
) -> Attachment:
    """Keep one file, for the object (kind, key) when given.

    The digest is that of the stored bytes (pictures are re-encoded).

    Refused: `file_empty`, `file_too_large`, `file_type`, `file_image_broken`, `file_image_huge`.
    """
    title = safe_name(name)
    media_type, content = _judged(content, title, at)
    digest = crypto.sm3(content).hex()
    _put(path_of(digest), content)
    with write():
        return Attachment.objects.create(
            kind=kind,
            key=str(key),
            sm3=digest,
            media_type=media_type,
            size=len(content),
            name=title,
            person=actor.person,
            at=at,
        )


def of(kind: str, key: object) -> list[Attachment]:
    """Files of one object, oldest first."""
    return list(Attachment.objects.filter(kind=kind, key=str(key)).order_by("id"))


def own_unattached(numbers: list[int], person: int) -> list[Attachment]:
    """Of these, the files a person uploaded that are not yet part of anything."""
    return list(Attachment.objects.filter(pk__in=numbers, person=person, kind="").order_by("id"))


def by_ids(numbers: Iterable[int]) -> dict[int, Attachment]:
    """Attachments by id, in one query."""
    wanted = sorted(set(numbers))
    return Attachment.objects.in_bulk(wanted) if wanted else {}


def attach(numbers: list[int], *, kind: str, key: object) -> int:
    """Hang files uploaded beforehand on their object; those that hang somewhere already stay.

    Returns how many moved.
    """
    with write():
        return Attachment.objects.filter(pk__in=numbers, kind="", key="").update(kind=kind, key=str(key))


def content_of(row: Attachment) -> bytes:
    """The stored bytes; `ValueError` when they are no longer those that were stored."""
    content = path_of(row.sm3).read_bytes()
    if crypto.sm3(content).hex() != row.sm3:
        raise ValueError(f"attachment {row.pk} was changed on disk")
    return content


def path_of(digest: str) -> Path:
    """Where a digest's bytes lie. Names given by people never get near a path."""
    if len(digest) != crypto.BLOCK or not all(sign in "0123456789abcdef" for sign in digest):
        raise ValueError("not a digest")
    return Path(settings.DATA) / "attachments" / digest[:2] / digest


def headers(row: Attachment) -> Mapping[str, str]:
    """Response headers: pictures may be shown in a page, everything else is saved; nothing is guessed or
    run.
    """
    shown = "inline" if filetypes.is_image(row.media_type) else "attachment"
    return {
        "Content-Type": row.media_type + ("; charset=utf-8" if row.media_type.startswith("text/") else ""),
        "Content-Length": str(row.size),
        "Content-Disposition": f"{shown}; filename*=UTF-8''{quote(masking.mask_text(row.name), safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, no-store",
        "ETag": f'"{row.sm3}"',
    }


def safe_name(name: str) -> str:
    """The last part of a name without controls, direction marks, signs file systems mind; never empty."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(sign for sign in last if unicodedata.category(sign)[0] != "C" and sign not in '<>:"|?*')
    kept = kept.strip(" .") or "file"
    suffix = PurePosixPath(kept).suffix[:10]
    return kept if len(kept) <= LONGEST_NAME else kept[: LONGEST_NAME - len(suffix)] + suffix


def _judged(content: bytes, title: str, at: datetime) -> tuple[str, bytes]:
    largest = int(value_at(LARGEST_KEY, at, default=LARGEST_DEFAULT))
    if len(content) > largest * MEGABYTE:
        raise Refused("file_too_large", largest=largest)
    media_type = filetypes.media_type(content, title)
    image = filetypes.is_image(media_type)
    return media_type, filetypes.clean_image(content, media_type) if image else content


def _put(path: Path, content: bytes) -> None:
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    Path(temporary).chmod(0o640)
    Path(temporary).replace(path)
