"""The documents of OGC API - Features, as the standard names their members."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

import numpy as np
import shapely
from django.http import HttpRequest, QueryDict
from django.utils import timezone

from townops.base.layers import Layer
from townops.kernel.featuresets import FeatureSet, Places
from townops.kernel.vectortiles import Fact
from townops.sharing.ogc.asking import Asked
from townops.sharing.ogc.crs import CRS84, STORED, SYSTEMS, System

GEOJSON: Final = "application/geo+json"
JSON: Final = "application/json"
HTML: Final = "text/html"
OPENAPI: Final = "application/vnd.oai.openapi+json;version=3.0"
_PART1: Final = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/"
_PART2: Final = "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/"
CONFORMS: Final = (*(f"{_PART1}{one}" for one in ("core", "oas30", "html", "geojson")), f"{_PART2}crs")
TITLE: Final = "TownOps 城运：街镇网格"
ABOUT: Final = "街镇、责任网格、居村、责任块的界线，按 OGC API - Features 提供，只读。"
Document = dict[str, object]


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses as this caller reaches us."""

    root: str

    def to(self, path: str, rel: str, kind: str, title: str = "") -> Document:
        said: Document = {"href": f"{self.root}{path}", "rel": rel, "type": kind}
        return said | {"title": title} if title else said

    def both(self, path: str, rel: str, kind: str, title: str) -> list[Document]:
        """The document and the same for a reader."""
        more = "&" if "?" in path else "?"
        readable = "alternate" if rel == "self" else rel
        return [self.to(path, rel, kind, title), self.to(f"{path}{more}f=html", readable, HTML, title)]


def links(request: HttpRequest) -> Links:
    return Links(request.build_absolute_uri("/ogc"))


def landing(here: Links) -> Document:
    return {
        "title": TITLE,
        "description": ABOUT,
        "links": [
            *here.both("/", "self", JSON, "首页"),
            here.to("/api", "service-desc", OPENAPI, "接口说明（OpenAPI）"),
            here.to("/api?f=html", "service-doc", HTML, "接口说明"),
            *here.both("/conformance", "conformance", JSON, "符合的标准条款"),
            *here.both("/collections", "data", JSON, "图层"),
        ],
    }


def conformance(here: Links) -> Document:
    return {"conformsTo": list(CONFORMS), "links": here.both("/conformance", "self", JSON, "符合的标准条款")}


def collections(here: Links, shown: Sequence[tuple[Layer, FeatureSet]]) -> Document:
    return {
        "links": here.both("/collections", "self", JSON, "图层"),
        "crs": list(SYSTEMS),
        "collections": [collection(here, layer, found, rel="") for layer, found in shown],
    }


def collection(here: Links, layer: Layer, found: FeatureSet, *, rel: str = "self") -> Document:
    """`found` is the layer today; `rel` is empty inside the list of all."""
    path = f"/collections/{layer.name}"
    said: Document = {
        "id": layer.name,
        "title": layer.label,
        "description": layer.about,
        "itemType": "feature",
        "crs": list(SYSTEMS),
        "storageCrs": STORED,
        "links": [
            *here.both(path, rel or "self", JSON, layer.label),
            *here.both(f"{path}/items", "items", GEOJSON, "要素"),
        ],
    }
    if found.bounds:
        said["extent"] = {"spatial": {"bbox": [list(found.bounds)], "crs": CRS84}}
    return said


@dataclass(frozen=True, slots=True)
class Page:
    """One page of what was found: places in the set, from the offset on."""

    layer: Layer
    found: FeatureSet
    matched: Places
    asked: Asked

    @property
    def places(self) -> Places:
        return self.matched[self.asked.offset : self.asked.offset + self.asked.limit]

    @property
    def next(self) -> int | None:
        """Where the next page begins."""
        end = self.asked.offset + self.asked.limit
        return end if end < len(self.matched) else None


def items(here: Links, page: Page, given: QueryDict) -> str:
    """A GeoJSON collection, with whatever the caller asked for kept in the links."""
    told = {
        "links": list(_turning(here, page, given)),
        "timeStamp": timezone.now().isoformat(timespec="seconds"),
        "numberMatched": len(page.matched),
        "numberReturned": len(page.places),
    }
    rows = ",".join(_feature(*row) for row in _rows(page.found, page.places, page.asked.system))
    return f'{{"type":"FeatureCollection","features":[{rows}],{json.dumps(told, ensure_ascii=False)[1:]}'


def _turning(here: Links, page: Page, given: QueryDict) -> Iterator[Document]:
    path = f"/collections/{page.layer.name}/items"
    kept = {name: str(one) for name, one in given.items() if name != "f"}
    yield from here.both(_with(path, kept), "self", GEOJSON, page.layer.label)
    yield here.to(f"/collections/{page.layer.name}", "collection", JSON, page.layer.label)
    if page.next is not None:
        yield here.to(_with(path, kept | {"offset": str(page.next)}), "next", GEOJSON, "下一页")
    if page.asked.offset:
        before = max(0, page.asked.offset - page.asked.limit)
        yield here.to(_with(path, kept | {"offset": str(before)}), "prev", GEOJSON, "上一页")


def _with(path: str, kept: Mapping[str, str]) -> str:
    return f"{path}?{urlencode(kept)}" if kept else path


def item(here: Links, layer: Layer, found: FeatureSet, place: int, system: System) -> str:
    """One feature."""
    ((name, geometry, facts),) = _rows(found, np.array([place]), system)
    path = f"/collections/{layer.name}"
    told = [
        *here.both(f"{path}/items/{name}", "self", GEOJSON, str(facts.get("name", name))),
        here.to(path, "collection", JSON, layer.label),
    ]
    return f'{_feature(name, geometry, facts)[:-1]},"links":{json.dumps(told, ensure_ascii=False)}}}'


def _rows(found: FeatureSet, places: Places, system: System) -> Iterator[tuple[str, str, Mapping[str, Fact]]]:
    shapes = shapely.orient_polygons(system.out(found.shapes[places]))
    for place, geometry in zip(places, shapely.to_geojson(shapes) if len(shapes) else (), strict=True):
        yield found.ids[place], geometry, found.facts[place]


def _feature(name: str, geometry: str, facts: Mapping[str, Fact]) -> str:
    said = json.dumps(name, ensure_ascii=False)
    words = json.dumps(dict(facts), ensure_ascii=False)
    return f'{{"type":"Feature","id":{said},"geometry":{geometry},"properties":{words}}}'
