"""The only door of dispatch: propose a unit for an order; read, check, try and publish the rules."""

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from townops.areas import api as areas
from townops.base import journal
from townops.base.db import write
from townops.base.registry import answers
from townops.catalogue import api as catalogue
from townops.dispatch import store
from townops.dispatch.access import EDIT
from townops.dispatch.domain import check
from townops.dispatch.domain.check import Finding
from townops.dispatch.domain.table import Hours, Rule, TraceLine
from townops.dispatch.models import RuleSet
from townops.dispatch.proposing import Proposal, Query, area_fault, propose_by
from townops.dispatch.saying import in_words
from townops.dispatch.sheet import RowError, read_rules, write_rules
from townops.kernel.actors import SYSTEM_PERSON, Actor
from townops.kernel.refusal import Refused
from townops.kernel.workdays import SHANGHAI
from townops.orders import api as orders
from townops.people import api as people

__all__ = [
    "Change", "Finding", "Hours", "OpenOrder", "Proposal", "Query", "RowError", "Rule", "RuleSetView", "TraceLine",
    "dry_run", "dry_run_open", "findings", "in_words", "load_starting", "precedents", "propose", "publish_rules",
    "read_rules", "rule_set_at", "rule_sets", "rules", "starting_rules", "write_rules",
]  # fmt: skip

STARTING = Path(__file__).parent / "starting" / "rules.toml"


@dataclass(frozen=True)
class RuleSetView:
    """A rule set for people: its number, the day it came into force, why."""

    id: int
    number: int
    effective_from: date
    note: str


@dataclass(frozen=True)
class OpenOrder:
    """An order as a dry run needs it: number, facts, and the unit that has it now (None: nobody yet)."""

    number: str
    query: Query
    unit_id: int | None


@dataclass(frozen=True)
class Change:
    """An order that new rules give to another unit, or cannot decide (`after` None, `refusal` a code)."""

    number: str
    before: int | None
    after: int | None
    basis: str
    rule: str
    refusal: str = ""


def propose(query: Query) -> Proposal:
    """Which unit should have an order, by the rules in force at `query.at` (U12).

    Refused: `rule_broken` {rule, reason}; also `class_unknown`, `condition_unknown` of the catalogue.
    """
    found = store.set_at(query.at.astimezone(SHANGHAI).date())
    return propose_by(store.rules_of(found.id) if found else (), query)


def precedents(query: Query, *, limit: int = 3) -> tuple[orders.PrecedentView, ...]:
    """How disputes like this order were settled (案例): shown beside the proposal, which follows the rules alone."""
    found = orders.precedents(
        town=query.town_id,
        class_code=query.class_code,
        village=query.village_id,
        block=query.block_id,
        limit=limit,
    )
    return tuple(found)


def rule_set_at(at: datetime) -> RuleSetView | None:
    """The rule set in force, none before the first."""
    found = store.set_at(at.astimezone(SHANGHAI).date())
    return _view(found) if found else None


def rule_sets() -> tuple[RuleSetView, ...]:
    """Every rule set, oldest first, those not yet in force included."""
    return tuple(_view(row) for row in RuleSet.objects.order_by("number"))


def rules(rule_set: int) -> tuple[Rule, ...]:
    """The rules of a set in order; Refused("rule_set_unknown")."""
    return store.rules_of(rule_set)


def findings(rules: Sequence[Rule], *, at: datetime) -> tuple[Finding, ...]:
    """What is wrong with rules as the town, its catalogue and its areas are at `at`; advice included."""
    content = catalogue.content(catalogue.version_at(at))
    branches = {one.code.split("-")[0] for one in content.classes}
    known = check.Known(
        units=frozenset(one.code for one in people.units()),
        classes=frozenset(content.by_code) | branches,
        sources=catalogue.SOURCES,
        block_types=frozenset(code for code, _ in areas.block_types()),
        fault_of_area=lambda area_id: area_fault(area_id, at),
        within=lambda inner, outer: inner in areas.below(outer),
    )
    return check.findings(rules, known)


