"""What readiness measures of the town: rules, money, plans, supplies, drills, campaigns (E2-E3, E10-E14)."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from townops.base.measuring import measure, measure_each
from townops.kernel.measured import SHOWN, Evidence, LeftOut, Measured, Subject
from townops.kernel.windows import Window
from townops.readiness.counting import counted, kinds, rows, share, told
from townops.readiness.models import (
    Budget,
    Campaign,
    Drill,
    FamilyKit,
    Plan,
    Rule,
    Supply,
)

MANUALS: Final = (Rule.Matter.MANUAL, Rule.Matter.HANDLING, Rule.Matter.OTHER)
MECHANISMS: Final = {one.value: str(one.label) for one in Rule.Matter if one not in MANUALS}
SPECIAL: Final = {
    one.value: str(one.label) for one in Plan.Topic if one not in (Plan.Topic.OVERALL, Plan.Topic.OTHER)
}
RESCUE: Final = {
    one.value: str(one.label) for one in (Supply.Kind.SHOVEL, Supply.Kind.EXTINGUISHER, Supply.Kind.SANDBAG)
}
LIVING: Final = {
    one.value: str(one.label)
    for one in (Supply.Kind.FOOD, Supply.Kind.WATER, Supply.Kind.BED, Supply.Kind.LINEN)
}
FIVE: Final = {
    one.value: str(one.label)
    for one in Campaign.Kind
    if one.value in ("firms", "country", "estates", "schools", "homes")
}
DAYS: Final = {
    one.value: str(one.label)
    for one in Campaign.Kind
    if one.value in ("disaster_day", "safety_month", "fire_month")
}


def in_force(day: date) -> Callable[[Any], str]:
    """Why a rule does not hold on a day."""

    def fault(one: Any) -> str:
        if one.issued_on > day:
            return "尚未印发"
        return "已过有效期" if one.valid_until is not None and one.valid_until < day else ""

    return fault


@measure("rules_in_force", label="有效的应急管理制度", unit="项")
def rules_in_force(window: Window, subject: Subject) -> Measured:
    """当日有效的镇级应急制度项数；未印发、已过期的不计。"""
    found = rows(Rule, window, subject.code).exclude(matter__in=[*MANUALS[:2]])
    return counted(found, in_force(window.until))


@measure("rule_kinds_in_force", label="有制度规范的工作机制", unit="项")
def rule_kinds_in_force(window: Window, subject: Subject) -> Measured:
    """十一项工作机制中，当日有有效制度的项数。"""
    found = rows(Rule, window, subject.code, matter__in=list(MECHANISMS))
    return kinds(found, MECHANISMS, lambda one: one.matter, in_force(window.until))


@measure("emergency_budget", label="应急专项经费", unit="项")
def emergency_budget(window: Window, subject: Subject) -> Measured:
    """该年度预算中登记的应急专项经费项数。"""
    return counted(
        rows(Budget, window, subject.code, year=window.end.year), lambda one: "" if one.amount else "预算为零"
    )


@measure("projects_funded", label="有支出的应急项目", unit="项")
def projects_funded(window: Window, subject: Subject) -> Measured:
    """该年度已有支出的应急经费项数。"""
    found = rows(Budget, window, subject.code, year=window.end.year)
    return counted(found, lambda one: "" if one.spent else "没有支出")


@measure("overall_plans", label="总体预案", unit="个")
def overall_plans(window: Window, subject: Subject) -> Measured:
    """当日已批准的总体预案个数。"""
    return counted(rows(Plan, window, subject.code, kind=Plan.Kind.OVERALL), _unapproved(window.until))


@measure("special_plans", label="必备专项预案", unit="个")
def special_plans(window: Window, subject: Subject) -> Measured:
    """十个必备专项中，当日有已批准预案的个数。"""
    found = rows(Plan, window, subject.code, kind=Plan.Kind.SPECIAL)
    return kinds(found, SPECIAL, lambda one: one.topic, _unapproved(window.until))


@measure("further_plans", label="自选专项预案", unit="个")
def further_plans(window: Window, subject: Subject) -> Measured:
    """当日已批准的自选专项预案个数。"""
    return counted(rows(Plan, window, subject.code, kind=Plan.Kind.CHOSEN), _unapproved(window.until))


def _unapproved(day: date) -> Callable[[Plan], str]:
    return lambda one: "" if one.approved_on is not None and one.approved_on <= day else "没有批准"


@measure("plans_revised", label="按期修订的预案", unit="%")
def plans_revised(window: Window, subject: Subject) -> Measured:
    """镇级预案中，没有超过应修订日期的百分比；没有写明应修订日期的不算按期。"""

    def fault(one: Plan) -> str:
        if one.review_due is None:
            return "没有写明应修订日期"
        return f"{one.review_due} 前应修订" if one.review_due < window.until else ""

    town = rows(Plan, window, subject.code).exclude(kind__in=[Plan.Kind.VILLAGE, Plan.Kind.FIRM])
    return share(town, fault, "没有登记预案")


def spent(day: date) -> Callable[[Supply], str]:
    """Why a supply does not count."""

    def fault(one: Supply) -> str:
        if not one.quantity:
            return "没有存货"
        return "已过有效期" if one.expires_on is not None and one.expires_on < day else ""

    return fault


@measure("supply_levels", label="有储备的层级", unit="级")
def supply_levels(window: Window, subject: Subject) -> Measured:
    """镇、社区（居村）、家庭三级中有储备的层级数；家庭级看当年清单发放记录。"""
    stored = rows(Supply, window, subject.code, quantity__gt=0)
    families = rows(FamilyKit, window, subject.code, lists__gt=0)
    wanted = {"town": "镇级", "village": "社区（居村）", "family": "家庭"}
    return kinds([*stored, *families], wanted, lambda one: getattr(one, "level", "family"))


def _goods(wanted: Mapping[Any, str]) -> Callable[[Window, Subject], Measured]:
    def found(window: Window, subject: Subject) -> Measured:
        """镇级仓库中有存货且未过期的物资种数。"""
        stored = rows(Supply, window, subject.code, level=Supply.Level.TOWN, kind__in=list(wanted))
        return kinds(stored, wanted, lambda one: one.kind, spent(window.until))

    return found


measure("rescue_supplies", label="镇级基础救援物资", unit="种")(_goods(RESCUE))
measure("living_supplies", label="镇级基本生活物资", unit="种")(_goods(LIVING))


def _reached(column: str, nothing: str) -> Callable[[Window, Subject], Measured]:
    def found(window: Window, subject: Subject) -> Measured:
        """该年度有发放记录的居村个数。"""
        every = rows(FamilyKit, window, subject.code, year=window.end.year)
        return counted(every, lambda one: "" if getattr(one, column) else nothing)

    return found


measure("family_list_issued", label="发放家庭储备清单的居村", unit="个")(_reached("lists", "没有发放清单"))
measure("families_reached", label="引导家庭储备的居村", unit="个")(_reached("lists", "没有发放清单"))
measure("family_kits_given", label="推广家庭应急包的居村", unit="个")(_reached("kits", "没有发放应急包"))


def _full(window: Window, subject: Subject) -> Any:
    return rows(Drill, window, subject.code, scope=Drill.Scope.FULL, held_on__range=tuple(window))


def incomplete(one: Drill) -> str:
    """Which parts a drill lacks."""
    parts = one.missing_parts()
    return f"缺{'、'.join(parts)}" if parts else ""


@measure("drill_plan_made", label="列入年度计划的演练", unit="次")
def drill_plan_made(window: Window, subject: Subject) -> Measured:
    """计划日期在该年度内的镇级演练次数。"""
    days = (window.start, window.end)
    scopes = (Drill.Scope.FULL, Drill.Scope.SPECIAL)
    return counted(rows(Drill, window, subject.code, scope__in=scopes, planned_for__range=days))


@measure("full_drills_held", label="应急综合演练", unit="次")
def full_drills_held(window: Window, subject: Subject) -> Measured:
    """期内举行、方案脚本评估影像齐全的综合演练次数；缺一样的不计。"""
    return counted(_full(window, subject), incomplete)


@measure("drills_whole", label="资料齐全的演练", unit="%")
def drills_whole(window: Window, subject: Subject) -> Measured:
    """期内举行的综合演练中，方案、脚本、评估、影像齐全的百分比。"""
    return share(_full(window, subject), incomplete, "期内没有举行综合演练")


@measure("drill_participants", label="参加演练的方面", unit="类")
def drill_participants(window: Window, subject: Subject) -> Measured:
    """期内综合演练中，居民、企事业单位、社会组织、志愿者有参加的类数。"""
    sides = {"residents": "居民", "firms": "企事业单位", "societies": "社会组织", "volunteers": "志愿者"}
    held = list(_full(window, subject))
    present = {side for side in sides for one in held if getattr(one, side)}
    lacking = tuple(
        LeftOut(Evidence("", "", word), "没有参加") for side, word in sides.items() if side not in present
    )
    evidence = tuple(told(one) for one in held)[:SHOWN]
    return Measured(len(present), len(held), of=len(sides), evidence=evidence, left_out=lacking)


@measure_each("firm_drills_held", label="单位演练", unit="次", kinds=("firm",))
def firm_drills_held(window: Window, asked: Sequence[Subject]) -> Mapping[str, Measured]:
    """期内该单位组织、有方案和影像的演练次数。"""
    units = {one.unit: one.code for one in asked if one.unit is not None}
    held = Drill.objects.filter(
        unit__in=list(units), held_on__range=tuple(window), entered_at__lte=window.at, archived_at=None
    )
    return {one.code: counted([row for row in held if row.unit_id == one.unit], _unshown) for one in asked}


def _unshown(one: Drill) -> str:
    lacking = [word for word, has in (("方案", one.has_plan), ("影像", one.has_pictures)) if not has]
    return f"缺{'、'.join(lacking)}" if lacking else ""


@measure("campaigns_held", label="应急宣传教育活动", unit="次")
def campaigns_held(window: Window, subject: Subject) -> Measured:
    """期内举行的宣传教育活动次数。"""
    return counted(rows(Campaign, window, subject.code, held_on__range=tuple(window)))


def _campaigns(wanted: Mapping[Any, str]) -> Callable[[Window, Subject], Measured]:
    def found(window: Window, subject: Subject) -> Measured:
        """期内开展过的活动种类数。"""
        held = rows(Campaign, window, subject.code, held_on__range=tuple(window), kind__in=list(wanted))
        return kinds(held, wanted, lambda one: one.kind)

    return found


measure("campaign_places", label="安全宣传“五进”", unit="类")(_campaigns(FIVE))
measure("campaign_days", label="全国性宣传时段活动", unit="个")(_campaigns(DAYS))
