"""Addresses: /healthz is open, the machines' doors are under api/v1/ and ogc/, everything else is the desk."""

import logging
from importlib import import_module
from importlib.util import find_spec

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path
from django.views.decorators.http import require_safe

log = logging.getLogger("townops.health")


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Say only whether the database answers: 200 ok or 503 not. Details need a token."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        log.exception("the database does not answer")
        return HttpResponse("not", status=503, content_type="text/plain")
    return HttpResponse("ok", content_type="text/plain")


def tiles(request: HttpRequest, **square: str | int) -> HttpResponse:
    """Vector tiles of a layer, for a machine with its token and for a desk with its session."""
    face = (
        "townops.sharing.ogc.views" if "Authorization" in request.headers else "townops.console.views.tiles"
    )
    answer: HttpResponse = import_module(face).tile(request, **square)
    return answer


def doors() -> list[URLPattern | URLResolver]:
    """The faces that are installed, the narrowest address first."""
    found: list[URLPattern | URLResolver] = []
    if _installed("townops.sharing.ogc.urls"):
        found.append(path("ogc/", include("townops.sharing.ogc.urls")))
        found.append(path("tiles/<str:name>/<int:zoom>/<int:x>/<int:y>.mvt", tiles))
    if _installed("townops.sharing.rest.api"):
        found.append(path("api/v1/", import_module("townops.sharing.rest.api").urls))
    if _installed("townops.console.urls"):
        found.append(path("", include("townops.console.urls")))
    return found


def _installed(module: str) -> bool:
    names = module.split(".")
    return all(find_spec(".".join(names[:depth])) for depth in range(2, len(names) + 1))


urlpatterns = [path("healthz", healthz, name="healthz"), *doors()]
