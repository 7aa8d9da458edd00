"""A vector tile of a layer as an answer: kept by the caller under an ETag, made once for all.

Tiles of far zooms hold thousands of features and take seconds when a process makes them first; they are kept on disk under
the stamp of their content, and made beforehand (`warm`) when borders have changed.
"""

import shutil
import time
from collections.abc import Iterator
from datetime import date
from itertools import product
from pathlib import Path
from typing import Final
from uuid import uuid4

import numpy as np
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response

from townops.base.layers import Layer
from townops.kernel.featuresets import FeatureSet
from townops.kernel.tiling import unit_square
from townops.kernel.vectortiles import Tile

MEDIA_TYPE: Final = "application/vnd.mapbox-vector-tile"
KEPT_TO: Final = 14  # closer tiles are small and quickly made
MOST_WARMED: Final = 400  # tiles of one zoom, beyond which a layer is wider than any town
OLD_SECONDS: Final = 2 * 24 * 3600


def answer(request: HttpRequest, layer: Layer, square: Tile) -> HttpResponse:
    """The layer as it is today: 200, 204 where nothing is, 304 to whoever has it already."""
    today = timezone.localdate()
    stamp = _stamp(layer, today)
    etag = f'"{stamp}-{square.zoom}.{square.x}.{square.y}"'
    unchanged = get_conditional_response(request, etag=etag)
    if unchanged is not None:
        return unchanged
    content = _content(layer, stamp, square, today)
    response = HttpResponse(content, content_type=MEDIA_TYPE, status=200 if content else 204)
    response["ETag"], response["Cache-Control"] = etag, "private, no-cache"
    return response


def _stamp(layer: Layer, today: date) -> str:
    """The stamp of the layer's content; where its turn is known from before, without reading the layer."""
    if layer.turn is None:
        return layer.read(today, today).stamp
    place = _root() / "turns" / f"{layer.name}-{layer.turn(today)}"
    try:
        return place.read_text("ascii")
    except FileNotFoundError:
        stamp = layer.read(today, today).stamp
    _keep(place, stamp.encode())
    return stamp


def warm(layer: Layer, today: date) -> int:
    """Make every tile of the far zooms that is not kept yet; returns how many. May run at any time, also twice."""
    _stamp(layer, today)
    found = layer.read(today, today)
    made = 0
    for zoom in range(layer.least_zoom, KEPT_TO + 1):
        for square in _covering(found, zoom):
            if not _place(layer, found.stamp, square).exists():
                _content(layer, found.stamp, square, today)
                made += 1
    return made


def forget(current: set[str]) -> int:
    """Drop what is kept under stamps that no layer has had for two days; returns how many."""
    long_ago = time.time() - OLD_SECONDS
    for one in _inside(_root() / "turns"):
        if one.stat().st_mtime < long_ago:
            one.unlink(missing_ok=True)
    stale = [one for one in _inside(_root()) if one.name not in {*current, "turns"}]
    old = [one for one in stale if one.stat().st_mtime < long_ago]
    for one in old:
        shutil.rmtree(one, ignore_errors=True)
    return len(old)


def _root() -> Path:
    return Path(settings.DATA) / "tiles"


def _inside(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []


def _content(layer: Layer, stamp: str, square: Tile, today: date) -> bytes:
    if square.zoom < layer.least_zoom:
        return b""
    if square.zoom > KEPT_TO:
        return layer.read(today, today).tile(layer.name, square)
    place = _place(layer, stamp, square)
    try:
        return place.read_bytes()
    except FileNotFoundError:
        found = layer.read(today, today)
    content = found.tile(layer.name, square)
    if found.stamp == stamp and len(found.within(square)):  # the sea round the town fills no disk
        _keep(place, content)
    return content


def _place(layer: Layer, stamp: str, square: Tile) -> Path:
    return _root() / stamp / f"{layer.name}-{square.zoom}-{square.x}-{square.y}"


def _keep(place: Path, content: bytes) -> None:
    """Whole or not at all, whoever else writes the same."""
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = place.with_name(f"{place.name}.{uuid4().hex}")
    fresh.write_bytes(content)
    fresh.replace(place)


def _covering(found: FeatureSet, zoom: int) -> Iterator[Tile]:
    box = found.bounds
    if box is None:
        return
    xs, ys = unit_square(np.array([box[0], box[2]]), np.array([box[3], box[1]]))
    (left, right), (top, bottom) = ((one * (1 << zoom)).astype(int).tolist() for one in (xs, ys))
    if (right - left + 1) * (bottom - top + 1) <= MOST_WARMED:
        yield from (Tile(zoom, x, y) for x, y in product(range(left, right + 1), range(top, bottom + 1)))
