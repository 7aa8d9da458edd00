"""The door of intake: bring payloads in, replay them, ask for suggestions."""

from dataclasses import dataclass

from townops.intake.bringing import IMPORTER, Summary, bring_in, replay
from townops.intake.channels import every as channels
from townops.intake.classify import (
    THRESHOLD,
    Suggestion,
    demand_type,
    demand_types,
    suggest,
    suggest_many,
)
from townops.intake.domain.report import Broken, Contact, Report, ReportedPlace, Usable
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
    "StoredSuggestion",
    "Suggestion",
    "Summary",
    "Usable",
    "bring_in",
    "channels",
    "demand_type",
    "demand_types",
    "replay",
    "suggest",
    "suggest_many",
    "suggested_classes",
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
