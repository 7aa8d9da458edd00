"""Versions by date: checked, then published for a coming day; what is past is never rewritten."""

from dataclasses import dataclass
from datetime import date, datetime

from townops.areas import api as areas
from townops.base import journal
from townops.base.db import write
from townops.catalogue import store
from townops.catalogue.access import EDIT
from townops.catalogue.domain.check import faults
from townops.catalogue.domain.rows import Content
from townops.catalogue.models import CatalogueVersion
from townops.kernel.actors import SYSTEM_PERSON, Actor
from townops.kernel.refusal import Refused
from townops.kernel.workdays import SHANGHAI


@dataclass(frozen=True)
class VersionView:
    """A version for people: its number, the day it came into force, why."""

    id: int
    number: int
    effective_from: date
    note: str


def publish_version(
    content: Content, *, effective_from: date, actor: Actor, at: datetime, note: str = ""
) -> VersionView:
    """Publish a catalogue. The first may start any day; a later one starts after today and not before the newest; of
    two of one day, neither yet in force, the later counts.

    Refused: `not_permitted`, `catalogue_unsound`, `catalogue_unchanged`, `catalogue_out_of_order`,
    `catalogue_backdated`.
    """
    refuse_stranger(actor)
    with write():
        newest = refuse_unpublishable(content, effective_from=effective_from, at=at)
        number = newest.number + 1 if newest else 1
        row = store.save(content.sorted(), number=number, effective_from=effective_from, note=note)
        body = {"number": number, "from": effective_from.isoformat(), "digest": row.digest, "note": note}
        journal.append(kind="catalogue", key="versions", action="publish", actor=actor, at=at, body=body)
        areas.touch("catalogue")
    return view_of(row)


def refuse_unpublishable(content: Content, *, effective_from: date, at: datetime) -> CatalogueVersion | None:
    """Refused as `publish_version` but for the permission; else the newest version, None before the first."""
    _refuse_unsound(content)
    newest = CatalogueVersion.objects.order_by("-number").first()
    _refuse_ill_timed(newest, content, effective_from, at.astimezone(SHANGHAI).date())
    return newest


def refuse_stranger(actor: Actor) -> None:
    if actor.person != SYSTEM_PERSON and not actor.holds(EDIT):
        raise Refused("not_permitted", permission=EDIT)


def _refuse_unsound(content: Content) -> None:
    if found := faults(content):
        first = found[0]
        shown = f"{first.sheet} {first.code} {first.column}：{first.reason}"
        raise Refused("catalogue_unsound", count=len(found), first=shown)


def _refuse_ill_timed(
    newest: CatalogueVersion | None, content: Content, effective_from: date, today: date
) -> None:
    if newest is None:
        return
    if newest.digest == store.digest(content):
        raise Refused("catalogue_unchanged", number=newest.number)
    if effective_from < newest.effective_from:
        raise Refused("catalogue_out_of_order", latest=newest.effective_from.isoformat())
    if effective_from <= today:
        raise Refused("catalogue_backdated", effective_from=effective_from.isoformat())


def view_of(row: CatalogueVersion) -> VersionView:
    return VersionView(row.id, row.number, row.effective_from, row.note)
