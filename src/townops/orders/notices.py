"""Tells people what concerns them (消息): follows the news of orders, never inside a request; a fixed number of queries for
any number of steps, none for a step that concerns nobody. Nobody is told what he did himself.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Q

from townops.base import inbox, outbox
from townops.base.permissions import permissions_of
from townops.kernel.actors import Actor
from townops.orders.domain.notices import STEPS_TOLD, TABLE, Audience, Notify, notices
from townops.orders.models import Order, OrderEvent
from townops.orders.reports import Received
from townops.people import api as people

HANDLE: Final = "orders.handle"
SUCCEEDED: Final = "orders.succeeded"
MOVED_HERE: Final = "orders.moved_here"
MOST: Final = 40
FIRST_HEARS: Final = frozenset({"orders.accept", "orders.link_incident"})
EARLIER: Final = frozenset().union(*(one.earlier for many in TABLE.values() for one in many), {"ask_up"})
Moment = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Happened:
    """A step of an order, and who took which earlier step last."""

    row: Order
    event: OrderEvent
    takers: Mapping[str, int]

    @property
    def post(self) -> int | None:
        return self.row.post_id if self.row.unit_id == self.event.to_unit else None


def notify(news: Sequence[outbox.Piece]) -> None:
    """Put what happened into the inboxes of whom it concerns."""
    wanted = {(int(one.key), int(one.body["seq"])) for one in news if one.body["step"] in STEPS_TOLD}
    if wanted:
        inbox.tell(told for happened in _happened(wanted) for told in _told(happened))


def tell_unit(kind: str, unit: int, seq: int, at: datetime) -> None:
    """Whoever handles in the unit is told so once for `seq`, however many orders come and however often this runs."""
    persons = _handling(unit, None, at)
    inbox.tell(inbox.Told(account, kind, f"unit:{unit}", seq, "系统", at) for account in _accounts(persons))


def tell_urgent(received: Received, town: str, *, actor: Actor, at: datetime) -> None:
    """What was taken in as 突发 is put before whoever takes orders in and may hand them to the incident room."""
    posts = [
        post
        for unit in people.units(town=town)
        for post in people.posts_of(unit.id)
        if permissions_of(post.roles) >= FIRST_HEARS
    ]
    persons = [person for post in posts for person in people.directory().acting(post.id, at)]
    inbox.tell(
        inbox.Told(account, "orders.urgent", received.number, received.seq, actor.name, at)
        for account in _accounts(persons, besides=actor.person)
    )


def _happened(wanted: set[Moment]) -> Iterator[_Happened]:
    """Three queries at most: the orders, and the events that count."""
    ids = sorted({order for order, _ in wanted})
    rows = {row.id: row for row in Order.objects.filter(id__in=ids)}
    asked = Q(*(Q(order_id=order, seq=seq) for order, seq in sorted(wanted)), _connector=Q.OR)
    earlier = Q(order_id__in=ids, step__in=EARLIER)
    events = OrderEvent.objects.filter(asked | earlier).order_by("order_id", "seq")
    takers: dict[int, dict[str, int]] = {}
    for event in events:
        own = takers.setdefault(event.order_id, {})
        if (event.order_id, event.seq) in wanted and event.order_id in rows:
            yield _Happened(rows[event.order_id], event, dict(own))
        own.pop(event.step, None)  # the newest stands last
        own[event.step] = event.person


def _told(happened: _Happened) -> Iterator[inbox.Told]:
    """One notice for each account, the first kind that concerns it."""
    event, row = happened.event, happened.row
    again = bool(happened.takers.keys() & {"close", "answer_up"})
    told: set[int] = set()
    by = people.persons([event.person]).get(event.person)
    for notice in notices(event.step, event.state, returns=row.returns, again=again):
        for account in _accounts(_persons(notice, happened), besides=event.person):
            if account not in told:
                told.add(account)
                yield inbox.Told(
                    account,
                    f"orders.{notice.kind}",
                    row.number,
                    event.seq,
                    by.name if by else "系统",
                    event.at,
                )


def _accounts(persons: Iterable[int], *, besides: int = 0) -> list[int]:
    known = people.persons([one for one in dict.fromkeys(persons) if one != besides][:MOST])
    return [one.account_id for one in known.values() if one.account_id is not None]


def _persons(notice: Notify, happened: _Happened) -> list[int]:
    row, event = happened.row, happened.event
    if notice.audience is Audience.HOLDER:
        return _handling(event.to_unit, happened.post, event.at)
    if notice.audience is Audience.MAIN:
        return _handling(row.main_unit_id, None, event.at) if row.main_unit_id else []
    if notice.audience is Audience.DECIDERS:
        return _deciding(notice, happened)
    taken = [person for step, person in happened.takers.items() if step in notice.earlier]
    return taken[-1:]


def _handling(unit: int, post: int | None, at: datetime) -> list[int]:
    """Who acts for the post; without one, everybody of the unit who may handle it, else whoever answers for the unit."""
    known = people.directory()
    if post is not None:
        found = known.acting(post, at)
    else:
        posts = [one for one in people.posts_of(unit) if HANDLE in permissions_of(one.roles)]
        found = tuple(person for one in posts for person in known.acting(one.id, at))
    return list(found) or [people.holder(unit, post, at).person_id]


def _deciding(notice: Notify, happened: _Happened) -> list[int]:
    """The leader in charge of the unit that asks, where he decides first; else everybody of the town who may."""
    row, event = happened.row, happened.event
    permission, known = notice.permission, people.directory()
    leader = people.leader_of(row.main_unit_id, event.at) if notice.in_charge and row.main_unit_id else None
    if leader and leader.person_id and _holds(leader.person_id, permission, event):
        return [leader.person_id]
    town = people.unit_by_id(row.unit_id).town
    posts = [
        post
        for unit in people.units(town=town)
        for post in people.posts_of(unit.id)
        if permission in permissions_of(post.roles)
    ]
    return [person for post in posts for person in known.acting(post.id, event.at)]


def _holds(person: int, permission: str, event: OrderEvent) -> bool:
    worn = people.directory().worn(person, event.at)
    return any(permission in permissions_of(post.roles) for post in worn)
