"""What a file really is, by its content. Names are only believed when they agree."""

import io
import warnings
import zipfile
from pathlib import PurePosixPath
from typing import Final

from PIL import Image, ImageOps, UnidentifiedImageError

from townops.kernel.refusal import Refused

MOST_PIXELS: Final = 50_000_000
OFFICE: Final = "application/vnd.openxmlformats-officedocument."
SUFFIXES: Final = {
    "image/png": {"png"},
    "image/jpeg": {"jpg", "jpeg"},
    "image/webp": {"webp"},
    "application/pdf": {"pdf"},
    OFFICE + "spreadsheetml.sheet": {"xlsx"},
    OFFICE + "wordprocessingml.document": {"docx"},
    "video/mp4": {"mp4", "m4v", "mov"},
    "text/plain": {"txt", "csv", "log", "md"},
}
_IMAGES: Final = {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP"}
_MARKUP: Final = ("<!doctype", "<html", "<script", "<svg", "<?xml", "<iframe", "<body")
_OFFICE_PARTS: Final = {
    "xl/workbook.xml": "spreadsheetml.sheet",
    "word/document.xml": "wordprocessingml.document",
}


def media_type(content: bytes, name: str) -> str:
    """The media type of content, one of SUFFIXES.

    Refused: `file_empty`, `file_type` (unknown, or not what the name says).
    """
    if not content:
        raise Refused("file_empty")
    found = _signature(content) or _office(content) or _text(content)
    suffix = PurePosixPath(name.lower()).suffix.removeprefix(".")
    if not found or (suffix and suffix not in SUFFIXES[found]):
        raise Refused("file_type", name=name)
    return found


def clean_image(content: bytes, media_type: str) -> bytes:
    """The picture alone, upright, without EXIF, place or comments.

    Refused: `file_image_broken`, `file_image_huge`.
    """
    kind = _IMAGES[media_type]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(content), formats=[kind])
            if picture.width * picture.height > MOST_PIXELS:
                raise Refused("file_image_huge", pixels=MOST_PIXELS)
            return _encoded(ImageOps.exif_transpose(picture), kind)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused("file_image_huge", pixels=MOST_PIXELS) from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        raise Refused("file_image_broken") from None


def is_image(media_type: str) -> bool:
    return media_type in _IMAGES


def _encoded(picture: Image.Image, kind: str) -> bytes:
    bare = picture.copy()
    bare.info = {}
    out = io.BytesIO()
    bare.save(out, format=kind, **({} if kind == "PNG" else {"quality": 90}))
    return out.getvalue()


def _signature(content: bytes) -> str:
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    if content.startswith(b"%PDF-"):
        return "application/pdf"
    return "video/mp4" if content[4:8] == b"ftyp" else ""


def _office(content: bytes) -> str:
    if not content.startswith(b"PK\x03\x04"):
        return ""
    try:
        names = set(zipfile.ZipFile(io.BytesIO(content)).namelist())
    except zipfile.BadZipFile:
        return ""
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        return ""
    return next((OFFICE + kind for part, kind in _OFFICE_PARTS.items() if part in names), "")


def _text(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        control = any(sign < " " and sign not in "\t\r\n\f" for sign in text)
        markup = any(mark in text[:4096].lower() for mark in _MARKUP)
        return "" if control or markup else "text/plain"
    return ""
