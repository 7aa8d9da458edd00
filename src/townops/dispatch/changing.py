"""One rule edited, added or switched off as a new set from a day on, tried on the orders that wait for dispatch (U12)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, Final

from townops.base import seals
from townops.base.db import write
from townops.base.registry import answers
from townops.catalogue import api as catalogue
from townops.dispatch import sheets, store
from townops.dispatch.domain.check import Finding
from townops.dispatch.domain.edit import edited
from townops.dispatch.domain.table import Rule
from townops.dispatch.models import RuleSet
from townops.dispatch.proposing import Query, propose_by
from townops.dispatch.publishing import RuleSetView, findings, publish_rules, refuse_unpublishable
from townops.kernel.actors import Actor
from townops.kernel.refusal import Refused

FACTS: Final = tuple(one.name for one in fields(Query))
LONGEST_NOTE: Final = 200


@dataclass(frozen=True, slots=True)
class RuleChange:
    """The rule at `place` (0: a new one) becomes `rule` (None: switched off) from a day on, typed over set `over`."""

    place: int
    rule: Rule | None
    effective_from: date
    note: str
    over: int


@dataclass(frozen=True, slots=True)
class Turned:
    """A waiting order whose proposal changes: units by id (None: cannot be decided) and the rule that decides then."""

    number: str
    before: int | None
    after: int | None
    rule: str


@dataclass(frozen=True, slots=True)
class Foreseen:
    """How many orders wait, how many of them would be proposed to another unit, the first of those; advice on the rules."""

    waiting: int
    count: int
    first: tuple[Turned, ...]
    advice: tuple[Finding, ...]


def newest() -> RuleSet:
    """The last set, in force or to come. Refused("rule_set_unknown")."""
    found = RuleSet.objects.order_by("-number").first()
    if found is None:
        raise Refused("rule_set_unknown", rule_set=0)
    return found


def cells_of(place: int, at: datetime) -> dict[str, str]:
    """A rule of the newest set as the sheet has it. Refused("rule_unknown")."""
    found = next((one for one in store.rules_of(newest().id) if one.order == place), None)
    if found is None:
        raise Refused("rule_unknown", order=place)
    return sheets.rule_cells(found, catalogue.content(catalogue.version_at(at)))


def read(cells: Mapping[str, str]) -> Rule:
    """A rule from what was typed, by heading of the sheet. Refused("rule_cell") for the first that cannot be taken."""
    rule, errors = sheets.read_cells(cells)
    if errors:
        raise Refused("rule_cell", column=errors[0].column, reason=errors[0].reason)
    return rule


def verify(change: RuleChange, at: datetime) -> tuple[Rule, ...]:
    """The rules there would be. Refused: rules_stale, rules_note_missing, and as `edited` and `publish_rules`."""
    last = newest()
    if last.id != change.over:
        raise Refused("rules_stale", number=last.number, note=last.note or "没有说明")
    rules = edited(store.rules_of(last.id), change.place, change.rule)
    if not change.note.strip():
        raise Refused("rules_note_missing")
    refuse_unpublishable(rules, effective_from=change.effective_from, at=at)
    return rules


def foresee(change: RuleChange, at: datetime, *, most: int = 50) -> Foreseen:
    """What publishing would do to the orders that wait now, asked at this moment; nothing is written."""
    rules = verify(change, at)
    waiting = list(_waiting(at))
    turned = list(_turned(store.rules_of(change.over), rules, waiting))
    known = set(findings(store.rules_of(change.over), at=at))
    advice = tuple(one for one in findings(rules, at=at) if one not in known)
    return Foreseen(len(waiting), len(turned), tuple(turned[:most]), advice)


def publish(change: RuleChange, *, actor: Actor, at: datetime) -> RuleSetView:
    """Publish the set with the one rule changed. Refused: not_permitted, and as `verify`."""
    with write():
        seals.one_at_a_time("dispatch.rules")
        rules = verify(change, at)
        note = change.note[:LONGEST_NOTE]
        return publish_rules(rules, effective_from=change.effective_from, actor=actor, at=at, note=note)


def _waiting(at: datetime) -> Iterator[tuple[str, Query]]:
    rows: Iterable[Mapping[str, Any]] = answers.ask("orders.waiting_for_dispatch", at)
    for row in rows:
        yield row["number"], Query(**{name: row[name] for name in FACTS})


def _turned(
    old: tuple[Rule, ...], new: tuple[Rule, ...], waiting: Iterable[tuple[str, Query]]
) -> Iterator[Turned]:
    for number, query in waiting:
        (before, _), (after, rule) = _decided(old, query), _decided(new, query)
        if before != after:
            yield Turned(number, before, after, rule)


def _decided(rules: tuple[Rule, ...], query: Query) -> tuple[int | None, str]:
    """(unit, rule) as proposed; no unit where the rules cannot decide."""
    try:
        found = propose_by(rules, query)
    except Refused as refused:
        return None, str(refused.params.get("rule", ""))
    return found.unit_id, found.rule
