"""What is wrong with rules before they are published: unknown words, repeats, rules out of reach."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from townops.dispatch.domain.table import KEYWORDS, SEVERITIES, Hours, Rule, in_class

STEADY = frozenset({"center"})


@dataclass(frozen=True)
class Finding:
    """One thing wrong with a rule. `blocks` says it must be mended before publishing; the rest is advice."""

    rule: str
    field: str
    reason: str
    blocks: bool = True


@dataclass(frozen=True)
class Known:
    """The words a rule may use, and `within(inner, outer)` for areas."""

    units: frozenset[str]
    classes: frozenset[str]
    sources: frozenset[str]
    block_types: frozenset[str]
    fault_of_area: Callable[[int], str]
    within: Callable[[int, int], bool]


def findings(rules: Sequence[Rule], known: Known) -> tuple[Finding, ...]:
    """Everything wrong, in order of the rules; empty for a sound set."""
    ordered = sorted(rules, key=lambda one: one.order)
    repeated = [order for order, count in Counter(one.order for one in rules).items() if count > 1]
    found = [Finding(str(order), "次序", f"次序{order}重复") for order in repeated]
    for rule in ordered:
        found += _words(rule, known)
    found += _unreachable(ordered, known)
    return tuple(found)


def _words(rule: Rule, known: Known) -> Iterator[Finding]:
    wrong = {
        "名称": "" if rule.name.strip() else "名称为空",
        "规则": rule.fault,
        "分类": _unknown(rule.class_prefix, known.classes, "分类"),
        "责任块类型": _unknown(rule.block_type, known.block_types, "责任块类型"),
        "时段": _unknown(rule.hours, frozenset(Hours), "时段"),
        "来源": _unknown(rule.source, known.sources, "来源"),
        "严重程度": _unknown(rule.severity, SEVERITIES, "严重程度"),
        "派往": _unknown(rule.target, KEYWORDS | known.units, "单位") if rule.target else "派往为空",
        "区域": known.fault_of_area(rule.area_id) if rule.area_id is not None else "",
    }
    return (Finding(rule.name, field, reason) for field, reason in wrong.items() if reason)


def _unknown(word: str, known: frozenset[str], what: str) -> str:
    return "" if not word or word in known else f"{what}“{word}”不存在"


def _unreachable(ordered: Sequence[Rule], known: Known) -> Iterator[Finding]:
    for place, rule in enumerate(ordered):
        shadow = next((one for one in ordered[:place] if _shadows(one, rule, known)), None)
        if shadow is not None:
            yield Finding(rule.name, "次序", f"永远轮不到：先被“{shadow.name}”接走", blocks=False)


def _shadows(first: Rule, later: Rule, known: Known) -> bool:
    """Whether `first` takes all that could reach `later`; a target that may be absent takes only its like."""
    certain = first.target in STEADY or first.target not in KEYWORDS or first.target == later.target
    return certain and _covers(first, later) and _covers_area(first, later, known)


def _covers(first: Rule, later: Rule) -> bool:
    return (
        bool(
            not first.class_prefix
            or (later.class_prefix and in_class(later.class_prefix, first.class_prefix))
        )
        and first.block_type in ("", later.block_type)
        and first.hours in (Hours.ANY, later.hours)
        and first.source in ("", later.source)
        and first.severity in ("", later.severity)
    )


def _covers_area(first: Rule, later: Rule, known: Known) -> bool:
    if first.area_id is None:
        return True
    return later.area_id is not None and known.within(later.area_id, first.area_id)
