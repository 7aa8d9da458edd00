"""A proven draft becomes the borders of the town from a day on, in one transaction; earlier ones can be had again (U8-U11)."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Final

from django.utils import timezone

from townops.areas.access import PUBLISH
from townops.areas.domain.changes import Comparison, compared
from townops.areas.domain.comparing import Carried, Difference, Link, carried, compare
from townops.areas.domain.features import Feature
from townops.areas.domain.proving import prove
from townops.areas.imports import write_paths
from townops.areas.models import Area, AreaShape, Lineage, Version
from townops.areas.stamps import CHANGED, touch
from townops.areas.versions import (
    BATCH,
    BORDERS,
    KIND,
    VersionView,
    borders_stamp,
    features_of,
    keep_features,
    levels,
    load_version,
    standing,
    view,
)
from townops.base import db, journal, outbox, seals, sql
from townops.kernel.actors import Actor
from townops.kernel.refusal import Refused

WORDED: Final = ("name", "block_type", "parent", "detached_allowed", "directly_managed")


def compare_versions(before: int, after: int) -> Difference:
    """What differs between two versions; Refused(version_unknown)."""
    one, other = load_version(before), load_version(after)
    day = other.valid_from or timezone.localdate()
    return compare(features_of(one.pk), features_of(other.pk), day)


def comparison(version_id: int, against: int | None = None) -> Comparison:
    """What a version changes against another; without one a draft against what stands, a published version against the
    one before it. Refused(version_unknown).
    """
    row = load_version(version_id)
    day = row.valid_from or timezone.localdate()
    if against is not None:
        return compared(features_of(load_version(against).pk), features_of(row.pk), day)
    if row.number is None:
        return compared(standing(row.town), features_of(row.pk), day)
    earlier = Version.objects.filter(town=row.town, number=row.number - 1).first()
    return compared(features_of(earlier.pk) if earlier else (), features_of(row.pk), day)


def foresee_publishing(version_id: int, on: date) -> Difference:
    """What publishing a draft from a day on would change; nothing is written."""
    row = load_version(version_id)
    return compare(standing(row.town), features_of(row.pk), on)


def publish(version_id: int, *, revision: int, on: date, actor: Actor, at: datetime) -> VersionView:
    """Make the checked draft the borders from `on`, today or later.

    Refused: not_permitted, version_published, draft_not_checked (also when it is no longer at `revision`), draft_outdated
    when other borders were published or imported since it was begun, publish_past, publish_before_latest.
    """
    _may_publish(actor, on, at)
    with db.write():
        seals.one_at_a_time(BORDERS)
        row = load_version(version_id)
        if row.number is not None:
            raise Refused("version_published")
        if row.dropped_at is not None:
            raise Refused("draft_dropped")
        if row.checked != row.revision or row.revision != revision:
            raise Refused("draft_not_checked")
        if row.borders != borders_stamp():
            raise Refused("draft_outdated")
        return _publish(row, on, actor, at)


def roll_back(version_id: int, *, on: date, note: str, actor: Actor, at: datetime) -> VersionView:
    """Publish an earlier version again, as a new one that equals it. Refused: version_not_published,
    version_unproven (imported with defects), and as `publish`."""
    _may_publish(actor, on, at)
    with db.write():
        seals.one_at_a_time(BORDERS)
        earlier = load_version(version_id)
        if earlier.number is None:
            raise Refused("version_not_published")
        if earlier.checked is None and not prove(features_of(earlier.pk)).passed:
            raise Refused("version_unproven")
        row = Version.objects.create(
            town=earlier.town,
            note=note[:200],
            checked=0,
            equals=earlier,
            created_at=at,
            borders=borders_stamp(),
        )
        keep_features(row, features_of(earlier.pk))
        return _publish(row, on, actor, at)


def _may_publish(actor: Actor, on: date, at: datetime) -> None:
    if not actor.holds(PUBLISH):
        raise Refused("not_permitted")
    if on < timezone.localdate(at):
        raise Refused("publish_past")


def _publish(row: Version, on: date, actor: Actor, at: datetime) -> VersionView:
    latest = Version.objects.filter(town=row.town, number__isnull=False).order_by("-number").first()
    if latest is not None and latest.valid_from is not None and on < latest.valid_from:
        raise Refused("publish_before_latest", day=latest.valid_from.isoformat())
    before, after = standing(row.town), features_of(row.pk)
    found = compare(before, after, on)
    if found.empty:
        raise Refused("version_changes_nothing")
    if latest is None and before:
        latest = _keep_imported(row.town, before, on, at)
    row.number = (latest.number or 0) + 1 if latest else 1
    row.valid_from = on
    row.save(update_fields=["number", "valid_from"])
    _identities(row.town, after, found, on)
    _shapes(row.town, {one.code: one for one in after}, found, on)
    Lineage.objects.bulk_create((_kept(row, link) for link in found.moved), batch_size=BATCH)
    body = {"version": row.pk, "number": row.number, "from": on.isoformat(), "note": row.note}
    journal.append(kind=KIND, key=row.town, action="publish", actor=actor, at=at, body=body)
    if on == timezone.localdate(at):
        _begin(row, at)
    touch(BORDERS)
    touch("areas")
    return view(row)


def _keep_imported(town: str, before: Iterable[Feature], on: date, at: datetime) -> Version:
    """Borders that came by direct import become the first version, so that they too can be had again."""
    shapes = AreaShape.objects.filter(area__town=town, valid_until=None)
    since = shapes.order_by("-valid_from").values_list("valid_from", flat=True)[:1].get()
    words = {"note": "导入的边界", "number": 1, "valid_from": min(on, since), "applied": True}
    row = Version.objects.create(town=town, created_at=at, **words)
    keep_features(row, before)
    return row


def _identities(town: str, after: Iterable[Feature], found: Difference, on: date) -> None:
    """Removed areas end on the day, fresh ones begin on it, and one that comes back is the same as before."""
    every = {one.code: one for one in Area.objects.filter(town=town)}
    ended = [every[code] for code in found.removed]
    back = [every[code] for code in found.added if code in every]
    for area in ended:
        area.valid_until = max(on, area.valid_from)
    for area in back:
        area.valid_until = None
    sql.rewrite([*ended, *back], ["valid_until"])
    for kind, level in levels(after).items():
        fresh = [one for one in level if one.code not in every]
        made = [
            _worded(Area(code=one.code, kind=kind, town=town, valid_from=on), one, every) for one in fresh
        ]
        Area.objects.bulk_create(made, batch_size=BATCH)
        every |= {one.code: one for one in made}
    write_paths(every.values())


def _worded(area: Area, one: Feature, every: Mapping[str, Area]) -> Area:
    area.name, area.block_type, area.parent = one.name, one.block_type, every.get(one.parent)
    area.detached_allowed, area.directly_managed = one.detached_allowed, one.directly_managed
    return area


def _said(area: Area) -> tuple[object, ...]:
    return (area.name, area.block_type, area.parent_id, area.detached_allowed, area.directly_managed)


def _shapes(town: str, after: Mapping[str, Feature], found: Difference, on: date) -> None:
    ids = dict(Area.objects.filter(town=town).values_list("code", "pk"))
    stale = [ids[code] for code in (*found.removed, *found.reshaped)]
    for start in range(0, len(stale), BATCH):
        now = AreaShape.objects.filter(area__in=stale[start : start + BATCH], valid_until=None)
        now.filter(valid_from__gte=on).delete()
        now.update(valid_until=on)
    fresh = (
        AreaShape(area_id=ids[code], shape=after[code].shape, valid_from=on, source_crs="EPSG:4490")
        for code in (*found.added, *found.reshaped)
    )
    AreaShape.objects.bulk_create(fresh, batch_size=BATCH)


def _kept(row: Version, link: Link) -> Lineage:
    words = {"before": link.before, "after": link.after, "how": link.how, "m2": link.m2}
    return Lineage(version=row, on=link.on, share=min(link.share, 1.0), **words)


def begin_due(at: datetime) -> int:
    """Let every version whose day has come hold with its words; returns how many began. May run twice."""
    due = Version.objects.filter(applied=False, valid_from__lte=timezone.localdate(at)).order_by("number")
    began = 0
    for version_id in due.values_list("pk", flat=True):
        with db.write():
            seals.one_at_a_time(BORDERS)
            row = load_version(version_id)
            if not row.applied:
                _begin(row, at)
                touch("areas")
                began += 1
    return began


def _begin(row: Version, at: datetime) -> None:
    """Names, parents and types hold from now on; whoever keeps work by area is told in the same transaction."""
    every = {one.code: one for one in Area.objects.filter(town=row.town)}
    before = {code: _said(one) for code, one in every.items()}
    areas = (_worded(every[one.code], one, every) for one in features_of(row.pk))
    sql.rewrite([one for one in areas if _said(one) != before[one.code]], WORDED)
    write_paths(every.values())
    row.applied = True
    row.save(update_fields=["applied"])
    outbox.publish(CHANGED, str(row.pk), {"town": row.town, "version": row.pk}, at)


def lineage_of(town: str) -> list[Link]:
    """What became of every area with every version, oldest first."""
    rows = Lineage.objects.filter(version__town=town)
    return [Link(*row) for row in rows.values_list("on", "before", "after", "how", "m2", "share")]


def lineage_in(version_id: int) -> list[Link]:
    """What became of areas with one version, as it was kept or corrected, by code."""
    rows = Lineage.objects.filter(version=version_id).order_by("before", "after")
    return [Link(*row) for row in rows.values_list("on", "before", "after", "how", "m2", "share")]


def carried_to(town: str, code: str, since: date, until: date) -> tuple[Carried, ...]:
    """Where the ground that `code` had on one day is on a later one, largest share first: a report on other borders."""
    return carried(code, lineage_of(town), since, until)


def correct_lineage(
    version_id: int, before: str, after: str, *, how: str, share: float, actor: Actor, at: datetime
) -> None:
    """Say better than geometry what became of an area. Refused: lineage_unknown, lineage_wrong."""
    if not actor.holds(PUBLISH):
        raise Refused("not_permitted")
    if how not in {"split", "merged", "moved", "renamed"} or not 0 < share <= 1:
        raise Refused("lineage_wrong")
    with db.write():
        row = load_version(version_id)
        known = Lineage.objects.filter(version=row, before=before, after=after)
        if not known.update(how=how, share=share):
            raise Refused("lineage_unknown", before=before, after=after)
        body = {"version": row.pk, "before": before, "after": after, "how": how, "share": share}
        journal.append(kind=KIND, key=row.town, action="correct", actor=actor, at=at, body=body)