def publish_rules(
    rules: Sequence[Rule], *, effective_from: date, actor: Actor, at: datetime, note: str = ""
) -> RuleSetView:
    """Publish a rule set. The first may start any day; a later one starts after the newest and after today.

    Refused: `not_permitted`, `rules_unsound`, `rules_unchanged`, `rules_out_of_order`, `rules_backdated`.
    """
    if actor.person != SYSTEM_PERSON and not actor.holds(EDIT):
        raise Refused("not_permitted", permission=EDIT)
    ordered = sorted(rules, key=lambda one: one.order)
    _refuse_unsound(ordered, at)
    with write():
        newest = RuleSet.objects.order_by("-number").first()
        _refuse_ill_timed(newest, ordered, effective_from, at.astimezone(SHANGHAI).date())
        number = newest.number + 1 if newest else 1
        made = store.save(ordered, number=number, effective_from=effective_from, note=note)
        body = {"number": number, "from": effective_from.isoformat(), "rules": len(ordered), "note": note}
        journal.append(kind="dispatch", key="rules", action="publish", actor=actor, at=at, body=body)
    return _view(made)


def starting_rules() -> tuple[Rule, ...]:
    """The rules a town starts with, from `starting/rules.toml`."""
    rows = tomllib.loads(STARTING.read_text("utf-8"))["rule"]
    return tuple(_read(row) for row in rows)


def load_starting(effective_from: date, *, at: datetime) -> RuleSetView:
    """Publish the starting rules from that day; a town that has rules already keeps them."""
    first = RuleSet.objects.order_by("number").first()
    if first is not None:
        return _view(first)
    nobody = Actor(SYSTEM_PERSON, "系统", ())
    return publish_rules(
        starting_rules(), effective_from=effective_from, actor=nobody, at=at, note="初始规则"
    )


def dry_run(rules: Sequence[Rule], orders: Iterable[OpenOrder]) -> tuple[Change, ...]:
    """Which of these orders the rules would give to another unit; nothing is written."""
    changes = (_change(rules, order) for order in orders)
    return tuple(one for one in changes if one is not None)


def dry_run_open(rules: Sequence[Rule]) -> tuple[Change, ...]:
    """The same over every open order, asked of whoever answers `orders.open_for_dispatch`.

    The answer yields mappings of `number`, `unit_id` and the facts of `Query`; `LookupError` without one.
    """
    rows: Iterable[dict[str, Any]] = answers.ask("orders.open_for_dispatch")
    return dry_run(rules, (_open_order(row) for row in rows))


def _open_order(row: dict[str, Any]) -> OpenOrder:
    facts = {name: value for name, value in row.items() if name not in ("number", "unit_id")}
    return OpenOrder(row["number"], Query(**facts), row["unit_id"])


def _change(rules: Sequence[Rule], order: OpenOrder) -> Change | None:
    try:
        proposal = propose_by(rules, order.query)
    except Refused as refusal:
        return Change(
            order.number, order.unit_id, None, "", str(refusal.params.get("rule", "")), refusal.code
        )
    if proposal.unit_id == order.unit_id:
        return None
    return Change(order.number, order.unit_id, proposal.unit_id, proposal.basis, proposal.rule)


def _refuse_unsound(rules: Sequence[Rule], at: datetime) -> None:
    if faults := [one for one in findings(rules, at=at) if one.blocks]:
        first = faults[0]
        raise Refused("rules_unsound", count=len(faults), first=f"{first.rule} {first.field}：{first.reason}")


def _refuse_ill_timed(
    newest: RuleSet | None, rules: Sequence[Rule], effective_from: date, today: date
) -> None:
    if newest is None:
        return
    if store.rules_of(newest.id) == tuple(rules):
        raise Refused("rules_unchanged", number=newest.number)
    if effective_from <= newest.effective_from:
        raise Refused("rules_out_of_order", latest=newest.effective_from.isoformat())
    if effective_from <= today:
        raise Refused("rules_backdated", effective_from=effective_from.isoformat())


def _read(row: dict[str, Any]) -> Rule:
    return Rule(
        order=row["order"], name=row["name"], target=row["target"], class_prefix=row.get("class", ""),
        area_id=areas.area(row["area"]).id if "area" in row else None, block_type=row.get("block_type", ""),
        hours=row.get("hours", Hours.ANY), source=row.get("source", ""), severity=row.get("severity", ""),
        limit=catalogue.read_limit(row.get("limit", "")),
    )  # fmt: skip


def _view(row: RuleSet) -> RuleSetView:
    return RuleSetView(row.id, row.number, row.effective_from, row.note)
