"""The map: orders of the list's filter over the town's areas, and what its layers are made of."""

import hashlib
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from townops.console import basemap, choices, filter_words, filters, mapping
from townops.console.doors import SEES, Desk, page
from townops.console.saying import sentence
from townops.kernel.refusal import Refused
from townops.kernel.tiling import Window, read_box, window
from townops.orders import api as orders

NEAR: Final = 20
GROUND: Final = ("orders.report", "areas.view")  # who sees a map without its orders
DAY: Final = 86_400


@require_safe
@page(*SEES)
def show(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The page; without script it leads to the list of the same filter."""
    address = filters.address_of(request.GET, desk.town)
    if "" in request.GET.values():
        return redirect(f"{request.path}?{address.but(cursor='')}")
    shown = {"desk": desk, "address": address, "listed": address.but(cursor=""), **_choices(desk, address)}
    try:
        found = orders.snapshot(desk.actor, address.filter(), at=desk.at)
    except Refused as refused:
        return render(request, "console/map.html", shown | {"said": sentence(refused)}, status=400)
    return render(request, "console/map.html", shown | {"found": found})


def _choices(desk: Desk, address: filters.Address) -> dict[str, object]:
    typed = ("q", "state", "unit", "area", "open", "overdue", "sort", "cursor")
    return {
        "chips": list(address.chips()),
        "kept": [pair for pair in address.pairs if pair[0] not in typed],
        "looks": [(state.value, look.word) for state, look in orders.LOOKS.items()],
        "units": choices.units(desk.town),
        "places": choices.places(desk.town),
        "states": ",".join(address.all("state")),
        "many": filter_words.states_said(",".join(address.all("state")))
        if len(address.all("state")) > 1
        else "",
        "typed": {name: address.one(name) for name in ("q", "open", "overdue")},
        "unit": choices.unit_name(address.one("unit"), desk.town),
        "area": choices.area_said(choices.code_of(address.one("area"))),
    }


@require_safe
@page(*SEES)
def spots(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Orders of the filter in a window, alone or clustered; `view` is the window's box, `z` its zoom."""
    try:
        shown, wanted = _window(request), filters.address_of(request.GET, desk.town).filter()
        found = orders.snapshot(desk.actor, wanted, at=desk.at)
    except Refused as refused:
        return JsonResponse({"said": sentence(refused)}, status=400)
    etag = f'"{found.stamp}-{shown.zoom}.{shown.left}.{shown.top}.{shown.right}.{shown.bottom}"'
    unchanged = _unchanged(request, etag)
    if unchanged is not None:
        return unchanged
    return _kept(HttpResponse(mapping.orders_json(found.within(shown), shown, found)), etag)


@require_safe
@page(*SEES, *GROUND)
def shapes(request: HttpRequest, desk: Desk, kind: str) -> HttpResponse:
    """Areas of a kind in a window, simplified for its zoom."""
    try:
        text = mapping.areas_json(kind, desk.town, _window(request))
    except Refused as refused:
        return JsonResponse({"said": sentence(refused)}, status=400)
    return _told(request, text)


@require_safe
@page(*SEES, *GROUND)
def setup(request: HttpRequest, desk: Desk) -> HttpResponse:
    """What every map asks for once."""
    stamp = basemap.stamp()
    base = f"/map/base/{{z}}/{{x}}/{{y}}?v={stamp}" if stamp else ""
    return _told(request, JsonResponse(mapping.setup(desk, base)).content.decode())


@require_safe
@page(*SEES, "orders.report")
def places(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Where to go for a number of an order or a name of a place."""
    q = request.GET.get("q", "").strip()[:40]
    return JsonResponse({"places": mapping.places_found(desk, q) if q else []})


@require_safe
@page(*SEES)
def spot(request: HttpRequest, desk: Desk, number: str) -> HttpResponse:
    """What a map says of one order."""
    view = orders.order_for(desk.actor, number, at=desk.at)
    return render(request, "console/_spot.html", {"order": view, "now": desk.at})


@require_safe
@page(*SEES)
def near(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Orders of the filter in so small a box that no zoom tells them apart."""
    address = filters.address_of(request.GET, desk.town)
    found = orders.find_orders(desk.actor, address.filter(), at=desk.at, sort="-received", limit=NEAR)
    shown = {"page": found, "now": desk.at, "listed": address.but(cursor="")}
    return render(request, "console/_spots.html", shown)


@require_safe
@page(*SEES, *GROUND)
def base(request: HttpRequest, desk: Desk, zoom: int, x: int, y: int) -> HttpResponse:
    """A tile of the town's own ground; white where the file has none."""
    found = basemap.tile(zoom, x, y)
    if found is None:
        raise Http404
    response = HttpResponse(found[0], content_type=found[1])
    response["Cache-Control"] = f"private, max-age={DAY}"
    return response


def _window(request: HttpRequest) -> Window:
    """Refused(box_malformed)."""
    zoom = request.GET.get("z", "")
    known = int(zoom) if zoom.isascii() and zoom.isdigit() and len(zoom) < 3 else 14  # noqa: PLR2004
    return window(read_box(request.GET.get("view", "")), known)


def _told(request: HttpRequest, text: str) -> HttpResponse:
    """JSON that a browser keeps and asks again for."""
    etag = f'"{hashlib.blake2b(text.encode(), digest_size=12).hexdigest()}"'
    unchanged = _unchanged(request, etag)
    return unchanged if unchanged is not None else _kept(HttpResponse(text), etag)


def _unchanged(request: HttpRequest, etag: str) -> HttpResponse | None:
    """The short answer to a browser that has this already."""
    return get_conditional_response(request, etag=etag)


def _kept(response: HttpResponse, etag: str) -> HttpResponse:
    response["Content-Type"] = "application/json"
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    return response
