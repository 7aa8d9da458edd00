"""The board: every duty of every subject judged on a day, by the facts known then. A measure is asked once for all subjects."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time
from typing import Any, Final

from townops.base import measuring
from townops.kernel.actors import SYSTEM_PERSON, Actor
from townops.kernel.measured import Basis, Evidence, LeftOut, Measured, Subject
from townops.kernel.refusal import Refused
from townops.kernel.windows import Window
from townops.kernel.workdays import SHANGHAI
from townops.standards import signing
from townops.standards.access import VIEW
from townops.standards.catalogues import Catalogue, current
from townops.standards.domain.cadence import Span
from townops.standards.domain.items import Item
from townops.standards.domain.judging import Case, Reading, Verdict, judge, passes
from townops.standards.models import Signature
from townops.standards.recent import Recent
from townops.standards.subjects import listed

NONE_YET: Final = Measured(None, lacking="尚未登记任何对象")
Asked = tuple[str, str, Span]


@dataclass(frozen=True, slots=True)
class Line:
    """One duty of one subject. `period` is what the state rests on; `threshold` is empty for an attested duty."""

    item: Item
    subject: Subject
    period: str
    state: str
    value: float | None
    unit: str
    of: float | None
    threshold: str
    due: date | None
    days_left: int | None
    evidence: tuple[Evidence, ...]
    left_out: tuple[LeftOut, ...]
    why: str
    formula: str
    measure: str
    basis: str


def report(actor: Actor, *, town: str, at: datetime) -> tuple[Line, ...]:
    """Every item and subject in order, as of `at`. Refused(not_permitted)."""
    may_view(actor)
    return _Board(current(), town, at).lines()


@dataclass(frozen=True, slots=True)
class Board:
    """The lines, and the moment they were judged at."""

    at: datetime
    lines: tuple[Line, ...]


_boards: Final[Recent[tuple[Line, ...]]] = Recent()


def board(actor: Actor, *, town: str, at: datetime) -> Board:
    """The report as of now, or of less than a minute ago; what this process signs or loads shows at once. Refused(not_permitted)."""
    may_view(actor)
    return Board(*_boards.get(town, at, lambda: report(actor, town=town, at=at)))


def may_view(actor: Actor) -> None:
    """Refused(not_permitted)."""
    if actor.person != SYSTEM_PERSON and not actor.holds(VIEW):
        raise Refused("not_permitted", permission=VIEW)


def end_of(day: date) -> datetime:
    """The last moment of a day in Shanghai: what `--as-of` means."""
    return datetime.combine(day, time.max, SHANGHAI)


def day_of(at: datetime) -> date:
    return at.astimezone(SHANGHAI).date()


def as_data(line: Line) -> dict[str, Any]:
    """A line of the board for machines: plain JSON data."""
    return {
        "id": line.item.id,
        "subject": line.subject.code,
        "period": line.period,
        "modality": str(line.item.modality),
        "state": line.state,
        "value": line.value,
        "threshold": line.threshold,
        "due": line.due.isoformat() if line.due else None,
        "evidence": [asdict(one) for one in line.evidence],
        "why": line.why,
    }


class _Board:
    """One asking: subjects by kind, answers by measure, kind and span."""

    def __init__(self, catalogue: Catalogue, town: str, at: datetime) -> None:
        self.catalogue, self.town, self.at = catalogue, town, at
        self.today = day_of(at)
        self.bases = signing.bases(town, at, self.today)
        self.attested = signing.signed(town, Signature.Kind.ATTESTED, at)
        self.exempt = signing.signed(town, Signature.Kind.EXEMPT, at)
        self.known: dict[str, Sequence[Subject] | None] = {}
        self.answers: dict[Asked, Mapping[str, Measured] | None] = {}

    def lines(self) -> tuple[Line, ...]:
        return tuple(line for item in self.catalogue.items for line in self._of(item))

    def _of(self, item: Item) -> list[Line]:
        subjects = self._subjects(item.subject)
        if not subjects:
            return [self._nobody(item, kept=subjects is not None)]
        span = self.catalogue.rhythms.span(item.every, self.today, by=item.by)
        now = self._asked(item, span, subjects)
        before = self._before(item, span, now, subjects)
        return [self._line(item, one, span, now, before) for one in subjects]

    def _subjects(self, kind: str) -> Sequence[Subject] | None:
        if kind not in self.known:
            self.known[kind] = self._listed(kind)
        return self.known[kind]

    def _listed(self, kind: str) -> Sequence[Subject] | None:
        found = listed(kind, self.town, self.at)
        return None if found is None else [replace(one, bases=self._bases(one)) for one in found]

    def _bases(self, one: Subject) -> Mapping[str, Basis]:
        key = None if one.kind == measuring.TOWN else one.area
        return self.bases.get(key, {}) if one.kind == measuring.TOWN or one.area is not None else {}

    def _nobody(self, item: Item, *, kept: bool) -> Line:
        """A kind of subject of which nobody is known."""
        name = self.catalogue.subject_name(item.subject)
        span = self.catalogue.rhythms.span(item.every, self.today, by=item.by)
        reading = Reading(span, replace(NONE_YET, lacking=f"尚未登记{name}") if kept else None)
        case = Case(item, reading, None, self.today, self.catalogue.rhythms, waits=f"{name}的登记")
        if item.attested:
            case = replace(case, item=item.model_copy(update={"attested": False}))
        return self._told(item, Subject(item.subject, item.subject, name), judge(case))

    def _asked(self, item: Item, span: Span, subjects: Sequence[Subject]) -> Mapping[str, Measured] | None:
        """What the item's measure answers; None where nothing installed can."""
        key = (item.measure, item.subject, span)
        if key not in self.answers:
            measure = measuring.get(item.measure) if item.measure else None
            able = measure is not None and item.subject in measure.kinds
            window = Window(span.start, span.end, span.label, self.at)
            self.answers[key] = measure.asked(window, subjects) if measure is not None and able else None
        return self.answers[key]

    def _before(
        self, item: Item, span: Span, now: Mapping[str, Measured] | None, subjects: Sequence[Subject]
    ) -> tuple[Span, Mapping[str, Measured]] | None:
        """The span before, asked only where somebody has not passed this one yet."""
        earlier = self.catalogue.rhythms.before(item.every, span)
        if now is None or earlier is None or span.end < self.today:
            return None
        if all(passes(item, Reading(span, now.get(one.code))) for one in subjects):
            return None
        answered = self._asked(item, earlier, subjects)
        return (earlier, answered) if answered is not None else None

    def _line(
        self,
        item: Item,
        subject: Subject,
        span: Span,
        now: Mapping[str, Measured] | None,
        before: tuple[Span, Mapping[str, Measured]] | None,
    ) -> Line:
        measured = None if now is None else now.get(subject.code, NONE_YET)
        place = (item.id, subject.code)
        case = Case(
            item,
            Reading(span, measured),
            Reading(before[0], before[1].get(subject.code)) if before else None,
            self.today,
            self.catalogue.rhythms,
            self.attested.get(place),
            self.exempt.get(place),
            self.catalogue.waits_for(item),
        )
        return self._told(item, subject, judge(case))

    def _told(self, item: Item, subject: Subject, verdict: Verdict) -> Line:
        span, measured = verdict.reading.span, verdict.reading.measured or NONE_YET
        threshold = item.threshold_on(span.end)
        measure = measuring.get(item.measure) if item.measure else None
        return Line(
            item=item,
            subject=subject,
            period=span.label,
            state=str(verdict.state),
            value=measured.value,
            unit=measure.unit if measure else "",
            of=measured.of,
            threshold=threshold.passes if threshold else "",
            due=verdict.due,
            days_left=(verdict.due - self.today).days if verdict.due else None,
            evidence=measured.evidence,
            left_out=measured.left_out,
            why=verdict.why,
            formula=measure.formula if measure else "",
            measure=measure.label if measure else "",
            basis=measured.basis,
        )
