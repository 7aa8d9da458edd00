"""One duty of the catalogue: whose, how often, how strictly, and by what it is judged. Data is read strictly: what cannot be
understood stops start-up.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from townops.standards.domain.document import Plan

_ID: Final = re.compile(r"([A-Z])(\d{1,2})(?:\.(\d{1,2}))?")
_COMPARED: Final = re.compile(r"(>=|<=|=)\s*(\d+(?:\.\d+)?)|(\d+(?:\.\d+)?)\s*\.\.\s*(\d+(?:\.\d+)?)")
Words = Annotated[str, Field(min_length=1, max_length=120)]


class CatalogueError(ValueError):
    """The catalogue cannot be used: says where and why."""


class Modality(StrEnum):
    """As the source words it: 应、需、要 / 一般、建议、尽量、鼓励 / 可、视情、适时."""

    MUST = "must"
    SHOULD = "should"
    MAY = "may"


class Every(StrEnum):
    """How often a duty comes due."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    YEAR = "year"
    BEFORE_FLOOD = "before_flood_season"
    ONCE = "once"
    CONTINUOUS = "continuous"
    BY_DATE = "by_date"


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Threshold(_Strict):
    """`passes` is `>= 2`, `<= 10`, `= 0` or `8..10`, from the day `since` on (None: always)."""

    passes: str
    since: date | None = None

    @model_validator(mode="after")
    def _readable(self) -> Self:
        if not _COMPARED.fullmatch(self.passes):
            raise ValueError(f"threshold {self.passes!r}: write >= 2, <= 10, = 0 or 8..10")
        return self

    def holds(self, value: float) -> bool:
        found = _COMPARED.fullmatch(self.passes)
        assert found is not None  # noqa: S101  (read when it was made)
        sign, number, least, most = found.groups()
        if sign is None:
            return float(least) <= value <= float(most)
        wanted = float(number)
        return {">=": value >= wanted, "<=": value <= wanted, "=": value == wanted}[sign]


class Item(_Strict):
    """One duty. Judged by a measure with its thresholds, or attested by somebody who signs; never by both."""

    id: str
    source: Words
    paragraph: Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]
    duty: Words
    modality: Modality
    units: tuple[str, ...] = Field(min_length=1)
    every: Every
    subject: str
    by: date | None = None
    measure: Annotated[str, Field(pattern=r"^([a-z]+\.[a-z0-9_]+)?$")] = ""
    passes: tuple[Threshold, ...] = ()
    attested: bool = False
    evidence: tuple[Words, ...] = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _one_threshold(cls, given: object) -> object:
        """`passes = ">= 2"` is the short form of one threshold for ever."""
        if isinstance(given, Mapping) and isinstance(given.get("passes"), str):
            return {**given, "passes": [{"passes": given["passes"]}]}
        return given

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if not _ID.fullmatch(self.id):
            raise ValueError("an id reads like E13 or E13.2")
        if bool(self.measure) == self.attested:
            raise ValueError("needs a measure, or is attested, and never both")
        if bool(self.measure) != bool(self.passes):
            raise ValueError("a measure and what it passes by go together")
        if (self.every is Every.BY_DATE) != (self.by is not None):
            raise ValueError("`by` belongs to by_date, and to nothing else")
        days = [one.since or date.min for one in self.passes]
        if days != sorted(set(days)) or (days and days[0] != date.min):
            raise ValueError("thresholds stand in order of their day, the first without one")
        return self

    @property
    def clause(self) -> str:
        """The id of requirements.md it belongs to."""
        return self.id.partition(".")[0]

    @property
    def order(self) -> tuple[str, int, int]:
        found = _ID.fullmatch(self.id)
        assert found is not None  # noqa: S101  (checked when it was read)
        return found.group(1), int(found.group(2)), int(found.group(3) or 0)

    @property
    def plan(self) -> str:
        return self.source.partition(" ")[0]

    def threshold_on(self, day: date) -> Threshold | None:
        """The one in force on a day; none for an attested duty."""
        due = [one for one in self.passes if (one.since or date.min) <= day]
        return due[-1] if due else None


class Named(_Strict):
    """A responsible unit as the source names it, the codes of the units of a town it means, or a kind of units."""

    name: str
    codes: tuple[str, ...] = ()
    kind: str = ""


class Kind(_Strict):
    """Somebody who owes duties: `town`, `village` ... and the context whose records say who there is."""

    code: str
    name: str


class Waited(_Strict):
    """A context and what it will record, for clauses that still wait for it."""

    context: str
    words: Words


class Erratum(_Strict):
    """A slip of the source: pages print the right word."""

    place: str
    wrong: Words
    right: str


class Terms(_Strict):
    """What items may refer to."""

    plans: tuple[Plan, ...]
    units: tuple[Named, ...]
    subjects: tuple[Kind, ...]
    evidence: tuple[str, ...]
    waits: tuple[Waited, ...]
    errata: tuple[Erratum, ...]


def read_terms(text: str, *, name: str) -> Terms:
    """CatalogueError, also for what is no TOML."""
    try:
        return Terms.model_validate(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise CatalogueError(f"{name}: {_said(error)}") from error


def read_items(text: str, *, name: str) -> tuple[Item, ...]:
    """The items of one file. CatalogueError names file, item and reason."""
    try:
        rows = tomllib.loads(text).get("item", [])
    except tomllib.TOMLDecodeError as error:
        raise CatalogueError(f"{name}: {error}") from error
    return tuple(_item(row, name) for row in rows)


def _item(row: Mapping[str, object], name: str) -> Item:
    try:
        return Item.model_validate(row)
    except ValidationError as error:
        raise CatalogueError(f"{name} {row.get('id', '(no id)')}: {_said(error)}") from error


def _said(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return str(error)
    return "; ".join(f"{'.'.join(map(str, one['loc']))} {one['msg']}".strip() for one in error.errors())


def refuse_unsound(items: Iterable[Item], terms: Terms) -> None:
    """CatalogueError for all that is wrong between the items and the terms, at once."""
    found = list(items)
    if faults := [*_twice(found), *_unknown(found, terms)]:
        raise CatalogueError("; ".join(faults))


def _twice(items: Iterable[Item]) -> Iterator[str]:
    for code, times in Counter(one.id for one in items).items():
        if times > 1:
            yield f"{code} stands {times} times"


def _unknown(items: Iterable[Item], terms: Terms) -> Iterator[str]:
    plans = {one.key for one in terms.plans}
    units = {one.name for one in terms.units}
    subjects, kinds = {one.code for one in terms.subjects}, set(terms.evidence)
    for one in items:
        if one.plan not in plans:
            yield f"{one.id} source {one.source} is in no plan"
        if strange := sorted(set(one.units) - units):
            yield f"{one.id} unknown units: {', '.join(strange)}"
        if one.subject not in subjects:
            yield f"{one.id} unknown subject: {one.subject}"
        if strange := sorted(set(one.evidence) - kinds):
            yield f"{one.id} unknown evidence: {', '.join(strange)}"
