"""Vector tiles for the desk's maps."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from townops.base import tiles
from townops.base.layers import layer_for
from townops.console.doors import Desk, page
from townops.kernel.vectortiles import Tile


@require_safe
@page()
def tile(request: HttpRequest, desk: Desk, name: str, *, zoom: int, x: int, y: int) -> HttpResponse:
    """A tile of a layer that the person may see."""
    return tiles.answer(request, layer_for(desk.actor, name), Tile(zoom, x, y))
