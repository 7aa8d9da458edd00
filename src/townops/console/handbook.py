"""操作规程 as a page and a paper show it: the chapter of one source joined with roles, catalogue and dispatch rules of a day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from townops.areas import api as areas
from townops.catalogue import api as catalogue
from townops.console import labels
from townops.dispatch import api as dispatch
from townops.kernel.refusal import Refused
from townops.orders import api as orders
from townops.people import api as people

SYSTEM: Final = "系统"
NOBODY: Final = "（还没有角色）"
NAMED_IN_DRAWING: Final = 3
DUTIES: Final = (
    "first_asked",
    "rule",
    "designated",
    "fallback",
    "returned",
    "unsettled",
    "merged",
    "transferred",
    "last",
)


@dataclass(frozen=True, slots=True)
class Told:
    """A step as it is told: who may, from where to where, what is asked, by when, what happens when late."""

    step: orders.StepLine
    who: tuple[str, ...]
    since: str
    to: str
    limit: str
    late: str

    @property
    def rule(self) -> str:
        """Who of those that may is left out."""
        apart = f"不得由本件{self.step.not_by}办理" if self.step.not_by else ""
        return "；".join(one for one in (self.step.whose, apart) if one)


@dataclass(frozen=True, slots=True)
class ClassLine:
    """What the catalogue says of a class: one line for each condition, or for a subject people write about."""

    code: str
    name: str
    condition: str
    limit: str
    main: str
    fallback: str


@dataclass(frozen=True, slots=True)
class Handbook:
    """The handbook of one source on a day. `rules` and `classes` are empty where none were in force."""

    day: date
    chapter: orders.Chapter
    steps: tuple[Told, ...]
    roles: tuple[tuple[str, tuple[Told, ...]], ...]
    duties: tuple[tuple[str, str], ...]
    rules: tuple[dispatch.RuleLine, ...]
    rule_set: int
    classes: tuple[ClassLine, ...]
    catalogue: int

    @property
    def number(self) -> str:
        """The same day and source always have the same number."""
        return f"规-{self.chapter.source}-{self.day:%Y%m%d}"


def handbook(source: str, town: str, day: date) -> Handbook:
    """Refused("source_unknown")."""
    chapter = orders.chapter(source, areas.area(town).id, day)
    steps = tuple(_told(chapter))
    rule_set, rules = _rules(source, day)
    version, classes = _classes(chapter, day)
    duties = tuple(labels.BASES[one] for one in DUTIES)
    return Handbook(day, chapter, steps, tuple(_by_role(steps)), duties, rules, rule_set, classes, version)


def _told(chapter: orders.Chapter) -> Iterator[Told]:
    roles = people.roles()
    for step in chapter.steps:
        who = tuple(one.name for one in roles if step.permissions & set(one.permissions))
        who += (SYSTEM,) if "orders.system" in step.permissions else ()
        limits = step.limits
        yield Told(
            step,
            who or (NOBODY,),
            sources_said(step.sources),
            words(step.to) if len(step.to) < NAMED_IN_DRAWING + 2 else "原来的状态",
            "；".join(map(limit_said, limits)),
            "；".join(one.late for one in limits if one.late),
        )


def sources_said(states: tuple[orders.State, ...]) -> str:
    """States by their words; where they are nearly all that are open, those that are missing."""
    if len(states) == len(orders.State):
        return "任一状态"
    missing = tuple(one for one in orders.State if one in orders.OPEN and one not in states)
    if len(missing) < len(states) and all(one in orders.OPEN for one in states):
        return f"除{words(missing)}外的未结状态" if missing else "任一未结状态"
    return words(states)


def limit_said(limit: orders.LimitLine) -> str:
    """A limit in few words; how long handling takes is said by class, the flow's own limit fills the gaps."""
    name = limit.label.partition("（")[0]
    return f"{name}：按类别，未定的{limit.words}" if limit.code == "handle" else f"{name}：{limit.words}"


def words(states: tuple[orders.State, ...]) -> str:
    """States by their words."""
    return "、".join(orders.LOOKS[one].word for one in states)


def _by_role(steps: tuple[Told, ...]) -> Iterator[tuple[str, tuple[Told, ...]]]:
    names = dict.fromkeys([*(one.name for one in people.roles()), SYSTEM, NOBODY])
    for name in names:
        if mine := tuple(one for one in steps if name in one.who):
            yield name, mine


def _rules(source: str, day: date) -> tuple[int, tuple[dispatch.RuleLine, ...]]:
    """(number of the set, its rules that can concern the source)."""
    at = orders.noon(day)
    found = dispatch.rule_set_at(at)
    if found is None:
        return 0, ()
    mine = tuple(one for one in dispatch.rules(found.id) if one.source in ("", source))
    return found.number, tuple(dispatch.rule_lines(mine, at=at))


def _classes(chapter: orders.Chapter, day: date) -> tuple[int, tuple[ClassLine, ...]]:
    """(number of the version, its lines for the source)."""
    try:
        version = catalogue.version_at(orders.noon(day))
    except Refused:
        return 0, ()
    lines = _conditions(chapter.source, version) if chapter.filed_by_condition else _subjects(version)
    return catalogue.version(version).number, tuple(lines)


def _conditions(source: str, version: int) -> Iterator[ClassLine]:
    content = catalogue.content(version)
    for one in content.conditions:
        limit = catalogue.limit_text(one.limit_for(source))
        safe = f"；处险：{catalogue.limit_text(one.make_safe)}" if one.make_safe else ""
        name = content.by_code[one.class_code].name
        main, fallback = dispatch.target_said(one.main_kind), dispatch.target_said(one.fallback)
        yield ClassLine(one.code, name, one.text, limit + safe, main, fallback)


def _subjects(version: int) -> Iterator[ClassLine]:
    times = {one.days: one for one in catalogue.time_classes(version)}
    for one in catalogue.classes(version, "hotline"):
        if one.time_class or one.unit:
            time = times.get(one.time_class)
            limit = catalogue.limit_text(time.limit) if time else ""
            unit, fallback = dispatch.target_said(one.unit), dispatch.target_said(one.fallback)
            yield ClassLine(one.code, one.name, "", limit, unit, fallback)
