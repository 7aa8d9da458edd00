"""A unit added, renamed or placed elsewhere from a moment on; what open orders it concerns is said beforehand (U1, U6).

Open orders stay with the unit and keep what was written of it when they were given to it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from townops.base import seals
from townops.base.db import write
from townops.base.registry import answers
from townops.kernel.actors import Actor
from townops.kernel.refusal import Refused
from townops.people import planned
from townops.people.domain.directory import Directory, UnitView
from townops.people.models import Unit
from townops.people.planned import Planned
from townops.people.queries import directory, unit_by_id
from townops.people.structure import UNIT_NAME, circles, may_edit, put

SUBJECT: Final = "unit"
SINGLE: Final = (Unit.Kind.TOWN, Unit.Kind.CENTER)
OPEN_ORDERS: Final = "orders.of_unit"
LABELS: Final = {
    "name": "名称", "kind": "类别", "parent_id": "上级单位", "leader_post_id": "分管领导", "enforcement": "有执法权",
}  # fmt: skip
OWN_CODE: Final = re.compile(r"u_([0-9]+)")


@dataclass(frozen=True, slots=True)
class UnitChange:
    """What a unit of a town (`unit_id` 0: a new one) is from `starts` on, typed over its `over` changes before."""

    town: str
    unit_id: int
    name: str
    kind: str
    parent_id: int | None
    leader_post_id: int | None
    enforcement: bool
    starts: datetime
    note: str
    over: int = 0

    @property
    def facts(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in LABELS}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that differs, before and after in words."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """An open order a change concerns, with the words for how the unit has to do with it."""

    number: str
    title: str
    role: str


@dataclass(frozen=True, slots=True)
class Touched:
    """How many open orders a unit has, and the first of them."""

    count: int
    first: tuple[OpenOrder, ...]


@dataclass(frozen=True, slots=True)
class ForeseenUnit:
    """What a change would make different, and the open orders of the unit."""

    lines: tuple[Line, ...]
    orders: Touched


def kinds() -> dict[str, str]:
    """Words of the kinds of units."""
    return {str(code): str(word) for code, word in Unit.Kind.choices}


def verify(change: UnitChange) -> None:
    """Refused: reason_..., name_malformed, unit_kind_unknown, unit_single, unit_ended, unit_stale, parent_..., post_unknown."""
    planned.refuse_untold(change.note)
    if not change.name.strip() or len(change.name) > UNIT_NAME:
        raise Refused("name_malformed", longest=UNIT_NAME)
    if change.kind not in kinds():
        raise Refused("unit_kind_unknown", kind=change.kind[:20])
    known = directory()
    if change.leader_post_id is not None and change.leader_post_id not in known.posts:
        raise Refused("post_unknown", code=change.leader_post_id)
    if change.parent_id is not None and not unit_by_id(change.parent_id).active:
        raise Refused("unit_ended", name=unit_by_id(change.parent_id).name)
    if change.unit_id:
        _verify_known(change, known)
    _refuse_twin(change, known)


def _verify_known(change: UnitChange, known: Directory) -> None:
    one = standing(change.unit_id, change.over)
    above = {unit.id: unit.parent_id for unit in known.units.values()} | {one.id: change.parent_id}
    if circles(above, one.id):
        raise Refused("parent_circle")
    if one.kind in SINGLE and change.kind != one.kind:
        raise Refused("unit_single", name=one.name)
    if not differing(one, change):
        raise Refused("unit_unchanged")


def _refuse_twin(change: UnitChange, known: Directory) -> None:
    """A town has one leading group and one center, and no two units of one name."""
    others = [
        one
        for one in known.units.values()
        if one.active and one.town == change.town and one.id != change.unit_id
    ]
    if change.kind in SINGLE and any(one.kind == change.kind for one in others):
        raise Refused("unit_single", name=kinds()[change.kind])
    if any(one.name == change.name.strip() for one in others):
        raise Refused("unit_name_taken", name=change.name.strip())


def standing(unit_id: int, over: int) -> UnitView:
    """The unit, when it has not ended and nobody changed it since. Refused: unit_unknown, unit_ended, unit_stale."""
    one = unit_by_id(unit_id)
    if not one.active:
        raise Refused("unit_ended", name=one.name)
    if planned.count(SUBJECT, unit_id) != over:
        raise Refused("unit_stale", name=one.name)
    return one


def differing(one: UnitView, change: UnitChange) -> tuple[Line, ...]:
    """What the change makes different, in words."""
    return tuple(
        Line(LABELS[name], said(name, getattr(one, name)), said(name, value))
        for name, value in change.facts.items()
        if getattr(one, name) != value
    )


def said(name: str, value: Any) -> str:
    """A cell of a unit in words."""
    known = directory()
    if name == "kind":
        return kinds().get(value, str(value))
    if name == "parent_id":
        return known.units[value].name if value in known.units else "没有"
    if name == "leader_post_id":
        return _post(known, value)
    return {True: "有", False: "没有"}.get(value, str(value))


def _post(known: Directory, post_id: int | None) -> str:
    if post_id is None or post_id not in known.posts:
        return "没有"
    post = known.posts[post_id]
    return f"{known.units[post.unit_id].name} {post.name}"


def foresee(change: UnitChange) -> ForeseenUnit:
    """What publishing would make different; nothing is written."""
    verify(change)
    if not change.unit_id:
        lines = (Line(LABELS[name], "", said(name, value)) for name, value in change.facts.items())
        return ForeseenUnit(tuple(lines), Touched(0, ()))
    return ForeseenUnit(differing(unit_by_id(change.unit_id), change), touched(change.unit_id))


def touched(unit_id: int) -> Touched:
    """Open orders of a unit as whoever keeps work tells; none without one."""
    if not answers.knows(OPEN_ORDERS):
        return Touched(0, ())
    count, first = answers.ask(OPEN_ORDERS, unit_id)
    return Touched(count, tuple(OpenOrder(one["number"], one["title"], one["role"]) for one in first))


def publish(change: UnitChange, *, actor: Actor, at: datetime) -> Planned:
    """The change holds from its moment on; it is done at once when that has come. Returns it with the unit's id as key."""
    may_edit(actor)
    with write():
        seals.one_at_a_time(SUBJECT)
        verify(change)
        facts = change.facts | {"name": change.name.strip()}
        key = change.unit_id or _reserved(change.town, facts)
        action = "edit" if change.unit_id else "add"
        return planned.publish(
            SUBJECT, key, action, facts, starts=change.starts, note=change.note, actor=actor, at=at
        )


