"""Keeps the three administrators apart whenever a post, a stand-in or a role changes."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final

from townops.base.models import Account
from townops.base.permissions import declared, permissions_of
from townops.kernel.actors import SYSTEM_PERSON, Actor
from townops.kernel.refusal import Refused
from townops.people.domain.apart import ALWAYS_HELD, groups, mixed
from townops.people.domain.directory import Directory, PostView, Span
from townops.people.queries import directory

Meaning = Callable[[Iterable[str]], frozenset[str]]
NOBODY: Final = frozenset[int]()


def refuse_mixture(person_id: int, post_id: int, span: Span) -> None:
    """Refused("administrators_apart") when with this post the person would combine two administrations."""
    known = directory()
    posts = [*known.worn_during(person_id, span), *(known.posts[one] for one in known.with_filled(post_id))]
    _refuse(known.persons[person_id].name, posts)


def refuse_any_mixture(at: datetime, *, meaning: Meaning = permissions_of) -> None:
    """The same for everybody from a moment on, after the roles of a post changed or where a role is to mean something else."""
    known = directory()
    for person in known.persons.values():
        _refuse(person.name, known.worn_during(person.id, Span(at, None)), meaning)


def refuse_orphans(
    before: Directory,
    after: Directory,
    at: datetime,
    *,
    actor: Actor,
    meaning: Meaning = permissions_of,
    closed: frozenset[int] = NOBODY,
) -> None:
    """Refused("last_keeper") when a right that somebody must always hold had a holder and would have none.

    `meaning` says what roles permit afterwards; `closed` are accounts that are shut by the change. Whoever holds the
    machine itself may make another first administrator, and is not held back.
    """
    if actor.person == SYSTEM_PERSON:
        return
    active = frozenset(Account.objects.filter(is_active=True).values_list("pk", flat=True))
    held = _kept(before, at, permissions_of, active)
    if lost := held - _kept(after, at, meaning, active - closed):
        raise Refused("last_keeper", what=[declared()[one].label for one in sorted(lost)])


def _kept(known: Directory, at: datetime, meaning: Meaning, active: frozenset[int]) -> frozenset[str]:
    """Which of these rights somebody with an active account holds then."""
    found = set[str]()
    for account, person in known.by_account.items():
        if account in active:
            found |= meaning(role for post in known.worn(person.id, at) for role in post.roles)
    return frozenset(found & set(ALWAYS_HELD))


def administers(roles: Iterable[str]) -> bool:
    """Whether these roles give rights of one of the three administrations."""
    return bool(groups(permissions_of(roles)))


def _refuse(name: str, posts: Iterable[PostView], meaning: Meaning = permissions_of) -> None:
    held = frozenset[str]().union(*(meaning(post.roles) for post in posts))
    if found := mixed(held):
        raise Refused("administrators_apart", name=name, what=found)
