"""Invents the persons of the demo town: obviously invented names, one password, every post held."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import count, product
from typing import Final

from django.contrib.auth.hashers import make_password

from townops.areas import api as areas
from townops.base import db
from townops.base.models import Account
from townops.demo.town import BUILDER
from townops.people import api as people

PREFIXES: Final = ("演示", "测试", "样例", "示范", "虚构")
STEMS: Final = "甲乙丙丁戊己庚辛壬癸"
BRANCHES: Final = "子丑寅卯辰巳午未申酉戌亥"
NAMED: Final = {
    "shift": ("center.shift",),
    "hotline": ("center.hotline",),
    "hotline2": ("center.hotline",),
    "grid": ("center.grid",),
    "video": ("center.video",),
    "dispatch": ("center.dispatch",),
    "unit": ("chengguan.operator",),
    "unit_head": ("chengguan.head",),
    "patrol": ("center.patrol",),
    "check": ("center.check",),
    "assess": ("center.assess",),
    "deputy": ("center.deputy",),
    "director": ("center.executive",),
    "rota_leader": ("town.rota",),
    "leader": ("town.vice_mayor",),
    "main_leader": ("town.mayor",),
    "emergency": ("yingjiban.operator", "center.emergency"),
    "resident": ("public.resident",),
    "sensor": ("public.sensor",),
    "district": ("public.district",),
    "auditor": ("system.auditor",),
    "sysadmin": ("system.sysadmin",),
    "security": ("system.security",),
    "auditadmin": ("system.auditadmin",),
}
HANDLES: Final = {"public": "chengguan", "site": "chengjian", "commerce": "shichang", "school": "shefa"}
OWNS: Final = {
    "public": "chengjian",
    "scenic": "shefa",
    "school": "shefa",
    "medical": "shefa",
    "institution": "dangzheng",
}
MAINTAINS: Final = {"public": "chengjian", "scenic": "chengjian", "school": "shefa", "care": "shejian"}
IN_VILLAGE: Final = {"village": "v_{n}.head", "station": "s_{n}.executive"}


def is_nobody_missing(_code: str) -> bool:
    """Every block has somebody who answers for it."""
    return False


def build_people(
    *,
    password: str,
    at: datetime,
    since: datetime,
    town: str = "",
    suffix: str = "",
    unanswered: Callable[[str], bool] = is_nobody_missing,
) -> list[str]:
    """Units, posts, one person with an account for every post that is not filled by another; returns the
    user names.

    `suffix` goes behind every user name, so that a second town has its own. A town that has people is left
    alone.
    """
    code = town or people.first_town()
    with db.write():
        people.build_units(code, actor=BUILDER, at=at)
        plan = dict(planned(code))
        if any(people.appointments(post) for posts in plan.values() for post in posts):
            return []
        recruit(plan, password=password, suffix=suffix, since=since, at=at)
        subjects = [
            one
            for one in invented_subjects(code, confirmed=since.date())
            if not unanswered(areas.area_by_id(one.block_id).code)
        ]
        people.enter_subjects(subjects, valid_from=since.date(), actor=BUILDER, at=at)
    return [name + suffix for name in plan]


def planned(town: str) -> Iterator[tuple[str, tuple[int, ...]]]:
    """User name and the posts it holds: the named ones first, then operators `u_` and heads `h_` of every
    unit, then the rest.
    """
    taken: set[int] = set()
    for name, codes in {**NAMED, **_village_names(town)}.items():
        posts = tuple(people.post(code, town=town).id for code in codes)
        taken.update(posts)
        yield name, posts
    for unit in people.units(town=town):
        for post in people.posts_of(unit.id):
            if post.id not in taken and post.filled_by_id is None:
                yield _user_name(unit.code, post.code, station=unit.kind == "station"), (post.id,)


def _village_names(town: str) -> Mapping[str, tuple[str]]:
    number = areas.villages(town)[0].code[-3:]
    return {name: (code.format(n=number),) for name, code in IN_VILLAGE.items()}


def _user_name(unit: str, post: str, *, station: bool) -> str:
    if post == "operator":
        return f"u_{unit}"
    if post == ("executive" if station else "head"):
        return f"h_{unit}"
    return f"{unit}_{post}"


def recruit(
    plan: Mapping[str, Sequence[int]], *, password: str, suffix: str, since: datetime, at: datetime
) -> None:
    """Accounts, persons and appointments at once. The password is hashed once: 300 slow hashes would take a
    minute.
    """
    hashed, names, known = make_password(password), invented_names(), people.directory()
    rows = [
        Account(
            username=user + suffix, display_name=f"{name}（{known.posts[posts[0]].name}）", password=hashed
        )
        for (user, posts), name in zip(plan.items(), names, strict=False)
    ]
    for account in rows:
        account.created_at = account.password_changed_at = at
    accounts = Account.objects.bulk_create(rows, batch_size=300)
    recruits = [
        people.Recruit(name, tuple(posts), phone=f"100{number:08d}", account_id=account.pk)
        for number, (posts, name, account) in enumerate(
            zip(plan.values(), invented_names(), accounts, strict=False)
        )
    ]
    people.enlist(recruits, starts=since, actor=BUILDER, at=at)


def invented_subjects(town: str, *, confirmed: date) -> Iterator[people.Subject]:
    """Who answers for each block: its village, but for types with a department of their own (U11)."""
    by_code = {one.code: one for one in people.units(town=town)}
    contact = {one.id: people.posts_of(one.id)[-1].id for one in by_code.values()}
    for block in areas.areas_of(town, "block"):
        village = by_code.get(f"v_{block.code[9:12]}", by_code["chengyun"])
        for kind, special in (("handling", HANDLES), ("ownership", OWNS), ("maintenance", MAINTAINS)):
            unit = by_code[special[block.block_type]] if block.block_type in special else village
            yield people.Subject(block.id, kind, unit.id, contact[unit.id], confirmed)


def invented_names() -> Iterator[str]:
    """演示甲子, 演示甲丑 ... and, when these are used up, 虚构1号: nobody is called that."""
    yield from ("".join(parts) for parts in product(PREFIXES, STEMS, BRANCHES))
    yield from (f"虚构{number}号" for number in count(1))
