"""Key places (重点场所) as a register: kept with their block, point and contact post, found by name, followed through new borders.

Written by whoever holds "areas.dossier" within the areas his post is limited to; every change names the `seq` it was made upon.
A place is never deleted: it ends on a day.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from townops.areas.access import DOSSIER
from townops.areas.domain import places as rules
from townops.areas.domain.finding import Named
from townops.areas.domain.places import PlaceFacts, Point, number_of
from townops.areas.domain.views import AreaView
from townops.areas.dossiers import may_keep
from townops.areas.geography import left_on, picture
from townops.areas.models import Place
from townops.areas.publishing import carried_to
from townops.areas.stamps import Picture, touch
from townops.base import db, journal
from townops.base.registry import answers
from townops.kernel.actors import SYSTEM_PERSON, Actor
from townops.kernel.refusal import Refused
from townops.kernel.workdays import SHANGHAI

KIND: Final = "place"
STAMP: Final = "places"
POST: Final = "areas.post"  # (town, text) -> id of the post it names; refuses
POSTS: Final = "areas.posts"  # ids -> {id: words}
CHUNK: Final = 500


@dataclass(frozen=True, slots=True)
class PlaceView:
    """A key place as it is; `contact` names its post in words, "" without one."""

    number: str
    kind: str
    name: str
    block: AreaView
    point: Point | None
    address: str
    post: int | None
    contact: str
    since: date
    until: date | None
    seq: int

    def stands(self, on: date) -> bool:
        """Whether it holds on that day."""
        return self.since <= on and (self.until is None or self.until > on)


def place(number: str) -> PlaceView:
    """By number, ended ones too. Refused("place_unknown")."""
    return _views([_row(number)])[0]


def _row(number: str) -> Place:
    row = Place.objects.filter(pk=rules.key_of(number)).first()
    if row is None:
        raise Refused("place_unknown", number=number[:20])
    return row


def places_of(blocks: Iterable[AreaView], *, ended: bool = False) -> list[PlaceView]:
    """Key places of these blocks that stand today (with `ended` all), by block and number."""
    ids = [one.id for one in blocks]
    rows: list[Place] = []
    for start in range(0, len(ids), CHUNK):
        rows += Place.objects.filter(block__in=ids[start : start + CHUNK]).order_by("block__code", "id")
    today = timezone.localdate()
    return [one for one in _views(rows) if ended or one.stands(today)]


def find_places(town: str, *, kind: str = "", q: str = "", most: int = 200) -> list[PlaceView]:
    """Key places of a town that stand today, by number: of one kind, with every word in name, kind or address."""
    today = timezone.localdate()
    rows = Place.objects.filter(town=town, valid_from__lte=today)
    rows = rows.filter(Q(valid_until=None) | Q(valid_until__gt=today))
    rows = rows.filter(kind=kind) if kind else rows
    for word in q.split():
        rows = rows.filter(Q(name__contains=word) | Q(kind__contains=word) | Q(address__contains=word))
    return _views(list(rows[:most]))


def place_kinds(town: str) -> list[str]:
    """Kinds that places of a town have, the most frequent words to choose from first by name."""
    return sorted(set(Place.objects.filter(town=town).order_by().values_list("kind", flat=True).distinct()))


def _views(rows: Sequence[Place]) -> list[PlaceView]:
    known = picture.get().by_id
    posts = {one.post for one in rows if one.post is not None}
    words: Mapping[int, str] = answers.ask(POSTS, posts) if posts and answers.knows(POSTS) else {}
    return [
        PlaceView(
            number_of(one.pk), one.kind, one.name, known[one.block_id], _point(one), one.address, one.post,
            words.get(one.post, "") if one.post else "", one.valid_from, one.valid_until, one.seq,
        )
        for one in rows
    ]  # fmt: skip


def _point(row: Place) -> Point | None:
    return (row.lng, row.lat) if row.lng is not None and row.lat is not None else None


def put_place(
    number: str, typed: Mapping[str, str], *, town: str, over: int, actor: Actor, at: datetime
) -> PlaceView:
    """A new place (`number` ""), or one that was `over` as it is from now on. Where it has a point, its block is the one there.

    Refused: place_unknown, place_stale, place_unchanged, place_twice, place_elsewhere, place_block, dossier_outside, as
    `rules.read`, and as people refuse the contact.
    """
    facts = rules.read(typed, at.astimezone(SHANGHAI).date())
    block = _block(facts, town)
    with db.write():
        row = _row(number) if number else Place(town=town, seq=0)
        before = _told(row) if number else {}
        for area in {block.id: block, **_old_block(row)}.values():
            if not may_keep(actor, area):
                raise Refused("dossier_outside", name=area.name)
        if row.town != town:
            raise Refused("place_unknown", number=number[:20])
        _fill(row, facts, block, _post(facts.contact, town))
        changed = {
            name: [before.get(name, ""), now]
            for name, now in _told(row).items()
            if before.get(name, "") != now
        }
        _refuse_twice(row)
        _write(row, number, over, changed)
        body = {"seq": row.seq, "changes": changed}
        journal.append(kind=KIND, key=number_of(row.pk), action="put", actor=actor, at=at, body=body)
        told = {"file": f"{row.kind} {row.name}"}
        journal.append(kind="dossier", key=block.code, action="place", actor=actor, at=at, body=told)
        touch(STAMP)
    return _views([row])[0]


def _old_block(row: Place) -> dict[int, AreaView]:
    return {row.block_id: picture.get().by_id[row.block_id]} if row.pk else {}


def _write(row: Place, number: str, over: int, changed: Mapping[str, object]) -> None:
    if not number:
        row.seq = 1
        row.save()
        return
    if not changed:
        raise Refused("place_unchanged")
    if not Place.objects.filter(pk=row.pk, seq=over).update(seq=F("seq") + 1):
        raise Refused("place_stale", number=number)
    row.seq = over + 1
    row.save()


def _block(facts: PlaceFacts, town: str) -> AreaView:
    known, today = picture.get(), timezone.localdate()
    asked = known.by_code.get(facts.block) if facts.block else None
    if facts.block and (
        asked is None or asked.kind != "block" or asked.town != town or not asked.stands(today)
    ):
        raise Refused("place_block", block=facts.block[:32])
    if facts.point is None:
        if asked is None:
            raise Refused("place_block", block="")
        return asked
    there = known.ground(today).locate(*facts.point).block
    if there is None or there.town != town or (asked is not None and there.id != asked.id):
        raise Refused("place_elsewhere", there=there.name if there else "没有责任块的地方")
    return there


def _post(contact: str, town: str) -> int | None:
    if not contact:
        return None
    if not answers.knows(POST):
        raise Refused("place_contact", contact=contact[:40])
    found: int = answers.ask(POST, town, contact)
    return found


def _fill(row: Place, facts: PlaceFacts, block: AreaView, post: int | None) -> None:
    row.kind, row.name, row.address, row.block_id = facts.kind, facts.name, facts.address, block.id
    row.lng, row.lat = facts.point or (None, None)
    row.post, row.valid_from, row.valid_until = post, facts.since, facts.until


def _told(row: Place) -> dict[str, str]:
    """What the journal tells of a place, by the names of what is typed."""
    told = {"kind": row.kind, "name": row.name, "address": row.address, "block": str(row.block_id)}
    told |= {"lng": str(row.lng or ""), "lat": str(row.lat or ""), "contact": str(row.post or "")}
    return told | {
        "since": row.valid_from.isoformat(),
        "until": row.valid_until.isoformat() if row.valid_until else "",
    }


def _refuse_twice(row: Place) -> None:
    """The same thing at the same time in the same block is one place."""
    same = Place.objects.filter(block=row.block_id, name=row.name, kind=row.kind).exclude(pk=row.pk)
    if same.filter(Q(valid_until=None) | Q(valid_until__gt=row.valid_from)).exists():
        raise Refused("place_twice", name=row.name)


def enter_places(
    rows: Iterable[tuple[AreaView, str, str, str]], *, since: date, actor: Actor, at: datetime
) -> int:
    """A first survey at once: (block, kind, name, address) of blocks that have no place yet. Returns how many."""
    if actor.person != SYSTEM_PERSON and not any(not hat.areas for hat in actor.hats_with(DOSSIER)):
        raise Refused("not_permitted", step=DOSSIER)
    with db.write():
        taken = set(Place.objects.values_list("block_id", flat=True))
        made = Place.objects.bulk_create(
            (
                Place(
                    town=block.town,
                    kind=kind,
                    name=name,
                    address=address,
                    block_id=block.id,
                    valid_from=since,
                )
                for block, kind, name, address in rows
                if block.id not in taken
            ),
            batch_size=CHUNK,
        )
        body = {"places": len(made)}
        journal.append(kind="places", key="survey", action="enter", actor=actor, at=at, body=body)
        touch(STAMP)
    return len(made)


def follow_borders(town: str, at: datetime) -> int:
    """Give places the block that today's borders give them: of their point, else where the largest part of the block went."""
    today, known = timezone.localdate(at), picture.get()
    rows = Place.objects.filter(town=town).filter(Q(valid_until=None) | Q(valid_until__gt=today))
    moved = [(one, block) for one in rows if (block := _today(one, town, today)) not in (None, one.block_id)]
    system = Actor(SYSTEM_PERSON, "系统", ())
    with db.write():
        for row, block in moved:
            old = known.by_id[row.block_id].name
            if not Place.objects.filter(pk=row.pk, seq=row.seq).update(block=block, seq=F("seq") + 1):
                continue  # somebody changed it just now; the next round sees it
            body = {"seq": row.seq + 1, "changes": {"block": [str(row.block_id), str(block)]}, "was": old}
            journal.append(kind=KIND, key=number_of(row.pk), action="follow", actor=system, at=at, body=body)
        if moved:
            touch(STAMP)
    return len(moved)


