"""The door of intake: bring payloads in, replay them, ask for suggestions."""

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
    "suggestion_for",
]


def suggestion_for(order_id: int) -> StoredSuggestion | None:
    """What the model thought of an order, for the person who classes it."""
    return StoredSuggestion.objects.filter(order_id=order_id).first()
