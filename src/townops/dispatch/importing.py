"""Rules in and out by Excel: a file is tried against the newest set and the open orders before it is published."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from townops.catalogue import api as catalogue
from townops.dispatch import store
from townops.dispatch.access import EDIT
from townops.dispatch.domain.check import Finding
from townops.dispatch.domain.table import Rule
from townops.dispatch.models import RuleSet
from townops.dispatch.publishing import RuleSetView, findings, publish_rules
from townops.dispatch.sheets import CellError, RuleLine, read_rules, said, write_rules
from townops.kernel.actors import SYSTEM_PERSON, Actor
from townops.kernel.refusal import Refused


@dataclass(frozen=True)
class RuleReport:
    """What a file would change, by names of rules against the newest set; with errors or blocking findings nothing is
    published.
    """

    errors: tuple[CellError, ...]
    findings: tuple[Finding, ...]
    rules: tuple[Rule, ...]
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    identical: bool
    published: RuleSetView | None = None

    @property
    def sound(self) -> bool:
        return not self.errors and not any(one.blocks for one in self.findings)


def export_rules(rule_set: int, *, at: datetime) -> bytes:
    """A set as an xlsx file that `import_rules` reads back unchanged. Refused("rule_set_unknown")."""
    return write_rules(store.rules_of(rule_set), _content(at))


def rule_lines(rules: Sequence[Rule], *, at: datetime) -> tuple[RuleLine, ...]:
    """Rules in order, in words."""
    content = _content(at)
    return tuple(said(rule, content) for rule in sorted(rules, key=lambda one: one.order))


def check_rules(data: bytes, *, at: datetime) -> RuleReport:
    """Dry run of a file: errors of its cells, findings of its rules, what differs from the newest set."""
    rules, errors = read_rules(data)
    newest = RuleSet.objects.order_by("-number").first()
    before = store.rules_of(newest.id) if newest else ()
    old = {one.name: one for one in before}
    new = {one.name: one for one in rules}
    return RuleReport(
        errors=errors,
        findings=() if errors else findings(rules, at=at),
        rules=rules,
        added=tuple(name for name in new if name not in old),
        changed=tuple(name for name in new if name in old and new[name] != old[name]),
        removed=tuple(name for name in old if name not in new),
        identical=not errors and rules == before,
    )


def import_rules(
    data: bytes, *, effective_from: date, actor: Actor, at: datetime, note: str = ""
) -> RuleReport:
    """Publish a file as the next set, all or none. Refused as `publish_rules`."""
    if actor.person != SYSTEM_PERSON and not actor.holds(EDIT):
        raise Refused("not_permitted", permission=EDIT)
    report = check_rules(data, at=at)
    if not report.sound or report.identical:
        return report
    made = publish_rules(report.rules, effective_from=effective_from, actor=actor, at=at, note=note)
    return replace(report, published=made)


def _content(at: datetime) -> catalogue.Content:
    return catalogue.content(catalogue.version_at(at))
