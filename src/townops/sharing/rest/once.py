"""The same request twice has one effect: Idempotency-Key, per person, seven days (engine.md section 7).

The work and its answer are one transaction: either both are kept or neither, so what was refused may be tried
again with its key, and a second sender at the same moment waits for the first one's answer.
"""

import json
import re
from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse

from townops.base import crypto, idempotency
from townops.base.canonical import dump
from townops.base.db import write
from townops.kernel.refusal import Refused
from townops.sharing.rest.callers import caller_of
from townops.sharing.rest.reading import StrictParser

HEADER: Final = "Idempotency-Key"
JSON: Final = "application/json; charset=utf-8"
_KEY: Final = re.compile(r"[!-~]{1,200}")
Work = Callable[[], tuple[int, str]]


def key_of(request: HttpRequest) -> str | None:
    """The key of a request, None without one. Refused: key_malformed."""
    key = request.headers.get(HEADER)
    if key is not None and not _KEY.fullmatch(key):
        raise Refused("key_malformed")
    return key


def digest_of(request: HttpRequest) -> str:
    """Of address and content; the order of names and white space do not matter."""
    content = dump(StrictParser().parse_body(request))
    return crypto.sm3(f"{request.method} {request.path}\n{content}".encode()).hex()


def once(request: HttpRequest, key: str, work: Work) -> HttpResponse:
    """Do it and keep the answer in one transaction. Refused: key_reused, and what `work` refuses."""
    caller = caller_of(request)
    with write():
        stored = idempotency.remember(caller.actor.person, key, digest_of(request), at=caller.at)
        if stored is not None:
            return answered(stored.status, stored.body)
        status, body = work()
        idempotency.answer(caller.actor.person, key, status=status, body=body)
    return answered(status, body)


def answered(status: int, body: str) -> HttpResponse:
    """A body as a response."""
    return HttpResponse(body, status=status, content_type=JSON)


def encoded(content: object) -> str:
    """A body as it is sent and stored."""
    return json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
