"""A post added, changed or closed from a moment on; whose hands its open work comes into is said beforehand (U1-U2, U6).

A closed post keeps its history; its open work climbs as that of a vacant post does, and whoever answers then is told.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from django.db.models import Q

from townops.areas import api as areas
from townops.base import seals
from townops.base.db import write
from townops.base.permissions import declared, permissions_of
from townops.kernel.actors import Actor
from townops.kernel.refusal import Refused
from townops.people import planned
from townops.people.apart import administers, refuse_any_mixture, refuse_orphans
from townops.people.appointing import Fall, Falling, falling
from townops.people.commands import close_appointment
from townops.people.domain.directory import SHIFT, Directory, PostView, Span, Tenure
from townops.people.dossier import role_names
from townops.people.models import Appointment, BlockSubject, Post, Unit
from townops.people.planned import Planned
from townops.people.queries import directory, post_by_id, unit_by_id
from townops.people.structure import POST_NAME, circles, give, may_edit, may_give_administration, put
from townops.people.unit_changes import Line

SUBJECT: Final = "post"
LABELS: Final = {
    "name": "名称",
    "rank": "层级",
    "filled_by_id": "由谁兼任",
    "area_id": "片区",
    "roles": "角色",
}
PARTS: Final = frozenset({"grid", "village"})


@dataclass(frozen=True, slots=True)
class PostChange:
    """What a post of a unit (`post_id` 0: a new one) is from `starts` on, typed over its `over` changes before."""

    unit_id: int
    post_id: int
    name: str
    rank: int
    filled_by_id: int | None
    roles: tuple[str, ...]
    starts: datetime
    note: str
    over: int = 0
    area_id: int | None = None

    @property
    def facts(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in LABELS} | {"roles": sorted(self.roles)}


@dataclass(frozen=True, slots=True)
class PostEnd:
    """A post is closed at `starts`."""

    post_id: int
    starts: datetime
    note: str
    over: int = 0


@dataclass(frozen=True, slots=True)
class ForeseenPost:
    """What differs; who leaves the post; what is tied to it; who gains or loses which rights; its open work."""

    lines: tuple[Line, ...]
    holders: tuple[str, ...]
    tied: tuple[str, ...]
    rights: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]
    falls: tuple[Fall, ...]
    first: tuple[Falling, ...]

    @property
    def moved(self) -> int:
        """How many open things change hands."""
        return sum(one.count for one in self.falls if one.before != one.after)


def ranks() -> dict[int, str]:
    """Words of the levels of posts."""
    return {int(code): str(word) for code, word in Post.Rank.choices}


def verify(change: PostChange, actor: Actor) -> None:
    """Refused: reason_..., name_malformed, unit_ended, post_..., role_unknown, filled_circle, administrator_role."""
    planned.refuse_untold(change.note)
    if not change.name.strip() or len(change.name.strip()) > POST_NAME:
        raise Refused("name_malformed", longest=POST_NAME)
    if change.rank not in ranks():
        raise Refused("post_rank_unknown", rank=change.rank)
    if unknown := sorted(set(change.roles) - role_names().keys()):
        raise Refused("role_unknown", code=unknown[0])
    unit = unit_by_id(change.unit_id)
    if not unit.active:
        raise Refused("unit_ended", name=unit.name)
    _verify_area(change, unit.town)
    _verify_place(change)
    before = frozenset(post_by_id(change.post_id).roles if change.post_id else ())
    if administers(before ^ frozenset(change.roles)):
        may_give_administration(actor)


def _verify_area(change: PostChange, town: str) -> None:
    """Refused("post_area_unknown"): a post's own part is a 责任网格 or a 居村 of its town."""
    if change.area_id is None:
        return
    one = areas.area_by_id(change.area_id)
    if one.kind not in PARTS or one.id not in areas.below(areas.area(town).id):
        raise Refused("post_area_unknown", given=one.name)


def _verify_place(change: PostChange) -> None:
    known = directory()
    if change.post_id and not differing(standing(change.post_id, change.over), change):
        raise Refused("post_unchanged")
    twins = [one for one in known.posts_of.get(change.unit_id, ()) if one.id != change.post_id]
    if any(one.name == change.name.strip() for one in twins):
        raise Refused("post_name_taken", name=change.name.strip())
    if change.filled_by_id is None:
        return
    if not post_by_id(change.filled_by_id).active:
        raise Refused("post_closed", post=post_by_id(change.filled_by_id).name)
    filled = {its.id: its.filled_by_id for its in known.posts.values()} | {
        change.post_id: change.filled_by_id
    }
    if circles(filled, change.post_id):
        raise Refused("filled_circle")
    if change.post_id and list(_lasting(change.post_id, change.starts)):
        raise Refused("post_still_held", post=post_by_id(change.post_id).name)


