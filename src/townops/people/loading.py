"""Starting data: roles and units from TOML files, and many persons at once. Loading twice changes nothing."""

import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, TypedDict

from townops.areas import api as areas
from townops.base import crypto, db, journal
from townops.base.models import Role
from townops.base.permissions import set_role
from townops.kernel.actors import Actor
from townops.kernel.refusal import Refused
from townops.people.commands import phone_aad
from townops.people.models import Appointment, Person, Post, PostRole, Unit
from townops.people.register import NAME

STARTING: Final = Path(__file__).with_name("starting")


class PostRow(TypedDict, total=False):
    code: str
    name: str
    rank: int
    roles: list[str]
    filled_by: str


class UnitRow(TypedDict, total=False):
    code: str
    name: str
    kind: str
    parent: str
    leader: str
    enforcement: bool
    posts: list[PostRow]


@dataclass(frozen=True, slots=True)
class Recruit:
    """A person to be registered with the posts he takes up."""

    name: str
    posts: tuple[int, ...]
    phone: str = ""
    account_id: int | None = None


def load_roles(path: Path = STARTING / "roles.toml") -> int:
    """Make every [[role]] of the file mean exactly its permissions; returns how many there are. Others stay
    as they are.
    """
    rows = tomllib.loads(path.read_text("utf-8"))["role"]
    with db.write():
        for row in rows:
            set_role(row["code"], name=row["name"], permissions=row["permissions"])
        areas.touch(NAME)
    return len(rows)


def build_units(town: str, *, actor: Actor, at: datetime, path: Path = STARTING / "units.toml") -> int:
    """Units and posts of a town, those of each of its villages too; what exists stays as it is. Returns how
    many units are new.
    """
    data = tomllib.loads(path.read_text("utf-8"))
    with db.write():
        rows = list(_rows(town, data))
        if not rows:
            return 0
        new = _create_units(town, rows)
        _create_posts(town, [(unit, post) for unit, _ in rows for post in unit.get("posts", [])])
        _link(town, rows)
        body = {"units": new}
        journal.append(kind="people", key=town, action="build", actor=actor, at=at, body=body)
        areas.touch(NAME)
    return new


def follow_import(*, town: str, actor: Actor, at: datetime) -> int:
    """After an import of areas: units and posts of villages that have none yet (answers "areas.imported").
    A town that has no units at all is not begun by this.
    """
    if not Unit.objects.filter(town=town).exists():
        return 0
    return build_units(town, actor=actor, at=at)


def enlist(recruits: Sequence[Recruit], *, starts: datetime, actor: Actor, at: datetime) -> list[int]:
    """Register many persons and appoint them from one moment on; ids in the same order."""
    with db.write():
        persons = Person.objects.bulk_create(
            [Person(name=one.name, account_id=one.account_id) for one in recruits]
        )
        reachable = [(person, one.phone) for person, one in zip(persons, recruits, strict=True) if one.phone]
        for person, phone in reachable:
            person.phone, person.phone_hash = (
                crypto.seal(phone, phone_aad(person.pk)),
                crypto.keyed_hash(phone),
            )
        Person.objects.bulk_update(
            [person for person, _ in reachable], ["phone", "phone_hash"], batch_size=300
        )
        Appointment.objects.bulk_create(
            Appointment(post_id=post, person=person, starts=starts)
            for person, one in zip(persons, recruits, strict=True)
            for post in one.posts
        )
        body = {"persons": len(persons), "starts": starts.isoformat()}
        journal.append(kind="people", key="enlist", action="enlist", actor=actor, at=at, body=body)
        areas.touch(NAME)
    return [person.pk for person in persons]


def _rows(town: str, data: Mapping[str, list[UnitRow]]) -> Iterator[tuple[UnitRow, int | None]]:
    """Rows of units that are not there yet, with the area of each: the town's, or the village's for those
    made once a village.
    """
    top = areas.area(town).id
    known = set(Unit.objects.filter(town=town).values_list("code", flat=True))
    yield from ((row, top) for row in data["unit"] if row["code"] not in known)
    housed = set(Unit.objects.filter(town=town, kind=Unit.Kind.VILLAGE).values_list("area_id", flat=True))
    for village in areas.villages(town):
        if village.id in housed:
            continue
        words = _words_of(village, taken=known)
        filled = [_filled(row, words) for row in data.get("village_unit", [])]
        known.update(row["code"] for row in filled)
        yield from ((row, village.id) for row in filled)


