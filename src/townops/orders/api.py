"""The door to work orders: take reports in, take steps, find, look, prove. Pages, clients, jobs and the demo all come through here."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from townops.base import contacts, journal, sql
from townops.base.db import write as transaction
from townops.kernel.actors import SYSTEM_PERSON, Actor
from townops.kernel.refusal import Refused
from townops.orders import (
    calendar,
    calendar_trial,
    callers,
    exporting,
    flow_change,
    flows,
    ground,
    outside,
    points,
    privacy,
    proof,
    queries,
    reading,
    rebuild,
    registers,
    steps,
    store,
    upward,
    wordings,
)
from townops.orders.access import BY_PHONE, EXPORT
from townops.orders.bulk import STEPS_IN_BULK, take_many
from townops.orders.calendar import recalendar
from townops.orders.changes import Changed, Named, changes, named
from townops.orders.classing import Choice, classify
from townops.orders.disputes import (
    Disputed,
    PrecedentView,
    open_disputes,
    precedents,
    settled_lately,
)
from townops.orders.domain import flow_edit
from townops.orders.domain.asked import unpacked
from townops.orders.domain.facts import Need, Party
from townops.orders.domain.flow import Authority, Certify, Contact, Filing, Flow, Verify
from townops.orders.domain.holding import Held
from townops.orders.domain.order import Order as OrderValue
from townops.orders.domain.states import LOOKS, OPEN, State
from townops.orders.domain.steps import STEPS, TABLE
from townops.orders.drafts import Draft
from townops.orders.erasing import erase_texts
from townops.orders.exporting import ExportPart, ExportRow
from townops.orders.handbook import Chapter, LimitLine, StepLine, chapter, noon
from townops.orders.jobs import index_all
from townops.orders.lateness import Lateness, lateness, set_lateness
from townops.orders.models import Order, OrderEvent, OrderLink, OrderText
from townops.orders.narrowing import LATENESS, NONE, Filter
from townops.orders.nearby import NearOrder, open_near
from townops.orders.notices import tell_urgent
from townops.orders.own import OwnPage, OwnReport, own_report, own_reports
from townops.orders.paging import ListRow, Page
from townops.orders.points import OnMap, Snapshot
from townops.orders.privacy import ContactView, Revealed
from townops.orders.proof import Break
from townops.orders.related import Beside, SentUp, TaskView
from townops.orders.reports import IncomingReport, Received, receive_reports
from townops.orders.resolve import around
from townops.orders.sources import check_report, sources_for
from townops.orders.steps import StepView, beside, can_handle, draft_step
from townops.orders.store import Loaded
from townops.orders.views import ClockView, EventView, OrderView, event_views, order_view
from townops.orders.watch import watch
from townops.orders.whole import Whole, whole
from townops.orders.whole import revealed as whole_revealed
from townops.orders.words import CHOICES, FACTS, fact_label, flow_label
from townops.orders.write import Written, write

__all__ = [
    "CHOICES",
    "FACTS",
    "LATENESS",
    "LOOKS",
    "NONE",
    "OPEN",
    "STEPS",
    "STEPS_IN_BULK",
    "TABLE",
    "Authority",
    "Beside",
    "Break",
    "Certify",
    "Changed",
    "Chapter",
    "Choice",
    "ClockView",
    "Contact",
    "ContactView",
    "Disputed",
    "Draft",
    "EventView",
    "ExportPart",
    "ExportRow",
    "Filing",
    "Filter",
    "Flow",
    "Held",
    "IncomingReport",
    "Lateness",
    "LimitLine",
    "ListRow",
    "Loaded",
    "Named",
    "NearOrder",
    "Need",
    "OnMap",
    "OrderValue",
    "OrderView",
    "OwnPage",
    "OwnReport",
    "Page",
    "Party",
    "PrecedentView",
    "Received",
    "Revealed",
    "SentUp",
    "Snapshot",
    "State",
    "StepLine",
    "StepView",
    "TaskView",
    "Told",
    "Verify",
    "Whole",
    "Written",
    "beside",
    "calendar",
    "calendar_trial",
    "can_handle",
    "changes",
    "chapter",
    "check_report",
    "check_reveal",
    "children_of",
    "classify",
    "confirmed",
    "contact_of",
    "count_orders",
    "draft_step",
    "erase_texts",
    "events_of",
    "every_source",
    "export_part",
    "export_size",
    "fact_label",
    "find_orders",
    "flow_change",
    "flow_edit",
    "flow_label",
    "flows",
    "found_keys",
    "has_history",
    "index_everything",
    "lateness",
    "load_order",
    "load_starting_flows",
    "may_reveal",
    "named",
    "noon",
    "numbers_of",
    "open_disputes",
    "open_near",
    "order_for",
    "orders_of_caller",
    "own_report",
    "own_reports",
    "precedents",
    "propose_for",
    "propose_unit",
    "read_ground_ahead",
    "recalendar",
    "receive_reports",
    "reveal",
    "same_reporter",
    "seal",
    "set_lateness",
    "settled_lately",
    "snapshot",
    "sources_for",
    "steps_for",
    "take_many",
    "take_step",
    "tell_urgent",
    "told",
    "unpacked",
    "unproven",
    "upward",
    "verify_journal",
    "watch",
    "whole",
    "whole_revealed",
    "wordings",
    "write",
]  # fmt: skip


def order_for(actor: Actor, number: str, *, at: datetime) -> OrderView:
    """The order by number with its clocks, its words as this actor may read them.

    Refused("order_unknown") alike for absent and invisible.
    """
    row = queries.by_number(actor, number)
    return privacy.order_shown(actor, row, order_view(store.load(row), at))


def take_step(
    number: str,
    name: str,
    *,
    actor: Actor,
    at: datetime,
    facts: Mapping[str, Any] | None = None,
    seq: int | None = None,
) -> OrderView:
    """Move an order one step. `facts` as a form or client sends them; `seq` is what the sender saw.

    Refused: order_unknown, not_permitted, fact_malformed, stale_version, step_not_allowed, not_authority, self_review,
    facts_missing, or the step's own code. Two people cannot take the same step: the second is refused as stale.
    """
    row = queries.by_number(actor, number)
    steps.take(row, name, actor=actor, at=at, raw=facts or {}, seq=seq)
    after = Order.objects.get(id=row.id)
    return privacy.order_shown(actor, after, order_view(store.load(after), at))


def steps_for(actor: Actor, number: str, *, at: datetime) -> list[StepView]:
    """Every step of the table, whether this actor may take it now, and why not."""
    return steps.views(store.load(queries.by_number(actor, number)), actor=actor, at=at)


def find_orders(
    actor: Actor, wanted: Filter, *, at: datetime, sort: str = "-received", cursor: str = "", limit: int = 50
) -> Page:
    """One page of the orders this actor may see under a filter. A search by telephone is journalled under its hash,
    once for all its pages.

    Refused, beside what is wrong with the filter: not_permitted (by telephone), phone_too_short.
    """
    if not wanted.phone:
        return queries.find(actor, wanted, at=at, sort=sort, cursor=cursor, limit=limit)
    if not actor.holds(BY_PHONE):
        raise Refused("not_permitted", step="search")
    found = queries.find(actor, wanted, at=at, sort=sort, cursor=cursor, limit=limit)
    if not cursor:
        with transaction():
            key, body = queries.hash_of(wanted.phone)[:32], {"found": found.total}
            journal.append(kind="caller", key=key, action="search", actor=actor, at=at, body=body)
    return found


def count_orders(actor: Actor, wanted: Mapping[str, Filter], *, at: datetime) -> dict[str, int]:
    """How many open orders, or appeals, each of these filters finds for this actor; for the views of a desk.

    Filters of state, time, unit, person, source and marks. Refused as `find_orders` refuses.
    """
    return queries.count_many(actor, wanted, at=at)


def has_history(actor: Actor) -> bool:
    """Whether open history that nobody has adopted lies in a town he sees: it is nobody's work, and left out of queues."""
    return queries.has_history(actor)


