"""Who holds which post at a moment, and who answers when nobody does (U1-U2). Pure: no database, no clock.

A post is held by those appointed to it then; during a delegation by the delegate. A post filled by another
post (兼任) has that one's holders. A vacant post climbs: a head of its unit, then the center's shift post,
then the heads of the center.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from townops.kernel.actors import HEAD, STAFF

HERE, TO_HEAD, TO_CENTER, NOBODY = range(4)
SHIFT: Final = "shift"
K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class UnitView:
    """A unit. `leader_post_id` is its leader in charge (分管); `enforcement`: it has enforcement power; `heir_id`: who
    took over when it ended.
    """

    id: int
    code: str
    name: str
    kind: str
    enforcement: bool
    area_id: int | None
    leader_post_id: int | None
    parent_id: int | None
    town: str
    active: bool
    heir_id: int | None = None


@dataclass(frozen=True, slots=True)
class PostView:
    """A post; `rank` as in kernel.actors; `filled_by_id` is the post whose holder holds this one too; `area_id` the 责任网格
    or 居村 that is its part of the town, None where it has none of its own.
    """

    id: int
    unit_id: int
    code: str
    name: str
    rank: int
    filled_by_id: int | None
    roles: tuple[str, ...] = ()
    active: bool = True
    area_id: int | None = None


@dataclass(frozen=True, slots=True)
class PersonView:
    """A person without any contact."""

    id: int
    name: str
    account_id: int | None


@dataclass(frozen=True, slots=True)
class Span:
    """From `starts` up to, not including, `ends`; None = open."""

    starts: datetime
    ends: datetime | None

    def covers(self, at: datetime) -> bool:
        return self.starts <= at and (self.ends is None or at < self.ends)

    def overlaps(self, other: "Span") -> bool:
        """Whether they share a moment."""
        return (self.ends is None or other.starts < self.ends) and (
            other.ends is None or self.starts < other.ends
        )


@dataclass(frozen=True, slots=True)
class Tenure:
    """One appointment, and who stands in for it when."""

    id: int
    post_id: int
    person_id: int
    span: Span
    stand_ins: tuple[tuple[int, Span], ...] = ()

    def acting(self, at: datetime) -> tuple[int, ...]:
        """Who acts: the stand-ins of that moment, else the person appointed; nobody outside the
        appointment.
        """
        if not self.span.covers(at):
            return ()
        return tuple(person for person, span in self.stand_ins if span.covers(at)) or (self.person_id,)

    def wearing(self, at: datetime) -> tuple[int, ...]:
        """Who may act: the appointed too, who may come back early."""
        return (self.person_id, *self.acting(at)) if self.span.covers(at) else ()


@dataclass(frozen=True, slots=True)
class Holder:
    """Who answers for work of a post: `climbed` 0 its own holder, 1 a head of the unit, 2 the center, 3
    nobody (person 0).
    """

    person_id: int
    name: str
    post_id: int
    climbed: int = HERE


class Directory:
    """Everybody and every post of all towns at all times, as read at one moment."""

    def __init__(
        self,
        *,
        units: Iterable[UnitView],
        posts: Iterable[PostView],
        persons: Iterable[PersonView],
        tenures: Iterable[Tenure],
    ) -> None:
        """Posts in the order in which a unit's work should find them."""
        self.units = {one.id: one for one in units}
        self.posts = {one.id: one for one in posts}
        self.persons = {one.id: one for one in persons}
        self.by_account = {one.account_id: one for one in self.persons.values() if one.account_id is not None}
        self.unit_by_code = {(one.town, one.code): one for one in self.units.values()}
        self.posts_of = _grouped((post.unit_id, post) for post in self.posts.values() if post.active)
        self.post_by_code = {(post.unit_id, post.code): post for post in self.posts.values()}
        self.tenures = known = tuple(tenures)
        self.tenures_of = _grouped((one.post_id, one) for one in known)
        self._fills = _grouped(
            (post.filled_by_id, post.id) for post in self.posts.values() if post.filled_by_id
        )
        self._of_person = _grouped(
            (person, one) for one in known for person in {one.person_id, *(who for who, _ in one.stand_ins)}
        )

    def center_of(self, town: str) -> UnitView | None:
        """The town's city operations center."""
        return next((one for one in self.units.values() if one.kind == "center" and one.town == town), None)

    def heir(self, unit_id: int) -> UnitView:
        """The unit that has the work of this one now: itself, or whoever took over, and took over from that one."""
        one = self.units[unit_id]
        seen = {unit_id}
        while not one.active and one.heir_id is not None and one.heir_id not in seen:
            seen.add(one.heir_id)
            one = self.units[one.heir_id]
        return one

    def source(self, post_id: int) -> int:
        """The post whose appointments count for this one."""
        seen: set[int] = set()
        at = post_id
        while (above := self.posts[at].filled_by_id) is not None and at not in seen:
            seen.add(at)
            at = above
        return at

    def acting(self, post_id: int, at: datetime) -> tuple[int, ...]:
        """Persons who act for a post, the longest appointed first."""
        return tuple(
            person for one in self.tenures_of.get(self.source(post_id), ()) for person in one.acting(at)
        )

    def holder(self, unit_id: int, post_id: int | None, at: datetime) -> Holder:
        """Who answers for work of a unit, at a post or (None) at its first staffed post."""
        last = 0
        for climbed, post in self._ladder(unit_id, post_id):
            last = post
            for person in self.acting(post, at):
                return Holder(person, self.persons[person].name, post, climbed)
        return Holder(0, "", last, NOBODY)

    def _ladder(self, unit_id: int, post_id: int | None) -> Iterator[tuple[int, int]]:
        own = [post.id for post in self.posts_of.get(unit_id, ()) if post.rank == STAFF]
        yield from ((HERE, post) for post in ([post_id] if post_id is not None else own))
        yield from ((TO_HEAD, post) for post in self._heads(unit_id))
        center = self.center_of(self.units[unit_id].town)
        if center is not None:
            shift = self.post_by_code.get((center.id, SHIFT))
            yield from ((TO_CENTER, post) for post in ([shift.id] if shift else []) + self._heads(center.id))

    def _heads(self, unit_id: int) -> list[int]:
        return [post.id for post in self.posts_of.get(unit_id, ()) if post.rank >= HEAD]

    def worn(self, person_id: int, at: datetime) -> tuple[PostView, ...]:
        """Posts whose work a person may do: own, delegated, and those filled by them; each once."""
        held = [one.post_id for one in self._of_person.get(person_id, ()) if person_id in one.wearing(at)]
        found = dict.fromkeys(post for own in held for post in self.with_filled(own))
        return tuple(self.posts[post] for post in found)

    def supposing(
        self, *, tenures: Iterable[Tenure] | None = None, posts: Iterable[PostView] | None = None
    ) -> "Directory":
        """The same people and units with other appointments or posts, to see what those would bring."""
        return Directory(
            units=self.units.values(),
            posts=self.posts.values() if posts is None else posts,
            persons=self.persons.values(),
            tenures=self.tenures if tenures is None else tenures,
        )

    def tenures_by(self, person_id: int) -> tuple[Tenure, ...]:
        """Appointments a person has or had, and those he stands or stood in for, oldest first."""
        return tuple(
            sorted(dict.fromkeys(self._of_person.get(person_id, ())), key=lambda one: one.span.starts)
        )

    def worn_during(self, person_id: int, span: Span) -> tuple[PostView, ...]:
        """Posts whose work a person may do at any moment of a span, for rules about what nobody may combine."""
        held = [
            one.post_id
            for one in self._of_person.get(person_id, ())
            for mine in (one.span, *(span for who, span in one.stand_ins if who == person_id))
            if (mine is not one.span or one.person_id == person_id) and mine.overlaps(span)
        ]
        return tuple(
            self.posts[one] for one in dict.fromkeys(p for own in held for p in self.with_filled(own))
        )

    def with_filled(self, post_id: int) -> Iterator[int]:
        """The post and every post whose work comes with it (兼任)."""
        seen, todo = set[int](), [post_id]
        while todo:
            post = todo.pop(0)
            if post in seen:
                continue
            seen.add(post)
            yield post
            todo.extend(self._fills.get(post, ()))


def _grouped(pairs: Iterable[tuple[K, V]]) -> Mapping[K, tuple[V, ...]]:
    found: dict[K, list[V]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return {key: tuple(values) for key, values in found.items()}
