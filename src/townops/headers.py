"""What every answer says about itself, so that a browser refuses what was slipped into a page (U25)."""

from collections.abc import Callable
from typing import Final

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

POLICY: Final = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "style-src-attr 'unsafe-inline'",  # maps and charts place marks and tooltips so
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "media-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
TEXTS: Final = frozenset(
    {
        "text/html",
        "application/json",
        "application/geo+json",
        "application/vnd.mapbox-vector-tile",
        "image/svg+xml",
    }
)
MACHINES: Final = "/api/"
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "Permissions-Policy": "geolocation=(self), camera=(self), microphone=(), payment=(), usb=()",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class SecurityHeaders:
    """Adds the headers to every answer; a page may not weaken them, and caches keep nothing unless told."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._get_response(request)
        for name, value in HEADERS.items():
            response[name] = value
        response.headers.setdefault("Cache-Control", "no-store")
        return response


class Compressed(GZipMiddleware):
    """What a page asks for goes compressed; pictures and sheets are so already, machines beside us are spared the work.
    The random bytes it adds and the masked CSRF token keep a secret in a page from being guessed by its length.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """As Django's, for the text of pages alone."""
        kind = response.get("Content-Type", "").partition(";")[0]
        if kind not in TEXTS or request.path.startswith(MACHINES):
            return response
        return super().process_response(request, response)


class HashedStatic(ManifestStaticFilesStorage):
    """Static files under names with their content's hash; plain names before they were collected."""

    def stored_name(self, name: str) -> str:
        """The hashed name when the file was collected, else the name itself: a lost icon breaks no page."""
        return str(self.hashed_files.get(self.hash_key(self.clean_name(name)), name))