def found_keys(actor: Actor, wanted: Filter, *, at: datetime, most: int) -> list[tuple[str, int]]:
    """(number, seq) of what a filter finds, oldest first, `most` at most. Refused as `find_orders`, and number_in_filter."""
    _refuse_number(wanted)
    return queries.keys(actor, wanted, at=at, most=most)


def export_size(actor: Actor, wanted: Filter, *, at: datetime) -> int:
    """How many rows an export has. Refused: not_permitted, number_in_filter, export_too_large, and as `find_orders`."""
    if not actor.holds(EXPORT):
        raise Refused("not_permitted", step="export")
    _refuse_number(wanted)
    size = queries.count(actor, wanted, at=at, most=exporting.MOST + 1)
    if size > exporting.MOST:
        raise Refused("export_too_large", most=exporting.MOST)
    return size


def export_part(actor: Actor, wanted: Filter, *, at: datetime, cursor: str = "") -> ExportPart:
    """The next rows of an export, masked as this actor may read them. Refused: not_permitted, cursor_unreadable."""
    if not actor.holds(EXPORT):
        raise Refused("not_permitted", step="export")
    return exporting.part(actor, wanted, at=at, cursor=cursor)


def _refuse_number(wanted: Filter) -> None:
    """A filter that is kept for a job holds nobody's number."""
    if wanted.phone or contacts.find(wanted.q):
        raise Refused("number_in_filter")


