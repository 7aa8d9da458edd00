"""The successor is told what he took over (U2): noted when he is appointed, listed when he begins, until he has read it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypedDict, cast

from townops.base import journal
from townops.base.db import write
from townops.kernel.actors import Actor
from townops.kernel.refusal import Refused
from townops.people.commands import taken_over
from townops.people.models import Appointment, Handover, HandoverItem
from townops.people.queries import post_by_id, unit_by_id

ROLES: Final = {"responsible": "本岗负责", "unit": "本单位待办", "task": "待回会办", "clock": "须督促"}
TITLE: Final = 120
ERASED: Final = "（已清除）"
AT_ONCE: Final = 500
LISTED: Final = 200


class Waiting(TypedDict):
    """What whoever keeps work tells of one thing that waits."""

    number: str
    title: str
    due_at: datetime | None
    role: str


@dataclass(frozen=True, slots=True)
class Item:
    """One thing taken over, with the words for how it concerns the post."""

    number: str
    title: str
    due_at: datetime | None
    role: str


@dataclass(frozen=True, slots=True)
class HandoverView:
    """A note to a successor: of which post, since when, how many of what, and the list, first due first."""

    id: int
    post: str
    unit: str
    starts: datetime
    counts: tuple[tuple[str, int], ...]
    items: tuple[Item, ...]

    @property
    def total(self) -> int:
        return len(self.items)

    @property
    def first(self) -> tuple[Item, ...]:
        """What a page lists of many; the counts are of all."""
        return self.items[:LISTED]

    @property
    def rest(self) -> int:
        return self.total - len(self.first)


def note(appointments: Sequence[int]) -> None:
    """Remember to tell these appointed; twice is once."""
    rows = Appointment.objects.filter(pk__in=appointments).values_list("pk", "starts")
    fresh = [Handover(appointment_id=number, starts=starts) for number, starts in rows]
    Handover.objects.bulk_create(fresh, ignore_conflicts=True)


def list_due(at: datetime) -> int:
    """List what waits for everybody who has begun meanwhile; returns how many notes were made."""
    due = Handover.objects.filter(listed_at=None, starts__lte=at).select_related("appointment")
    for row in due:
        with write():
            if Handover.objects.filter(pk=row.pk, listed_at=None).update(listed_at=at):
                HandoverItem.objects.bulk_create(_items(row), batch_size=AT_ONCE)
    return len(due)


def _items(row: Handover) -> Iterator[HandoverItem]:
    for one in cast(tuple[Waiting, ...], taken_over(row.appointment.post_id)):
        yield HandoverItem(
            handover=row,
            number=one["number"],
            title=one["title"][:TITLE],
            due_at=one["due_at"],
            role=one["role"],
        )


def forget(numbers: Sequence[str]) -> None:
    """The titles of these are no longer known."""
    HandoverItem.objects.filter(number__in=numbers).update(title=ERASED)


def unread(person_id: int, at: datetime) -> tuple[HandoverView, ...]:
    """Notes a person has not read yet, of posts he still holds and that brought something."""
    rows = Handover.objects.filter(appointment__person_id=person_id, read_at=None, listed_at__lte=at)
    rows = rows.exclude(appointment__ends__lte=at).select_related("appointment").prefetch_related("items")
    return tuple(view for row in rows.order_by("starts", "id") if (view := _view(row)).items)


def mark_read(handover_id: int, *, actor: Actor, at: datetime) -> None:
    """The successor has read his note; only he may say so. Refused("handover_unknown")."""
    mine = Handover.objects.filter(pk=handover_id, appointment__person_id=actor.person, read_at=None)
    with write():
        if not mine.update(read_at=at):
            raise Refused("handover_unknown")
        post = Handover.objects.values_list("appointment__post_id", flat=True).get(pk=handover_id)
        body = {"handover": handover_id}
        journal.append(kind="post", key=post, action="handover_read", actor=actor, at=at, body=body)


def _view(row: Handover) -> HandoverView:
    post = post_by_id(row.appointment.post_id)
    found = tuple(
        Item(one.number, one.title, one.due_at, ROLES.get(one.role, one.role)) for one in row.items.all()
    )
    counts = Counter(one.role for one in found)
    return HandoverView(
        row.pk, post.name, unit_by_id(post.unit_id).name, row.starts, tuple(counts.items()), found
    )
