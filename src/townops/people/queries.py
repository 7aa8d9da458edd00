"""Who is who, who holds what: answers from memory, a database is asked only when something changed."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from townops.areas import api as areas
from townops.base.permissions import permissions_of
from townops.kernel.actors import Actor, Hat
from townops.kernel.refusal import Refused
from townops.people.domain.directory import Directory, Holder, PersonView, PostView, Tenure, UnitView
from townops.people.models import BlockSubject, Unit
from townops.people.register import picture

MANY = 1000  # blocks asked for one by one; of more, all are read
LIMITED = (Unit.Kind.STATION, Unit.Kind.VILLAGE)


@dataclass(frozen=True, slots=True)
class Subject:
    """Who answers for a block in one respect: handling, ownership or maintenance."""

    block_id: int
    kind: str
    unit_id: int
    contact_post_id: int | None
    confirmed_on: date | None


def directory() -> Directory:
    """The whole directory, for whoever asks a lot at once."""
    return picture.get()


def actor_for(account_id: int, at: datetime) -> Actor:
    """The person behind an account with one hat for each post held then; Refused(account_without_person)."""
    person = directory().by_account.get(account_id)
    if person is None:
        raise Refused("account_without_person", account=account_id)
    return actor_of(person.id, at)


def actor_of(person_id: int, at: datetime) -> Actor:
    """The same by person; Refused(person_unknown)."""
    known = directory()
    person = _person(known, person_id)
    return Actor(person.id, person.name, tuple(_hat(known, post) for post in known.worn(person.id, at)))


def _hat(known: Directory, post: PostView) -> Hat:
    unit = known.units[post.unit_id]
    own = post.area_id or (unit.area_id if unit.kind in LIMITED else None)
    limit = frozenset({own, *_villages(own)}) if own is not None else frozenset()
    return Hat(post.id, unit.id, permissions_of(post.roles), post.rank, limit)


def _villages(area_id: int) -> Iterator[int]:
    """Those of a 责任网格; a 居村 stands for itself."""
    if areas.area_by_id(area_id).kind == "grid":
        yield from (one.id for one in areas.children(area_id))


def posts_with(*permissions: str, town: str) -> tuple[PostView, ...]:
    """Posts of a town that carry all of these permissions, staffed or not."""
    wanted = frozenset(permissions)
    every = (one for unit in units(town=town) for one in posts_of(unit.id))
    return tuple(one for one in every if wanted <= permissions_of(one.roles))


def unit(code: str, *, town: str = "") -> UnitView:
    """By code; of the first town unless one is named; of a unit that ended whoever took over, so that rules and
    catalogues that name it go on. Refused(unit_unknown).
    """
    known = directory()
    found = known.unit_by_code.get((town or first_town(), code))
    if found is None:
        raise Refused("unit_unknown", code=code)
    return known.heir(found.id)


def heir(unit_id: int) -> UnitView:
    """The unit that has the work of this one now; itself while it stands. Refused(unit_unknown)."""
    return directory().heir(unit_by_id(unit_id).id)


def unit_by_id(unit_id: int) -> UnitView:
    """By id; Refused(unit_unknown)."""
    found = directory().units.get(unit_id)
    if found is None:
        raise Refused("unit_unknown", code=unit_id)
    return found


def units(*, town: str = "") -> tuple[UnitView, ...]:
    """Active units, of all towns unless one is named, in the order they were entered."""
    return tuple(one for one in directory().units.values() if one.active and (not town or one.town == town))


def meant_by_code(*, town: str = "") -> dict[str, str]:
    """Codes rules and catalogues may name, with the name of the unit each means: of one that ended, its successor's."""
    known = directory()
    every = (one for one in known.units.values() if not town or one.town == town)
    standing_first = sorted(every, key=lambda one: not one.active)
    return {one.code: heir.name for one in standing_first if (heir := known.heir(one.id)).active}


def units_of_kind(kind: str, area_id: int | None = None, *, town: str = "") -> tuple[UnitView, ...]:
    """Active units of a kind; with an area, those whose own area is it or lies under it."""
    found = (one for one in units(town=town) if one.kind == kind)
    if area_id is None:
        return tuple(found)
    under = areas.below(area_id)
    return tuple(one for one in found if one.area_id in under)


def unit_for_area(kind: str, area_id: int) -> UnitView | None:
    """The nearest unit of a kind at the area or above it: the village's unit for one of its blocks."""
    known = directory()
    ended = (one for one in known.units.values() if not one.active and one.heir_id and one.kind == kind)
    by_area = {one.area_id: known.heir(one.id) for one in ended}
    by_area |= {one.area_id: one for one in units() if one.kind == kind}
    at: int | None = area_id
    while at is not None:
        if at in by_area:
            return by_area[at]
        at = areas.area_by_id(at).parent_id
    return None


