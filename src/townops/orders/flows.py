"""Flows as data: versions per source with a date, together with the calendar and the posts of a town's center (U13)."""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from townops.areas import api as areas
from townops.base import calendars, crypto
from townops.kernel.identifiers import new_id
from townops.kernel.refusal import Refused
from townops.kernel.workdays import SHANGHAI, Calendar, Limit, TimeUnit
from townops.orders.domain.flow import (
    Authority,
    Center,
    Certify,
    Contact,
    Filing,
    Flow,
    Limits,
    Options,
    QuickReply,
    Refusal,
    Verify,
)
from townops.orders.models import FlowVersion
from townops.people import api as people

STARTING = Path(__file__).parent / "starting" / "flows.toml"
ENUMS = {
    "closing": Authority,
    "extending": Authority,
    "refusing": Authority,
    "filing": Filing,
    "verify": Verify,
    "refusal": Refusal,
    "contact": Contact,
    "certify": Certify,
    "quick_reply": QuickReply,
}
PLAIN = ("unit_review", "center_review", "handle_on_spot", "dispute_rungs", "reply_up")


class Calendars(Mapping[int, Calendar]):
    """Every stored calendar version, read when asked for."""

    def __getitem__(self, version: int) -> Calendar:
        return calendars.get(version)

    def __iter__(self) -> Any:
        return iter(())

    def __len__(self) -> int:
        return 0


CALENDARS = Calendars()


def load_starting(path: Path = STARTING) -> int:
    """Write the starting flows; sources that have one already are left alone. Returns how many were written."""
    stated = tomllib.loads(path.read_text(encoding="utf-8"))
    known = set(FlowVersion.objects.values_list("source", flat=True))
    fresh = [row for row in stated["flow"] if row["source"] not in known]
    for row in fresh:
        publish(row, limits=stated["limits"] | row.pop("limits", {}), effective_from=stated["effective_from"])
    return len(fresh)


def publish(row: dict[str, Any], *, limits: dict[str, Any], effective_from: date) -> int:
    """Store a flow version from a date on; Refused("flow_not_legal") when the combination is not."""
    body = {"options": {k: v for k, v in row.items() if k not in {"source", "label"}}, "limits": limits}
    problems = _options(body["options"]).problems()
    if problems:
        raise Refused("flow_not_legal", source=row["source"], problems=problems)
    _limits(limits)
    made = FlowVersion.objects.create(
        id=new_id(),
        source=row["source"],
        label=row["label"],
        effective_from=effective_from,
        body=json.dumps(body, ensure_ascii=False, sort_keys=True),
    )
    areas.touch("orders.flows")
    return made.id


def latest(source: str) -> int:
    """The newest stored version of a source, in force or to come, read now. Refused("source_unknown")."""
    rows = FlowVersion.objects.filter(source=source).order_by("-effective_from", "-id")
    found = rows.values_list("id", flat=True).first()
    if found is None:
        raise Refused("source_unknown", source=source[:20])
    return found


def parts(version: int) -> tuple[Options, Limits]:
    """Options and limits of a stored flow."""
    _, _, _, options, limits, _ = _flows.get()[version]
    return options, limits


def versions(source: str) -> list[tuple[int, date]]:
    """(version, effective from) of a source, oldest first."""
    return [(number, read[2]) for number, read in _flows.get().items() if read[0] == source]


def _options(stated: dict[str, Any]) -> Options:
    chosen: dict[str, Any] = {name: ENUMS[name](stated[name]) for name in ENUMS if name in stated}
    plain = {name: stated[name] for name in PLAIN if name in stated}
    return Options(**chosen, **plain)


def _limit(text: str) -> Limit:
    amount, unit = text.split()
    return Limit(int(amount), TimeUnit(unit))


def _limits(stated: dict[str, Any]) -> Limits:
    read: dict[str, Any] = {
        name: _limit(value) if isinstance(value, str) else value for name, value in stated.items()
    }
    return Limits(**{**read, "marks": tuple(read["marks"])})


Read = tuple[str, str, date, Options, Limits, str]


