"""Any level of a town on any day as a file in any system (U8-U11)."""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np
import shapely

from townops.areas.domain.candidates import KINDS
from townops.areas.domain.features import Feature
from townops.areas.domain.views import AreaView
from townops.areas.exchange.writing import FORMS, Sheet, write
from townops.areas.geography import Geography, picture
from townops.areas.models import Area
from townops.areas.surveys import plane_of
from townops.areas.versions import features_of, load_version
from townops.kernel.refusal import Refused

LABELS: Final = dict((*Area.Kind.choices, *Area.BlockType.choices))
_UNSAFE: Final = re.compile(r'[\\/:*?"<>|\x00-\x1f]')


@dataclass(frozen=True, slots=True)
class Exported:
    """A file for people: what it holds, a name safe on every system, its media type."""

    content: bytes
    name: str
    media: str


def export(
    town: str, level: str, *, on: date, form: str, crs: str = "cgcs2000", plane: Path | None = None
) -> Exported:
    """One level of a town (town, grid, village, block) as it stood that day.

    Refused: `area_unknown kind_wrong plane_file`, and as `exchange.writing.write`.
    """
    known = picture.get()
    found = known.by_code.get(town)
    if found is None:
        raise Refused("area_unknown", code=town)
    if level not in KINDS:
        raise Refused("kind_wrong", value=level)
    pairs = [(one, wkb) for one, wkb in known.ground(on).shapes(level) if one.town == found.town]
    shapes = np.array(shapely.from_wkb([wkb for _, wkb in pairs]), np.object_)
    rows = [_row(known, one) for one, _ in pairs]
    sheet = Sheet(LABELS[level], rows, shapes, crs, plane_of(plane) if plane else None)
    return _written(sheet, form, f"{found.name}-{LABELS[level]}-{on:%Y%m%d}-{sheet.system}")


def export_version(
    version_id: int, level: str, *, form: str, crs: str = "cgcs2000", plane: Path | None = None
) -> Exported:
    """One level of a draft or published version, as that version has it. Refused: `version_unknown`, and as `export`."""
    row = load_version(version_id)
    if level not in KINDS:
        raise Refused("kind_wrong", value=level)
    features = [one for one in features_of(row.pk) if one.kind == level]
    shapes = np.array([one.geometry for one in features], np.object_)
    sheet = Sheet(
        LABELS[level], [_said(one) for one in features], shapes, crs, plane_of(plane) if plane else None
    )
    town = picture.get().by_code.get(row.town)
    title = f"第{row.number}版" if row.number is not None else f"草案{row.pk}"
    return _written(sheet, form, f"{town.name if town else row.town}-{LABELS[level]}-{title}-{sheet.system}")


# say: Excel表格
def forms() -> dict[str, str]:
    """Every format by code, in words."""
    return {code: one.label for code, one in FORMS.items()}


def _written(sheet: Sheet, form: str, name: str) -> Exported:
    content = write(sheet, form)
    return Exported(content, _UNSAFE.sub("_", name) + FORMS[form].suffix, FORMS[form].media)


def _said(one: Feature) -> tuple[str, ...]:
    flags = ("是" if flag else "" for flag in (one.detached_allowed, one.directly_managed))
    return (one.code, one.name, LABELS[one.kind], LABELS.get(one.block_type, ""), one.parent, *flags)


def _row(known: Geography, one: AreaView) -> tuple[str, ...]:
    parent = known.by_id[one.parent_id].code if one.parent_id else ""
    flags = ("是" if flag else "" for flag in (one.detached_allowed, one.directly_managed))
    return (one.code, one.name, LABELS[one.kind], LABELS.get(one.block_type, ""), parent, *flags)
