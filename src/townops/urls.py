"""Addresses: /healthz is open, the machines' doors are under api/v1/ and ogc/, everything else is the desk."""

from importlib import import_module
from importlib.util import find_spec

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path
from django.utils import timezone
from django.views.decorators.http import require_safe

from townops.base import health


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Say only whether the installation is well: 200 ok or 503 not, as `ok` of the details, which need a token."""
    if not health.well(timezone.localdate(), timezone.now()):
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
