"""One class edited as a new version from a day on; open orders say what it means for them (engine 1, U13).

A filed order keeps the version of its filing. One not yet filed is filed under the version in force that day.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, Final

from townops.base import seals
from townops.base.db import write
from townops.base.registry import answers
from townops.catalogue import store
from townops.catalogue.domain.edit import edited
from townops.catalogue.domain.limits import limit_text
from townops.catalogue.domain.rows import Condition, Content, Klass, Status
from townops.catalogue.models import CatalogueVersion
from townops.catalogue.publishing import VersionView, publish_version, refuse_unpublishable, view_of
from townops.kernel.actors import Actor
from townops.kernel.refusal import Refused
from townops.kernel.workdays import Limit

LONGEST_NOTE: Final = 200
LABELS: Final = {
    "name": "名称", "unit": "主责", "fallback": "兜底单位", "time_class": "答复时限（工作日）", "text": "立案条件",
    "close_text": "结案条件", "limit": "处置时限", "make_safe": "处险时限", "main_kind": "主责", "status": "时限已确认",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ClassChange:
    """A class and its rows from a day on, typed over version `over`."""

    klass: Klass
    rows: tuple[Condition, ...]
    effective_from: date
    note: str
    over: int


@dataclass(frozen=True, slots=True)
class Line:
    """One cell that differs: of which row, what it is called, before and after in words."""

    code: str
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """An open order of the class that is not filed yet."""

    number: str
    title: str


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What differs; how many open orders of the class are filed and keep what they have, and how many wait for filing."""

    lines: tuple[Line, ...]
    kept: int
    count: int
    first: tuple[Waiting, ...]


def newest() -> VersionView:
    """The last version, in force or to come. Refused("catalogue_version_unknown")."""
    found = CatalogueVersion.objects.order_by("-number").first()
    if found is None:
        raise Refused("catalogue_version_unknown", version=0)
    return view_of(found)


def verify(change: ClassChange, at: datetime) -> Content:
    """The catalogue there would be. Refused: catalogue_stale, catalogue_note_missing, and as `publish_version`."""
    last = newest()
    if last.id != change.over:
        raise Refused("catalogue_stale", number=last.number, note=last.note or "没有说明")
    content = edited(store.content_of(last.id), change.klass, change.rows)
    if not change.note.strip():
        raise Refused("catalogue_note_missing")
    refuse_unpublishable(content, effective_from=change.effective_from, at=at)
    return content


def foresee(change: ClassChange, at: datetime, *, most: int = 50) -> Foreseen:
    """What publishing would do; nothing is written."""
    after, before = verify(change, at), store.content_of(change.over)
    kept: int
    waiting: list[Mapping[str, Any]]
    kept, waiting = answers.ask("orders.of_class", change.klass.code)
    first = tuple(Waiting(row["number"], row["title"]) for row in waiting[:most])
    return Foreseen(tuple(_lines(before, after, change.klass.code)), kept, len(waiting), first)


def publish(change: ClassChange, *, actor: Actor, at: datetime) -> VersionView:
    """Publish the catalogue with the one class changed. Refused: not_permitted, and as `verify`."""
    with write():
        seals.one_at_a_time("catalogue.versions")
        content = verify(change, at)
        note = change.note[:LONGEST_NOTE]
        return publish_version(content, effective_from=change.effective_from, actor=actor, at=at, note=note)


def _lines(before: Content, after: Content, code: str) -> Iterator[Line]:
    pairs: list[tuple[Klass | Condition, Klass | Condition]] = [(before.by_code[code], after.by_code[code])]
    pairs += zip(before.by_class.get(code, ()), after.by_class.get(code, ()), strict=True)
    for old, new in pairs:
        for name in (one.name for one in fields(old) if one.compare):
            was, then = getattr(old, name), getattr(new, name)
            if was != then:
                yield Line(old.code, LABELS.get(name, name), _said(was), _said(then))


def _said(value: object) -> str:
    if isinstance(value, Limit):
        return limit_text(value)
    if isinstance(value, Status):
        return "已确认" if value is Status.CONFIRMED else "待确认"
    return str(value or "没有")