def standing(post_id: int, over: int) -> PostView:
    """The post, when it is not closed and nobody changed it since. Refused: post_unknown, post_closed, post_stale."""
    one = post_by_id(post_id)
    if not one.active:
        raise Refused("post_closed", post=one.name)
    if planned.count(SUBJECT, post_id) != over:
        raise Refused("post_stale", post=one.name)
    return one


def differing(one: PostView, change: PostChange) -> tuple[Line, ...]:
    """What the change makes different, in words."""
    before = {name: getattr(one, name) for name in LABELS} | {"roles": sorted(one.roles)}
    return tuple(
        Line(LABELS[name], said(name, before[name]), said(name, value))
        for name, value in change.facts.items()
        if before[name] != value
    )


def said(name: str, value: Any) -> str:
    """A cell of a post in words."""
    if name == "rank":
        return ranks().get(value, str(value))
    if name == "roles":
        names = role_names()
        return "、".join(names.get(one, one) for one in value) or "没有"
    if name == "filled_by_id":
        known = directory()
        post = known.posts.get(value)
        return f"{known.units[post.unit_id].name} {post.name}" if post else "不兼任"
    if name == "area_id":
        return areas.area_by_id(value).name if value else "全镇"
    return str(value)


def foresee(change: PostChange, actor: Actor) -> ForeseenPost:
    """What publishing would make different; nothing is written."""
    verify(change, actor)
    if not change.post_id:
        lines = (Line(LABELS[name], "", said(name, value)) for name, value in change.facts.items())
        return ForeseenPost(tuple(lines), (), (), (), (), ())
    known, one = directory(), post_by_id(change.post_id)
    wanted = replace(
        one,
        rank=change.rank,
        filled_by_id=change.filled_by_id,
        roles=change.facts["roles"],
        area_id=change.area_id,
    )
    after = known.supposing(posts=_replaced(known, wanted))
    refuse_orphans(known, after, change.starts, actor=actor)
    falls, first = falling(known, after, [one.id], change.starts)
    return ForeseenPost(
        differing(one, change), (), (), tuple(_rights(known, after, change.starts)), falls, first
    )


def foresee_end(end: PostEnd, actor: Actor) -> ForeseenPost:
    """What closing would bring; nothing is written. Refused: reason_..., post_..., last_keeper."""
    planned.refuse_untold(end.note)
    one = standing(end.post_id, end.over)
    _refuse_needed(one)
    if later := sum(tenure.span.starts >= end.starts for tenure in _lasting(one.id, end.starts)):
        raise Refused("post_begins_later", post=one.name, count=later)
    known = directory()
    closed = replace(one, active=False, filled_by_id=None)
    posts = [
        replace(each, filled_by_id=None) if each.filled_by_id == one.id else each
        for each in _replaced(known, closed)
    ]
    after = known.supposing(tenures=_without(known, one.id, end.starts), posts=posts)
    refuse_orphans(known, after, end.starts, actor=actor)
    falls, first = falling(known, after, [one.id], end.starts)
    names = tuple(known.persons[tenure.person_id].name for tenure in _lasting(one.id, end.starts))
    rights = tuple(_rights(known, after, end.starts))
    return ForeseenPost((), names, _tied(known, one), rights, falls, first)


def _replaced(known: Directory, wanted: PostView) -> list[PostView]:
    return [wanted if each.id == wanted.id else each for each in known.posts.values()]


def _without(known: Directory, post_id: int, at: datetime) -> list[Tenure]:
    """Appointments when those of the post end then."""
    ended = (
        replace(one, span=Span(one.span.starts, min(one.span.ends or at, at)))
        if one.post_id == post_id
        else one
        for one in known.tenures
    )
    return [one for one in ended if one.span.ends is None or one.span.ends > one.span.starts]


def _refuse_needed(one: PostView) -> None:
    """The center's shift post is where all vacant posts climb to, and a unit keeps a post."""
    unit = unit_by_id(one.unit_id)
    if unit.kind == Unit.Kind.CENTER and one.code == SHIFT:
        raise Refused("post_needed", post=one.name)
    if len(directory().posts_of.get(one.unit_id, ())) == 1:
        raise Refused("post_only", post=one.name, name=unit.name)


def _lasting(post_id: int, at: datetime) -> Iterator[Tenure]:
    for one in directory().tenures_of.get(post_id, ()):
        if one.span.ends is None or one.span.ends > at:
            yield one


