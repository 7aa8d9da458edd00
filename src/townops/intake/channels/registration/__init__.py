"""The clerk's form: what a caller says, typed in by the person who answers. One form, one report."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from townops.intake.channels import channel
from townops.intake.domain.report import Broken, Contact, Report, Usable, checked, moment, place
from townops.kernel.refusal import Refused
from townops.orders import api as orders

LONGEST_CODE: Final = 32


@channel("registration", label="人工登记")
def read(payload: bytes, source: str, name: str = "") -> Iterator[Usable | Broken]:
    """The fields of the form as JSON, as they were kept; Refused("json_malformed")."""
    try:
        cells = json.loads(payload)
    except (UnicodeDecodeError, json.JSONDecodeError):
        raise Refused("json_malformed") from None
    if not isinstance(cells, dict):
        raise Refused("object_missing")
    return iter([_one({str(name): str(value or "") for name, value in cells.items()}, source)])


def payload(cells: Mapping[str, str], received_at: datetime) -> bytes:
    """The form as it is kept; a form without a time of receipt was received now."""
    stated = {
        "received_at": received_at.isoformat(),
        **{name: value for name, value in cells.items() if value},
    }
    return json.dumps(stated, ensure_ascii=False, sort_keys=True).encode()


def _one(cells: Mapping[str, str], source: str) -> Usable | Broken:
    try:
        return Usable(1, report_of(cells, source))
    except Refused as reason:
        return Broken(1, cells, reason)


def report_of(cells: Mapping[str, str], source: str) -> Report:
    """Refused: text_missing, time_malformed, place_half, ..."""
    where = place(cells.get("lng", ""), cells.get("lat", ""), cells.get("crs", ""), cells.get("address", ""))
    report = Report(
        source=source,
        text=cells.get("text", ""),
        title=cells.get("title", ""),
        received_at=moment(cells.get("received_at", "")),
        external_number=cells.get("external_number", ""),
        place=replace(where, area=cells.get("area", "")[:LONGEST_CODE]),
        class_code=cells.get("class_code", ""),
        demand_type=cells.get("demand_type", ""),
        contact=Contact(cells.get("contact_name", ""), cells.get("contact_phone", "")),
        outer_due_at=moment(due) if (due := cells.get("outer_due_at", "")) else None,
        attachments=tuple(int(one) for one in cells.get("attachments", "").split() if one.isdecimal()),
        answers=orders.unpacked(cells.get("answers", "")),
        severity="urgent" if cells.get("urgent") else "",
    )
    return checked(report)
