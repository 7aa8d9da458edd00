"""What the border editor is told: areas as GeoJSON, defects in words, who else edits."""

from collections.abc import Iterable, Mapping
from math import cos, radians
from typing import Final

import numpy as np
import shapely
from django.utils import timezone

from townops.areas import api as areas
from townops.base import presence
from townops.base.canonical import dump
from townops.console.doors import Desk
from townops.kernel.partition.wording import DETAILS, SEVERITIES, TYPES, fix_of
from townops.kernel.refusal import Refused
from townops.kernel.tiling import Window
from townops.people import api as people

KINDS: Final = {"town": "街镇", "grid": "责任网格", "village": "居村", "block": "责任块"}
BLOCKS_FROM: Final = 13
EXACT_FROM: Final = 15  # from this zoom on every point is told, below it as many as a pixel shows
TILE: Final = 512


def draft_of(desk: Desk, version: int) -> areas.VersionView:
    """A draft of the desk's town. Refused: version_unknown, version_published, draft_dropped."""
    if areas.version(version).town != desk.town:
        raise Refused("version_unknown")
    return areas.open_draft(version)


def collection(held: areas.Held, shown: Window, *, whole: bool) -> str:
    """Areas of a window; simplified for its zoom unless `whole`."""
    exact = whole or shown.zoom >= EXACT_FROM
    found = [
        held.features[piece.code]
        for piece in held.sheet.near(shown.box)
        if exact or piece.level < len(KINDS) - 1 or shown.zoom >= BLOCKS_FROM
    ]
    shapes = np.array([one.geometry for one in found] or [None], dtype=object)[: len(found)]
    if not exact:
        middle = (shown.box[1] + shown.box[3]) / 2
        shapes = shapely.simplify(shapes, 180 / (TILE * 2**shown.zoom) * cos(radians(middle)))
    texts = shapely.to_geojson(shapes).tolist() if len(found) else []
    told = ",".join(_feature(one, text, exact=exact) for one, text in zip(found, texts, strict=True))
    return f'{{"revision":{held.revision},"features":[{told}]}}'


def _feature(one: areas.Feature, geometry: str, *, exact: bool) -> str:
    words = dump(
        {
            "code": one.code, "kind": one.kind, "name": one.name, "parent": one.parent, "block_type": one.block_type,
            "detached": one.detached_allowed, "managed": one.directly_managed, "exact": exact,
        }
    )  # fmt: skip
    return f'{{"type":"Feature","geometry":{geometry},"properties":{words}}}'


def changes(found: Mapping[str, areas.Feature | None]) -> str:
    """What an editor puts in place of what it has: features, and codes that are gone."""
    there = [one for one in found.values() if one is not None]
    gone = [code for code, one in found.items() if one is None]
    told = ",".join(_feature(one, shapely.to_geojson(one.geometry), exact=True) for one in there)
    return f'"features":[{told}],"gone":{dump(gone)}'


def defects(found: Iterable[areas.Defect], held: areas.Held) -> list[dict[str, object]]:
    """Each with its words, the box it lies in, and the grids and 居村 it concerns."""
    return [_defect(one) | {"within": sorted(concerned(one, held))} for one in found]


def concerned(one: areas.Defect, held: areas.Held) -> set[str]:
    """Codes of the areas a defect names and of all above them."""
    named = [held.sheet.pieces[code] for code in one.features if code in held.sheet.pieces]
    return {above.code for piece in named for above in (piece, *held.sheet.above(piece.code)) if above.level}


def spots(found: Iterable[areas.Defect]) -> str:
    """A GeoJSON collection of where defects are, as maps of borders draw them."""
    told = (
        f'{{"type":"Feature","properties":{dump({"side": "defect", "key": areas.defect_key(one)})},'
        f'"geometry":{shape_of(one)}}}'
        for one in found
    )
    return f'{{"type":"FeatureCollection","features":[{",".join(told)}]}}'


def shape_of(one: areas.Defect) -> str:
    """GeoJSON of where a defect is."""
    return str(shapely.to_geojson(one.geometry))


def _defect(one: areas.Defect) -> dict[str, object]:
    west, south, east, north = shapely.bounds(one.geometry).round(7).tolist()
    return {
        "key": areas.defect_key(one),
        "type": one.type.value,
        "label": TYPES[one.type],
        "detail": DETAILS.get(one.detail, one.detail),
        "severity": one.severity.value,
        "level": one.level,
        "codes": list(one.features),
        "m2": round(one.m2, 2),
        "m": round(one.m, 3),
        "said": fix_of(one),
        "safe": one.severity.value == "slight",
        "box": [west, south, east, north],
    }


def words_of_defects() -> dict[str, dict[str, str]]:
    """Choices of the filter."""
    return {
        "types_of_defect": {one.value: word for one, word in TYPES.items()},
        "severities": {one.value: word for one, word in SEVERITIES.items()},
        "levels": KINDS,
    }


def others(desk: Desk, version: int) -> list[str]:
    """Who else has this draft open; that he has it open is noted."""
    thing = f"border-{version}"
    presence.beat(desk.account.pk, thing, name=desk.actor.name, at=desk.at)
    found = presence.others(desk.account.pk, thing, at=desk.at)
    return [f"{one.name}（{timezone.localtime(one.since):%H:%M} 起）" for one in found]


def names(ids: Iterable[int]) -> list[str]:
    """Names of persons."""
    return [one.name for one in people.persons(list(ids)).values()]
