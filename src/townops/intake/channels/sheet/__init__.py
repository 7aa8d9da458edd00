"""Sheets (xlsx, csv) of known makers: which column means what is a preset, data in `presets/<name>.toml`."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Final

from townops.base import sheets
from townops.intake.channels import channel
from townops.intake.domain.report import Broken, Contact, Report, Usable, checked, moment, place
from townops.kernel.refusal import Refused

PRESETS: Final = Path(__file__).parent / "presets"
NEEDED: Final = ("text", "received_at")
FIELDS: Final = {
    "text": "内容", "received_at": "收到时间", "external_number": "来源编号", "title": "标题", "address": "地址",
    "lng": "经度", "lat": "纬度", "class_code": "类别编码", "contact_name": "诉求人", "contact_phone": "电话",
    "outer_due_at": "上级时限",
}  # fmt: skip
"""Fields of a report that a column may carry, and what people call them."""


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
        if lacking := [self._wanted(field) for field in NEEDED if not found.get(field)]:
            raise Refused("columns_missing", columns="、".join(lacking))
        return {field: head for field, head in found.items() if head}

    def _wanted(self, field: str) -> str:
        return next(iter(self.columns.get(field, ())), FIELDS[field])


@cache
def preset(source: str) -> Preset:
    """The preset of a source; Refused("preset_unknown")."""
    path = PRESETS / f"{source}.toml"
    if not source.isidentifier() or not path.is_file():
        raise Refused("preset_unknown", source=source)
    stated = tomllib.loads(path.read_text("utf-8"))
    return Preset(source, stated["label"], stated.get("crs", "cgcs2000"), stated["columns"])


def every_preset() -> list[tuple[str, str]]:
    """(name, label) of every preset."""
    return [(path.stem, preset(path.stem).label) for path in sorted(PRESETS.glob("*.toml"))]


def reading(source: str, name: str, mapping: Mapping[str, str]) -> Preset:
    """How the sheets of a source are read: its own preset, another by name, or a mapping of fields to heads of one's
    own (then `name` gives only the coordinates). Refused: preset_unknown, mapping_field_unknown, mapping_lacks.
    """
    if not mapping:
        return replace(preset(name or source), source=source)
    codes = {word: code for code, word in FIELDS.items()} | {code: code for code in FIELDS}
    if unknown := [field for field in mapping if field not in codes]:
        raise Refused("mapping_field_unknown", fields=unknown, known=list(FIELDS.values()))
    columns = {codes[field]: [head] for field, head in mapping.items()}
    if lacking := [FIELDS[field] for field in NEEDED if field not in columns]:
        raise Refused("mapping_lacks", fields=lacking)
    return Preset(source, "自定列对照", preset(name).crs if name else "cgcs2000", columns)


@channel("sheet", label="表格")
def read(payload: bytes, source: str, name: str = "") -> Iterator[Usable | Broken]:
    """Rows of a sheet under the preset of its source; a sheet without the needed columns is refused whole."""
    return read_as(payload, preset(source), name)


def read_as(payload: bytes, known: Preset, name: str = "") -> Iterator[Usable | Broken]:
    """The same under a preset of one's choice."""
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
        found = {field: row.cells.get(head, "") for field, head in heads.items()}
        return Usable(row.number, report_of(known, found), row.cells)
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
