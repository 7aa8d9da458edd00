"""One rule changed, added or switched off: the table that comes of it (U12). Pure."""

from collections.abc import Sequence

from townops.dispatch.domain.table import Rule
from townops.kernel.refusal import Refused


def edited(rules: Sequence[Rule], place: int, rule: Rule | None) -> tuple[Rule, ...]:
    """The rules in order with the one at `place` (0: none, a new one) become `rule` (None: gone).

    Refused: rule_unknown {order}, rule_order_taken {order, name}.
    """
    rest = [one for one in rules if one.order != place]
    if place and len(rest) == len(rules):
        raise Refused("rule_unknown", order=place)
    if rule is None:
        return tuple(rest)
    taken = next((one for one in rest if one.order == rule.order), None)
    if taken is not None:
        raise Refused("rule_order_taken", order=rule.order, name=taken.name)
    return tuple(sorted([*rest, rule], key=lambda one: one.order))
