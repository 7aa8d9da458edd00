"""Suggestions become classes when the model is sure; else they wait beside the order for a person. The demand type (诉求类型)
is inferred for every order: none is left without one, and it is marked as inferred until a person files it.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from townops.base import sql
from townops.base.db import write
from townops.base.tunables import value_at
from townops.intake import classify
from townops.intake.models import Suggestion
from townops.intake.tunables import THRESHOLD
from townops.kernel.refusal import Refused
from townops.orders import api as orders

log = logging.getLogger(__name__)
SOURCES: Final = frozenset({"hotline"})
AT_ONCE: Final = 10  # orders classed in one transaction: the database is soon free again


@dataclass(frozen=True, slots=True)
class Waiting:
    """An order without a class or a demand type: its id, its text (title on the first line), and when it may be classed.

    `classed`: a person gave its class, only its type is to be inferred.
    """

    order: int
    text: str
    at: datetime
    classed: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many were classed without a person, and how many wait for one."""

    automatic: int = 0
    by_person: int = 0


def settle(waiting: Sequence[Waiting], *, at: datetime) -> Outcome:
    """Suggest for each order once, class those the model is sure of, and infer the demand type of all. An order
    seen before is left alone.
    """
    ids = [one.order for one in waiting]
    known = seen(ids)
    fresh = [one for one in waiting if one.order not in known]
    if not fresh:
        return Outcome()
    texts = [one.text for one in fresh]
    pairs = list(zip(fresh, _rows(fresh, classify.suggest_many(texts), at), strict=True))
    parts = [pairs[start : start + AT_ONCE] for start in range(0, len(pairs), AT_ONCE)]
    automatic = sum(_settle(part, at) for part in parts)
    return Outcome(automatic, sum(not one.classed for one in fresh) - automatic)


def seen(ids: Sequence[int]) -> set[int]:
    """Those of the orders that have a suggestion."""
    places = ", ".join(["%s"] * len(ids))
    known = f"SELECT order_id FROM {Suggestion._meta.db_table} WHERE order_id IN ({places})"  # noqa: S608
    return {order for (order,) in sql.values(known, ids)} if ids else set()


def threshold(at: datetime) -> float:
    """Confidence from which no person is asked; a town may set another ("intake.threshold", 0 to
    1; over 1 = never).
    """
    return float(value_at(THRESHOLD.key, at, default=THRESHOLD.default))


def unclassed(ids: Sequence[int], at: datetime) -> list[Waiting]:
    """Orders of a source the model knows that lack a class or a demand type."""
    found = orders.told(ids, sources=SOURCES)
    return [Waiting(one.order, _whole(one.title, one.text), at, bool(one.class_code)) for one in found]


def _whole(title: str, body: str) -> str:
    stated = title.removesuffix("…")
    return body if not stated or body.startswith(stated[:10]) else f"{stated}\n{body}"


def _rows(
    fresh: Sequence[Waiting], found: Sequence[Sequence[classify.Suggestion]], at: datetime
) -> list[Suggestion]:
    about, sure = classify.current().about[:120], threshold(at)
    return [_row(one, list(three), about, sure, at) for one, three in zip(fresh, found, strict=True)]


def _row(one: Waiting, three: list[classify.Suggestion], about: str, sure: float, at: datetime) -> Suggestion:
    padded = [*three, *[classify.Suggestion("", 0.0)] * 3][:3]
    kind, share = classify.demand_type(one.text)
    return sql.fresh(
        Suggestion,
        order_id=one.order,
        class_code=padded[0].class_code,
        confidence=round(100 * padded[0].confidence),
        second_code=padded[1].class_code,
        second_confidence=round(100 * padded[1].confidence),
        third_code=padded[2].class_code,
        third_confidence=round(100 * padded[2].confidence),
        demand_type=kind,
        demand_confidence=round(100 * share),
        automatic=bool(padded[0].class_code) and padded[0].confidence >= sure and not one.classed,
        model=about,
        at=at,
    )


def _settle(part: Sequence[tuple[Waiting, Suggestion]], at: datetime) -> int:
    """Write the suggestions, the inferred types and, where sure, the classes, together; how many orders were classed."""
    chosen = [_choice(one, row) for one, row in part]
    with write():
        classed = _called(chosen, at)
        for _, row in part:
            row.automatic = row.order_id in classed
        sql.insert([row for _, row in part], conflict="DO NOTHING")
    return len(classed)


def _choice(one: Waiting, row: Suggestion) -> orders.Choice:
    code = row.class_code if row.automatic else ""
    return orders.Choice(one.order, code, row.confidence, row.demand_type, one.at)


def _called(chosen: Sequence[orders.Choice], at: datetime) -> set[int]:
    """Write what they seem to be; the orders that have their class by it. One that cannot be classed (no catalogue in
    force on its day) keeps its type and waits for a person, the others go on.
    """
    try:
        with write():
            called = orders.classify(chosen, recorded_at=at)
    except Refused as refused:
        if len(chosen) > 1:
            return {order for one in chosen for order in _called([one], at)}
        log.warning("order %s is not classed: %s %s", chosen[0].order, refused.code, refused.params)
        return _called([replace(chosen[0], class_code="")], at) if chosen[0].class_code else set()
    return called & {one.order for one in chosen if one.class_code}
