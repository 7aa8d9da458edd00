"""Reads and writes stored rule sets. A set never changes, so each process reads it once."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from townops.dispatch.domain.table import Rule
from townops.dispatch.models import RuleRow, RuleSet
from townops.kernel.refusal import Refused
from townops.kernel.workdays import Limit, TimeUnit


def set_at(day: date) -> RuleSet | None:
    """The set in force on a day, none before the first."""
    return RuleSet.objects.filter(effective_from__lte=day).order_by("-effective_from", "-number").first()


@lru_cache(maxsize=16)
def rules_of(rule_set: int) -> tuple[Rule, ...]:
    """The rules of a set in order; raises Refused("rule_set_unknown")."""
    if not RuleSet.objects.filter(id=rule_set).exists():
        raise Refused("rule_set_unknown", rule_set=rule_set)
    return tuple(_rule(row) for row in RuleRow.objects.filter(rule_set_id=rule_set).order_by("order"))


def save(rules: Sequence[Rule], *, number: int, effective_from: date, note: str) -> RuleSet:
    """Write a set with its rules; the caller has checked them and holds the transaction."""
    made = RuleSet.objects.create(number=number, effective_from=effective_from, note=note)
    RuleRow.objects.bulk_create([_row(rule, made.id) for rule in rules])
    return made


def _rule(row: RuleRow) -> Rule:
    limit, fault = _limit(row)
    return Rule(
        order=row.order, name=row.name, target=row.target, class_prefix=row.class_prefix, area_id=row.area_id,
        block_type=row.block_type, hours=row.hours, source=row.source, severity=row.severity, limit=limit,
        fault=fault, id=row.pk,
    )  # fmt: skip


def _limit(row: RuleRow) -> tuple[Limit | None, str]:
    """The limit, or why it cannot be read: a rule that is stored wrong must stop, not vanish."""
    if not row.limit_amount:
        return None, ""
    try:
        return Limit(row.limit_amount, TimeUnit(row.limit_unit)), ""
    except ValueError:
        return None, f"时限单位“{row.limit_unit}”不认识"


def _row(rule: Rule, rule_set: int) -> RuleRow:
    return RuleRow(
        rule_set_id=rule_set, order=rule.order, name=rule.name, target=rule.target,
        class_prefix=rule.class_prefix, area_id=rule.area_id, block_type=rule.block_type, hours=rule.hours,
        source=rule.source, severity=rule.severity, limit_amount=rule.limit.amount if rule.limit else 0,
        limit_unit=rule.limit.unit if rule.limit else "",
    )  # fmt: skip
