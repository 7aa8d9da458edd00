"""The door of intake: bring payloads in, replay them, ask for suggestions."""

from dataclasses import dataclass

from townops.intake.bringing import IMPORTER, Summary, bring_in, replay
from townops.intake.channels import every as channels
from townops.intake.channels.registration import payload as form_payload
from townops.intake.channels.sheet import FIELDS, every_preset
from townops.intake.classify import (
    THRESHOLD,
    Suggestion,
    demand_type,
    demand_types,
    is_ready,
    suggest,
    suggest_many,
)
from townops.intake.domain.report import Broken, Contact, Report, ReportedPlace, Usable
from townops.intake.files import (
    Delivered,
    FileTrial,
    PayloadView,
    Wrong,
    bring_file,
    error_file,
    mapping_of,
    payloads,
    replay_file,
    start_file,
    try_file,
)
from townops.intake.messages import Sent
from townops.intake.messages import refuse as keep_refused
from townops.intake.messages import refused as refused_messages
from townops.intake.messages import replay as replay_message
from townops.intake.messages import said as reason_said
from townops.intake.messages import take as take_message
from townops.intake.models import RawPayload
from townops.intake.models import Suggestion as StoredSuggestion
from townops.intake.suggesting import SOURCES

__all__ = [
    "FIELDS",
    "IMPORTER",
    "SOURCES",
    "THRESHOLD",
    "Broken",
    "Contact",
    "Delivered",
    "FileTrial",
    "Likely",
    "PayloadView",
    "RawPayload",
    "Report",
    "ReportedPlace",
    "Sent",
    "StoredSuggestion",
    "Suggestion",
    "Summary",
    "Usable",
    "Wrong",
    "bring_file",
    "bring_in",
    "channels",
    "demand_type",
    "demand_types",
    "error_file",
    "every_preset",
    "form_payload",
    "is_ready",
    "keep_refused",
    "mapping_of",
    "payloads",
    "reason_said",
    "refused_messages",
    "replay",
    "replay_file",
    "replay_message",
    "start_file",
    "suggest",
    "suggest_many",
    "suggested_classes",
    "take_message",
    "try_file",
]


@dataclass(frozen=True, slots=True)
class Likely:
    """A class the model suggested for an order, with its confidence in percent."""

    class_code: str
    confidence: int


def suggested_classes(order_id: int, source: str) -> tuple[Likely, ...]:
    """The three classes the model thought likeliest, surest first; none where the model knows nothing of the source."""
    if source not in SOURCES:
        return ()
    row = StoredSuggestion.objects.filter(order_id=order_id).first()
    if row is None:
        return ()
    found = (
        Likely(row.class_code, row.confidence),
        Likely(row.second_code, row.second_confidence),
        Likely(row.third_code, row.third_confidence),
    )
    return tuple(one for one in found if one.class_code)
