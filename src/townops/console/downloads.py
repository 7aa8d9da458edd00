"""Files handed out: sheets as attachments, and lists of errors as sheets."""

from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Final
from urllib.parse import quote

from django.http import HttpResponse

from townops.base import sheets

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def xlsx(content: bytes, name: str) -> HttpResponse:
    """A sheet under a name, Chinese ones too."""
    return _attached(content, name, XLSX)


def csv(content: bytes, name: str) -> HttpResponse:
    return _attached(content, name, "text/csv; charset=utf-8")


def pdf(content: bytes, name: str) -> HttpResponse:
    """A paper to look at and print; it is shown, and saved under its name."""
    disposition = f"inline; filename*=UTF-8''{quote(name, safe='')}"
    return HttpResponse(content, content_type="application/pdf", headers={"Content-Disposition": disposition})


def _attached(content: bytes, name: str, kind: str) -> HttpResponse:
    disposition = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": disposition})


def error_sheet(heads: Sequence[str], rows: Iterable[Sequence[object]], name: str) -> HttpResponse:
    """What is wrong with a file, a row for each."""
    target = BytesIO()
    sheets.write_xlsx(target, heads, rows)
    return xlsx(target.getvalue(), name)