class Stored(dict[int, Read]):
    """Every stored flow by id, oldest first within a source."""

    @cached_property
    def labels(self) -> dict[str, str]:
        """Source -> label, by source; the newest label."""
        return dict(sorted({(read[0], read[1]) for read in self.values()}))

    @cached_property
    def begun(self) -> dict[str, list[tuple[date, int]]]:
        """Source -> (effective from, id), oldest first."""
        found: dict[str, list[tuple[date, int]]] = {}
        for number, read in self.items():
            found.setdefault(read[0], []).append((read[2], number))
        return found


def _read() -> Stored:
    found = Stored()
    for row in FlowVersion.objects.order_by("effective_from", "id"):
        body = json.loads(row.body)
        if problems := _options(
            body["options"]
        ).problems():  # nothing is decided under options nobody can explain
            raise Refused("flow_not_legal", source=row.source, problems=problems)
        found[row.id] = (
            row.source,
            row.label,
            row.effective_from,
            _options(body["options"]),
            _limits(body["limits"]),
            digest_of(row),
        )
    return found


_flows = areas.Picture("orders.flows", _read)


def _current(source: str, day: date) -> int | None:
    begun = [number for since, number in _flows.get().begun.get(source, ()) if since <= day]
    return begun[-1] if begun else None


def center_of(town: int) -> Center:
    """The posts of a town's center, by area id of the town; found once for each state of the directory."""
    known = people.directory()
    kept = _centers.get(town)
    if kept is None or kept[0] is not known:
        kept = _centers[town] = known, _center(areas.area_by_id(town).code)
    return kept[1]


_centers: dict[int, tuple[people.Directory, Center]] = {}


def _center(code: str) -> Center:
    center = people.center(town=code)
    posts = {post.code: post.id for post in people.posts_of(center.id)}
    return Center(
        unit=center.id,
        shift_post=posts["shift"],
        liaison_post=posts["hotline"],
        deputy_post=posts["deputy"],
        party_office=people.unit("dangzheng", town=code).id,
    )


def flow_now(source: str, town: int, at: datetime) -> Flow:
    """The flow in force for a source; Refused("source_unknown")."""
    version = _current(source, at.astimezone(SHANGHAI).date())
    if version is None:
        raise Refused("source_unknown", source=source)
    return flow(version, town)


def flow(version: int, town: int) -> Flow:
    """A stored flow with today's calendar for clocks that start now."""
    read, center = _flows.get()[version], center_of(town)
    current = calendars.current().version
    kept = _made.get((version, town))
    if (
        kept is None
        or kept[0] is not read
        or kept[1].center is not center
        or kept[1].calendar_version != current
    ):
        source, _, _, options, limits, _ = read
        made = Flow(version, source, options, limits, center, CALENDARS, current)
        kept = _made[version, town] = read, made
    return kept[1]


_made: dict[tuple[int, int], tuple[Read, Flow]] = {}


def stated(version: int) -> tuple[str, date]:
    """(label, effective from) of a stored flow."""
    _, label, since, *_ = _flows.get()[version]
    return label, since


def sources_at(day: date) -> list[tuple[str, str]]:
    """(source, label) of every source that had a flow on a day."""
    begun = {read[0]: read[1] for read in _flows.get().values() if read[2] <= day}
    return sorted(begun.items())


def digest(version: int) -> str:
    """SM3 of a flow, so that an order's first event says under which rules it began."""
    return _flows.get()[version][-1]


def digest_of(row: FlowVersion) -> str:
    """The digest of a flow as it is stored now."""
    stated = (str(row.id), row.source, row.effective_from.isoformat(), row.body)
    return crypto.sm3("\x1f".join(stated).encode()).hex()


def sources() -> list[tuple[str, str]]:
    """(source, label) of every source with a flow."""
    return sorted({(read[0], read[1]) for read in _flows.get().values()})


def labels() -> dict[str, str]:
    """Source -> label of every source with a flow."""
    return _flows.get().labels


def replying() -> list[str]:
    """Sources whose orders are replied to upward, under any version."""
    return sorted({read[0] for read in _flows.get().values() if read[3].reply_up})


def with_calendar(of: Flow, version: int) -> Flow:
    """The same flow starting its clocks under another calendar version."""
    return replace(of, calendar_version=version)