def _today(row: Place, town: str, today: date) -> int | None:
    known, point = picture.get(), _point(row)
    if point is not None:
        there = known.ground(today).locate(*point).block
        return there.id if there else None
    area = known.by_id[row.block_id]
    left = None if area.stands(today) else area.until or left_on(area.id, today)
    if left is None:
        return None
    shares = carried_to(town, area.code, left - timedelta(days=1), today)
    heirs = (known.by_code.get(one.code) for one in shares)
    return next((one.id for one in heirs if one is not None and one.stands(today)), None)


def named_places(town: str) -> tuple[Named, ...]:
    """Places of today as an address names them: with the code of their block, and their own point."""
    today, known = timezone.localdate(), picture.get().by_id
    return tuple(
        Named(known[block].code, name, known[block].name, point, is_place=True)
        for block, name, point, since, until in _names.get().get(town, ())
        if since <= today and (until is None or until > today) and known[block].stands(today)
    )


_Line = tuple[int, str, Point | None, date, date | None]


def _read_names() -> dict[str, list[_Line]]:
    found: dict[str, list[_Line]] = {}
    for one in Place.objects.order_by("id"):
        line = (one.block_id, one.name, _point(one), one.valid_from, one.valid_until)
        found.setdefault(one.town, []).append(line)
    return found


_names: Final[Picture[dict[str, list[_Line]]]] = Picture(STAMP, _read_names)


def rows_on(since: date, until: date) -> QuerySet[Place]:
    """Rows that stood on one of these days, by number."""
    rows = Place.objects.filter(valid_from__lte=until).select_related("block")
    return rows.filter(Q(valid_until=None) | Q(valid_until__gt=since)).order_by("id")