def center(*, town: str = "") -> UnitView:
    """The city operations center of a town (the first unless named); Refused(unit_unknown)."""
    found = directory().center_of(town or first_town())
    if found is None:
        raise Refused("unit_unknown", code="center")
    return found


def first_town() -> str:
    """Code of the town that is meant when none is named; empty before there is any."""
    return next((one.code for one in areas.towns()), "") or next((one.town for one in units()), "")


def post(code: str, *, town: str = "") -> PostView:
    """`post("shift")` is of the center, `post("chengguan.head")` of the unit before the point.
    Refused(post_unknown).
    """
    unit_code, _, post_code = code.rpartition(".")
    of = unit(unit_code, town=town) if unit_code else center(town=town)
    found = directory().post_by_code.get((of.id, post_code))
    if found is None:
        raise Refused("post_unknown", code=code)
    return found


def post_by_id(post_id: int) -> PostView:
    """By id; Refused(post_unknown)."""
    found = directory().posts.get(post_id)
    if found is None:
        raise Refused("post_unknown", code=post_id)
    return found


def posts_of(unit_id: int) -> tuple[PostView, ...]:
    """Posts of a unit in their order."""
    return directory().posts_of.get(unit_id, ())


def has_post_with(unit_id: int, permission: str) -> bool:
    """Whether some post of the unit, staffed or not, carries the permission."""
    return any(one.active and permission in permissions_of(one.roles) for one in posts_of(unit_id))


def holder(unit_id: int, post_id: int | None, at: datetime) -> Holder:
    """Who answers at that moment for work of a unit at a post (None: its first staffed one); climbs when
    vacant (U2).
    """
    unit_by_id(unit_id)
    if post_id is not None:
        post_by_id(post_id)
    return directory().holder(unit_id, post_id, at)


def leader_of(unit_id: int, at: datetime) -> Holder | None:
    """The unit's leader in charge (分管领导), or that of the unit above it; None when none is set."""
    known, at_unit = directory(), unit_by_id(unit_id)
    while at_unit.leader_post_id is None and at_unit.parent_id is not None:
        at_unit = known.units[at_unit.parent_id]
    if at_unit.leader_post_id is None:
        return None
    return known.holder(known.posts[at_unit.leader_post_id].unit_id, at_unit.leader_post_id, at)


def person(person_id: int) -> PersonView:
    """Name and account; Refused(person_unknown)."""
    return _person(directory(), person_id)


def persons(person_ids: Collection[int]) -> dict[int, PersonView]:
    """Those of the persons that exist, by id."""
    known = directory().persons
    return {one: known[one] for one in person_ids if one in known}


def person_of_account(account_id: int) -> PersonView | None:
    """Who signs in with that account."""
    return directory().by_account.get(account_id)


def appointments(post_id: int) -> tuple[Tenure, ...]:
    """Everybody who holds or held the post, with stand-ins, oldest first."""
    return directory().tenures_of.get(post_id, ())


def subjects_of(block_id: int, at: datetime) -> tuple[Subject, ...]:
    """Who answers for the block on that day: at most one each of handling, maintenance, ownership."""
    fields = ("block_id", "kind", "unit_id", "contact_post_id", "confirmed_on")
    rows = current_subjects((block_id,), at).order_by("kind")
    return tuple(Subject(*row) for row in rows.values_list(*fields))


def current_subjects(block_ids: Collection[int], at: datetime) -> QuerySet[BlockSubject]:
    """Who answers for these blocks on that day, in no order; of many blocks, for all there are."""
    on = timezone.localdate(at)
    rows = BlockSubject.objects.order_by().filter(
        Q(valid_until=None) | Q(valid_until__gt=on), valid_from__lte=on
    )
    return rows.filter(block__in=block_ids) if len(block_ids) <= MANY else rows


@dataclass(frozen=True, slots=True)
class SubjectLine:
    """A subject of a block in words: kind as code and word, unit, whom to ask, and the day it was last confirmed."""

    kind: str
    word: str
    unit: UnitView
    contact: str
    confirmed_on: date | None


def answering_for(block_id: int, at: datetime) -> tuple[SubjectLine, ...]:
    """Who answers for a block then; the contact is who holds the contact post, else the unit's first post."""
    words = dict(BlockSubject.Kind.choices)
    return tuple(
        SubjectLine(
            one.kind, str(words[one.kind]), unit_by_id(one.unit_id), _contact(one, at), one.confirmed_on
        )
        for one in subjects_of(block_id, at)
    )


def _contact(subject: Subject, at: datetime) -> str:
    """岗位 姓名."""
    found = holder(subject.unit_id, subject.contact_post_id, at)
    post = directory().posts[subject.contact_post_id].name if subject.contact_post_id else ""
    return " ".join(word for word in (post, found.name) if word)


def _person(known: Directory, person_id: int) -> PersonView:
    found = known.persons.get(person_id)
    if found is None:
        raise Refused("person_unknown", code=person_id)
    return found
