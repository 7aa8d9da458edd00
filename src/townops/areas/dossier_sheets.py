"""Dossiers of many blocks as one sheet: out with what is known, in again with what was changed, all of it or nothing (U11)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from townops.areas.domain import dossiers as rules
from townops.areas.domain.views import AreaView
from townops.areas.dossiers import Filled, dossiers, put_dossiers
from townops.areas.geography import picture
from townops.areas.models import Area
from townops.base import db, sheets, words
from townops.kernel.actors import Actor
from townops.kernel.refusal import Refused

CODE, NAME, TYPE, SEQ = "编码", "名称", "类型", "版本"
FIELDS: Final = rules.fields_of("block")
HEADS: Final = (CODE, NAME, TYPE, *(one.label for one in FIELDS), SEQ)


@dataclass(frozen=True, slots=True)
class Wrong:
    """A row that cannot be taken, and why."""

    row: int
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What a sheet did: rows in it, dossiers changed by it; with errors nothing was changed."""

    rows: int
    changed: int
    errors: tuple[Wrong, ...]


class _Undone(Exception):
    """Takes back what was written of a sheet."""


def dossier_sheet(blocks: Iterable[AreaView]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Heads and rows of the dossiers of these blocks."""
    labels = dict(Area.BlockType.choices)
    rows = [
        (
            one.area.code,
            one.area.name,
            str(labels[one.area.block_type]),
            *(one.content[field.name] for field in FIELDS),
            str(one.seq),
        )
        for one in dossiers(blocks)
    ]
    return HEADS, rows


def take_dossier_sheet(
    content: bytes, name: str, town: str, *, actor: Actor, at: datetime, only_try: bool = False
) -> Taken:
    """Every changed row of a sheet written, or none and why not; columns that are left out stay as they are.

    Refused: as `sheets.read`, column_missing.
    """
    rows = list(sheets.read(content, name))
    if missing := [head for head in (CODE, SEQ) if head not in rows[0].cells]:
        raise Refused("dossier_column", column=missing[0])
    wanted, wrong = _wanted(rows, town)
    changed = 0
    try:
        with db.write():
            changed, refused = put_dossiers([one for _, one in wanted], actor=actor, at=at)
            wrong += [(wanted[place][0], why) for place, why in refused]
            if wrong or only_try:
                raise _Undone
    except _Undone:
        pass
    told = (
        Wrong(row.number, row.cells.get(CODE, ""), words.render(why))
        for row, why in sorted(wrong, key=lambda one: one[0].number)
    )
    return Taken(len(rows), changed, tuple(told))


def _wanted(
    rows: Iterable[sheets.Row], town: str
) -> tuple[list[tuple[sheets.Row, Filled]], list[tuple[sheets.Row, Refused]]]:
    wanted: list[tuple[sheets.Row, Filled]] = []
    wrong: list[tuple[sheets.Row, Refused]] = []
    for row in rows:
        try:
            wanted.append((row, _filled(row, town)))
        except Refused as refused:
            wrong.append((row, refused))
    return wanted, wrong


def _filled(row: sheets.Row, town: str) -> Filled:
    """Refused: area_unknown, dossier_none."""
    code, seq = row.cells.get(CODE, ""), row.cells.get(SEQ, "")
    area = picture.get().by_code.get(code)
    if area is None or area.town != town:
        raise Refused("area_unknown", code=code)
    if area.kind != "block":
        raise Refused("dossier_none", name=area.name)
    typed = {one.name: row.cells[one.label] for one in FIELDS if one.label in row.cells}
    over = int(seq) if seq.isascii() and seq.isdigit() and len(seq) < len(str(10**9)) else -1
    return Filled(area, typed, over)
