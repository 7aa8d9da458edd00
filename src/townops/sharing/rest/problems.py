"""Every error as a problem document (RFC 9457): status by code, words from the contexts, one shape."""

import json
import logging
import math
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date, datetime
from enum import Enum
from http import HTTPStatus
from typing import Final

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from pydantic import JsonValue

from townops.base import words
from townops.kernel.instants import written
from townops.kernel.refusal import Refused
from townops.sharing.rest.faults import faults

MEDIA_TYPE: Final = "application/problem+json"
LARGEST_JSON_MB: Final = 2
LARGEST_UPLOAD_MB: Final = 60
SHOWN: Final = 5
TITLES: Final = {
    400: "请求读不懂", 401: "需要令牌", 403: "没有权限", 404: "找不到", 405: "方法不支持",
    409: "现在不能这样办", 413: "内容过大", 422: "内容不符合约定", 500: "系统错误",
}  # fmt: skip
STATUS: Final = {
    "token_missing": 401,
    "not_permitted": 403,
    "action_not_held": 403,
    "reporter_hidden": 403,
    "source_not_permitted": 403,
    "number_not_permitted": 403,
    "account_without_person": 403,
    "order_unknown": 404,
    "area_not_found": 404,
    "step_unknown": 404,
    "path_unknown": 404,
    "register_unknown": 404,
    "row_unknown": 404,
    "row_closed": 403,
    "row_outside": 403,
    "attachment_not_found": 404,
    "method_not_allowed": 405,
    "key_missing": 400,
    "key_malformed": 400,
    "body_malformed": 400,
    "upload_malformed": 400,
    "body_too_large": 413,
    "file_too_large": 413,
    "internal_error": 500,
}
UNPROCESSABLE: Final = frozenset(
    {
        "schema_invalid", "parameter_unknown", "nul_character", "one_value_only", "range_malformed",
        "fact_malformed", "fact_unknown", "fact_repeated", "received_in_the_future", "cursor_unreadable",
        "query_too_short", "phone_too_short", "unknown_crs", "coordinate_missing", "coordinate_range", "coordinates_swapped",
        "limit_amount", "naive_time", "file_empty", "file_type", "file_image_broken", "file_image_huge",
        "filter_malformed", "sort_too_many",
    }
)  # fmt: skip
log = logging.getLogger("townops.sharing")


class Problem(Schema):
    """RFC 9457. `code` is stable; `detail` is the Chinese sentence, filled with `params`."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    params: dict[str, JsonValue]


def status_of(code: str) -> int:
    """The HTTP status of a refusal: wrong requests by kind, everything about the order itself 409."""
    if (
        code in UNPROCESSABLE
        or code.startswith("entry_")
        or (code.endswith("_unknown") and code not in STATUS)
    ):
        return 422
    return STATUS.get(code, 409)


def document(refused: Refused, *, status: int | None = None) -> dict[str, JsonValue]:
    """The members of a problem document."""
    number = status or status_of(refused.code)
    return {
        "type": f"urn:townops:problem:{refused.code}",
        "title": TITLES.get(number, HTTPStatus(number).phrase),
        "status": number,
        "detail": words.render(refused),
        "code": refused.code,
        "params": {name: plain(value) for name, value in refused.params.items()},
    }


def answer(refused: Refused, *, status: int | None = None) -> HttpResponse:
    """A problem as a response."""
    body = document(refused, status=status)
    number = status or status_of(refused.code)
    response = HttpResponse(
        json.dumps(body, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace"),
        status=number,
        content_type=MEDIA_TYPE,
    )
    if number == HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = 'Bearer realm="townops"'
    return response


def plain(value: object) -> JsonValue:
    """A parameter of a refusal as JSON."""
    if isinstance(value, Enum):
        value = value.value
    if value is None or isinstance(value, bool | int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    if isinstance(value, datetime) and value.tzinfo:
        return written(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(name): plain(one) for name, one in value.items()}
    if isinstance(value, set | frozenset):
        return [plain(one) for one in sorted(value, key=str)]
    return [plain(one) for one in value] if isinstance(value, list | tuple) else str(value)


def install(api: NinjaAPI) -> None:
    """Make every exception of an operation a problem document."""
    handlers: dict[type[Exception], Callable[..., HttpResponse]] = {
        Refused: _refused,
        ValidationError: _invalid,
        AuthenticationError: lambda request, exc: answer(Refused("token_missing")),
        HttpError: lambda request, exc: answer(Refused("body_malformed"), status=exc.status_code),
        Http404: lambda request, exc: answer(Refused("path_unknown")),
        RequestDataTooBig: lambda request, exc: answer(too_large(LARGEST_JSON_MB)),
        MultiPartParserError: lambda request, exc: answer(Refused("upload_malformed")),
        SuspiciousOperation: lambda request, exc: answer(Refused("body_malformed")),
        Exception: _failed,
    }
    for kind, handler in handlers.items():
        api.add_exception_handler(kind, handler)


def too_large(megabytes: int) -> Refused:
    return Refused("body_too_large", largest=megabytes)


def _refused(request: HttpRequest, refused: Refused) -> HttpResponse:
    return answer(refused)


def _invalid(request: HttpRequest, invalid: ValidationError) -> HttpResponse:
    """What is wrong and where; never the value, which may be personal."""
    found = faults(invalid.errors)[:SHOWN]
    where = "；".join(f"{one.where}：{one.problem}" for one in found)
    return answer(Refused("schema_invalid", where=where, errors=[asdict(one) for one in found]))


def _failed(request: HttpRequest, failure: Exception) -> HttpResponse:
    """A fault of ours: logged once with its trace; the client learns nothing but that."""
    log.error("%s %s failed", request.method, request.path, exc_info=failure)
    return answer(Refused("internal_error"))
