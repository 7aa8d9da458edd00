"""What an appointment, its end or a closed account would bring: whose hands open work comes into, which rights go or come
(U1-U2). Nothing is written here.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, cast

from townops.base import masking
from townops.base.permissions import declared, permissions_of
from townops.kernel.actors import Actor
from townops.kernel.refusal import Refused
from townops.people.apart import refuse_mixture, refuse_orphans
from townops.people.commands import refuse_oneself, taken_over
from townops.people.domain.directory import NOBODY, Directory, Holder, PostView, Span, Tenure
from townops.people.handovers import ROLES, Waiting
from townops.people.queries import directory, person, post_by_id

FIRST: Final = 50
OF_POST: Final = frozenset({"responsible", "clock"})
NEW: Final = 0


@dataclass(frozen=True, slots=True)
class Fall:
    """So many open things of one kind at a post, and who answers for them before and after, in words."""

    post: str
    role: str
    count: int
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Falling:
    """One open thing that changes hands."""

    number: str
    title: str
    role: str
    after: str


@dataclass(frozen=True, slots=True)
class Foreseen:
    """Open work by post and kind, the first things that change hands, rights the person gains and loses, in words."""

    falls: tuple[Fall, ...]
    first: tuple[Falling, ...]
    gains: tuple[str, ...]
    loses: tuple[str, ...]

    @property
    def moved(self) -> int:
        """How many open things change hands."""
        return sum(one.count for one in self.falls if one.before != one.after)


def foresee_appointment(
    post_id: int, person_id: int, starts: datetime, *, actor: Actor, instead: int | None = None
) -> Foreseen:
    """Somebody takes up a post, `instead` of an appointment that ends then. Refused as `appoint` and `succeed` refuse."""
    known, post, who = directory(), post_by_id(post_id), person(person_id)
    if not post.active:
        raise Refused("post_closed", post=post.name)
    if post.filled_by_id is not None:
        raise Refused("post_filled_by_another", post=post.name, other=post_by_id(post.filled_by_id).name)
    refuse_oneself(actor, person_id)
    refuse_mixture(person_id, post_id, Span(starts, None))
    if any(one.person_id == person_id and _lasts(one, starts) for one in known.tenures_of.get(post_id, ())):
        raise Refused("already_appointed", name=who.name)
    left = _ended(known, {instead} if instead else set(), starts)
    after = known.supposing(tenures=[*left, Tenure(NEW, post_id, person_id, Span(starts, None))])
    if instead:
        refuse_orphans(known, after, starts, actor=actor)
    return _foreseen(known, after, known.with_filled(post_id), person_id, starts)


def foresee_end(tenure: Tenure, ends: datetime, *, actor: Actor) -> Foreseen:
    """Somebody leaves a post. Refused: appointment_over, ends_before_start, last_keeper."""
    known = directory()
    if tenure.span.ends is not None:
        raise Refused("appointment_over", ends=tenure.span.ends)
    if ends <= tenure.span.starts:
        raise Refused("ends_before_start")
    after = known.supposing(tenures=_ended(known, {tenure.id}, ends))
    refuse_orphans(known, after, ends, actor=actor)
    return _foreseen(known, after, known.with_filled(tenure.post_id), tenure.person_id, ends)


def foresee_leaving(person_id: int, at: datetime, *, actor: Actor) -> Foreseen:
    """Somebody leaves every post he has now, and his account is closed. Refused("last_keeper")."""
    known, one = directory(), person(person_id)
    left = {tenure.id for tenure in lasting(person_id, at)}
    after = known.supposing(tenures=_ended(known, left, at))
    closed = frozenset({one.account_id} if one.account_id else ())
    refuse_orphans(known, after, at, actor=actor, closed=closed)
    posts = [post for tenure in lasting(person_id, at) for post in known.with_filled(tenure.post_id)]
    return _foreseen(known, after, posts, person_id, at)


def lasting(person_id: int, at: datetime) -> list[Tenure]:
    """His own appointments that hold now or will."""
    return [
        one for one in directory().tenures_by(person_id) if one.person_id == person_id and _lasts(one, at)
    ]


def _lasts(one: Tenure, at: datetime) -> bool:
    return one.span.ends is None or one.span.ends > at


def _ended(known: Directory, which: set[int], at: datetime) -> list[Tenure]:
    """Appointments as they would be; those that would end before they begin are not there."""
    ended = (
        replace(one, span=Span(one.span.starts, at)) if one.id in which else one for one in known.tenures
    )
    return [one for one in ended if one.span.ends is None or one.span.ends > one.span.starts]


def _foreseen(
    known: Directory, after: Directory, posts: Iterable[int], person_id: int, at: datetime
) -> Foreseen:
    falls, first = falling(known, after, posts, at)
    had, has = (
        permissions_of(role for post in picture.worn(person_id, at) for role in post.roles)
        for picture in (known, after)
    )
    words = declared()
    gains, loses = (tuple(words[one].label for one in sorted(codes)) for codes in (has - had, had - has))
    return Foreseen(falls, first, gains, loses)


def falling(
    known: Directory, after: Directory, posts: Iterable[int], at: datetime
) -> tuple[tuple[Fall, ...], tuple[Falling, ...]]:
    """Open work of these posts with who answers for it before and after, and the first that changes hands."""
    falls, first = [], list[Falling]()
    for post_id in dict.fromkeys(posts):
        post = known.posts[post_id]
        by_role: dict[str, list[Waiting]] = {}
        for one in cast(tuple[Waiting, ...], taken_over(post_id)):
            by_role.setdefault(one["role"], []).append(one)
        for role, found in by_role.items():
            fall = _fall((known, after), post, role, count=len(found), at=at)
            falls.append(fall)
            first += _moved(found, fall)
    return tuple(falls), tuple(first[:FIRST])


def _fall(
    pictures: tuple[Directory, Directory], post: PostView, role: str, *, count: int, at: datetime
) -> Fall:
    known, asked = pictures[0], post.id if role in OF_POST else None
    before, then = (
        said(picture, picture.holder(post.unit_id, asked, at), post.unit_id) for picture in pictures
    )
    return Fall(f"{known.units[post.unit_id].name} {post.name}", ROLES.get(role, role), count, before, then)


def _moved(found: list[Waiting], fall: Fall) -> Iterator[Falling]:
    if fall.before != fall.after:
        yield from (
            Falling(one["number"], masking.mask_text(one["title"]), fall.role, fall.after) for one in found
        )


def said(known: Directory, found: Holder, unit_id: int) -> str:
    """王某（平台值班长）, with the unit where it is another one, or that nobody is there."""
    if found.climbed == NOBODY:
        return "没有人"
    post = known.posts[found.post_id]
    unit = "" if post.unit_id == unit_id else f"{known.units[post.unit_id].name} "
    return f"{found.name}（{unit}{post.name}）"
