"""What readiness measures of each 居村 and each shelter (E11, E16, E17, V3-V5, V12): many at once, by a fixed number of queries."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from townops.base.measuring import measure_each, subjects
from townops.kernel.measured import SHOWN, Measured, Subject
from townops.kernel.windows import Window
from townops.readiness.counting import by_village, counted, kinds, ratio, rows, told, town_of
from townops.readiness.measures.town import LIVING, RESCUE, in_force, incomplete, spent
from townops.readiness.models import (
    Agreement,
    ArrivalTest,
    Campaign,
    ChargingSite,
    Drill,
    MicroFireStation,
    Rule,
    Shelter,
    Supply,
)

VILLAGE: Final = "village"
SHELTER: Final = "shelter"
Each = Callable[[Window, Sequence[Subject]], Mapping[str, Measured]]
MARKS: Final = {
    "marked": "标识清晰", "people": "力量到位", "ruled": "制度完善", "geared": "装备齐全", "managed": "管理规范",
}  # fmt: skip


@subjects(SHELTER)
def shelters(town: str, at: datetime) -> Sequence[Subject]:
    """Each shelter in use."""
    every = Shelter.objects.filter(town=town, archived_at=None, entered_at__lte=at).order_by("name")
    return [Subject(SHELTER, str(one.pk), one.name, area=one.area_id, unit=one.unit_id) for one in every]


@measure_each("shelter_standard", label="符合设计规范", unit="处", kinds=(SHELTER,))
def shelter_standard(window: Window, asked: Sequence[Subject]) -> Mapping[str, Measured]:
    """该避难场所登记为符合《应急避难场所设计规》的记录数。"""
    every = {str(one.pk): one for one in Shelter.objects.filter(pk__in=[int(one.code) for one in asked])}
    return {
        one.code: counted([every[one.code]], lambda row: "" if row.up_to_standard else "登记为不符合")
        for one in asked
        if one.code in every
    }


def _each(
    said: tuple[str, str, str, str],
    found: Callable[[Window, str], Any],
    say: Callable[[list[Any], Window], Measured],
    *,
    covering: bool = False,
) -> None:
    """Declare a measure of every 居村, said as (name, label, unit, formula): the rows of the town, and what those of one 居村 say."""
    name, label, unit, formula = said

    def each(window: Window, asked: Sequence[Subject]) -> Mapping[str, Measured]:
        sorted_out = by_village(found(window, town_of(asked)), asked, covering=covering)
        return {code: say(there, window) for code, there in sorted_out.items()}

    each.__doc__ = formula
    measure_each(name, label=label, unit=unit, kinds=(VILLAGE,))(each)


def _manuals(matter: str) -> Callable[[Window, str], Any]:
    return lambda window, town: rows(Rule, window, town, matter=matter).exclude(area=None)


def _effective(there: list[Any], window: Window) -> Measured:
    return counted(there, in_force(window.until))


def _stores(level: str, *kinds_wanted: str) -> Callable[[Window, str], Any]:
    def found(window: Window, town: str) -> Any:
        every = rows(Supply, window, town, level=level)
        return every.filter(kind__in=kinds_wanted) if kinds_wanted else every

    return found


def _goods(wanted: Mapping[Any, str]) -> Callable[[list[Any], Window], Measured]:
    return lambda there, window: kinds(there, wanted, lambda one: one.kind, spent(window.until))


def _stocked(there: list[Any], window: Window) -> Measured:
    """One for each store with something in it."""
    first = {one.store: one for one in there if one.quantity}
    return counted(first.values())


def _checked(there: list[Any], window: Window) -> Measured:
    def fault(one: Supply) -> str:
        seen = one.inspected_on is not None and window.start <= one.inspected_on <= window.until
        return "" if seen else "期内没有检查"

    return counted(there, fault)


def _arrivals(window: Window, town: str) -> Any:
    days = rows(ArrivalTest, window, town, called_at__date__range=tuple(window))
    return days.select_related("station")


def _slowest(there: list[Any], window: Window) -> Measured:
    """The slowest arrival of the period."""
    if not there:
        return Measured.missing("期内没有到场记录")
    slow = max(there, key=lambda one: one.minutes)
    evidence = tuple(told(one) for one in sorted(there, key=lambda one: -one.minutes)[:SHOWN])
    return Measured(slow.minutes, len(there), evidence=evidence)


def _marks(there: list[Any], window: Window) -> Measured:
    """How many of the five the weakest station of the 居村 keeps."""
    if not there:
        return Measured.missing("没有登记微型消防站")
    kept = {one: [word for name, word in MARKS.items() if getattr(one, name)] for one in there}
    weakest = min(kept, key=lambda one: len(kept[one]))
    missing = [word for word in MARKS.values() if word not in kept[weakest]]
    found = counted([weakest], lambda one: f"缺{'、'.join(missing)}" if missing else "")
    return Measured(
        len(kept[weakest]), len(there), of=len(MARKS), evidence=found.evidence, left_out=found.left_out
    )


def _trained(there: list[Any], window: Window) -> Measured:
    return ratio(sum(one.trained for one in there), sum(one.people for one in there), there, "没有登记队员")


def _held(scope: str) -> Callable[[Window, str], Any]:
    return lambda window, town: rows(Drill, window, town, scope=scope, held_on__range=tuple(window))


def _sound(there: list[Any], window: Window) -> Measured:
    return counted(there, lambda one: "" if one.sound else "不完好")


_each(
    ("management_manuals", "管理手册", "本", "该居村当日有效的管理手册本数。"),
    _manuals(Rule.Matter.MANUAL),
    _effective,
)
_each(
    ("handling_manuals", "处置手册", "本", "该居村当日有效的突发事件处置手册本数。"),
    _manuals(Rule.Matter.HANDLING),
    _effective,
)
_each(
    ("village_stores", "物资储备库", "个", "该居村有存货的储备库个数。"),
    _stores(Supply.Level.VILLAGE),
    _stocked,
)
_each(("village_rescue_supplies", "居村基础救援物资", "种", "该居村有存货且未过期的基础救援物资种数。"),
      _stores(Supply.Level.VILLAGE, *RESCUE), _goods(RESCUE))  # fmt: skip
_each(("village_living_supplies", "居村基本生活物资", "种", "该居村有存货且未过期的基本生活物资种数。"),
      _stores(Supply.Level.VILLAGE, *LIVING), _goods(LIVING))  # fmt: skip
_each(
    ("village_store_checks", "检查过的物资", "种", "该居村期内检查过的物资种数。"),
    _stores(Supply.Level.VILLAGE),
    _checked,
)
_each(("social_reserves", "企事业单位储备", "种", "该居村内企事业单位储备的物资种数。"), _stores(Supply.Level.SOCIETY),
      lambda there, window: counted(there, spent(window.until)))  # fmt: skip
_each(("supply_agreements", "有效的储备协议", "份", "当日有效、供应区域包含该居村的协议份数。"),
      lambda window, town: rows(Agreement, window, town),
      lambda there, window: counted(there, lambda one: "已过有效期" if one.expires_on < window.until else ""),
      covering=True)  # fmt: skip
_each(
    ("fire_arrival_minutes", "最慢到场用时", "分钟", "该居村期内到场测试和真实火警中最慢的一次用时。"),
    _arrivals,
    _slowest,
)
_each(("fire_station_marks", "微型消防站达标项", "项", "该居村最弱的一个微型消防站，标识、力量、制度、装备、管理五项中达标的项数。"),
      lambda window, town: rows(MicroFireStation, window, town), _marks)  # fmt: skip
_each(("rescue_stations", "应急救援站", "个", "该居村依托微型消防站建立的救援站个数。"),
      lambda window, town: rows(MicroFireStation, window, town), lambda there, window: counted(there))  # fmt: skip
_each(("rescuers_trained", "受过灭火训练的队员", "%", "该居村微型消防站队员中受过灭火训练的百分比。"),
      lambda window, town: rows(MicroFireStation, window, town), _trained)  # fmt: skip
_each(("charging_points", "完好的充换电设施", "处", "该居村完好的充换电设施处数。"),
      lambda window, town: rows(ChargingSite, window, town), _sound)  # fmt: skip
_each(("village_drills", "居村演练", "次", "该居村期内举行、资料齐全的演练次数。"), _held(Drill.Scope.VILLAGE),
      lambda there, window: counted(there, incomplete))  # fmt: skip
_each(("village_publicity", "居村宣传活动", "次", "该居村期内开展的宣传教育活动次数。"),
      lambda window, town: rows(Campaign, window, town, held_on__range=tuple(window)),
      lambda there, window: counted(there))  # fmt: skip
