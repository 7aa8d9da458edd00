"""Who owes duties in a town: the town itself, and every kind that an installed context keeps."""

from collections.abc import Sequence
from datetime import datetime

from townops.areas import api as areas
from townops.base import measuring
from townops.kernel.measured import Subject


def listed(kind: str, town: str, at: datetime) -> Sequence[Subject] | None:
    """Everybody of a kind in order; None where nobody keeps them yet."""
    if kind == measuring.TOWN:
        area = areas.area(town)
        return [Subject(kind, area.code, area.name, area=area.id)]
    return measuring.subjects_of(kind, town, at)
