"""Attachments: uploaded first, then named in a report or step; seen by who gave them or sees their order."""

from collections.abc import Iterable
from typing import Annotated

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import File, Path, Router, Schema, Status, UploadedFile
from pydantic import WithJsonSchema

from townops.base import attachments
from townops.base.filetypes import SUFFIXES
from townops.base.models import Attachment
from townops.kernel.actors import SYSTEM_PERSON
from townops.kernel.refusal import Refused
from townops.orders import api as orders
from townops.sharing.rest.callers import Caller, Token, caller_of
from townops.sharing.rest.problems import Problem

ORDER = "order"
GIVES = Token(
    "orders.report", "orders.handle", "orders.verify", "orders.accept", "orders.check", "orders.add_evidence"
)
router = Router(tags=["attachments"])
Named = Annotated[
    str, WithJsonSchema({"type": "string", "pattern": r"^[0-9]{1,18}$", "format": "attachment-number"})
]
BINARY = {
    "responses": {
        200: {
            "content": {name: {"schema": {"type": "string", "format": "binary"}} for name in SUFFIXES},
            "description": "OK",
        }
    }
}


class Stored(Schema):
    """`sm3` and `size` are of the stored bytes: pictures lose EXIF and are encoded anew."""

    id: int
    sm3: str
    media_type: str
    size: int


@router.post(
    "/attachments",
    auth=GIVES,
    response={201: Stored, 400: Problem, 401: Problem, 403: Problem, 413: Problem, 422: Problem},
    operation_id="uploadAttachment",
)
def upload(request: HttpRequest, file: File[UploadedFile]) -> Status[Stored]:
    """Keep one file: picture, PDF, Word, Excel, MP4 or text, judged by its content."""
    caller = caller_of(request)
    row = attachments.store(file.read(), file.name or "file", caller.actor, caller.at)
    return Status(201, Stored(id=row.pk, sm3=row.sm3, media_type=row.media_type, size=row.size))


@router.get(
    "/attachments/{attachment}",
    auth=Token(),
    response={401: Problem, 403: Problem, 404: Problem},
    openapi_extra=BINARY,
    operation_id="getAttachment",
)
def download(request: HttpRequest, attachment: Path[Named]) -> HttpResponse:
    """The stored bytes, to be saved, never run; 404 alike whether absent or not yours to see."""
    row = find(caller_of(request), attachment)
    if row is None:
        raise Refused("attachment_not_found")
    return HttpResponse(attachments.content_of(row), headers=dict(attachments.headers(row)))


def find(caller: Caller, number: str | int) -> Attachment | None:
    """The attachment, if the caller uploaded it or sees the order it hangs on."""
    if not (str(number).isascii() and str(number).isdigit() and int(number) < 2**63):
        return None
    try:
        row = get_object_or_404(Attachment, pk=int(number))
    except Http404:
        return None
    return row if _sees(caller, row) else None


def _sees(caller: Caller, row: Attachment) -> bool:
    if row.person == caller.actor.person != SYSTEM_PERSON:
        return True
    if row.kind != ORDER:
        return False
    try:
        orders.children_of(caller.actor, row.key)
    except Refused:
        return False
    return True


def check(caller: Caller, numbers: Iterable[int]) -> None:
    """Refused("attachment_unknown") unless every file is the caller's to give: one he may see."""
    for number in numbers:
        if find(caller, number) is None:
            raise Refused("attachment_unknown", id=number)


def hang(numbers: Iterable[int], order: str) -> None:
    """Hang given files on the order, so that whoever sees it may open them."""
    if given := list(numbers):
        attachments.attach(given, kind=ORDER, key=order)
