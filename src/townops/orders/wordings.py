"""答复模板 as data: versions with a date, offered in forms, changed by whoever holds the right; every change is journalled."""

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from pathlib import Path
from typing import Final

from django.db.models import Q

from townops.areas import api as areas
from townops.base import journal
from townops.base.db import write
from townops.catalogue import api as catalogue
from townops.kernel.actors import SYSTEM_PERSON, Actor
from townops.kernel.identifiers import new_id
from townops.kernel.refusal import Refused
from townops.kernel.workdays import SHANGHAI
from townops.orders import queries
from townops.orders.access import EDIT_WORDINGS
from townops.orders.domain import wordings as rules
from townops.orders.domain.steps import STEPS
from townops.orders.domain.wordings import BLANKS, Wording, filled, offered, places
from townops.orders.models import Order, WordingVersion

__all__ = [
    "BLANKS",
    "Change",
    "Wording",
    "every",
    "filled",
    "history",
    "in_force",
    "load_starting",
    "offered",
    "places",
    "publish",
    "reach",
]

STARTING: Final = Path(__file__).parent / "starting" / "wordings.toml"
EXAMPLES: Final = 3
FIELDS: Final = (
    "code", "version", "name", "step", "fact", "class_prefix", "state", "body", "effective_from", "offered",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """A version with who made it and when."""

    wording: Wording
    made_at: datetime
    made_by: str


def _read() -> tuple[Wording, ...]:
    rows = WordingVersion.objects.order_by("code", "version").values_list(*FIELDS)
    return tuple(Wording(*row) for row in rows)


_wordings = areas.Picture("orders.wordings", _read)


def every() -> tuple[Wording, ...]:
    """Every version, from memory."""
    return _wordings.get()


def in_force(at: datetime) -> tuple[Wording, ...]:
    return rules.in_force(every(), at.astimezone(SHANGHAI).date())


def history(code: str) -> tuple[Change, ...]:
    """Every version of one template, newest first. Refused("wording_unknown")."""
    rows = WordingVersion.objects.filter(code=code).order_by("-version")
    found = tuple(
        Change(Wording(*(getattr(row, name) for name in FIELDS)), row.made_at, row.made_by) for row in rows
    )
    if not found:
        raise Refused("wording_unknown", code=code[:24])
    return found


def verify(wording: Wording, *, at: datetime) -> None:
    """Refused as `publish` would, as far as the words go."""
    rules.check(wording, classes=catalogue.content(catalogue.version_at(at)).by_code)


def reach(actor: Actor, wording: Wording) -> tuple[int, Sequence[str]]:
    """Dry look: how many open orders it would be offered for now, and the numbers of the newest few."""
    states = [wording.state] if wording.state else sorted(STEPS[wording.step].sources)
    rows = Order.objects.filter(
        Q(class_code__startswith=wording.class_prefix),
        town_id__in=queries.towns_of(actor),
        is_open=True,
        state__in=states,
    )
    scopes = queries.scopes_of(actor)
    rows = queries.within(rows, actor, scopes)
    newest = rows.order_by("-received_at").values_list("number", flat=True)
    return rows.count(), list(newest[:EXAMPLES])


def publish(wording: Wording, *, actor: Actor, at: datetime) -> Wording:
    """A new version from its day on; without a code a new template. What is past is never rewritten.

    Refused: not_permitted, wording_backdated, wording_out_of_order, wording_unchanged, and what `check` refuses.
    """
    if actor.person != SYSTEM_PERSON and not actor.holds(EDIT_WORDINGS):
        raise Refused("not_permitted", step="wordings")
    verify(wording, at=at)
    if wording.effective_from < at.astimezone(SHANGHAI).date():
        raise Refused("wording_backdated")
    with write():
        made = _next(wording)
        _store([made], actor.name, at)
        body = {name: str(getattr(made, name)) for name in FIELDS}
        journal.append(kind="wording", key=made.code, action="publish", actor=actor, at=at, body=body)
    return made


def _next(wording: Wording) -> Wording:
    """The version after the newest."""
    if not wording.code:
        return replace(wording, code=f"t{new_id()}"[:24], version=1)
    newest = history(wording.code)[0].wording
    if replace(wording, version=newest.version, effective_from=newest.effective_from) == newest:
        raise Refused("wording_unchanged")
    if wording.effective_from < newest.effective_from:
        raise Refused("wording_out_of_order", latest=newest.effective_from.isoformat())
    return replace(wording, version=newest.version + 1)


def load_starting(path: Path = STARTING) -> int:
    """Write the starting wordings a database has never had; returns how many."""
    stated = tomllib.loads(path.read_text(encoding="utf-8"))
    known = {one.code for one in every()}
    fresh = [_stated(row, stated["effective_from"]) for row in stated["wording"] if row["code"] not in known]
    if fresh:
        with write():
            _store(fresh, "系统", datetime.combine(stated["effective_from"], time(), SHANGHAI))
    return len(fresh)


def _stated(row: dict[str, str], begin: date) -> Wording:
    return Wording(
        code=row["code"],
        version=1,
        name=row["name"],
        step=row["step"],
        fact=row["fact"],
        class_prefix=row.get("class_prefix", ""),
        state=row.get("state", ""),
        body=row["body"],
        effective_from=begin,
    )


def _store(wordings: Iterable[Wording], who: str, at: datetime) -> None:
    rows = [
        WordingVersion(id=new_id(), made_at=at, made_by=who, **{name: getattr(one, name) for name in FIELDS})
        for one in wordings
    ]
    WordingVersion.objects.bulk_create(rows)
    areas.touch("orders.wordings")
