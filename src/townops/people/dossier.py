"""What is known of one person and of everybody at a moment: posts, roles, account, absences, work, what was done about him."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast

from townops.base import journal, masking
from townops.base.models import Role
from townops.people.commands import taken_over
from townops.people.domain.directory import PersonView, PostView, Span, Tenure
from townops.people.enrolment import AccountState, account_states
from townops.people.handovers import ROLES, Waiting
from townops.people.queries import directory, person

OF_PERSON: Final = ("person", "stand_in")


@dataclass(frozen=True, slots=True)
class StaffLine:
    """A person as the list shows him: posts he may act for today, codes of their roles, his account."""

    person: PersonView
    posts: tuple[PostView, ...]
    roles: tuple[str, ...]
    account: AccountState | None

    @property
    def state(self) -> str:
        """locked, inactive, none (no account), or empty."""
        if self.account is None:
            return "none"
        return "inactive" if not self.account.active else "locked" if self.account.locked else ""


@dataclass(frozen=True, slots=True)
class Absence:
    """Somebody stands in for the holder of a post; `mine` where it is the person himself who is absent."""

    tenure: Tenure
    stand_in: PersonView
    absent: PersonView
    span: Span
    mine: bool


@dataclass(frozen=True, slots=True)
class Held:
    """One open thing that waits at one of his posts, with the words for how it concerns the post."""

    number: str
    title: str
    due_at: datetime | None
    post: PostView
    role: str


@dataclass(frozen=True, slots=True)
class Work:
    """How much waits at his posts, by post and how, and the first due."""

    count: int
    by_post: tuple[tuple[PostView, tuple[tuple[str, int], ...]], ...]
    first: tuple[Held, ...]


def role_names() -> dict[str, str]:
    """Names of every role by code."""
    return dict(Role.objects.order_by("code").values_list("code", "name"))


def staff(town: str, at: datetime) -> tuple[StaffLine, ...]:
    """Everybody who has or had a post in the town or anywhere none, by name; four queries at most."""
    states = account_states(at)
    return tuple(
        sorted(
            (_line(one, states, at) for one in directory().persons.values() if _belongs(one.id, town)),
            key=lambda line: (line.person.name, line.person.id),
        )
    )


def staff_line(person_id: int, at: datetime) -> StaffLine:
    """The same of one person. Refused("person_unknown")."""
    return _line(person(person_id), account_states(at), at)


def belongs(person_id: int, town: str) -> bool:
    """Whether the person has or had a post in the town, or none anywhere."""
    return _belongs(person_id, town)


def _belongs(person_id: int, town: str) -> bool:
    known = directory()
    towns = {known.units[known.posts[one.post_id].unit_id].town for one in known.tenures_by(person_id)}
    return not towns or town in towns


def _line(one: PersonView, states: dict[int, AccountState], at: datetime) -> StaffLine:
    worn = directory().worn(one.id, at)
    roles = dict.fromkeys(role for post in worn for role in post.roles)
    return StaffLine(one, worn, tuple(roles), states.get(one.account_id or 0))


def absences(person_id: int) -> tuple[Absence, ...]:
    """Who stands or stood in for him, and for whom he does or did, newest first."""
    return tuple(sorted(_absences(person_id), key=lambda one: one.span.starts, reverse=True))


def _absences(person_id: int) -> Iterator[Absence]:
    known = directory()
    for tenure in known.tenures_by(person_id):
        for who, span in tenure.stand_ins:
            mine = tenure.person_id == person_id
            if mine or who == person_id:
                yield Absence(tenure, known.persons[who], known.persons[tenure.person_id], span, mine)


def work_of(person_id: int, at: datetime, *, most: int = 20) -> Work:
    """What waits at the posts he acts for, each thing once, the first due first."""
    known = directory()
    posts = [post for post in known.worn(person_id, at) if person_id in known.acting(post.id, at)]
    every: dict[str, Held] = {}
    for post in posts:
        for one in cast(tuple[Waiting, ...], taken_over(post.id)):
            word = ROLES.get(one["role"], one["role"])
            every.setdefault(
                one["number"], Held(one["number"], masking.mask_text(one["title"]), one["due_at"], post, word)
            )
    first = sorted(every.values(), key=lambda one: (one.due_at is None, one.due_at or at, one.number))
    counts = Counter((one.post.id, one.role) for one in every.values())
    by_post = tuple(
        (post, tuple((role, count) for (at_post, role), count in counts.items() if at_post == post.id))
        for post in posts
    )
    return Work(len(every), by_post, tuple(first[:most]))


def history(person_id: int) -> list[journal.Entry]:
    """What was done about him, newest first: himself, his account, his posts and who stood in."""
    one = person(person_id)
    own = journal.history("person", person_id)
    if one.account_id is not None:
        own += journal.history("account", one.account_id)
    posts = {tenure.post_id for tenure in directory().tenures_by(person_id)}
    about = [
        entry
        for entry in journal.histories("post", sorted(posts))
        if person_id in {entry.body.get(name) for name in OF_PERSON}
    ]
    return sorted([*own, *about], key=lambda entry: entry.recorded_at, reverse=True)
