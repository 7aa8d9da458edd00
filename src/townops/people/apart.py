"""Keeps the three administrators apart whenever a post, a stand-in or a role changes."""

from collections.abc import Iterable
from datetime import datetime

from townops.base.permissions import permissions_of
from townops.kernel.refusal import Refused
from townops.people.domain.apart import groups, mixed
from townops.people.domain.directory import PostView, Span
from townops.people.queries import directory


def refuse_mixture(person_id: int, post_id: int, span: Span) -> None:
    """Refused("administrators_apart") when with this post the person would combine two administrations."""
    known = directory()
    posts = [*known.worn_during(person_id, span), *(known.posts[one] for one in known.with_filled(post_id))]
    _refuse(known.persons[person_id].name, posts)


def refuse_any_mixture(at: datetime) -> None:
    """The same for everybody from a moment on, after a role or the roles of a post changed."""
    known = directory()
    for person in known.persons.values():
        _refuse(person.name, known.worn_during(person.id, Span(at, None)))


def administers(roles: Iterable[str]) -> bool:
    """Whether these roles give rights of one of the three administrations."""
    return bool(groups(permissions_of(roles)))


def _refuse(name: str, posts: Iterable[PostView]) -> None:
    held = frozenset[str]().union(*(permissions_of(post.roles) for post in posts))
    if found := mixed(held):
        raise Refused("administrators_apart", name=name, what=found)
