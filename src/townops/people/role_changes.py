"""A role that means something else from a moment on, said beforehand: who gains and who loses which rights; and every version it
ever had (U6).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from townops.base import journal, seals
from townops.base.db import write
from townops.base.permissions import declared, permissions_of
from townops.kernel.actors import Actor
from townops.kernel.refusal import Refused
from townops.people import planned
from townops.people.domain.directory import PersonView, PostView
from townops.people.planned import Planned
from townops.people.queries import directory
from townops.people.roles import RoleView, check_role, instead, may_keep_roles, roles, write_role

SUBJECT: Final = "role"
FACTOR: Final = {"ask_second_factor": True, "drop_second_factor": False}


@dataclass(frozen=True, slots=True)
class RoleChange:
    """What a role (`new`: one that is not there yet) means from `starts` on, typed over its `over` changes before."""

    code: str
    name: str
    permits: frozenset[str]
    second_factor: bool
    starts: datetime
    note: str
    over: int = 0
    new: bool = False


@dataclass(frozen=True, slots=True)
class Version:
    """What a role meant since an entry of the journal (`seq` 0: from the beginning), and what that entry gave and took."""

    seq: int
    name: str
    permits: frozenset[str]
    second_factor: bool
    given: tuple[str, ...]
    taken: tuple[str, ...]
    entry: journal.Entry | None


@dataclass(frozen=True, slots=True)
class Affected:
    """A person the change concerns, the posts that carry the role, and labels of what he gains and loses."""

    person: PersonView
    posts: tuple[PostView, ...]
    gains: tuple[str, ...]
    loses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ForeseenRole:
    """Labels the role gains and loses, whether name or second factor differ, and everybody who gains or loses a right."""

    given: tuple[str, ...]
    taken: tuple[str, ...]
    renamed: str
    factor: str
    people: tuple[Affected, ...]


def role(code: str) -> RoleView:
    """One role. Refused("role_unknown")."""
    found = next((one for one in roles() if one.code == code), None)
    if found is None:
        raise Refused("role_unknown", code=code)
    return found


def count(code: str) -> int:
    """How often the role was changed or a change was asked for; what a form is typed over."""
    return planned.count(SUBJECT, code) + len(journal.history(SUBJECT, code))


def foresee(change: RoleChange, actor: Actor) -> ForeseenRole:
    """What publishing would bring; nothing is written. Refused: reason_..., role_..., permission_unknown,
    administrators_apart, last_keeper.
    """
    planned.refuse_untold(change.note)
    check_role(change.code, name=change.name, permits=change.permits, actor=actor, at=change.starts)
    before = _standing(change)
    given, taken = change.permits - set(before.permissions), set(before.permissions) - change.permits
    renamed = change.name.strip() if change.name.strip() != before.name else ""
    factor = "" if change.second_factor == before.second_factor else "ask" if change.second_factor else "drop"
    if not (change.new or given or taken or renamed or factor):
        raise Refused("role_unchanged")
    return ForeseenRole(labels(given), labels(taken), renamed, factor, tuple(_affected(change)))


def _standing(change: RoleChange) -> RoleView:
    known = {one.code: one for one in roles()}
    if change.new:
        if change.code in known:
            raise Refused("role_taken", code=change.code)
        return RoleView(change.code, "", ())
    if count(change.code) != change.over:
        raise Refused("role_stale", name=role(change.code).name)
    return role(change.code)


def labels(codes: Any) -> tuple[str, ...]:
    """Labels of permissions; a code nobody declares any more stays as it is."""
    words = declared()
    return tuple(words[one].label if one in words else one for one in sorted(codes))


def _affected(change: RoleChange) -> Iterator[Affected]:
    known, meaning = directory(), instead(change.code, change.permits)
    for person in known.persons.values():
        worn = known.worn(person.id, change.starts)
        posts = tuple(post for post in worn if change.code in post.roles)
        if not posts:
            continue
        held = [one for post in worn for one in post.roles]
        had, has = permissions_of(held), meaning(held)
        if had != has:
            yield Affected(person, posts, labels(has - had), labels(had - has))


def holders(code: str, at: datetime) -> list[tuple[PostView, tuple[PersonView, ...]]]:
    """Posts that carry a role, each with who acts for it then."""
    known = directory()
    return [
        (post, tuple(known.persons[one] for one in dict.fromkeys(known.acting(post.id, at))))
        for post in known.posts.values()
        if code in post.roles and post.active
    ]


def publish(change: RoleChange, *, actor: Actor, at: datetime) -> Planned:
    """The role means this from its moment on, at once when that has come. Refused as `foresee`, and not_permitted."""
    may_keep_roles(actor)
    with write():
        seals.one_at_a_time(SUBJECT)
        foresee(change, actor)
        facts = {
            "name": change.name.strip(),
            "permits": sorted(change.permits),
            "second_factor": change.second_factor,
        }
        action = "add" if change.new else "edit"
        return planned.publish(
            SUBJECT, change.code, action, facts, starts=change.starts, note=change.note, actor=actor, at=at
        )


@planned.on_due(SUBJECT, "add")
@planned.on_due(SUBJECT, "edit")
def _do(change: Planned) -> None:
    write_role(
        change.key,
        name=change.facts["name"],
        permits=change.facts["permits"],
        second_factor=change.facts["second_factor"],
        actor=change.author,
        at=change.starts,
        note=change.note,
    )


def versions(code: str) -> list[Version]:
    """What the role meant, newest first; what it meant before the journal began comes last."""
    now = role(code)
    name, permits, factor = now.name, frozenset(now.permissions), now.second_factor
    found = []
    for entry in reversed(journal.history(SUBJECT, code)):
        if entry.action == "keep":
            given, taken = frozenset(entry.body["given"]), frozenset(entry.body["taken"])
            name = entry.body["name"]
            factor = entry.body.get("second_factor", factor)
            found.append(Version(entry.seq, name, permits, factor, labels(given), labels(taken), entry))
            permits = (permits - given) | taken
        elif entry.action in FACTOR:
            factor = FACTOR[entry.action]
            found.append(Version(entry.seq, name, permits, factor, (), (), entry))
            factor = not factor
    return [*found, Version(0, name, permits, factor, (), (), None)]
