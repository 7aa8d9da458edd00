"""A vector tile of a layer as an answer: kept by the caller under an ETag, made once for all."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response

from townops.base.layers import Layer
from townops.kernel.vectortiles import Tile

MEDIA_TYPE: Final = "application/vnd.mapbox-vector-tile"


def answer(request: HttpRequest, layer: Layer, square: Tile) -> HttpResponse:
    """The layer as it is today: 200, 204 where nothing is, 304 to whoever has it already."""
    today = timezone.localdate()
    found = layer.read(today, today)
    etag = f'"{found.stamp}-{square.zoom}.{square.x}.{square.y}"'
    unchanged = get_conditional_response(request, etag=etag)
    if unchanged is not None:
        return unchanged
    content = found.tile(layer.name, square) if square.zoom >= layer.least_zoom else b""
    response = HttpResponse(content, content_type=MEDIA_TYPE, status=200 if content else 204)
    response["ETag"], response["Cache-Control"] = etag, "private, no-cache"
    return response
