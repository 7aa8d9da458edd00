"""Where a step can lead under a flow: the targets of the lifecycle table that depend on more than its row, written out."""

from collections.abc import Callable, Mapping
from typing import Final

from townops.orders.domain.flow import Authority, Certify, Flow, QuickReply, Refusal
from townops.orders.domain.states import State
from townops.orders.domain.step import Step
from townops.orders.domain.steps import STEPS

S = State
States = frozenset[State]


def targets(step: Step, flow: Flow) -> States:
    """Every state this step can lead to; empty where it changes none."""
    if step.target is None:
        return frozenset()
    if isinstance(step.target, State):
        return frozenset({step.target})
    return BY_NAME[step.target](flow)


def _refusal(flow: Flow) -> States:
    return frozenset({S.REFUSAL_REVIEW if flow.options.refusal is Refusal.TWO else S.NOT_ACCEPTED})


def _after_reviews(flow: Flow) -> State:
    unchecked = flow.options.certify is Certify.NONE and flow.options.closing is Authority.DISTRICT
    return S.AWAITING_AUTHORITY if unchecked else S.CHECKING


def _signed_quickly(flow: Flow) -> States:
    """Where the last signature under a quick reply leads."""
    if flow.options.quick_reply is QuickReply.NONE:
        return frozenset()
    return frozenset({S.AWAITING_AUTHORITY if flow.options.closing is Authority.DISTRICT else S.CLOSED})


def _after_unit(flow: Flow) -> States:
    if flow.options.center_review:
        return frozenset({S.CENTER_REVIEW})
    return frozenset({_after_reviews(flow)}) | _signed_quickly(flow)


def _after_center(flow: Flow) -> States:
    return frozenset({_after_reviews(flow)}) | _signed_quickly(flow)


def _after_handling(flow: Flow) -> States:
    if flow.options.unit_review:
        return frozenset({S.UNIT_REVIEW})
    return frozenset({S.CENTER_REVIEW if flow.options.center_review else _after_reviews(flow)})


def _after_quick(flow: Flow) -> States:
    options = flow.options
    alone = options.quick_reply is QuickReply.SIGNED and options.center_review
    return frozenset({S.UNIT_REVIEW if options.unit_review and not alone else S.CENTER_REVIEW})


def _replied(flow: Flow) -> States:
    return frozenset({S.AWAITING_AUTHORITY} if flow.options.closing is Authority.DISTRICT else ())


def _only(*states: State) -> Callable[[Flow], States]:
    return lambda _flow: frozenset(states)


BY_NAME: Final[Mapping[str, Callable[[Flow], States]]] = {
    "refusal": _refusal,
    "refusal_answer": _only(S.NOT_ACCEPTED, S.REPORTED),
    "before_merge": lambda _flow: STEPS["merge"].sources,
    "suspension": _only(S.SUSPENDED),
    "before_suspension": _only(S.HANDLING, S.REWORK),
    "after_spot": _after_handling,
    "after_quick": _after_quick,
    "first_of": _after_handling,
    "after_unit": _after_unit,
    "after_center": _after_center,
    "replied": _replied,
    "answered": _only(S.TRANSFERRED, S.FILED, S.CLOSED, S.REWORK),
    "if_unit_changes": _only(S.FILED),
    "resent": _only(S.REPORTED, S.FILED),
}
