"""Twins of a measure: a town that passes the clauses the measure serves, and the same one record short."""

from datetime import date, datetime

from townops.base import measuring
from townops.kernel.measured import Measured, Subject
from townops.kernel.windows import Window
from townops.standards.catalogues import current
from townops.standards.domain.cadence import Span
from townops.standards.domain.judging import Reading, passes
from townops.standards.reporting import day_of

TOWN = Subject("town", "T", "试验镇")


def measured(
    name: str, subject: Subject, *, since: date, at: datetime, until: date | None = None
) -> Measured:
    found = measuring.get(name)
    assert found is not None, name
    assert subject.kind in found.kinds
    window = Window(since, until or day_of(at), "期内", at)
    return found.asked(window, [subject]).get(subject.code, Measured(None))


def holds(name: str, subject: Subject, *, since: date, at: datetime) -> bool:
    """Whether every duty judged by this measure passes; the board's own rule."""
    found = measured(name, subject, since=since, at=at)
    served = [one for one in current().items if one.measure == name and one.subject == subject.kind]
    assert served, f"no clause asks {name} of {subject.kind}"
    span = Span(since, day_of(at), "期内", None)
    return all(passes(one, Reading(span, found)) for one in served if one.id != "U6.1" or len(served) == 1)
