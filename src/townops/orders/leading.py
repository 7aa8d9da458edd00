"""Which of several filters leads: the one whose index leaves the fewest rows.

SQLite knows only averages: to it a unit with a fifth of all orders is like any other, and one bad choice costs a second
at a million orders. So each filter that has an index is counted, to a few thousand and no further, in one query; the
others are kept from using theirs. PostgreSQL knows better and is left alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import F, Func, Q, QuerySet

from townops.base.db import is_sqlite
from townops.orders.models import Order

ENOUGH = 20_000
Rows = QuerySet[Order]


@dataclass(frozen=True, slots=True)
class Term:
    """A condition on one indexed column: lookup -> value."""

    column: str
    lookups: tuple[tuple[str, object], ...]

    def on(self, name: str) -> Q:
        return Q(**{f"{name}__{lookup}": value for lookup, value in self.lookups})


class Plain(Func):
    """A column as a value: SQLite looks for no index."""

    template = "+%(expressions)s"
    arity = 1


def led(rows: Rows, terms: Sequence[Term], walk: Q, *, open_only: bool) -> Rows:
    """The rows under every term; `walk` (towns, a range of receipt) is what every index can use besides. One query at most."""
    rows = rows.filter(walk)
    if not is_sqlite():
        return rows.filter(*(term.on(term.column) for term in terms))
    lead = None if open_only else _fewest(terms, walk)
    for term in terms:
        if term is lead:
            rows = rows.filter(term.on(term.column))
        else:
            name = f"plain_{term.column}"
            rows = rows.alias(**{name: Plain(F(term.column))}).filter(term.on(name))
    return rows


def _fewest(terms: Sequence[Term], walk: Q) -> Term | None:
    if len(terms) < 2:  # noqa: PLR2004
        return terms[0] if terms else None
    counted = _counts([Order.objects.filter(walk & term.on(term.column)) for term in terms])
    return min(zip(counted, range(len(terms)), terms, strict=True))[2]


def _counts(each: Sequence[Rows]) -> list[int]:
    parts: list[str] = []
    given: list[Any] = []
    for rows in each:
        text, params = rows.order_by().values("pk")[:ENOUGH].query.sql_with_params()
        parts.append(f"(SELECT COUNT(*) FROM ({text}))")  # noqa: S608
        given += params
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(parts), given)
        return list(cursor.fetchone())
