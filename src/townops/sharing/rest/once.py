"""The same request twice has one effect: Idempotency-Key, per person, seven days (engine.md section 7).

A step and its answer are one transaction: either both are kept or neither, so a refused step may be tried again with
its key. A report takes its number outside a transaction, so there the key is reserved first and the answer, also a
refusal, is kept after; a second sender meanwhile waits for it.
"""

import json
import re
import time
from collections.abc import Callable
from datetime import datetime
from typing import Final

from django.http import HttpRequest, HttpResponse

from townops.base import crypto, idempotency
from townops.base.canonical import dump
from townops.base.db import write
from townops.kernel.refusal import Refused
from townops.sharing.rest.callers import caller_of
from townops.sharing.rest.problems import MEDIA_TYPE, answer
from townops.sharing.rest.reading import StrictParser

HEADER: Final = "Idempotency-Key"
PATIENCE: Final = 5.0
PAUSE: Final = 0.02
FIRST_ERROR: Final = 400
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


def together(request: HttpRequest, key: str, work: Work) -> HttpResponse:
    """Do it and keep the answer in one transaction. Refused: key_reused, and what `work` refuses."""
    caller = caller_of(request)
    with write():
        stored = idempotency.remember(caller.actor.person, key, digest_of(request), at=caller.at)
        if stored is not None:
            return _response(stored.status, stored.body)
        status, body = work()
        idempotency.answer(caller.actor.person, key, status=status, body=body)
    return _response(status, body)


def reserved(request: HttpRequest, key: str, work: Work) -> HttpResponse:
    """Reserve the key, do it, keep the answer. Refused: key_reused, key_in_use after five seconds."""
    caller = caller_of(request)
    stored = _reserve(caller.actor.person, key, digest_of(request), caller.at)
    if stored is not None:
        return _response(stored.status, stored.body)
    try:
        status, body = work()
    except Refused as refused:
        response = answer(refused)
        status, body = response.status_code, response.content.decode()
    with write():
        idempotency.answer(caller.actor.person, key, status=status, body=body)
    return _response(status, body)


def _reserve(person: int, key: str, digest: str, at: datetime) -> idempotency.StoredAnswer | None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            with write():
                return idempotency.remember(person, key, digest, at=at)
        except Refused as refused:
            if refused.code != "key_in_use" or time.monotonic() > until:
                raise
        time.sleep(PAUSE)


def _response(status: int, body: str) -> HttpResponse:
    kind = MEDIA_TYPE if status >= FIRST_ERROR else "application/json; charset=utf-8"
    return HttpResponse(body, status=status, content_type=kind)


def encoded(content: object) -> str:
    """A body as it is sent and stored."""
    return json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
