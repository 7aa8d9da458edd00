"""The filter of a list is its address: read from it, written back to it, said in words."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlencode

from django.http.request import QueryDict

from townops.console import choices, labels
from townops.kernel.refusal import Refused
from townops.kernel.tiling import read_box
from townops.kernel.workdays import SHANGHAI
from townops.orders import api as orders

LISTS: Final = ("source", "state", "mark")
SINGLE: Final = (
    "unit",
    "holder",
    "area",
    "class",
    "severity",
    "demand",
    "open",
    "overdue",
    "from",
    "to",
    "phone",
    "q",
    "box",
)
SORTS: Final = {"-received": "最新收到", "received": "最早收到", "due": "最早到期"}
FLAGS: Final = {"1": True, "0": False}
SAID: Final = 2
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
        """As the door takes it. Refused: filter_malformed; what is unknown the door refuses."""
        return orders.Filter(
            sources=self.all("source"),
            states=self.all("state"),
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
            phone=self.one("phone"),
            q=self.one("q"),
            box=read_box(self.one("box")) if self.one("box") else None,
        )

    def _units(self, name: str) -> tuple[str, ...]:
        return tuple(choices.unit_code(one, self.town) for one in self.all(name))

    def chips(self) -> Iterator[Chip]:
        """Every active condition, each with a way to take it off."""
        for number, (key, value) in enumerate(self.pairs):
            if key in {"sort", "cursor"}:
                continue
            others = replace(self, pairs=tuple(p for n, p in enumerate(self.pairs) if n != number))
            yield Chip(_said(key, value, self.town), others.query)


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


def _said(key: str, value: str, town: str) -> str:
    if key == "state":
        return states_said(value)
    if key == "source":
        return f"来源：{dict(orders.every_source()).get(value, value)}"
    if key in {"unit", "holder"}:
        word = "主办" if key == "unit" else "当前责任"
        return f"{word}：{choices.unit_name(value, town)}"
    if key == "area":
        return f"地点：{choices.area_said(choices.code_of(value)).partition(' ')[2] or value}"
    return _flag_said(key, value)


def states_said(value: str) -> str:
    """待受理、待立案等 13 种."""
    codes = value.split(",")
    known = [orders.LOOKS[orders.State(code)].word for code in codes if code in set(orders.State)]
    if len(codes) > SAID:
        return f"{'、'.join(known[:SAID])}等 {len(codes)} 种"
    return "、".join(known) or value


def _flag_said(key: str, value: str) -> str:
    flags = {
        ("open", "1"): "未结",
        ("open", "0"): "已结束",
        ("overdue", "1"): "已超时",
        ("overdue", "0"): "未超时",
    }
    words = {
        "from": "收到自",
        "to": "收到至",
        "phone": "电话",
        "q": "文字",
        "class": "类别",
        "severity": "紧急程度",
        "demand": "诉求",
    }
    if (key, value) in flags:
        return flags[key, value]
    if key == "box":
        return "地图上框选的范围"
    if key == "mark":
        return labels.MARKS.get(value, value)
    return f"{words.get(key, key)}：{labels.CHOICES.get(value, value) if key in {'severity', 'demand'} else value}"
