"""What lower and higher contexts may ask of orders without knowing them: open work of a post, open orders for a dry run."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final, TypedDict

from django.db.models import Min, Q, QuerySet

from townops.areas import api as areas
from townops.base.registry import answers
from townops.catalogue import api as catalogue
from townops.kernel.actors import Actor
from townops.orders import queries
from townops.orders.access import VIEW, VIEW_ALL
from townops.orders.domain.states import State
from townops.orders.models import Order, OrderClock, OrderTask
from townops.orders.narrowing import Filter
from townops.orders.succession import of_unit
from townops.people import api as people

TOLD: Final = 50
CHUNK: Final = 1000
UNFILED: Final = tuple(
    one.value for one in (State.REPORTED, State.VERIFYING, State.REFUSAL_REVIEW, State.ACCEPTED)
)
WAITING: Final = (State.FILED.value, State.RETURNED.value)
ELSEWHERE: Final = (State.MERGED.value, State.TRANSFERRED.value)


class OpenWork(TypedDict):
    """One thing that waits at a post.

    `role`: responsible (the post's own), unit (the unit's, at no post in particular), task (会办), clock (must act next).
    """

    number: str
    title: str
    due_at: datetime | None
    role: str


class Dispatchable(TypedDict):
    """The facts of an open order that dispatch rules look at; `unit_id` None where nobody has it yet."""

    number: str
    unit_id: int | None
    town_id: int
    class_code: str
    condition_id: int | None
    catalogue_version: int
    village_id: int | None
    block_id: int | None
    source: str
    severity: str
    at: datetime


def open_work(*, unit_id: int, post_id: int | None) -> tuple[OpenWork, ...]:
    """What a successor at the post takes over, earliest due first: orders held, opinions owed, clocks to answer for.

    Without a post: of the whole unit. All of it, so that whoever counts it counts right.
    """
    town = areas.area(people.unit_by_id(unit_id).town).id
    held = list(_held(unit_id, post_id))
    numbers = {one["number"] for one in held}
    rest = [*_owed(unit_id), *_watched(unit_id, post_id, town)]
    every = held + [one for one in rest if one["number"] not in numbers]
    return tuple(sorted(every, key=lambda one: (one["due_at"] is None, one["due_at"] or 0, one["number"])))


def open_for_dispatch() -> Iterator[Dispatchable]:
    """Every open order a dispatch rule could decide, oldest first, a thousand in memory at a time.

    Merged and transferred orders follow others; historic ones wait to be adopted. `at` and the catalogue are those of
    receipt, the catalogue of a filed order that of its condition.
    """
    return _told(Order.objects.filter(is_open=True).exclude(state__in=ELSEWHERE))


def waiting_for_dispatch(at: datetime) -> Iterator[Dispatchable]:
    """Of these the ones that wait for dispatch, as the rules would be asked about them at that moment."""
    for row in _told(Order.objects.filter(is_open=True, state__in=WAITING)):
        yield {**row, "at": at}


def of_class(code: str) -> tuple[int, list[dict[str, str]]]:
    """Open orders of a class: how many are filed and keep their standard, and those that are not, first received first."""
    rows = Order.objects.filter(is_open=True, class_code=code)
    waiting = rows.filter(state__in=UNFILED).order_by("received_at", "id").values_list("number", "title")
    return rows.exclude(state__in=UNFILED).count(), [
        {"number": number, "title": title} for number, title in waiting
    ]


def _told(rows: QuerySet[Order]) -> Iterator[Dispatchable]:
    rows = rows.exclude(origin="history", adopted=False).order_by("received_at", "id")
    wanted = (
        "number",
        "main_unit_id",
        "town_id",
        "class_code",
        "condition",
        "village_id",
        "block_id",
        "source",
    )
    told = rows.values_list(*wanted, "severity", "received_at")
    editions = _editions()
    for number, unit, town, code, condition, village, block, source, severity, at in told.iterator(CHUNK):
        yield Dispatchable(
            number=number,
            unit_id=unit,
            town_id=town,
            class_code=code,
            condition_id=condition,
            catalogue_version=_version(condition, code, at, editions),
            village_id=village,
            block_id=block,
            source=source,
            severity=severity,
            at=at,
        )


def _version(condition: int | None, class_code: str, at: datetime, editions: Mapping[int, int]) -> int:
    """The edition the order's condition is in; else that of receipt, or the first later one that knows its class."""
    if condition is not None and condition in editions:
        return editions[condition]
    then = catalogue.version_at(at)
    if not class_code or class_code in catalogue.content(then).by_code:
        return then
    knowing = (one.id for one in catalogue.versions() if class_code in catalogue.content(one.id).by_code)
    return next(knowing, then)


