"""Which of several filters leads a list: the one whose index leaves the fewest rows.

SQLite knows only averages: to it a unit with a fifth of all orders is like any other, and one bad choice costs a second
at a million orders. So each filter that has an index is counted, to some thousands and no further, in one query. One
with few rows leads: its keys are gathered from its index, their rows read, all else asked of them. When none has few,
the list walks `order_walk`, which holds every filter's column, in the order of the page. Every other way is closed to
the planner, so that the choice holds with old statistics or none. PostgreSQL knows better and is left alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Exists, F, Func, Q, QuerySet
from django.db.models.expressions import RawSQL

from townops.base import search
from townops.base.db import is_sqlite
from townops.orders.models import Order, OrderScope

FEW = 15_000  # a gathered row costs as much as 25 walked ones
FEW_OF_OPEN = 3_000  # what is open is one small index
MANY = 25_000  # words found in more do not lead past scopes: these are walked, and each text asked
LISTED = 25_000  # up to there found keys are listed; beyond, each walked order's text is asked: a page is soon full

Spans = dict[str, datetime]
Keys = QuerySet[Any, Any] | RawSQL


@dataclass(frozen=True, slots=True)
class Term:
    """A condition on one indexed column: lookup -> value."""

    column: str
    lookups: tuple[tuple[str, object], ...]

    def on(self, name: str) -> Q:
        return Q(**{f"{name}__{lookup}": value for lookup, value in self.lookups})

    @property
    def ordered(self) -> bool:
        """Whether its index has what it finds in the order of receipt: one value, not several or a range."""
        (lookup, value), *more = self.lookups
        single = lookup == "exact" or (lookup == "in" and isinstance(value, list | tuple) and len(value) == 1)
        return single and not more


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list is asked for: indexed filters, towns, a range of receipt, words, and whether it is about open orders
    only, which lie in an index of their own.
    """

    terms: tuple[Term, ...]
    towns: tuple[int, ...]
    spans: Spans
    open: bool
    q: str = ""


@dataclass(frozen=True, slots=True)
class Lead:
    """What leads: the index of one term in its own order, the actor's scopes in theirs, keys gathered first (of a term,
    of the scopes or of the words), or the walk of the town.
    """

    term: Term | None = None
    scopes: bool = False
    keys: Keys | None = None
    words: bool = False
    words_found: int = 0

    @property
    def gathers(self) -> bool:
        return self.words or self.keys is not None


class Plain(Func):
    """A column as a value: SQLite looks for no index."""

    template = "+%(expressions)s"
    arity = 1


def choose(asked: Asked, scopes: Sequence[int]) -> Lead:
    """The lead for these filters and scopes (none: the whole town is seen); two queries at most."""
    found = search.at_most("order", asked.q, max(LISTED, MANY) + 1) if asked.q else 0
    if not is_sqlite():
        return _left_alone(asked, scopes, found)
    terms = () if asked.open else asked.terms
    if not asked.open and not asked.q and (alone := _alone(terms, scopes)):
        return alone
    candidates = [_found_by(term, asked) for term in terms]
    if scopes:
        candidates.append(OrderScope.objects.filter(scope__in=scopes, **asked.spans).values("order_id"))
    return _fewest(asked, candidates, found, bool(scopes))


def led(rows: QuerySet[Order], asked: Asked, lead: Lead) -> QuerySet[Order]:
    """The rows under every term and word, all but the lead kept from using their index."""
    rows = rows.filter(**asked.spans)
    rows = _plainly(rows, Term("town_id", (("in", asked.towns),)), plain=is_sqlite() and lead.gathers)
    for term in asked.terms:
        rows = _plainly(rows, term, plain=is_sqlite() and term is not lead.term)
    if lead.keys is not None:
        rows = rows.filter(id__in=lead.keys)
    return rows.filter(_worded(asked, lead)) if asked.q else rows


def _found_by(term: Term, asked: Asked) -> QuerySet[Any, Any]:
    """Keys out of the term's own index; after a range SQLite would sooner take one that begins with the receipt."""
    rows = Order.objects.filter(term.on(term.column), town_id__in=asked.towns)
    if len(term.lookups) == 1:
        return rows.filter(**asked.spans).values("id")
    within = {f"plain_{lookup}": moment for lookup, moment in asked.spans.items()}
    return rows.alias(plain_received_at=Plain(F("received_at"))).filter(**within).values("id")


def _alone(terms: Sequence[Term], scopes: Sequence[int]) -> Lead | None:
    """The lead when there is nothing to compare."""
    if not terms:
        return Lead(scopes=bool(scopes))
    return Lead(terms[0]) if len(terms) == 1 and not scopes and terms[0].ordered else None


def _left_alone(asked: Asked, scopes: Sequence[int], found: int) -> Lead:
    words = bool(asked.q) and found <= (FEW if asked.open else MANY)
    return Lead(scopes=bool(scopes) and not asked.open and not words, words=words, words_found=found)


def _fewest(asked: Asked, candidates: Sequence[QuerySet[Any, Any]], found: int, scoped: bool) -> Lead:
    bound = FEW_OF_OPEN if asked.open else FEW
    counts = _counts(candidates, bound + 1) if candidates else []
    least = min(counts, default=bound + 1)
    if asked.q and found <= min(least, MANY if scoped and not asked.open else bound):
        return Lead(words=True, words_found=found)
    if least <= bound:
        return Lead(keys=candidates[counts.index(least)], words_found=found)
    return Lead(scopes=scoped and not asked.open, words_found=found)


def _worded(asked: Asked, lead: Lead) -> Q | Exists:
    """The words as a condition: keys when they lead or are walked past, else each order's text is asked."""
    listed = lead.words or not (lead.gathers or lead.scopes or asked.open or lead.words_found > LISTED)
    return Q(id__in=search.matching("order", asked.q)) if listed else search.holding("order", asked.q)


def _plainly(rows: QuerySet[Order], term: Term, *, plain: bool) -> QuerySet[Order]:
    if not plain:
        return rows.filter(term.on(term.column))
    name = f"plain_{term.column}"
    return rows.alias(**{name: Plain(F(term.column))}).filter(term.on(name))


def _counts(each: Sequence[QuerySet[Any, Any]], most: int) -> list[int]:
    parts: list[str] = []
    given: list[Any] = []
    for rows in each:
        text, params = rows.order_by()[:most].query.sql_with_params()
        parts.append(f"(SELECT COUNT(*) FROM ({text}) counted)")  # noqa: S608
        given += params
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(parts), given)
        return list(cursor.fetchone())
