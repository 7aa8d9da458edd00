"""The addresses under /ogc, and vector tiles for machines."""

import hashlib
import json
from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_vary_headers

from townops.base import tiles
from townops.base.layers import Layer, layer_for, layers_for
from townops.kernel.actors import Actor
from townops.kernel.featuresets import FeatureSet
from townops.kernel.refusal import Refused
from townops.kernel.vectortiles import Tile
from townops.sharing.ogc import contract, reading, telling
from townops.sharing.ogc.asking import FORMATS, check_names, read_days, read_items
from townops.sharing.ogc.crs import CRS84, System, system
from townops.sharing.ogc.door import opened
from townops.sharing.ogc.telling import GEOJSON, HTML, JSON, Document

CRS_HEADER: Final = "Content-Crs"


@opened
def landing(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Where everything is."""
    check_names(request.GET, {"f"})
    return _told(request, telling.landing(telling.links(request)), reading.LANDING)


@opened
def conformance(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Which parts of the standard are met."""
    check_names(request.GET, {"f"})
    return _told(request, telling.conformance(telling.links(request)), reading.CONFORMANCE)


@opened
def api(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The contract (OpenAPI 3.0) of the layers this caller sees."""
    check_names(request.GET, {"f"})
    document = contract.document(layers_for(actor), telling.links(request).root)
    return _told(request, document, reading.API, kind=telling.OPENAPI)


@opened
def collections(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The layers this caller sees."""
    check_names(request.GET, {"f"})
    shown = [(layer, _today(layer)) for layer in layers_for(actor)]
    said = reading.collections([layer for layer, _ in shown])
    return _told(request, telling.collections(telling.links(request), shown), said)


@opened
def collection(request: HttpRequest, actor: Actor, name: str) -> HttpResponse:
    """One layer."""
    layer = layer_for(actor, name)
    check_names(request.GET, {"f"})
    found = _today(layer)
    document = telling.collection(telling.links(request), layer, found)
    return _told(request, document, reading.collection(layer, found))


@opened
def items(request: HttpRequest, actor: Actor, name: str) -> HttpResponse:
    """Features of a layer that match."""
    layer = layer_for(actor, name)
    asked = read_items(request.GET, layer)
    found = layer.read(asked.since, asked.until)
    page = telling.Page(layer, found, found.found(asked.within, asked.facts), asked)
    if _format(request) == "html":
        shown = {"layer": layer, "page": page, "rows": reading.rows(layer, found, page.places)}
        return _varied(render(request, "ogc/items.html", shown | {"next": _turned(request, page)}))
    return _features(
        request, found, asked.system, lambda: telling.items(telling.links(request), page, request.GET)
    )


@opened
def item(request: HttpRequest, actor: Actor, name: str, feature: str) -> HttpResponse:
    """One feature, as it is today or at the time asked for."""
    layer = layer_for(actor, name)
    check_names(request.GET, {"crs", "datetime", "f"})
    shown_in = system(request.GET.get("crs", CRS84))
    found = layer.read(*read_days(request.GET.get("datetime")))
    place = found.place(feature)
    if place is None:
        raise Refused("feature_unknown", layer=layer.label, id=feature[:40])
    if _format(request) == "html":
        facts = reading.cells(layer, found.facts[place])
        told = {"layer": layer, "cells": facts, "name": found.facts[place].get(reading.NAME, feature)}
        return _varied(render(request, "ogc/item.html", told))
    return _features(
        request, found, shown_in,
        lambda: telling.item(telling.links(request), layer, found, place, shown_in),
    )  # fmt: skip


@opened
def tile(request: HttpRequest, actor: Actor, name: str, *, zoom: int, x: int, y: int) -> HttpResponse:
    """A vector tile of a layer today; 204 where there is nothing."""
    return tiles.answer(request, layer_for(actor, name), Tile(zoom, x, y))


def _today(layer: Layer) -> FeatureSet:
    today = timezone.localdate()
    return layer.read(today, today)


def _format(request: HttpRequest) -> str:
    """By `f`, else by what the caller likes best. Refused(format_unknown)."""
    chosen = request.GET.get("f")
    if chosen in FORMATS:
        return chosen
    if chosen is not None:
        raise Refused("format_unknown", value=chosen[:20], known=list(FORMATS))
    return "html" if request.get_preferred_type([GEOJSON, JSON, HTML]) == HTML else "json"


def _told(request: HttpRequest, document: Document, said: reading.Said, *, kind: str = JSON) -> HttpResponse:
    if _format(request) == "html":
        return _varied(render(request, "ogc/document.html", {"said": said}))
    return _varied(HttpResponse(json.dumps(document, ensure_ascii=False), content_type=kind))


def _features(
    request: HttpRequest, found: FeatureSet, shown_in: System, made: Callable[[], str]
) -> HttpResponse:
    """GeoJSON that a caller who has it already is not sent again."""
    asked = hashlib.blake2b(request.get_full_path().encode(), digest_size=6).hexdigest()
    etag = f'W/"{found.stamp}-{asked}"'
    unchanged = get_conditional_response(request, etag=etag)
    if unchanged is not None:
        return unchanged
    response = _varied(HttpResponse(made(), content_type=GEOJSON))
    response["ETag"], response[CRS_HEADER] = etag, f"<{shown_in.uri}>"
    response["Cache-Control"] = "private, no-cache"
    return response


def _varied(response: HttpResponse) -> HttpResponse:
    patch_vary_headers(response, ["Accept", "Authorization"])
    return response


def _turned(request: HttpRequest, page: telling.Page) -> str:
    """The query string of the next page for a reader; "" on the last."""
    if page.next is None:
        return ""
    query = request.GET.copy()
    query["offset"], query["f"] = str(page.next), "html"
    return query.urlencode()
