"""The door of intake: bring payloads in, replay them, ask for suggestions."""

from dataclasses import dataclass

from townops.intake.bringing import IMPORTER, Summary, bring_in, replay
from townops.intake.channels import every as channels
from townops.intake.channels.registration import payload as form_payload
from townops.intake.classify import (
    THRESHOLD,
    Suggestion,
    demand_type,
    demand_types,
    suggest,
    suggest_many,
)
from townops.intake.domain.report import Broken, Contact, Report, ReportedPlace, Usable
from townops.intake.messages import Sent
from townops.intake.messages import refuse as keep_refused
from townops.intake.messages import refused as refused_messages
from townops.intake.messages import replay as replay_message
from townops.intake.messages import said as reason_said
from townops.intake.messages import take as take_message
from townops.intake.models import RawPayload
from townops.intake.models import Suggestion as StoredSuggestion

__all__ = [
    "IMPORTER",
    "THRESHOLD",
    "Broken",
    "Contact",
    "Likely",
    "RawPayload",
    "Report",
    "ReportedPlace",
    "Sent",
    "StoredSuggestion",
    "Suggestion",
    "Summary",
    "Usable",
    "bring_in",
    "channels",
    "demand_type",
    "demand_types",
    "form_payload",
    "keep_refused",
    "reason_said",
    "refused_messages",
    "replay",
    "replay_message",
    "suggest",
    "suggest_many",
    "suggested_classes",
    "take_message",
]


@dataclass(frozen=True, slots=True)
class Likely:
    """A class the model suggested for an order, with its confidence in percent."""

    class_code: str
    confidence: int


def suggested_classes(order_id: int) -> tuple[Likely, ...]:
    """The three classes the model thought likeliest, surest first, for the person who classes the order."""
    row = StoredSuggestion.objects.filter(order_id=order_id).first()
    if row is None:
        return ()
    found = (
        Likely(row.class_code, row.confidence),
        Likely(row.second_code, row.second_confidence),
        Likely(row.third_code, row.third_confidence),
    )
    return tuple(one for one in found if one.class_code)
