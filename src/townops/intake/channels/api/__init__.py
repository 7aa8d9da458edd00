"""The machine interface: one JSON object as `POST /reports` takes it (engine.md section 7), or a
list of them.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from townops.intake.channels import channel
from townops.intake.domain.report import Broken, Contact, Report, ReportedPlace, Usable, checked, moment
from townops.intake.domain.report import place as place_of
from townops.kernel.refusal import Refused

FIELDS: Final = frozenset(
    [
        "source",
        "external_number",
        "title",
        "text",
        "received_at",
        "place",
        "class_code",
        "contact",
        "attachments",
        "due_at",
        "answers",
    ]
)


@channel("api", label="接口")
def read(payload: bytes, source: str, name: str = "") -> Iterator[Usable | Broken]:
    """Each object by itself; an object without a source is of `source`. Refused("json_malformed")."""
    try:
        found = json.loads(payload)
    except (UnicodeDecodeError, json.JSONDecodeError):
        raise Refused("json_malformed") from None
    return _rows(found if isinstance(found, list) else [found], source)


def _rows(objects: list[Any], source: str) -> Iterator[Usable | Broken]:
    for number, one in enumerate(objects, start=1):
        try:
            yield Usable(number, report_of(one, source))
        except Refused as reason:
            shown = {str(key): str(value) for key, value in one.items()} if isinstance(one, dict) else {}
            yield Broken(number, shown, reason)


def report_of(one: object, source: str) -> Report:
    """One object. Refused: object_missing, field_unknown, field_malformed, time_malformed,
    place_..., text_missing.
    """
    if not isinstance(one, dict):
        raise Refused("object_missing")
    if unknown := sorted(set(one) - FIELDS):
        raise Refused("field_unknown", fields="、".join(unknown))
    contact = _inner(one, "contact")
    report = Report(
        source=_text(one, "source") or source,
        text=_text(one, "text"),
        title=_text(one, "title"),
        received_at=moment(_text(one, "received_at")),
        external_number=_text(one, "external_number"),
        place=_place(_inner(one, "place")),
        class_code=_text(one, "class_code"),
        contact=Contact(_text(contact, "name"), _text(contact, "phone")),
        attachments=_numbers(one.get("attachments")),
        outer_due_at=moment(due) if (due := _text(one, "due_at")) else None,
        answers=_answers(one.get("answers")),
    )
    return checked(report)


def _text(one: Mapping[str, Any], name: str) -> str:
    value = one.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Refused("field_malformed", field=name)
    return value


def _inner(one: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = one.get(name) or {}
    if not isinstance(value, dict):
        raise Refused("field_malformed", field=name)
    return value


def _place(one: Mapping[str, Any]) -> ReportedPlace:
    given = {
        name: "" if one.get(name) is None else str(one[name]) for name in ("lng", "lat", "crs", "address")
    }
    return place_of(given["lng"], given["lat"], given["crs"], given["address"])


def _numbers(value: object) -> tuple[int, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(one, int) for one in value):
        raise Refused("field_malformed", field="attachments")
    return tuple(value)


def _answers(value: object) -> tuple[tuple[str, str], ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise Refused("field_malformed", field="answers")
    return tuple((_text(one, "question"), _text(one, "answer")) for one in value)
