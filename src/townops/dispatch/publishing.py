"""Rule sets by date: checked, then published for a coming day; what is past is never rewritten."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from townops.areas import api as areas
from townops.base import journal
from townops.base.db import write
from townops.catalogue import api as catalogue
from townops.dispatch import store
from townops.dispatch.access import EDIT
from townops.dispatch.domain import check
from townops.dispatch.domain.check import Finding
from townops.dispatch.domain.table import Rule
from townops.dispatch.models import RuleSet
from townops.dispatch.proposing import area_fault
from townops.kernel.actors import SYSTEM_PERSON, Actor
from townops.kernel.refusal import Refused
from townops.kernel.workdays import SHANGHAI
from townops.people import api as people


@dataclass(frozen=True)
class RuleSetView:
    """A rule set for people: its number, the day it came into force, why."""

    id: int
    number: int
    effective_from: date
    note: str


def findings(rules: Sequence[Rule], *, at: datetime) -> tuple[Finding, ...]:
    """What is wrong with rules as the town, its catalogue and its areas are at `at`; advice included."""
    content = catalogue.content(catalogue.version_at(at))
    branches = {one.code.split("-")[0] for one in content.classes}
    known = check.Known(
        units=frozenset(people.meant_by_code()),
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
    """Publish a rule set. The first may start any day; a later one starts after today and not before the newest; of two of one
    day, neither yet in force, the later counts.

    Refused: `not_permitted`, `rules_unsound`, `rules_unchanged`, `rules_out_of_order`, `rules_backdated`.
    """
    if actor.person != SYSTEM_PERSON and not actor.holds(EDIT):
        raise Refused("not_permitted", permission=EDIT)
    ordered = sorted(rules, key=lambda one: one.order)
    with write():
        newest = refuse_unpublishable(ordered, effective_from=effective_from, at=at)
        number = newest.number + 1 if newest else 1
        made = store.save(ordered, number=number, effective_from=effective_from, note=note)
        body = {"number": number, "from": effective_from.isoformat(), "rules": len(ordered), "note": note}
        journal.append(kind="dispatch", key="rules", action="publish", actor=actor, at=at, body=body)
    return view_of(made)


def refuse_unpublishable(rules: Sequence[Rule], *, effective_from: date, at: datetime) -> RuleSet | None:
    """Refused as `publish_rules` but for the permission; else the newest set, None before the first."""
    _refuse_unsound(rules, at)
    newest = RuleSet.objects.order_by("-number").first()
    _refuse_ill_timed(newest, rules, effective_from, at.astimezone(SHANGHAI).date())
    return newest


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
    if effective_from < newest.effective_from:
        raise Refused("rules_out_of_order", latest=newest.effective_from.isoformat())
    if effective_from <= today:
        raise Refused("rules_backdated", effective_from=effective_from.isoformat())


def view_of(row: RuleSet) -> RuleSetView:
    return RuleSetView(row.id, row.number, row.effective_from, row.note)
