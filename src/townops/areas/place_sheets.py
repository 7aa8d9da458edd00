"""Key places as one sheet: out as they are, in again changed or with fresh rows, all of it or nothing (U11)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from townops.areas.domain.places import HEADS
from townops.areas.domain.views import AreaView
from townops.areas.dossier_sheets import Taken, Wrong
from townops.areas.places import PlaceView, places_of, put_place
from townops.base import db, sheets, words
from townops.kernel.actors import Actor
from townops.kernel.refusal import Refused

NEEDED: Final = ("number", "kind", "name", "block", "seq")


class _Undone(Exception):
    """Takes back what was written of a sheet."""


def typed_of(one: PlaceView) -> dict[str, str]:
    """A place as one types it."""
    lng, lat = (f"{one.point[0]:.7f}", f"{one.point[1]:.7f}") if one.point else ("", "")
    told = {
        "number": one.number,
        "kind": one.kind,
        "name": one.name,
        "block": one.block.code,
        "lng": lng,
        "lat": lat,
    }
    told |= {"address": one.address, "contact": one.contact, "since": one.since.isoformat()}
    return told | {"until": one.until.isoformat() if one.until else "", "seq": str(one.seq)}


def place_sheet(blocks: Iterable[AreaView]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Heads and rows of the places of these blocks, ended ones too."""
    told = (typed_of(one) for one in places_of(blocks, ended=True))
    return tuple(HEADS.values()), [tuple(one[name] for name in HEADS) for one in told]


def take_place_sheet(
    content: bytes, name: str, town: str, *, actor: Actor, at: datetime, only_try: bool = False
) -> Taken:
    """Every row written, or none and why not; a row without a number is a new place. Refused: as `sheets.read`, place_column."""
    rows = list(sheets.read(content, name))
    if missing := [HEADS[one] for one in NEEDED if HEADS[one] not in rows[0].cells]:
        raise Refused("place_column", column=missing[0])
    changed, wrong = 0, list[Wrong]()
    try:
        with db.write():
            for row in rows:
                try:
                    changed += _take(row, town, actor, at)
                except Refused as refused:
                    said = row.cells.get(HEADS["number"], "") or row.cells.get(HEADS["name"], "")
                    wrong.append(Wrong(row.number, said, words.render(refused)))
            if wrong or only_try:
                raise _Undone
    except _Undone:
        pass
    return Taken(len(rows), changed, tuple(wrong))


def _take(row: sheets.Row, town: str, actor: Actor, at: datetime) -> bool:
    typed = {name: row.cells.get(head, "") for name, head in HEADS.items()}
    seq = typed["seq"]
    over = int(seq) if seq.isascii() and seq.isdigit() and len(seq) < len(str(10**9)) else -1
    try:
        put_place(typed["number"], typed, town=town, over=over, actor=actor, at=at)
    except Refused as refused:
        if refused.code == "place_unchanged":
            return False
        raise
    return True
