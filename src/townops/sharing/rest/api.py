"""Puts the machine API together: /api/v1 and /api/v1/openapi.json; `urls` is what urls.py mounts."""

from collections.abc import Callable
from functools import wraps
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern, re_path
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from townops.kernel.refusal import Refused
from townops.sharing.rest import (
    classes,
    files,
    ground,
    health,
    orders,
    problems,
    registers,
    reports,
    standards,
    steps,
)
from townops.sharing.rest.callers import Token
from townops.sharing.rest.reading import StrictParser

DESCRIPTION: Final = (
    "城运工单接口。令牌：Authorization: Bearer。时间带时差，未带按 +08:00。"
    "错误一律为 RFC 9457 的问题文档，code 稳定不变。"
)
MEGABYTE: Final = 1024 * 1024
FIRST_ERROR: Final = 400
View = Callable[..., HttpResponse]


class TownAPI(NinjaAPI):
    """An API whose documented errors carry the media type they have."""

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, object] | None = None
    ) -> OpenAPISchema:
        """Errors are application/problem+json; a 401 says how to authenticate."""
        schema = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        for methods in schema["paths"].values():
            for operation in methods.values():
                for status, said in operation["responses"].items():
                    if int(status) >= FIRST_ERROR:
                        said["content"] = {problems.MEDIA_TYPE: next(iter(said["content"].values()))}
        return schema


api = TownAPI(
    title="TownOps 城运",
    version="1",
    description=DESCRIPTION,
    urls_namespace="api-v1",
    docs_url=None,
    parser=StrictParser(),
    auth=Token(),
)
problems.install(api)
for part in (reports, orders, steps, files, ground, classes, registers, standards, health):
    api.add_router("", part.router)


def guarded(view: View) -> View:
    """Answers what goes wrong around an operation: a body too large, a method not supported."""

    @wraps(view)
    def answer(request: HttpRequest, *args: object, **named: object) -> HttpResponse:
        most = (
            problems.LARGEST_UPLOAD_MB if request.path.endswith("/attachments") else problems.LARGEST_JSON_MB
        )
        if _length(request) > most * MEGABYTE:
            return problems.answer(problems.too_large(most))
        response = view(request, *args, **named)
        if isinstance(response, HttpResponseNotAllowed):
            return _not_allowed(request, response)
        return response

    return answer


def _length(request: HttpRequest) -> int:
    stated = request.META.get("CONTENT_LENGTH") or "0"
    return int(stated) if stated.isdecimal() else 0


def _not_allowed(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    allowed = response["Allow"]
    problem = problems.answer(Refused("method_not_allowed", method=request.method, allowed=allowed))
    problem["Allow"] = allowed
    return problem


@csrf_exempt
def no_such_path(request: HttpRequest) -> HttpResponse:
    """Nothing below /api/v1 answers with a page."""
    return problems.answer(Refused("path_unknown"))


def _mounted() -> list[URLPattern]:
    patterns = [one for one in api.urls[0] if isinstance(one, URLPattern)]
    for one in patterns:
        one.callback = no_such_path if one.name == "api-root" else guarded(one.callback)
    return [*patterns, re_path(r"", no_such_path)]


urls = (_mounted(), "ninja", api.urls_namespace)
