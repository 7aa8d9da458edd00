"""What people measure: posts filled on a day, and who answers for blocks (U1-U7, U10, E0, V0)."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from townops.areas import api as areas
from townops.base import secondfactor
from townops.base.measuring import measure, measure_each, subjects
from townops.base.permissions import needs_second_factor
from townops.kernel.actors import HEAD
from townops.kernel.measured import Evidence, Measured, Subject
from townops.kernel.windows import Window
from townops.people.answers import having
from townops.people.domain.directory import Directory, PostView, UnitView
from townops.people.models import Unit
from townops.people.queries import directory

VACANT: Final = "岗位无人"
STATION, VILLAGE = "station", "village"
MEMBERS: Final = (Unit.Kind.DEPARTMENT, Unit.Kind.SQUAD, Unit.Kind.CENTER)
COMMITTEES: Final = ("yingjiwei", "anweihui", "zaifangwei")
LEADING: Final = (*COMMITTEES, "yingjiban", "anweiban", "zaifangban", "center")
CLASSES: Final = (
    "admin",
    "shift",
    "dispatch",
    "assess",
    "team",
    "emergency",
    "build",
)  # U6, the seven classes in order
PLATFORM: Final = ("shift", "grid", "hotline", "video")
ASSISTANTS: Final = ("patrol", "patrol2")
DEPUTIES: Final = ("deputy", "deputy2", "deputy3")
GENERAL: Final = (
    "dispatch",
    "assess",
    "check",
    "admin",
    "team",
    "emergency",
    "build",
)  # neither heads, clerks nor patrols


@subjects("unit")
def member_units(town: str, _at: datetime) -> Sequence[Subject]:
    """成员单位: departments, squads and the center."""
    return [_subject("unit", one) for one in _units(town) if one.kind in MEMBERS]


@subjects(STATION)
def stations(town: str, _at: datetime) -> Sequence[Subject]:
    return [_subject(STATION, one) for one in _units(town) if one.kind == Unit.Kind.STATION]


@subjects("firm")
def firms(town: str, _at: datetime) -> Sequence[Subject]:
    return [_subject("firm", one) for one in _units(town) if one.kind == Unit.Kind.ENTERPRISE]


def _subject(kind: str, one: UnitView) -> Subject:
    return Subject(kind, one.code, one.name, area=one.area_id, unit=one.id)


def _units(town: str) -> list[UnitView]:
    found = (one for one in directory().units.values() if one.town == town and one.active)
    return sorted(found, key=lambda one: one.code)


def _posts(known: Directory, town: str, unit: str, codes: Iterable[str] = ()) -> list[PostView]:
    """Posts of a unit of the town: those of these codes, or all."""
    found = known.unit_by_code.get((town, unit))
    every = known.posts_of.get(found.id, ()) if found is not None else ()
    wanted = frozenset(codes)
    return [one for one in every if not wanted or one.code in wanted]


def _refer(known: Directory) -> Callable[[PostView], Evidence]:
    def refer(one: PostView) -> Evidence:
        unit = known.units[one.unit_id]
        return Evidence("post", f"{unit.code}.{one.code}", f"{unit.name} {one.name}")

    return refer


def _filled(posts: Iterable[PostView], known: Directory, at: datetime) -> Measured:
    """Posts somebody acts at; vacant ones are left out."""
    return Measured.counting(
        posts, _refer(known), fault=lambda one: "" if known.acting(one.id, at) else VACANT
    )


def _share(posts: Sequence[PostView], known: Directory, at: datetime) -> Measured:
    return Measured.share(
        posts,
        _refer(known),
        fault=lambda one: "" if known.acting(one.id, at) else VACANT,
        nothing="没有设置这些岗位",
    )


def _heads(units: tuple[str, ...]) -> Callable[[Window, Subject], Measured]:
    def counted(window: Window, subject: Subject) -> Measured:
        """当日有人在任的正副职岗位，占所设正副职岗位的百分比；兼任按源岗位计。"""
        known = directory()
        every = [one for unit in units for one in _posts(known, subject.code, unit) if one.rank >= HEAD]
        return _share(every, known, window.at)

    return counted


measure("emergency_committee_filled", label="城运应急委正副组长到位率", unit="%")(_heads(("yingjiwei",)))
measure("committee_heads_filled", label="三个委员会正副组长到位率", unit="%")(_heads(COMMITTEES))
measure("emergency_office_filled", label="城运应急办正副主任到位率", unit="%")(_heads(("yingjiban",)))
measure("safety_office_filled", label="安委办正副主任到位率", unit="%")(_heads(("anweiban",)))
measure("disaster_office_filled", label="灾防办正副主任到位率", unit="%")(_heads(("zaifangban",)))
measure("center_leading_filled", label="城运中心领导岗位到位率", unit="%")(_heads(("center",)))


def _count(unit: str, codes: tuple[str, ...]) -> Callable[[Window, Subject], Measured]:
    def counted(window: Window, subject: Subject) -> Measured:
        """当日有人在任的岗位个数；空缺的岗位不计。"""
        known = directory()
        return _filled(_posts(known, subject.code, unit, codes), known, window.at)

    return counted


measure("center_director_filled", label="分中心主任", unit="个")(_count("center", ("director",)))
measure("center_executive_filled", label="常务副主任", unit="个")(_count("center", ("executive",)))
measure("center_deputies_filled", label="副主任", unit="个")(_count("center", DEPUTIES))
measure("position_classes_filled", label="七类岗位", unit="类")(_count("center", CLASSES))
measure("platform_posts_filled", label="平台信息员岗位", unit="种")(_count("center", PLATFORM))
measure("grid_assistant_kinds", label="网格辅助员类别", unit="类")(_count("center", ASSISTANTS))


@measure("committees_formed", label="已成立的委员会", unit="个")
def committees_formed(window: Window, subject: Subject) -> Measured:
    """正职岗位有人在任的委员会个数。"""
    known = directory()
    every = [_posts(known, subject.code, unit, ("head",)) for unit in COMMITTEES]
    return _filled([one for posts in every for one in posts], known, window.at)


@measure("center_staff", label="分中心一般管理人员", unit="人")
def center_staff(window: Window, subject: Subject) -> Measured:
    """在一般管理岗位任职的人数，一人多岗只计一次；领导、信息员、网格辅助员和联勤联动站人员不计。"""
    known = directory()
    posts = _posts(known, subject.code, "center", GENERAL)
    people = {person for one in posts for person in known.acting(one.id, window.at)}
    found = [known.persons[person] for person in sorted(people)]
    return Measured.counting(found, lambda one: Evidence("person", str(one.id), one.name))


@measure("leading_posts_without_gap", label="领导岗位无空档的比例", unit="%")
def leading_posts_without_gap(window: Window, subject: Subject) -> Measured:
    """期内每次更替都当天接上的领导岗位，占领导岗位的百分比。"""
    known = directory()
    posts = [one for unit in LEADING for one in _posts(known, subject.code, unit) if one.rank >= HEAD]
    sources = [known.posts[key] for key in dict.fromkeys(known.source(one.id) for one in posts)]
    return Measured.share(
        sources, _refer(known), fault=lambda one: _gap(known, one.id, window), nothing="没有设置领导岗位"
    )


def _gap(known: Directory, post: int, window: Window) -> str:
    """Why there was somebody missing in the window: a tenure ended and nobody acted in that moment, or nobody does now."""
    if not known.acting(post, window.at):
        return VACANT
    for one in known.tenures_of.get(post, ()):
        ended = one.span.ends
        within = ended is not None and ended <= window.at and ended.date() >= window.start
        if ended is not None and within and not known.acting(post, ended):
            return f"{ended:%Y-%m-%d} 起有空档"
    return ""


@measure("second_factor_bound", label="须动态验证码的人员已绑定率", unit="%")
def second_factor_bound(window: Window, subject: Subject) -> Measured:
    """岗位的角色须动态验证码的人员中，已绑定手机的百分比。"""
    known, bound = directory(), secondfactor.accounts_with()
    units = {one.id for one in _units(subject.code)}
    posts = [one for one in known.posts.values() if one.unit_id in units and needs_second_factor(one.roles)]
    people = {person for one in posts for person in known.acting(one.id, window.at)}
    return Measured.share(
        [known.persons[person] for person in sorted(people)],
        lambda one: Evidence("person", str(one.id), one.name),
        fault=lambda one: "" if one.account_id in bound else "未绑定动态验证码",
        nothing="没有角色须动态验证码",
    )


def _at_stations(code: str) -> Callable[[Window, Sequence[Subject]], Mapping[str, Measured]]:
    def counted(window: Window, asked: Sequence[Subject]) -> Mapping[str, Measured]:
        """当日站内该岗位有人在任的个数。"""
        known = directory()
        return {
            one.code: _filled(
                [post for post in known.posts_of.get(one.unit or 0, ()) if post.code == code],
                known,
                window.at,
            )
            for one in asked
        }

    return counted


for _code, _label in (("head", "站长"), ("executive", "常务副站长"), ("deputy", "副站长")):
    measure_each(f"station_{_code}_filled", label=f"{_label}到位", unit="个", kinds=(STATION,))(
        _at_stations(_code)
    )


@measure_each("village_secretary_filled", label="居村书记到位", unit="个", kinds=(VILLAGE,))
def village_secretary_filled(window: Window, asked: Sequence[Subject]) -> Mapping[str, Measured]:
    """当日居村党组织书记岗位有人在任的个数。"""
    known = directory()
    of = {one.area_id: one.id for one in known.units.values() if one.kind == VILLAGE and one.active}
    return {
        one.code: _filled(
            [post for post in known.posts_of.get(of.get(one.area, 0), ()) if post.code == "head"],
            known,
            window.at,
        )
        for one in asked
    }


def _blocks(needs: Mapping[str, str]) -> Callable[[Window, Sequence[Subject]], Mapping[str, Measured]]:
    def counted(window: Window, asked: Sequence[Subject]) -> Mapping[str, Measured]:
        """当日登记齐全的责任块，占居村全部责任块的百分比。"""
        under = _blocks_by_village(window, asked)
        ids = frozenset(one.id for blocks in under.values() for one in blocks)
        told = having(ids, window.at) if ids else {}

        def fault(block: areas.AreaView) -> str:
            lacking = [words for need, words in needs.items() if block.id not in told.get(need, ())]
            return f"缺{'、'.join(lacking)}" if lacking else ""

        return {
            code: Measured.share(blocks, _refer_block, fault=fault, nothing="没有责任块")
            for code, blocks in under.items()
        }

    return counted


def _refer_block(one: areas.AreaView) -> Evidence:
    return Evidence("area", one.code, one.name)


def _blocks_by_village(window: Window, asked: Sequence[Subject]) -> dict[str, list[areas.AreaView]]:
    under: dict[int | None, list[areas.AreaView]] = defaultdict(list)
    for town in areas.towns():
        for one in areas.areas_of(town.code, "block"):
            if one.stands(window.until):
                under[one.parent_id].append(one)
    return {one.code: under.get(one.area, []) for one in asked}


for _name, _words, _needs in (
    ("blocks_with_handling", "处置责任主体明确率", {"handling": "处置责任主体"}),
    (
        "blocks_with_owners",
        "权属和维护主体明确率",
        {"ownership": "管理权属主体", "maintenance": "维护责任主体"},
    ),
    ("blocks_with_contact", "责任块有联系人的比例", {"contact": "联系人"}),
):
    measure_each(_name, label=_words, unit="%", kinds=(VILLAGE,))(_blocks(_needs))
