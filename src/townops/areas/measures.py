"""What areas measure: layers in force, the partition's defects, dossiers confirmed in time (U8-U11, C2)."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from itertools import chain
from typing import Final

from townops.areas.domain.features import Feature
from townops.areas.domain.proving import prove
from townops.areas.domain.views import AreaView
from townops.areas.geography import picture, shapes_on
from townops.areas.models import Area, AreaShape, Stamp
from townops.areas.needs import states
from townops.base.measuring import measure, measure_each, subjects
from townops.kernel.measured import Evidence, LeftOut, Measured, Subject
from townops.kernel.partition import Defect, Fault
from townops.kernel.windows import Window
from townops.kernel.workdays import SHANGHAI

VILLAGE: Final = "village"
Stamps = tuple[tuple[int, int], ...]
NO_BLOCKS: Final = "没有责任块"
NO_SHAPES: Final = "没有网格图层"
MANY: Final = 500  # keys asked for one by one; of more, all are read
OPEN_GROUND: Final = frozenset({"gap", "hole"})  # how a sliver that is a gap is told from one that overlaps


@subjects(VILLAGE)
def villages(town: str, at: datetime) -> Sequence[Subject]:
    """居村 that stand on that day, by code; directly managed ground (直管区) has none."""
    found = _standing(town, VILLAGE, at.astimezone(SHANGHAI).date())
    return [Subject(VILLAGE, one.code, one.name, area=one.id) for one in found if not one.directly_managed]


def _standing(town: str, kind: str, day: date) -> list[AreaView]:
    known = picture.get().by_id.values()
    return [one for one in known if one.kind == kind and one.town == town and one.stands(day)]


def _refer(one: AreaView) -> Evidence:
    return Evidence("area", one.code, one.name)


@measure_each("blocks", label="责任块", unit="个", kinds=(VILLAGE,))
def blocks(window: Window, asked: Sequence[Subject]) -> Mapping[str, Measured]:
    """居村下现有的责任块个数。"""
    return {
        code: Measured.counting(found, _refer) for code, found in _by_village(window.until, asked).items()
    }


def _by_village(day: date, asked: Iterable[Subject]) -> dict[str, list[AreaView]]:
    """Blocks that stand, by code of the village above them."""
    under: dict[int | None, list[AreaView]] = defaultdict(list)
    for one in picture.get().by_id.values():
        if one.kind == "block" and one.stands(day):
            under[one.parent_id].append(one)
    return {one.code: under.get(one.area, []) for one in asked}


@measure_each("dossiers_reviewed", label="责任块档案按期复核率", unit="%", kinds=(VILLAGE,))
def dossiers_reviewed(window: Window, asked: Sequence[Subject]) -> Mapping[str, Measured]:
    """档案在规定间隔内确认过的责任块，占居村全部责任块的百分比。"""
    grouped = _by_village(window.until, asked)
    late = {one.block.id for one in states(chain.from_iterable(grouped.values()), window.at) if one.overdue}
    return {
        code: Measured.share(
            found, _refer, fault=lambda one: "档案超期未复核" if one.id in late else "", nothing=NO_BLOCKS
        )
        for code, found in grouped.items()
    }


@dataclass(frozen=True, slots=True)
class Drawn:
    """A shape in force: its row, and whose it is."""

    id: int
    kind: str
    code: str
    name: str


def _drawn(subject: Subject, window: Window) -> tuple[Drawn, ...]:
    return _in_force(subject.code, window.until, _stamps())


@lru_cache(maxsize=4)
def _in_force(town: str, day: date, _stamps: Stamps) -> tuple[Drawn, ...]:
    """The shapes of a day, read once for every state of the areas: nine measures ask for them."""
    rows = shapes_on(day).filter(area__town=town).order_by("area__code")
    return tuple(
        Drawn(*row) for row in rows.values_list("id", "area__kind", "area__code", "area__name").iterator()
    )


def _stamps() -> Stamps:
    return tuple(Stamp.objects.order_by("name").values_list("value", "turn"))


def _layer(kind: str) -> Callable[[Window, Subject], Measured]:
    def counted(window: Window, subject: Subject) -> Measured:
        """在用图层中有图形的区域个数。"""
        found = (one for one in _drawn(subject, window) if one.kind == kind)
        return Measured.counting(found, lambda one: Evidence("area", one.code, one.name))

    return counted


for _kind in Area.Kind:
    measure(f"{_kind.value}_layer", label=f"{_kind.label}图层", unit="个")(_layer(_kind.value))


@measure("layers_in_force", label="在用图层", unit="层")
def layers_in_force(window: Window, subject: Subject) -> Measured:
    """镇、责任网格、居村、责任块四层中有图形的层数。"""
    kinds = dict.fromkeys(one.kind for one in _drawn(subject, window))
    words = dict(Area.Kind.choices)
    return Measured.counting(kinds, lambda kind: Evidence("layer", kind, str(words[kind])))


@measure("blocks_typed", label="责任块划分类型的比例", unit="%")
def blocks_typed(window: Window, subject: Subject) -> Measured:
    """写明十四种类型之一的责任块，占全部责任块的百分比。"""
    known = {code for code, _ in Area.BlockType.choices}
    return Measured.share(
        _standing(subject.code, "block", window.until),
        _refer,
        fault=lambda one: "" if one.block_type in known else "类型不在十四种之内",
        nothing=NO_BLOCKS,
    )


Concerns = Callable[[Defect], bool]


def _defects(concerns: Concerns) -> Callable[[Window, Subject], Measured]:
    def counted(window: Window, subject: Subject) -> Measured:
        """对当日在用图层作全量拓扑检查得到的缺陷个数；没有图层则无数据。"""
        keys = tuple(one.id for one in _drawn(subject, window))
        if not keys:
            return Measured.missing(NO_SHAPES)
        found = [one for one in _proven(keys, _stamps()) if concerns(one)]
        said = tuple(LeftOut(_refer_defect(one), str(one.detail)) for one in found)
        return Measured(len(found), len(keys), of=len(keys), left_out=said)

    return counted


def _refer_defect(one: Defect) -> Evidence:
    return Evidence("area", one.features[0] if one.features else "", "、".join(one.features))


@lru_cache(maxsize=4)
def _proven(keys: tuple[int, ...], _stamps: Stamps) -> tuple[Defect, ...]:
    """The defects of these shapes, computed once for every state of the areas; a board asks for them four times."""
    rows = AreaShape.objects.filter(id__in=keys) if len(keys) <= MANY else AreaShape.objects.all()
    wanted = set(keys)
    found = [row for row in rows.select_related("area__parent").order_by("area__code") if row.id in wanted]
    return prove([_feature(row) for row in found]).defects


def _feature(row: AreaShape) -> Feature:
    area = row.area
    flags = {"detached_allowed": area.detached_allowed, "directly_managed": area.directly_managed}
    parent = area.parent.code if area.parent else ""
    return Feature(area.code, area.kind, area.name, bytes(row.shape), parent, area.block_type, **flags)


def _is_gap(one: Defect) -> bool:
    """A broken shape covers nothing that could be proven."""
    thin = one.type is Fault.SLIVER and one.detail in OPEN_GROUND
    return one.type in (Fault.GAP, Fault.INVALID) or thin


def _is_overlap(one: Defect) -> bool:
    thin = one.type is Fault.SLIVER and one.detail not in OPEN_GROUND
    return one.type in (Fault.OVERLAP, Fault.DUPLICATE) or thin


measure("gaps", label="网格空缺", unit="处")(_defects(_is_gap))
measure("overlaps", label="网格重叠", unit="处")(_defects(_is_overlap))
measure("borders_apart", label="边界不一致", unit="处")(_defects(lambda one: one.type is Fault.BORDER))
measure("outside_upper", label="上下级不符", unit="处")(_defects(lambda one: one.type is Fault.CONTAINMENT))