def _tied(known: Directory, one: PostView) -> tuple[str, ...]:
    """Posts held by whoever holds this one, and units led from it: both are open afterwards."""
    filled = [
        f"{known.units[post.unit_id].name} {post.name}"
        for post in known.posts.values()
        if post.filled_by_id == one.id and post.active
    ]
    led = [f"{unit.name}的分管领导" for unit in known.units.values() if unit.leader_post_id == one.id]
    return (*filled, *led)


def _rights(
    known: Directory, after: Directory, at: datetime
) -> Iterator[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """(name, gains, loses) of everybody whose rights differ."""
    words = declared()
    for person in known.persons.values():
        had, has = (
            permissions_of(role for post in picture.worn(person.id, at) for role in post.roles)
            for picture in (known, after)
        )
        if had != has:
            gains, loses = (
                tuple(words[one].label for one in sorted(some)) for some in (has - had, had - has)
            )
            yield person.name, gains, loses


def publish(change: PostChange, *, actor: Actor, at: datetime) -> Planned:
    """The change holds from its moment on; at once when that has come. Returns it with the post's id as key."""
    may_edit(actor)
    with write():
        seals.one_at_a_time(SUBJECT)
        foresee(change, actor)
        facts = change.facts | {"name": change.name.strip(), "unit_id": change.unit_id}
        key = change.post_id or _reserved(change)
        action = "edit" if change.post_id else "add"
        return planned.publish(
            SUBJECT, key, action, facts, starts=change.starts, note=change.note, actor=actor, at=at
        )


def close(end: PostEnd, *, actor: Actor, at: datetime) -> Planned:
    """The post is closed at its moment, at once when that has come."""
    may_edit(actor)
    with write():
        seals.one_at_a_time(SUBJECT)
        foresee_end(end, actor)
        if administers(post_by_id(end.post_id).roles):
            may_give_administration(actor)
        return planned.publish(
            SUBJECT, end.post_id, "end", {}, starts=end.starts, note=end.note, actor=actor, at=at
        )


def _reserved(change: PostChange) -> int:
    """A new post that does not stand yet, last of its unit, with a code of its own."""
    taken = set(Post.objects.filter(unit=change.unit_id).values_list("code", flat=True))
    code = next(code for number in range(1, len(taken) + 2) if (code := f"p_{number:02d}") not in taken)
    place = len(taken) + 1
    row = Post.objects.create(
        unit_id=change.unit_id, code=code, name=change.name.strip(), sequence=place, active=False
    )
    return row.pk


@planned.on_due(SUBJECT, "add")
@planned.on_due(SUBJECT, "edit")
def _do_put(change: Planned) -> None:
    row = Post.objects.get(pk=int(change.key))
    if change.action == "edit" and not row.active:
        raise Refused("post_closed", post=row.name)
    filled = change.facts["filled_by_id"]
    if filled is not None and not post_by_id(filled).active:
        raise Refused("post_closed", post=post_by_id(filled).name)
    before = directory()
    named = [name for name in ("name", "rank", "filled_by_id", "area_id") if name in change.facts]
    wanted = {name: change.facts[name] for name in named} | {"active": True}
    told = {"note": change.note, "what": change.action}
    put(row, wanted, key=row.code, actor=change.author, at=change.starts, told=told)
    if set(change.facts["roles"]) != set(post_by_id(row.pk).roles):
        give(row, frozenset(change.facts["roles"]), actor=change.author, at=change.starts)
    refuse_any_mixture(change.starts)
    refuse_orphans(before, directory(), change.starts, actor=change.author)


@planned.on_due(SUBJECT, "end")
def _do_end(change: Planned) -> None:
    row = Post.objects.get(pk=int(change.key))
    if not row.active:
        raise Refused("post_closed", post=row.name)
    _refuse_needed(post_by_id(row.pk))
    before = directory()
    rows = Appointment.objects.filter(Q(ends=None) | Q(ends__gt=change.starts), post=row.pk)
    if later := rows.filter(starts__gte=change.starts).count():
        raise Refused("post_begins_later", post=row.name, count=later)
    for one in rows:
        close_appointment(one, ends=change.starts, actor=change.author, at=change.starts, note=change.note)
    Post.objects.filter(filled_by=row.pk).update(filled_by=None)
    Unit.objects.filter(leader_post=row.pk).update(leader_post=None)
    BlockSubject.objects.filter(contact_post=row.pk, valid_until=None).update(contact_post=None)
    told = {"note": change.note, "what": "end"}
    wanted = {"active": False, "filled_by_id": None}
    put(row, wanted, key=row.code, actor=change.author, at=change.starts, told=told)
    refuse_orphans(before, directory(), change.starts, actor=change.author)