def _reserved(town: str, facts: Mapping[str, Any]) -> int:
    """A new unit that does not stand yet, with a code of its own."""
    codes = Unit.objects.filter(town=town, code__startswith="u_").values_list("code", flat=True)
    taken = [int(found[1]) for code in codes if (found := OWN_CODE.fullmatch(code))]
    row = Unit(town=town, code=f"u_{max(taken, default=0) + 1:03d}", active=False)
    for name, value in facts.items():
        setattr(row, name, value)
    row.save()
    return row.pk


@planned.on_due(SUBJECT, "add")
@planned.on_due(SUBJECT, "edit")
def _do(change: Planned) -> None:
    row = Unit.objects.get(pk=int(change.key))
    if change.action == "edit" and not row.active:
        raise Refused("unit_ended", name=row.name)
    _refuse_gone(change.facts)
    wanted = {**change.facts, "active": True}
    told = {"note": change.note, "what": change.action}
    put(row, wanted, key=row.code, actor=change.author, at=change.starts, told=told)


def _refuse_gone(facts: Mapping[str, Any]) -> None:
    """What was above it may have ended meanwhile."""
    parent = facts["parent_id"]
    if parent is not None and not unit_by_id(parent).active:
        raise Refused("unit_ended", name=unit_by_id(parent).name)


def tree(town: str) -> Iterator[tuple[UnitView, int]]:
    """Every standing unit of a town under the one above it, with its depth; kinds in their order."""
    order = list(kinds())
    of = sorted(
        (one for one in directory().units.values() if one.active and one.town == town),
        key=lambda one: (order.index(one.kind), one.id),
    )
    ids = {one.id for one in of}
    below: dict[int | None, list[UnitView]] = {}
    for one in of:
        below.setdefault(one.parent_id if one.parent_id in ids else None, []).append(one)
    todo = [(one, 0) for one in reversed(below.get(None, []))]
    while todo:
        one, depth = todo.pop()
        yield one, depth
        todo += [(child, depth + 1) for child in reversed(below.get(one.id, []))]
