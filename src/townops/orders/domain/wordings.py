"""Ready-made wordings (答复模板): which fit a step of an order, and their blanks filled. Pure: no database, no clock."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from townops.kernel.refusal import Refused
from townops.orders.domain.facts import FactType
from townops.orders.domain.states import State
from townops.orders.domain.steps import HIDDEN, STEPS

BLANKS: Final = ("编号", "标题", "类别", "地点", "来源", "收到时间", "责任单位", "本单位", "到期时间", "今天")
UNKNOWN: Final = "＿＿＿"
LONGEST: Final = 1000
_BLANK: Final = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Wording:
    """A version of a template: offered in the `fact` of a `step`, for a class (and those below it) and a state, if named.

    The newest version begun by a day holds; one that is not `offered` withdraws the template from that day.
    """

    code: str
    version: int
    name: str
    step: str
    fact: str
    class_prefix: str
    state: str
    body: str
    effective_from: date
    offered: bool = True

    def fits(self, *, step: str, fact: str, class_code: str, state: str) -> bool:
        asked = self.step == step and self.fact == fact
        return asked and class_code.startswith(self.class_prefix) and self.state in {"", state}

    @property
    def closeness(self) -> tuple[int, bool]:
        """The longer the class and the more exact the state, the earlier it is offered."""
        return len(self.class_prefix), bool(self.state)


def places() -> tuple[tuple[str, str], ...]:
    """(step, fact) of every free text that a form asks for."""
    return tuple(
        (step.name, need.name)
        for step in STEPS.values()
        if step.name not in HIDDEN
        for need in step.needs
        if need.type is FactType.TEXT
    )


def check(wording: Wording, *, classes: Iterable[str]) -> None:
    """Refused: wording_incomplete, wording_place_unknown, wording_state_unknown, wording_class_unknown, wording_blank_unknown."""
    if not wording.name.strip() or not wording.body.strip():
        raise Refused("wording_incomplete")
    if len(wording.body) > LONGEST:
        raise Refused("wording_too_long", most=LONGEST)
    if (wording.step, wording.fact) not in places():
        raise Refused("wording_place_unknown", step=wording.step, fact=wording.fact)
    if wording.state and wording.state not in set(State):
        raise Refused("wording_state_unknown", given=wording.state)
    if wording.class_prefix and not any(one.startswith(wording.class_prefix) for one in classes):
        raise Refused("wording_class_unknown", given=wording.class_prefix)
    if strange := [one for one in _BLANK.findall(wording.body) if one not in BLANKS]:
        raise Refused("wording_blank_unknown", given="、".join(strange), known="、".join(BLANKS))


def in_force(versions: Iterable[Wording], day: date) -> tuple[Wording, ...]:
    """Of each template the version that holds on a day; withdrawn ones are left out."""
    newest: dict[str, Wording] = {}
    for one in sorted(versions, key=lambda one: (one.code, one.version)):
        if one.effective_from <= day:
            newest[one.code] = one
    return tuple(one for one in newest.values() if one.offered)


def offered(
    wordings: Iterable[Wording], *, step: str, fact: str, class_code: str, state: str
) -> tuple[Wording, ...]:
    """Those that fit, the closest first, then by name."""
    fit = [one for one in wordings if one.fits(step=step, fact=fact, class_code=class_code, state=state)]
    return tuple(sorted(fit, key=lambda one: (tuple(-int(part) for part in one.closeness), one.name)))


def filled(body: str, values: Mapping[str, str]) -> str:
    """The words with their blanks filled; what is not known stays to be written by hand."""
    return _BLANK.sub(lambda found: values.get(found[1]) or UNKNOWN, body)
