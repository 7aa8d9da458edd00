"""The features of a layer at one time: found by a box and by their facts, told as GeoJSON rows or as tiles. Pure.

Safe to share between threads once built; coordinates are degrees of CGCS2000, longitude first.
"""

import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from townops.kernel.vectortiles import Box, Fact, Shapes, Tile, cut, encode, level_of, simplified

TILES_KEPT: Final = 512
MOST_NAMED: Final = 2000  # of more areas in a tile none is wide enough for a sign
NAMED_AT: Final = "-names"  # a layer of points beside one of areas: a map names an area once, not once a tile
Places = NDArray[np.int64]


class FeatureSet:
    """Features in order of id. `covers`: neighbours share their borders, so they are simplified together."""

    def __init__(
        self, ids: Sequence[str], shapes: Shapes, facts: Sequence[Mapping[str, Fact]], *, covers: bool = False
    ) -> None:
        self.ids, self.shapes, self.facts = ids, shapes, facts
        self._covers = covers
        self._place = {one: place for place, one in enumerate(ids)}
        self._tree = shapely.STRtree(shapes)
        self._drawn: dict[int, Shapes] = {}
        self._tiles: OrderedDict[tuple[str, Tile], bytes] = OrderedDict()
        self._cutting = threading.Lock()
        self.stamp = _stamp(ids, shapes, facts)

    def __len__(self) -> int:
        return len(self.ids)

    def place(self, feature: str) -> int | None:
        """Where in the set the feature of this id stands."""
        return self._place.get(feature)

    @property
    def bounds(self) -> Box | None:
        """West, south, east, north of all; None when there is no feature."""
        if not len(self):
            return None
        west, south, east, north = shapely.total_bounds(self.shapes).tolist()
        return west, south, east, north

    def found(self, within: shapely.Geometry | None = None, facts: Mapping[str, str] | None = None) -> Places:
        """Places of those that touch `within` and have exactly these facts, in order of id."""
        places = (
            np.arange(len(self), dtype=np.int64)
            if within is None
            else np.sort(self._tree.query(within, predicate="intersects"))
        )
        wanted = (facts or {}).items()
        kept = [
            place
            for place in places.tolist()
            if all(said(self.facts[place].get(name)) == one for name, one in wanted)
        ]
        return np.array(kept, dtype=np.int64)

    def within(self, tile: Tile) -> Places:
        """Places of those that may touch a tile."""
        return np.sort(self._tree.query(shapely.box(*tile.box)))

    def tile(self, layer: str, tile: Tile) -> bytes:
        """The tile as vectors; b"" where there is nothing. Made once, the last ones stay in memory."""
        with self._cutting:
            known = self._tiles.get((layer, tile))
            if known is None:
                known = self._tiles[layer, tile] = self._cut(layer, tile)
                if len(self._tiles) > TILES_KEPT:
                    self._tiles.popitem(last=False)
            return known

    def _cut(self, layer: str, tile: Tile) -> bytes:
        places = self.within(tile)
        facts = [{"id": self.ids[place], **self.facts[place]} for place in places]
        layers = {layer: (cut(self._shapes_at(tile.zoom)[places], tile), facts)}
        if self._covers and len(places) <= MOST_NAMED:
            layers[layer + NAMED_AT] = (cut(self._middles[places], tile), facts)
        return encode(layers)

    @cached_property
    def _middles(self) -> Shapes:
        """Where an area is named: its centre of gravity, or a point inside where that lies outside."""
        middles = shapely.centroid(self.shapes)
        inside = shapely.contains(self.shapes, middles)
        found: Shapes = np.where(inside, middles, shapely.point_on_surface(self.shapes))
        return found

    def _shapes_at(self, zoom: int) -> Shapes:
        level = level_of(zoom)
        if not self._covers:
            return self.shapes
        if level not in self._drawn:
            self._drawn[level] = simplified(self.shapes, level)
        return self._drawn[level]


def said(fact: Fact) -> str:
    """A fact as an address says it: true and false in small letters, nothing as the empty text."""
    if fact is None:
        return ""
    return str(fact).lower() if isinstance(fact, bool) else str(fact)


def _stamp(ids: Sequence[str], shapes: Shapes, facts: Sequence[Mapping[str, Fact]]) -> str:
    """The same for the same content in every process."""
    digest = hashlib.blake2b(digest_size=12)
    for wkb in shapely.to_wkb(shapes):
        digest.update(wkb)
    digest.update(json.dumps([list(ids), list(facts)], ensure_ascii=False, default=str).encode())
    return digest.hexdigest()
