"""Closed unless a token is shown: as Bearer, or as the password of Basic, which every desktop map program can do."""

import base64
import binascii
import logging
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Concatenate, Final, ParamSpec, cast

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from townops.kernel.actors import Actor
from townops.kernel.refusal import Refused
from townops.sharing.rest import problems
from townops.sharing.rest.callers import caller_for

P = ParamSpec("P")
Inner = Callable[Concatenate[HttpRequest, Actor, P], HttpResponse]
View = Callable[Concatenate[HttpRequest, P], HttpResponse]
NOT_FOUND: Final = frozenset({"map_layer_unknown", "feature_unknown", "tile_unknown", "path_unknown"})
log = logging.getLogger("townops.sharing")


def opened(inner: Inner[P]) -> View[P]:
    """A view of (request, actor, ...); what it refuses is a problem document of the status the standard asks for."""

    @wraps(inner)
    def outer(request: HttpRequest, *args: P.args, **named: P.kwargs) -> HttpResponse:
        try:
            caller = caller_for(token_of(request.headers.get("Authorization", "")))
            if caller is None:
                return unknown()
            return inner(request, caller.actor, *args, **named)
        except Refused as refused:
            return problems.answer(refused, status=_status(refused.code))
        except DatabaseError:
            log.exception("%s %s failed", request.method, request.path)
            return problems.answer(Refused("internal_error"))

    return cast(View[P], require_safe(outer))


def _status(code: str) -> int:
    if code in NOT_FOUND:
        return HTTPStatus.NOT_FOUND
    return (
        HTTPStatus.FORBIDDEN if problems.status_of(code) == HTTPStatus.FORBIDDEN else HTTPStatus.BAD_REQUEST
    )


def unknown() -> HttpResponse:
    """Who are you?"""
    response = problems.answer(Refused("token_missing"))
    response["WWW-Authenticate"] = 'Basic realm="townops", charset="UTF-8", Bearer realm="townops"'
    return response


def token_of(header: str) -> str:
    """The token of an Authorization header; "" when there is none."""
    scheme, _, rest = header.partition(" ")
    if scheme.lower() == "bearer":
        return rest.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        known = base64.b64decode(rest.strip(), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return known.partition(":")[2]
