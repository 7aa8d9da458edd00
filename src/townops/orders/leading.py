"""Which of several filters leads: the one whose index leaves the fewest rows.

SQLite knows only averages: to it a unit with a fifth of all orders is like any other, and one bad choice costs a second
at a million orders. So each filter that has an index is counted, to a few thousand and no further, in one query; the
others are kept from using theirs. PostgreSQL knows better and is left alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import F, Func, Q, QuerySet

from townops.base.db import is_sqlite
from townops.orders.models import Order, OrderScope

ENOUGH = 30_000


Spans = dict[str, datetime]


@dataclass(frozen=True, slots=True)
class Term:
    """A condition on one indexed column: lookup -> value."""

    column: str
    lookups: tuple[tuple[str, object], ...]

    def on(self, name: str) -> Q:
        return Q(**{f"{name}__{lookup}": value for lookup, value in self.lookups})


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list is asked for: indexed filters, towns, a range of receipt, and whether the small index of the open
    orders or a list of keys answers it anyway.
    """

    terms: tuple[Term, ...]
    towns: tuple[int, ...]
    spans: Spans
    few: bool

    @property
    def walk(self) -> Q:
        """What every index can use besides its own column."""
        return Q(town_id__in=self.towns, **self.spans)


@dataclass(frozen=True, slots=True)
class Lead:
    """What is walked: the index of one term, the rows of the actor's scopes, or neither."""

    term: Term | None = None
    scopes: bool = False


class Plain(Func):
    """A column as a value: SQLite looks for no index."""

    template = "+%(expressions)s"
    arity = 1


def choose(asked: Asked, scopes: Sequence[int]) -> Lead:
    """The lead for these filters and scopes (none: the whole town is seen); one query at most."""
    terms = asked.terms if is_sqlite() and not asked.few else ()
    if not scopes and len(terms) < 2:  # noqa: PLR2004
        return Lead(terms[0] if terms else None)
    mine = [OrderScope.objects.filter(scope__in=scopes, **asked.spans).values("scope")] if scopes else []
    each = [Order.objects.filter(asked.walk & term.on(term.column)).values("pk") for term in terms]
    if scopes and not terms and not asked.few:
        return Lead(scopes=True)
    counted = _counts([*mine, *each])
    if scopes and counted[0] <= min(counted[1:], default=ENOUGH - 1):
        return Lead(scopes=True)
    found = counted[len(mine) :]
    return Lead(terms[found.index(min(found))] if terms else None)


def led(rows: QuerySet[Order], asked: Asked, lead: Lead) -> QuerySet[Order]:
    """The rows under every term, all but the lead kept from using their index."""
    rows = rows.filter(asked.walk)
    if not is_sqlite():
        return rows.filter(*(term.on(term.column) for term in asked.terms))
    for term in asked.terms:
        if term is lead.term:
            rows = rows.filter(term.on(term.column))
        else:
            name = f"plain_{term.column}"
            rows = rows.alias(**{name: Plain(F(term.column))}).filter(term.on(name))
    return rows


def _counts(each: Sequence[QuerySet[Any, Any]]) -> list[int]:
    parts: list[str] = []
    given: list[Any] = []
    for rows in each:
        text, params = rows.order_by()[:ENOUGH].query.sql_with_params()
        parts.append(f"(SELECT COUNT(*) FROM ({text}) counted)")  # noqa: S608
        given += params
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(parts), given)
        return list(cursor.fetchone())