def _editions() -> dict[int, int]:
    """Catalogue version by condition row."""
    return {row.id: one.id for one in catalogue.versions() for row in catalogue.content(one.id).conditions}


def _held(unit_id: int, post_id: int | None) -> Iterator[OpenWork]:
    rows = Order.objects.filter(_at_post(post_id), unit_id=unit_id, is_open=True).order_by("due_at", "id")
    for number, title, due, post in rows.values_list("number", "title", "due_at", "post_id").iterator(CHUNK):
        yield OpenWork(number=number, title=title, due_at=due, role="responsible" if post else "unit")


def _owed(unit_id: int) -> Iterator[OpenWork]:
    """Opinions the unit still owes to orders of others."""
    owed = OrderTask.objects.filter(unit=unit_id, done_seq__isnull=True).values("order_id")
    rows = Order.objects.filter(id__in=owed, is_open=True).order_by("due_at", "id")
    for number, title, due in rows.values_list("number", "title", "due_at").iterator(CHUNK):
        yield OpenWork(number=number, title=title, due_at=due, role="task")


def _watched(unit_id: int, post_id: int | None, town: int) -> Iterator[OpenWork]:
    """Orders others hold while a clock waits for this post, by the earliest of its clocks."""
    here = Order.objects.filter(town_id=town, is_open=True)
    clocks = OrderClock.objects.filter(_at_post(post_id), unit=unit_id, stopped_at__isnull=True)
    mine = clocks.filter(order_id__in=here.values("id")).values_list("order_id").annotate(first=Min("due_at"))
    due = dict(mine.order_by("order_id"))
    rows = here.filter(id__in=clocks.values("order_id")).values_list("id", "number", "title")
    for order, number, title in rows.iterator(CHUNK):
        yield OpenWork(number=number, title=title, due_at=due[order], role="clock")


def _at_post(post_id: int | None) -> Q:
    """Of that post or of no post in particular; all where none is asked for."""
    return Q(post=post_id) | Q(post__isnull=True) if post_id is not None else Q()


@areas.on_borders("orders", "未结工单")
def on_changed_areas(ids: frozenset[int]) -> areas.Touched:
    """Open orders in blocks or villages whose borders change, first received first."""
    rows = Order.objects.filter(Q(block__in=ids) | Q(village__in=ids), is_open=True)
    first = rows.order_by("received_at", "id").values_list("number", flat=True)[:TOLD]
    return areas.Touched(rows.count(), tuple(first))


answers.register("people.open_work", open_work)
answers.register("orders.open_for_dispatch", open_for_dispatch)
answers.register("orders.of_unit", of_unit)
answers.register("orders.of_class", of_class)
answers.register("orders.waiting_for_dispatch", waiting_for_dispatch)


@areas.on_dossier_links("orders", "这里的工单", order=10)
def of_area(area: areas.AreaView, actor: Actor, at: datetime) -> Iterator[areas.DossierLink]:
    """Open and closed orders there that this person sees."""
    if not (actor.holds(VIEW) or actor.holds(VIEW_ALL)):
        return
    for is_open, word in ((True, "未结"), (False, "已结束")):
        page = queries.find(actor, Filter(area=area.code, open=is_open), at=at, limit=1)
        count = str(page.total) if page.exact else f"{page.total:,}+"
        query = {"area": area.code, "open": str(int(is_open))}
        yield areas.DossierLink(f"{word} {count} 件", "orders", query)
