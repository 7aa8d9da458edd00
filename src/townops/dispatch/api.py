"""The only door of dispatch: propose a unit for an order; read, check, try and publish the rules."""

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from townops.areas import api as areas
from townops.base.registry import answers
from townops.catalogue import api as catalogue
from townops.dispatch import changing, store
from townops.dispatch.domain.check import Finding
from townops.dispatch.domain.table import Hours, Rule, TraceLine
from townops.dispatch.importing import RuleReport, check_rules, export_rules, import_rules, rule_lines
from townops.dispatch.models import RuleSet
from townops.dispatch.proposing import Proposal, Query, propose_by
from townops.dispatch.publishing import RuleSetView, findings, publish_rules, view_of
from townops.dispatch.saying import in_words
from townops.dispatch.sheets import HOURS, SEVERITY, TARGETS, CellError, RuleLine, target_said
from townops.kernel.actors import SYSTEM_PERSON, Actor
from townops.kernel.refusal import Refused
from townops.kernel.workdays import SHANGHAI
from townops.orders import api as orders

__all__ = [
    "HOURS", "SEVERITY", "TARGETS", "CellError", "Change", "Finding", "Hours", "OpenOrder", "Proposal",
    "Query", "Rule", "RuleLine", "RuleReport", "RuleSetView", "TraceLine", "Trial", "changing", "check_rules",
    "dry_run", "dry_run_open", "export_rules", "findings", "import_rules", "in_words", "load_starting",
    "precedents", "propose", "publish_rules", "rule_lines", "rule_set_at", "rule_sets", "rules",
    "starting_rules", "target_said", "try_open",
]  # fmt: skip

MOST = 2000
STARTING = Path(__file__).parent / "starting" / "rules.toml"


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
    return view_of(found) if found else None


def rule_sets() -> tuple[RuleSetView, ...]:
    """Every rule set, oldest first, those not yet in force included."""
    return tuple(view_of(row) for row in RuleSet.objects.order_by("number"))


def rules(rule_set: int) -> tuple[Rule, ...]:
    """The rules of a set in order; Refused("rule_set_unknown")."""
    return store.rules_of(rule_set)


def starting_rules() -> tuple[Rule, ...]:
    """The rules a town starts with, from `starting/rules.toml`."""
    rows = tomllib.loads(STARTING.read_text("utf-8"))["rule"]
    return tuple(_read(row) for row in rows)


def load_starting(effective_from: date, *, at: datetime) -> RuleSetView:
    """Publish the starting rules from that day; a town that has rules already keeps them."""
    first = RuleSet.objects.order_by("number").first()
    if first is not None:
        return view_of(first)
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


@dataclass(frozen=True)
class Trial:
    """A dry run over the open orders: how many were looked at, whether there are more, which would move."""

    looked: int
    more: bool
    changes: tuple[Change, ...]


def try_open(rules: Sequence[Rule], *, most: int = MOST) -> Trial:
    """`dry_run_open` over the oldest so many, for somebody who waits for the answer."""
    rows: Iterable[dict[str, Any]] = answers.ask("orders.open_for_dispatch")
    taken = list(islice(rows, most + 1))
    changes = dry_run(rules, map(_open_order, taken[:most]))
    return Trial(min(len(taken), most), len(taken) > most, changes)


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


def _read(row: dict[str, Any]) -> Rule:
    return Rule(
        order=row["order"], name=row["name"], target=row["target"], class_prefix=row.get("class", ""),
        area_id=areas.area(row["area"]).id if "area" in row else None, block_type=row.get("block_type", ""),
        hours=row.get("hours", Hours.ANY), source=row.get("source", ""), severity=row.get("severity", ""),
        limit=catalogue.read_limit(row.get("limit", "")),
    )  # fmt: skip