def snapshot(actor: Actor, wanted: Filter, *, at: datetime) -> Snapshot:
    """The places of all orders this actor may see under a filter, at most some seconds old, for a map.

    Refused, beside what is wrong with the filter: phone_not_on_map (such a search is journalled, a map asks too often).
    """
    return points.snapshot(actor, wanted, at=at)


def read_ground_ahead() -> None:
    """Read in the background where every order lies, for the first map of a process."""
    ground.read_ahead()


def same_reporter(
    actor: Actor, number: str, *, open_only: bool = False, cursor: str = "", limit: int = 20
) -> Page:
    """Other orders of this one's reporter that this actor may see, newest first. Refused: order_unknown, reporter_hidden."""
    return callers.beside(actor, number, open_only=open_only, cursor=cursor, limit=limit)


def orders_of_caller(
    actor: Actor, phone: str, *, at: datetime, open_only: bool = False, cursor: str = "", limit: int = 20
) -> Page:
    """Orders reported from this telephone that this actor may see, newest first; journalled.

    Refused: not_permitted, phone_too_short.
    """
    return callers.of_phone(actor, phone, at=at, open_only=open_only, cursor=cursor, limit=limit)


def events_of(actor: Actor, number: str, *, at: datetime) -> list[EventView]:
    """The order's history, oldest first, its words as this actor may read them."""
    row = queries.by_number(actor, number)
    return privacy.events_shown(actor, row, event_views(row))


def numbers_of(actor: Actor, ids: Collection[int]) -> dict[int, str]:
    """Numbers of the orders with these identities, those that this actor sees."""
    found = Order.objects.filter(id__in=list(ids)) if ids else ()
    return {one.id: one.number for one in found if queries.sees(actor, one)}


def children_of(actor: Actor, number: str) -> list[str]:
    """Numbers of the orders merged into this one, those that this actor sees."""
    row = queries.by_number(actor, number)
    others = OrderLink.objects.filter(order_id=row.id, kind="child", active=True).values_list(
        "other", flat=True
    )
    children = Order.objects.filter(id__in=list(others)).order_by("number")
    return [one.number for one in children if queries.sees(actor, one)]


def propose_unit(actor: Actor, number: str, *, at: datetime) -> Any:
    """What the dispatch table says of an order, with its trace; Refused("rule_broken") is shown, not skipped."""
    return propose_for(store.load(queries.by_number(actor, number)), at=at)


