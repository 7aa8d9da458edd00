"""The filter of a list is its address: read from it, written back to it, said in words."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlencode

from django.http.request import QueryDict
from django.utils import timezone

from townops.console import called, choices, filter_words
from townops.kernel.drawn import read_drawn
from townops.kernel.refusal import Refused
from townops.kernel.tiling import read_box
from townops.kernel.workdays import SHANGHAI
from townops.orders import api as orders

LISTS: Final = ("source", "state", "stage", "mark")
SINGLE: Final = (
    "unit",
    "holder",
    "person",
    "area",
    "class",
    "severity",
    "demand",
    "open",
    "overdue",
    "late",
    "due_from",
    "due_to",
    "closed_from",
    "closed_to",
    "returned",
    "from",
    "to",
    "phone",
    "q",
    "box",
    "drawn",
    "origin",
    "adopt",
)
PLACE: Final = frozenset({"sort", "cursor"})  # how the list stands, not what is in it
PERSONS: Final = {"我的": "me", "未落实到岗位": "none"}
SORTS: Final = {"-received": "最新收到", "received": "最早收到", "due": "最早到期"}
FLAGS: Final = {"1": True, "0": False}
MOST_TIMES: Final = 99
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Chip:
    """One active condition in words, and the address without it."""

    words: str
    without: str


@dataclass(frozen=True, slots=True)
class Address:
    """The filter as pairs of the query string, in their order, empty ones left out."""

    pairs: Pairs
    town: str

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a name; those of a list may also stand in one pair, between commas."""
        found = (value for key, value in self.pairs if key == name)
        return tuple(
            one for value in found for one in (value.split(",") if name in LISTS else (value,)) if one
        )

    def one(self, name: str) -> str:
        return next(iter(self.all(name)), "")

    @property
    def query(self) -> str:
        return urlencode(self.pairs)

    @property
    def sort(self) -> str:
        return self.one("sort") or "-received"

    def but(self, **changes: str) -> str:
        """The query with these names set anew; empty takes them away."""
        kept = [(key, value) for key, value in self.pairs if key not in changes]
        return urlencode([*kept, *((key, value) for key, value in changes.items() if value)])

    def filter(self) -> orders.Filter:
        """As the door takes it. Refused: filter_malformed, filter_number_malformed, filter_phone_…; what is unknown the door refuses."""
        return orders.Filter(
            sources=self.all("source"),
            states=self.all("state"),
            stages=self.all("stage"),
            person=PERSONS.get(self.one("person"), self.one("person")),
            late=self.one("late"),
            due_from=_day(self.one("due_from")),
            due_before=_next_day(_day(self.one("due_to"))),
            closed_from=_day(self.one("closed_from")),
            closed_to=_next_day(_day(self.one("closed_to"))),
            returns=_times(self.one("returned")),
            units=self._units("unit"),
            holders=self._units("holder"),
            area=choices.area_code(self.one("area"), self.town) if self.one("area") else "",
            class_prefix=choices.code_of(self.one("class")),
            overdue=FLAGS.get(self.one("overdue")),
            open=FLAGS.get(self.one("open")),
            received_from=_day(self.one("from")),
            received_to=_next_day(_day(self.one("to"))),
            severity=self.one("severity"),
            demand_type=self.one("demand"),
            marks=self.all("mark"),
            phone=called.opened(self.one("phone"), timezone.now()) if self.one("phone") else "",
            q=self.one("q"),
            box=read_box(self.one("box")) if self.one("box") else None,
            drawn=read_drawn(self.one("drawn")) if self.one("drawn") else (),
            origin=self.one("origin"),
            adopt=FLAGS.get(self.one("adopt")),
        )

    def _units(self, name: str) -> tuple[str, ...]:
        return tuple(choices.unit_code(one, self.town) for one in self.all(name))

    @property
    def conditions(self) -> Pairs:
        """What narrows the list, without its order, its page and its form."""
        return tuple(pair for pair in self.pairs if pair[0] not in PLACE)

    @property
    def lasting(self) -> str:
        """The query without the page one stands on and without a telephone: what a kept view is."""
        return urlencode([pair for pair in self.pairs if pair[0] not in {"cursor", "phone"}])

    def chips(self) -> Iterator[Chip]:
        """Every active condition, each with a way to take it off."""
        for number, (key, value) in enumerate(self.pairs):
            if key in PLACE:
                continue
            rest = tuple(p for n, p in enumerate(self.pairs) if n != number and p[0] != "cursor")
            yield Chip(filter_words.said(key, value, self.town), replace(self, pairs=rest).query)


def address_of(query: QueryDict, town: str) -> Address:
    """The known names of a query string with something in them."""
    known = (*LISTS, *SINGLE, "sort", "cursor")
    pairs = ((key, value.strip()) for key in known for value in query.getlist(key))
    return Address(tuple((key, value) for key, value in pairs if value), town)


def _day(text: str) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=SHANGHAI)
    except ValueError:
        raise Refused("filter_malformed", value=text[:20]) from None


def _next_day(day: datetime | None) -> datetime | None:
    return day + timedelta(days=1) if day else None


def _times(text: str) -> int:
    """Refused: filter_number_malformed."""
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= MOST_TIMES):
        raise Refused("filter_number_malformed", value=text[:20])
    return int(text)
