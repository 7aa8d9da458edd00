"""Orders as rows of a table, every fact an office asks for, personal data as the asker may read it (ADR 7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from townops.areas import api as areas
from townops.base import masking
from townops.kernel.actors import Actor
from townops.orders import privacy, queries
from townops.orders.domain.states import LOOKS, State
from townops.orders.models import Order, OrderText
from townops.orders.narrowing import Filter
from townops.people import api as people

PART: Final = 500
MOST: Final = 200_000


@dataclass(frozen=True, slots=True)
class ExportRow:
    """One order; codes where the reader has words for them, names of units and areas, texts masked for the asker."""

    number: str
    external_number: str
    source: str
    round: int
    title: str
    text: str
    state: str
    word: str
    stage: str
    class_code: str
    demand_type: str
    severity: str
    village: str
    block: str
    place: str
    unit: str
    post: str
    basis: str
    main_unit: str
    received_at: datetime
    due_at: datetime | None
    outer_due_at: datetime | None
    closed_at: datetime | None
    is_open: bool
    result: str
    satisfaction: str
    returns: int
    reworks: int
    reopened: int
    reminded: int
    supervised: int
    caller: str
    phone: str
    origin: str


@dataclass(frozen=True, slots=True)
class ExportPart:
    """Some hundred rows and the cursor of the next ones, "" at the end."""

    rows: tuple[ExportRow, ...]
    next: str


def part(actor: Actor, wanted: Filter, *, at: datetime, cursor: str = "") -> ExportPart:
    """The next rows, oldest first, so that what comes in meanwhile is at the end; three statements and a search."""
    rows, after = queries.part(actor, wanted, at=at, sort="received", cursor=cursor, limit=PART)
    texts = _texts([row.id for row in rows])
    contacts = privacy.contacts_shown(actor, rows)
    shown = tuple(_row(actor, row, texts.get(row.id, ""), contacts.get(row.id)) for row in rows)
    return ExportPart(shown, after)


def _texts(ids: Sequence[int]) -> dict[int, str]:
    """The newest report of each."""
    rows = OrderText.objects.filter(order_id__in=ids, name="text", erased_at__isnull=True).order_by("seq")
    return dict(rows.values_list("order_id", "text"))


def _row(actor: Actor, row: Order, text: str, contact: privacy.ContactView | None) -> ExportRow:
    look = LOOKS[State(row.state)]
    return ExportRow(
        number=row.number,
        external_number=row.external_number,
        source=row.source,
        round=row.round,
        title=masking.mask_text(row.title),
        text=privacy.text_shown(actor, row, text),
        state=row.state,
        word=look.word,
        stage=look.stage,
        class_code=row.class_code,
        demand_type=row.demand_type,
        severity=row.severity,
        village=areas.area_by_id(row.village_id).name if row.village_id else "",
        block=areas.area_by_id(row.block_id).name if row.block_id else "",
        place=privacy.place_shown(actor, row),
        unit=people.unit_by_id(row.unit_id).name,
        post=people.post_by_id(row.post_id).name if row.post_id else "",
        basis=row.basis,
        main_unit=people.unit_by_id(row.main_unit_id).name if row.main_unit_id else "",
        received_at=row.received_at,
        due_at=row.due_at if row.is_open else None,
        outer_due_at=row.outer_due_at,
        closed_at=row.closed_at,
        is_open=row.is_open,
        result=row.result,
        satisfaction=row.satisfaction,
        returns=row.returns,
        reworks=row.reworks,
        reopened=row.reopened,
        reminded=row.reminded,
        supervised=row.supervised,
        caller=_caller(contact),
        phone=contact.phone if contact else "",
        origin=row.origin,
    )


def _caller(contact: privacy.ContactView | None) -> str:
    if contact is None:
        return ""
    return "（举报人不显示）" if contact.hidden else contact.name