def propose_for(loaded: Loaded, *, at: datetime) -> Any:
    """The same for an order at hand."""
    order = loaded.value
    condition = order.standard.condition if order.standard else None
    return steps.propose(order, order.place, order.class_code, condition, around(order, at))


def contact_of(actor: Actor, number: str) -> ContactView | None:
    """The newest caller as this actor may see him, masked; None when nobody left a contact."""
    return privacy.contact_shown(actor, queries.by_number(actor, number))


def may_reveal(actor: Actor, number: str) -> bool:
    """Whether this actor may read contact and words in the clear for a reason."""
    return privacy.may_reveal(actor, queries.by_number(actor, number))


def check_reveal(actor: Actor, number: str) -> None:
    """Refused: order_unknown, not_permitted, reporter_hidden."""
    privacy.check_reveal(actor, queries.by_number(actor, number))


def reveal(actor: Actor, number: str, *, reason: str, at: datetime) -> Revealed:
    """Contact and words in the clear, journalled. Refused: order_unknown, not_permitted, reporter_hidden, reason_missing."""
    row = queries.by_number(actor, number)
    privacy.note_reveal(actor, row, reason=reason, at=at)
    name, phone = privacy.opened(row)
    return Revealed(name, phone, order_view(store.load(row), at), event_views(row))


def verify_journal() -> list[Break]:
    """Every break of every order's chain, seal and row, and of what stands beside; empty when the proof holds."""
    return [
        *proof.breaks(),
        *reading.everywhere(outside.breaks, rebuild.breaks),
        *registers.breaks(),
    ]


def unproven() -> int:
    """How many orders are older than the proof of title, place, point and contact."""
    return outside.unproven()


def seal(at: datetime) -> int:
    """Seal the events written since the last seal, at most so many at once; returns how many."""
    return proof.seal(at)


def index_everything() -> int:
    """Make every order findable; returns how many."""
    return index_all()


def load_order(order_id: int) -> Loaded:
    """An order ready for `draft_step`: for whoever commits many steps in one `write`."""
    (row,) = sql.select(Order, "WHERE id = %s", [order_id])
    return store.load(row)


def load_starting_flows() -> int:
    """Write the flows and wordings a town starts with; returns how many flows were new."""
    wordings.load_starting()
    return flows.load_starting()


@dataclass(frozen=True, slots=True)
class Told:
    """What a report said: for learning and classifying, not for showing."""

    order: int
    title: str
    text: str
    class_code: str


def told(order_ids: Sequence[int], *, sources: Collection[str]) -> list[Told]:
    """The first report of each of these orders of those sources that nobody has given a class or a demand type."""
    rows = Order.objects.filter(id__in=order_ids, source__in=sources)
    return _told(rows.filter(Q(class_code="") | Q(demand_type="")))


def confirmed(sources: Collection[str], *, without: Collection[str] = ()) -> list[Told]:
    """Ended orders of those sources whose class a person filed; none of the demo, none of these external numbers."""
    by_people = OrderEvent.objects.filter(step__in=("file", "reclassify")).exclude(person=SYSTEM_PERSON)
    rows = Order.objects.filter(source__in=sources, is_open=False, id__in=by_people.values("order_id"))
    return _told(rows.exclude(class_code="").exclude(origin="demo").exclude(external_number__in=without))


def _told(rows: QuerySet[Order]) -> list[Told]:
    found = {row[0]: row for row in rows.values_list("id", "title", "class_code")}
    texts = OrderText.objects.filter(order_id__in=list(found), seq=1, name="text", erased_at__isnull=True)
    pairs = texts.values_list("order_id", "text")
    return [Told(order, found[order][1], text, found[order][2]) for order, text in pairs if text]


def every_source() -> Sequence[tuple[str, str]]:
    """(code, label) of every source."""
    return flows.sources()
