"""The four levels of the grid as map layers (U8-U11)."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Final
from weakref import WeakKeyDictionary

import numpy as np
import shapely

from townops.areas.access import PLACES, VIEW
from townops.areas.domain.ground import Ground
from townops.areas.domain.places import number_of
from townops.areas.domain.views import AreaView
from townops.areas.geography import Geography, picture
from townops.areas.models import Area, Place, Stamp
from townops.areas.places import rows_on
from townops.base.layers import Layer, LayerFact, declare
from townops.kernel.featuresets import FeatureSet
from townops.kernel.vectortiles import Fact

BLOCKS_FROM: Final = 12
_COMMON: Final = (
    LayerFact("code", "编码"),
    LayerFact("name", "名称"),
    LayerFact("parent", "上级编码"),
    LayerFact("town", "街镇代码"),
)
_VILLAGE: Final = (LayerFact("directly_managed", "直管区", "boolean"),)
_BLOCK: Final = (LayerFact("type", "责任块类型"), LayerFact("type_name", "类型名称"))
_sets: WeakKeyDictionary[Ground, dict[str, FeatureSet]] = WeakKeyDictionary()


def read(kind: str, since: date, until: date) -> FeatureSet:
    """Areas of a kind that had ground on one of these days, with the last ground they had."""
    known = picture.get()
    grounds = known.grounds(since, until)
    if len(grounds) == 1:
        kept = _sets.setdefault(grounds[0], {})
        if kind not in kept:
            kept[kind] = _set(known, grounds, kind)
        return kept[kind]
    return _set(known, grounds, kind)


def _set(known: Geography, grounds: list[Ground], kind: str) -> FeatureSet:
    found = {area.code: (area, wkb) for ground in grounds for area, wkb in ground.shapes(kind)}
    lines = [found[code] for code in sorted(found)]
    shapes = np.asarray(shapely.from_wkb([wkb for _, wkb in lines]), dtype=np.object_)
    facts = [dict(_facts(known, area)) for area, _ in lines]
    return FeatureSet([area.code for area, _ in lines], shapes, facts, covers=len(grounds) == 1)


def _facts(known: Geography, area: AreaView) -> Iterator[tuple[str, Fact]]:
    yield "code", area.code
    yield "name", area.name
    yield "parent", known.by_id[area.parent_id].code if area.parent_id else None
    yield "town", area.town
    if area.kind == "village":
        yield "directly_managed", area.directly_managed
    if area.kind == "block":
        yield "type", area.block_type
        yield "type_name", Area.BlockType(area.block_type).label


def _of(kind: str) -> Callable[[date, date], FeatureSet]:
    return lambda since, until: read(kind, since, until)


def turn(on: date) -> str:
    """What borders there are on a day: the stamp of their picture, and the day."""
    found = Stamp.objects.filter(name="areas").values_list("value", "turn").first()
    return f"{'-'.join(map(str, found or (0, 0)))}-{on:%Y%m%d}"


def _level(kind: str, label: str, about: str, facts: tuple[LayerFact, ...], least_zoom: int = 0) -> Layer:
    return declare(
        Layer(kind, label, about, "polygon", VIEW, _COMMON + facts, _of(kind), least_zoom, turn=turn)
    )


LEVELS: Final = (
    _level("town", "街镇", "街镇界线", ()),
    _level("grid", "责任网格", "责任网格界线", (), 8),
    _level("village", "居村", "居村界线，含直管区", _VILLAGE, 9),
    _level("block", "责任块", "责任块，14类", _BLOCK, BLOCKS_FROM),
)


def _read_places(since: date, until: date) -> FeatureSet:
    """Key places that stood on one of these days: at their point, without one inside their block."""
    known, rows = picture.get(), list(rows_on(since, until))
    grounds = known.grounds(since, until)
    kept = [(row, at) for row in rows if (at := _spot(row, grounds)) is not None]
    facts: list[dict[str, Fact]] = [
        {
            "code": number_of(row.pk), "name": row.name, "kind": row.kind, "address": row.address, "block": row.block.code,
            "exact": row.lng is not None,
        }
        for row, _ in kept
    ]  # fmt: skip
    shapes = np.array([at for _, at in kept], dtype=np.object_)
    return FeatureSet([str(one["code"]) for one in facts], shapes, facts)


def _spot(row: Place, grounds: list[Ground]) -> shapely.Point | None:
    if row.lng is not None:
        return shapely.Point(row.lng, row.lat)
    wkb = next((found for one in reversed(grounds) if (found := one.shape(row.block_id)) is not None), None)
    return shapely.point_on_surface(shapely.from_wkb(wkb)) if wkb is not None else None


declare(
    Layer(
        "place",
        "重点场所",
        "重点场所，没有坐标的画在责任块内",
        "point",
        PLACES,
        (
            LayerFact("code", "编号"),
            LayerFact("name", "名称"),
            LayerFact("kind", "类别"),
            LayerFact("address", "地址"),
            LayerFact("block", "责任块编码"),
            LayerFact("exact", "有坐标", "boolean"),
        ),
        _read_places,
        BLOCKS_FROM,
    )
)
