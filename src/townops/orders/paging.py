"""One page of orders by key, with a total that stays cheap (engine.md section 6).

The keys are found first, from indexes alone where that can be, and only the rows shown are read. On a first page the
same walk gives the total: it stops at 10,001, and at 501 where each order's words have to be asked.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.db.models import Exists, OuterRef, Q, QuerySet

from townops.kernel.refusal import Refused
from townops.orders.models import Order, OrderScope

FIRST_YEAR, LAST_YEAR = 1970, 9000
EXACT = 10_000
EXACT_OF_WORDS = 500  # whoever searches adds a word rather than read more
MOST = 200
Sort = Literal["-received", "received", "due"]
Keys = QuerySet[Order, Any]
ListRow = Order  # what a list shows of an order: its columns and the names beside them
RECEIVED, ORDER = "scopes__received_at", "scopes__order_id"


@dataclass(frozen=True, slots=True)
class Way:
    """By which instant a list runs, and whether latest first."""

    field: str
    down: bool

    @property
    def sign(self) -> str:
        return "-" if self.down else ""


SORTS = {
    "-received": Way("received_at", True),
    "received": Way("received_at", False),
    "due": Way("due_at", False),
}


@dataclass(frozen=True, slots=True)
class Page:
    """Rows in order, the cursor of the next page ("" at the end), and a total: exact, or "more than" it."""

    rows: tuple[ListRow, ...]
    next: str
    total: int
    exact: bool


NOTHING = Page((), "", 0, True)


@dataclass(frozen=True, slots=True)
class Mark:
    """The last row of the page before."""

    moment: datetime
    order: int

    def after(self, way: Way, moment: str = "", order: str = "id") -> Q:
        """Everything behind it: of the same instant by id, so that no row is skipped or shown twice."""
        field, side = moment or way.field, "lt" if way.down else "gt"
        same = Q(**{field: self.moment, f"{order}__{side}": self.order})
        return Q(**{f"{field}__{side}e": self.moment}) & (Q(**{f"{field}__{side}": self.moment}) | same)


@dataclass(frozen=True, slots=True)
class Walk:
    """Scopes whose rows are walked in the order of receipt, within a range of it."""

    scopes: Sequence[int]
    spans: Mapping[str, datetime]


def page(
    rows: QuerySet[Order],
    *,
    sort: str = "-received",
    cursor: str = "",
    limit: int = 50,
    walk: Walk | None = None,
    counted: int = EXACT,
) -> Page:
    """The total is counted up to `counted`. A row added meanwhile shifts nothing. Refused(sort_unknown, cursor_unreadable)."""
    way, keyed = _ordered(rows, sort)
    mark, limit = _mark(cursor), max(1, min(limit, MOST))
    most = limit + 1 if mark else counted + 1
    keys = [key for key, *_ in _keys(keyed, way, walk, mark)[:most]]
    total = len(_keys(keyed, way, walk, None)[: counted + 1]) if mark else len(keys)
    found = _rows(keys[:limit])
    after = _cursor(found[-1], way.field) if len(keys) > limit else ""
    return Page(found, after, min(total, counted), total <= counted)


def part(
    rows: QuerySet[Order], *, sort: str, cursor: str, limit: int, walk: Walk | None = None
) -> tuple[tuple[Order, ...], str]:
    """The next rows, alone, and the cursor after them ("" at the end), without a total."""
    way, keyed = _ordered(rows, sort)
    found = [key for key, *_ in _keys(keyed, way, walk, _mark(cursor))[: limit + 1]]
    known = Order.objects.in_bulk(found[:limit])
    read = tuple(known[key] for key in found[:limit] if key in known)
    return read, _cursor(read[-1], way.field) if len(found) > limit and read else ""


def ids(rows: QuerySet[Order], *, sort: str, most: int, walk: Walk | None = None) -> list[int]:
    """Keys alone, `most` at most."""
    way, keyed = _ordered(rows, sort)
    return [key for key, *_ in _keys(keyed, way, walk, None)[:most]]


def every_key(rows: QuerySet[Order], walk: Walk | None) -> tuple[Keys, int]:
    """All keys, in no order, and how many columns they come in."""
    if walk is None:
        return rows.order_by().values_list("id"), 1
    return _keys(rows, SORTS["received"], walk, None), 2


def _ordered(rows: QuerySet[Order], sort: str) -> tuple[Way, QuerySet[Order]]:
    if sort not in SORTS:
        raise Refused("sort_unknown", sort=sort, known=sorted(SORTS))
    way = SORTS[sort]
    return way, rows.filter(is_open=True, due_at__isnull=False) if way.field == "due_at" else rows


def in_scopes(scopes: Sequence[int], received: str = "received_at", order: str = "id") -> Exists:
    """Whether an order belongs to one of the scopes, looked up by their whole key."""
    mine = OrderScope.objects.filter(
        scope__in=scopes, received_at=OuterRef(received), order_id=OuterRef(order)
    )
    return Exists(mine)


def _keys(rows: QuerySet[Order], way: Way, walk: Walk | None, mark: Mark | None) -> Keys:
    """(id, ...) in the order of the page."""
    if walk is None:
        after = rows.filter(mark.after(way)) if mark else rows
        return after.order_by(f"{way.sign}{way.field}", f"{way.sign}id").values_list("id")
    after_mark = mark.after(way, RECEIVED, ORDER) if mark else Q()
    within = after_mark & Q(**{f"scopes__{lookup}": moment for lookup, moment in walk.spans.items()})
    arms = [_arm(rows, walk.scopes, place, within) for place in range(len(walk.scopes))]
    both = arms[0].union(*arms[1:], all=True) if len(arms) > 1 else arms[0]
    return both.order_by(f"{way.sign}{RECEIVED}", f"{way.sign}{ORDER}")


def _arm(rows: QuerySet[Order], scopes: Sequence[int], place: int, within: Q) -> Keys:
    """What one scope has and none of those before it."""
    mine = rows.filter(Q(scopes__scope=scopes[place]) & within)
    if place:
        mine = mine.filter(~in_scopes(scopes[:place]))
    return mine.order_by().values_list(ORDER, RECEIVED)


def _rows(keys: Sequence[int]) -> tuple[Order, ...]:
    """The rows of a page with the names it shows."""
    found = (
        Order.objects.select_related("unit", "village", "main_unit", "block").in_bulk(keys) if keys else {}
    )
    return tuple(found[key] for key in keys if key in found)


def _mark(cursor: str) -> Mark | None:
    if not cursor:
        return None
    try:
        moment, order = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        mark = Mark(datetime.fromisoformat(moment), int(order))
    except (ValueError, TypeError, AttributeError, OverflowError):
        raise Refused("cursor_unreadable") from None
    sane = mark.moment.tzinfo is not None and FIRST_YEAR <= mark.moment.year < LAST_YEAR
    if not sane or not 0 <= mark.order < 2**63:
        raise Refused("cursor_unreadable")
    return mark


def _cursor(row: Order, field: str) -> str:
    key = [getattr(row, field).isoformat(), row.id]
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode()
