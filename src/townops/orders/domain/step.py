"""The shape of one row of the lifecycle table."""

from collections.abc import Callable
from dataclasses import dataclass, field

from townops.orders.domain.facts import Need
from townops.orders.domain.flow import Flow
from townops.orders.domain.states import State

ANY, MAIN, INVOLVED, OPINION, OUTSIDE, SYSTEM = "any", "main", "involved", "opinion", "outside", "system"


@dataclass(frozen=True, slots=True)
class Step:
    """One row of the lifecycle. `target` None is neutral; a name is decided by `evolve` where it depends on more than the row.

    `scope`: any hat with the permission; main = of the main unit; involved = main or assisting; outside = not of the main unit.
    `not_by`: persons of the round who may not: handler, reviewer, dispatcher, refuser, requester, decider.
    """

    name: str
    label: str
    sources: frozenset[State]
    target: State | str | None
    permissions: frozenset[str]
    needs: tuple[Need, ...] = ()
    scope: str = ANY
    not_by: tuple[str, ...] = ()
    when: Callable[[Flow], bool] = field(default=lambda flow: True)
    authority: Callable[[Flow], bool] = field(default=lambda flow: True)


SIGNATURE = "签批"


def said_of(row: Step, *, signed: bool) -> str:
    """What the step is called; `signed`: the center has signed, so that what is left of its review is the leader's signature."""
    return SIGNATURE if signed and row.name == "review_center" else row.label


def step(  # noqa: PLR0913
    name: str,
    label: str,
    sources: object,
    target: State | str | None,
    permission: str,
    *needs: Need,
    scope: str = ANY,
    not_by: tuple[str, ...] = (),
    when: Callable[[Flow], bool] = lambda flow: True,
    authority: Callable[[Flow], bool] = lambda flow: True,
) -> Step:
    states = frozenset(sources) if isinstance(sources, set | frozenset) else frozenset({State(str(sources))})
    allowed = frozenset(f"orders.{part}" for part in permission.split())
    return Step(name, label, states, target, allowed, tuple(needs), scope, not_by, when, authority)