def _words_of(village: areas.AreaView, *, taken: Collection[str]) -> dict[str, str]:
    """What is filled in: {n} is short where that is still free, else the village's whole code."""
    short = village.name.removesuffix("居委会").removesuffix("村委会")
    free = f"v_{village.code[-3:]}" not in taken
    return {"n": village.code[-3:] if free else village.code[-30:], "name": village.name, "short": short}


def _filled(row: UnitRow, words: Mapping[str, str]) -> UnitRow:
    filled: UnitRow = {**row}
    filled["code"], filled["name"] = row["code"].format_map(words), row["name"].format_map(words)
    filled["parent"] = row["parent"].format_map(words)
    filled["posts"] = [_filled_post(post, words) for post in row["posts"]]
    return filled


def _filled_post(post: PostRow, words: Mapping[str, str]) -> PostRow:
    return {**post, "filled_by": post["filled_by"].format_map(words)} if "filled_by" in post else post


def _create_units(town: str, rows: Sequence[tuple[UnitRow, int | None]]) -> int:
    fresh = [
        Unit(
            town=town,
            code=row["code"],
            name=row["name"],
            kind=row["kind"],
            enforcement=row.get("enforcement", False),
            area_id=area_id,
        )
        for row, area_id in rows
    ]
    return len(Unit.objects.bulk_create(fresh))


def _create_posts(town: str, rows: Sequence[tuple[UnitRow, PostRow]]) -> None:
    units = dict(Unit.objects.filter(town=town).values_list("code", "pk"))
    fresh = [
        (Post(unit_id=units[unit["code"]], code=row["code"], name=row["name"], rank=row.get("rank", 0)), row)
        for unit, row in rows
    ]
    places: dict[int, int] = {}
    for post, _ in fresh:
        post.sequence = places[post.unit_id] = places.get(post.unit_id, 0) + 1
    Post.objects.bulk_create(post for post, _ in fresh)
    roles = _roles({role for _, row in fresh for role in row.get("roles", [])})
    PostRole.objects.bulk_create(
        PostRole(post_id=post.pk, role_id=roles[role]) for post, row in fresh for role in row.get("roles", [])
    )


def _roles(codes: set[str]) -> dict[str, int]:
    """Ids of roles by code. A role nobody has described yet is made without permissions, so order does not
    matter.
    """
    known = set(Role.objects.values_list("code", flat=True))
    Role.objects.bulk_create([Role(code=code, name=code) for code in sorted(codes - known)])
    return dict(Role.objects.filter(code__in=codes).values_list("code", "pk"))


def _link(town: str, rows: Sequence[tuple[UnitRow, int | None]]) -> None:
    """Parents, leaders in charge, and posts filled by other posts, once all of them exist."""
    units = {one.code: one for one in Unit.objects.filter(town=town)}
    posts = {
        f"{one.unit.code}.{one.code}": one
        for one in Post.objects.filter(unit__town=town).select_related("unit")
    }
    filled = []
    for row, _ in rows:
        unit = units[row["code"]]
        unit.parent = units[row["parent"]] if row.get("parent") else None
        unit.leader_post = _named(posts, row["leader"]) if row.get("leader") else None
        for post in row.get("posts", []):
            if "filled_by" in post:
                own = posts[f"{row['code']}.{post['code']}"]
                own.filled_by = _named(posts, post["filled_by"])
                filled.append(own)
    Unit.objects.bulk_update(
        [units[row["code"]] for row, _ in rows], ["parent", "leader_post"], batch_size=200
    )
    Post.objects.bulk_update(filled, ["filled_by"], batch_size=300)


def _named(posts: Mapping[str, Post], code: str) -> Post:
    if code not in posts:
        raise Refused("post_unknown", code=code)
    return posts[code]
