"""An order with everything its page shows, read in one go: the row once, its events once.

Which of it an actor may read is decided in `privacy` and `queries`, as for every other door.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from townops.kernel.actors import Actor
from townops.kernel.refusal import Refused
from townops.orders import callers, privacy, queries, related, steps, store
from townops.orders.domain.holding import Held, Moved, held
from townops.orders.models import Order
from townops.orders.nearby import NearOrder
from townops.orders.paging import Page
from townops.orders.privacy import ContactView
from townops.orders.related import Beside, SentUp, TaskView
from townops.orders.steps import StepView
from townops.orders.views import TOLD, EventView, OrderView, event_views, order_view

BESIDE: Final = 5


@dataclass(frozen=True, slots=True)
class Whole:
    """An order as one person sees it now. `hands` is who held it how long; `same` None where the reporter is hidden or alone.

    Words and contact are in the clear when they were revealed for a reason, else as the person may read them.
    """

    order: OrderView
    events: tuple[EventView, ...]
    contact: ContactView | None
    revealed: bool
    may_reveal: bool
    steps: tuple[StepView, ...]
    hands: tuple[Held, ...]
    tasks: tuple[TaskView, ...]
    sent: tuple[SentUp, ...]
    merged: tuple[Beside, ...]
    near: tuple[NearOrder, ...]
    before: tuple[Beside, ...]
    same: tuple[Beside, ...]
    same_total: int
    loaded: store.Loaded


def whole(actor: Actor, number: str, *, at: datetime) -> Whole:
    """Refused("order_unknown") alike for absent and invisible."""
    return _whole(actor, queries.by_number(actor, number), at, revealed=False)


def revealed(actor: Actor, number: str, *, reason: str, at: datetime) -> Whole:
    """The same in the clear, journalled. Refused: order_unknown, not_permitted, reporter_hidden, reason_missing."""
    row = queries.by_number(actor, number)
    privacy.note_reveal(actor, row, reason=reason, at=at)
    return _whole(actor, row, at, revealed=True)


def _whole(actor: Actor, row: Order, at: datetime, *, revealed: bool) -> Whole:
    life = store.life(row)
    events = event_views(row, life.events)
    words = {name: one.texts[name] for one in events for name in TOLD if name in one.texts}
    order = order_view(life.loaded, at, words=words)
    contact = ContactView(*privacy.opened(row)) if revealed else privacy.contact_shown(actor, row)
    moves = [Moved(one.at, one.to_unit, one.state) for one in events]
    same = _same(actor, row) if contact is not None else None
    return Whole(
        order=order if revealed else privacy.order_shown(actor, row, order),
        events=tuple(events if revealed else privacy.events_shown(actor, row, events)),
        contact=contact,
        revealed=revealed,
        may_reveal=privacy.may_reveal(actor, row),
        steps=tuple(steps.views(life.loaded, actor=actor, at=at)),
        hands=held(moves, at),
        tasks=related.tasks(life.loaded.value),
        sent=related.sent_up(row),
        merged=related.merged(actor, row),
        near=related.near(actor, row),
        before=related.before(actor, row),
        same=related.lines_of(same.rows) if same else (),
        same_total=same.total if same else 0,
        loaded=life.loaded,
    )


def _same(actor: Actor, row: Order) -> Page | None:
    """None where he is hidden from the asker."""
    try:
        return callers.beside_row(actor, row, limit=BESIDE)
    except Refused:
        return None
