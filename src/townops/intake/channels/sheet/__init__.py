"""Sheets (xlsx, csv) of known makers: which column means what is a preset, data in `presets/<name>.toml`."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from townops.base import sheets
from townops.intake.channels import channel
from townops.intake.domain.report import Broken, Contact, Report, Usable, checked, moment, place
from townops.kernel.refusal import Refused

PRESETS: Final = Path(__file__).parent / "presets"
NEEDED: Final = ("text", "received_at")


@dataclass(frozen=True)
class Preset:
    """For each field of a report the heads that may carry it, first that is present; `crs` of
    points, always one.
    """

    source: str
    label: str
    crs: str
    columns: Mapping[str, Sequence[str]]

    def heads(self, present: Sequence[str]) -> dict[str, str]:
        """field -> head. Refused("columns_missing") when text or time of receipt cannot be found."""
        found = {
            field: next((head for head in heads if head in present), "")
            for field, heads in self.columns.items()
        }
        if lacking := [self.columns[field][0] for field in NEEDED if not found.get(field)]:
            raise Refused("columns_missing", columns="、".join(lacking))
        return {field: head for field, head in found.items() if head}


@cache
def preset(source: str) -> Preset:
    """The preset of a source; Refused("preset_unknown")."""
    path = PRESETS / f"{source}.toml"
    if not source.isidentifier() or not path.is_file():
        raise Refused("preset_unknown", source=source)
    stated = tomllib.loads(path.read_text("utf-8"))
    return Preset(source, stated["label"], stated.get("crs", "cgcs2000"), stated["columns"])


@channel("sheet", label="表格")
def read(payload: bytes, source: str, name: str = "") -> Iterator[Usable | Broken]:
    """Rows of a sheet under the preset of its source; a sheet without the needed columns is refused whole."""
    known = preset(source)
    rows = sheets.read(payload, name)
    first = next(rows)
    return _rows(known, known.heads(list(first.cells)), first, rows)


def _rows(
    known: Preset, heads: Mapping[str, str], first: sheets.Row, others: Iterator[sheets.Row]
) -> Iterator[Usable | Broken]:
    yield _one(known, heads, first)
    for row in others:
        if any(row.cells.values()):
            yield _one(known, heads, row)


def _one(known: Preset, heads: Mapping[str, str], row: sheets.Row) -> Usable | Broken:
    try:
        return Usable(
            row.number, report_of(known, {field: row.cells.get(head, "") for field, head in heads.items()})
        )
    except Refused as reason:
        return Broken(row.number, row.cells, reason)


def report_of(known: Preset, cells: Mapping[str, str]) -> Report:
    """A report from cells by field; Refused: time_malformed, place_..., text_missing, text_long."""
    due = cells.get("outer_due_at", "")
    report = Report(
        source=known.source,
        text=cells.get("text", ""),
        title=cells.get("title", ""),
        received_at=moment(cells.get("received_at", "")),
        external_number=cells.get("external_number", ""),
        place=place(cells.get("lng", ""), cells.get("lat", ""), known.crs, cells.get("address", "")),
        class_code=cells.get("class_code", ""),
        contact=Contact(cells.get("contact_name", ""), cells.get("contact_phone", "")),
        outer_due_at=moment(due) if due else None,
    )
    return checked(report)
