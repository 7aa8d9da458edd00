"""操作规程 of one source: its choices, limits and steps in words, computed from the very tables that decide."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date, datetime, time
from typing import Final

from townops.catalogue import api as catalogue
from townops.kernel.workdays import SHANGHAI, Limit
from townops.orders import flows
from townops.orders.domain.flow import Flow
from townops.orders.domain.settle import RUNNING
from townops.orders.domain.states import State
from townops.orders.domain.step import Step
from townops.orders.domain.steps import TABLE
from townops.orders.domain.targets import targets
from townops.orders.handbook_words import (
    AT_END,
    CHOSEN,
    LATE,
    LIMITS,
    NOT_BY,
    NUMBERS,
    OPTIONS,
    SCOPES,
    WHOSE,
    YES_NO,
)
from townops.orders.words import CHOICES, fact_label

EVERYWHERE: Final = 8
MAIN_LINE: Final = (
    "accept", "file", "dispatch", "acknowledge", "submit", "review_unit", "review_center", "check", "reply_up", "close",
    "answer_up", "archive",
)  # fmt: skip
EXTRA: Final = {
    "contact": "contact", "return": "returns", "designate": "designate", "decide_dispute": "designate",
    "fall_back": "designate", "reopen": "reopened", "make_safe": "make_safe",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class LimitLine:
    """A limit or a number of the flow: its code, what it is called, how much, what happens when it has run out."""

    code: str
    label: str
    words: str
    late: str


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step as this source has it. `to` is empty where it changes no state; `permissions` open it."""

    name: str
    label: str
    sources: tuple[State, ...]
    to: tuple[State, ...]
    permissions: frozenset[str]
    whose: str
    not_by: str
    asked: str
    limits: tuple[LimitLine, ...]

    @property
    def everywhere(self) -> bool:
        """Open in so many states that it is drawn once."""
        return len(self.sources) >= EVERYWHERE


@dataclass(frozen=True, slots=True)
class Chapter:
    """The rules of one source in force on a day."""

    source: str
    label: str
    version: int
    since: date
    options: tuple[tuple[str, str], ...]
    limits: tuple[LimitLine, ...]
    steps: tuple[StepLine, ...]
    main_line: tuple[State, ...]
    filed_by_condition: bool


def chapter(source: str, town: int, day: date) -> Chapter:
    """Refused("source_unknown") where the source had no flow on that day."""
    flow = flows.flow_now(source, town, noon(day))
    label, since = flows.stated(flow.version)
    limits = tuple(_limit_lines(flow))
    by_code = {one.code: one for one in limits}
    steps = tuple(_line(step, flow, by_code) for step in TABLE if step.when(flow) and step.authority(flow))
    return Chapter(
        source, label, flow.version, since, tuple(_options(flow)), limits, steps, _main_line(steps),
        flow.options.filing.value == "condition",
    )  # fmt: skip


def noon(day: date) -> datetime:
    """The moment a day is asked about: every version counts from a day on."""
    return datetime.combine(day, time(12), SHANGHAI)


def _options(flow: Flow) -> Iterator[tuple[str, str]]:
    for field in fields(flow.options):
        yield OPTIONS[field.name], option_said(field.name, getattr(flow.options, field.name))


def option_said(name: str, value: object) -> str:
    """An option in words."""
    return YES_NO[value] if isinstance(value, bool) else CHOSEN.get((name, str(value)), str(value))


def limit_said(name: str, value: object) -> str:
    """A limit or a number of the flow in words."""
    return catalogue.limit_text(value) if isinstance(value, Limit) else _number(name, value)


def _limit_lines(flow: Flow) -> Iterator[LimitLine]:
    """Every limit, then every number of the flow, in the order of its fields."""
    for field in fields(flow.limits):
        value = getattr(flow.limits, field.name)
        late = LATE.get(field.name, "").format(**_numbers(flow))
        yield LimitLine(field.name, LIMITS[field.name], limit_said(field.name, value), late)


def _number(name: str, value: object) -> str:
    if isinstance(value, tuple):
        return "、".join(f"{share:.0%}" for share in value)
    amount = value // 60 if name.endswith("_seconds") and isinstance(value, int) else value
    return NUMBERS[name].format(amount)


def _numbers(flow: Flow) -> dict[str, str]:
    marks = flow.limits.marks
    return {
        "warned": "、".join(f"{one:.0%}" for one in marks if one < 1),
        "raised": "、".join(f"{one:.0%}" for one in marks if one > 1),
    }


def _line(step: Step, flow: Flow, limits: dict[str, LimitLine]) -> StepLine:
    to = targets(step, flow)
    return StepLine(
        step.name,
        step.label,
        tuple(one for one in State if one in step.sources),
        tuple(one for one in State if one in to),
        step.permissions,
        WHOSE.get(step.name, SCOPES[step.scope]),
        "、".join(NOT_BY[one] for one in step.not_by),
        "、".join(_asked(step)),
        tuple(limits[name] for name in _clocks(step, flow) if name in limits),
    )


def _asked(step: Step) -> Iterator[str]:
    for need in step.needs:
        choices = f"（{'/'.join(CHOICES.get(one, one) for one in need.choices)}）" if need.choices else ""
        yield fact_label(step.name, need.name) + choices + ("" if need.required else "（可不填）")


def _clocks(step: Step, flow: Flow) -> list[str]:
    """The clocks that press whoever takes it: those that run wherever it may be taken, and those it answers by itself."""
    if step.name in EXTRA:
        return [EXTRA[step.name]]
    if not targets(step, flow) or len(step.sources) >= EVERYWHERE or not step.sources:
        return []
    running = [RUNNING.get(state, frozenset()) for state in step.sources]
    shared = frozenset.intersection(*running)
    return [name for name in LIMITS if name in shared]


def _main_line(steps: tuple[StepLine, ...]) -> tuple[State, ...]:
    """The states an order goes through where nothing is returned, refused or put off."""
    known = {one.name: one for one in steps}
    line = [State.REPORTED]
    for name in MAIN_LINE:
        step = known.get(name)
        if step is None or line[-1] not in step.sources:
            continue
        to = [one for one in step.to if one not in line]
        line += [State.CLOSED] if State.CLOSED in to and name in AT_END else to[:1]
    return tuple(line)


__all__ = ["Chapter", "LimitLine", "StepLine", "chapter", "limit_said", "noon", "option_said"]
