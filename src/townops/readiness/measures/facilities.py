"""What readiness measures of the town's protective facilities and shelters (E15-E17)."""

from collections.abc import Callable
from typing import Any, Final

from townops.base.measuring import measure
from townops.kernel.measured import SHOWN, Measured, Subject
from townops.kernel.windows import Window
from townops.readiness.counting import counted, kinds, ratio, rows, share, told
from townops.readiness.models import FireFacility, FloodFacility, FloodInspection, Shelter

INSPECTED: Final = {
    one.value: str(one.label) for one in FloodFacility.Kind if one.value in ("sluice", "dike", "drain")
}
WAYS: Final = (FireFacility.Kind.EXIT, FireFacility.Kind.WAY, FireFacility.Kind.LIFE)
RESIDENTS: Final = "residents"


@measure("flood_inspections", label="检查过的防汛设施种类", unit="种")
def flood_inspections(window: Window, subject: Subject) -> Measured:
    """期内检查过的水闸、堤防、排水管网的种数。"""
    seen = rows(FloodInspection, window, subject.code, inspected_on__range=tuple(window)).select_related(
        "facility"
    )
    return kinds(seen, INSPECTED, lambda one: one.facility.kind)


@measure("flood_faults_overdue", label="未修复的防汛设施故障", unit="处")
def flood_faults_overdue(window: Window, subject: Subject) -> Measured:
    """当日之前查出、至今没有修复的故障处数。"""
    seen = list(rows(FloodInspection, window, subject.code, inspected_on__lte=window.until))
    if not seen:
        return Measured.missing("没有检查记录")
    unmended = [
        one for one in seen if not one.sound and (one.mended_on is None or one.mended_on > window.until)
    ]
    return Measured(len(unmended), len(seen), evidence=tuple(told(one) for one in unmended or seen)[:SHOWN])


@measure("flood_sound", label="防汛防台设施完好达标率", unit="%")
def flood_sound(window: Window, subject: Subject) -> Measured:
    """登记的防汛防台设施中，完好且达标的百分比。"""

    def fault(one: FloodFacility) -> str:
        return "不完好" if not one.sound else "" if one.up_to_standard else "不达标"

    return share(rows(FloodFacility, window, subject.code), fault, "没有登记设施")


@measure("fire_sound", label="消防设施完好率", unit="%")
def fire_sound(window: Window, subject: Subject) -> Measured:
    """期内检查过的消防设施中完好数占总数的百分比；期内没有检查的不计。"""
    return _sound(rows(FireFacility, window, subject.code).exclude(kind__in=WAYS), window)


@measure("ways_sound", label="出口和通道符合标准率", unit="%")
def ways_sound(window: Window, subject: Subject) -> Measured:
    """期内检查过的安全出口、疏散通道、生命通道中符合标准的百分比。"""
    return _sound(rows(FireFacility, window, subject.code, kind__in=WAYS), window)


def _sound(every: Any, window: Window) -> Measured:
    seen = list(every.filter(inspected_on__range=tuple(window)))
    return ratio(sum(one.sound for one in seen), sum(one.count for one in seen), seen, "期内没有检查记录")


@measure("shelters", label="避难场所", unit="处")
def shelters(window: Window, subject: Subject) -> Measured:
    """当日在用的避难场所处数。"""
    return counted(
        rows(Shelter, window, subject.code), lambda one: "" if one.effective_m2 else "没有有效面积"
    )


@measure("shelter_area_per_head", label="人均有效避难面积", unit="m²")
def shelter_area_per_head(window: Window, subject: Subject) -> Measured:
    """在用避难场所有效面积之和除以常住人口。"""
    return _per_resident(window, subject, lambda one: float(one.effective_m2), 1)


@measure("shelter_places", label="避难场所容量占常住人口", unit="%")
def shelter_places(window: Window, subject: Subject) -> Measured:
    """在用避难场所可容纳人数之和占常住人口的百分比。"""
    return _per_resident(window, subject, lambda one: one.capacity, 100)


def _per_resident(window: Window, subject: Subject, of: Callable[[Shelter], float], times: int) -> Measured:
    basis = subject.bases.get(RESIDENTS)
    if basis is None or not basis.value:
        return Measured.missing("没有登记常住人口")
    found = counted(rows(Shelter, window, subject.code))
    total = sum(of(one) for one in rows(Shelter, window, subject.code))
    said = f"常住人口 {basis.value:.0f}（{basis.on}，{basis.source}）"
    return Measured(
        times * total / basis.value, found.records, of=basis.value, evidence=found.evidence, basis=said
    )
