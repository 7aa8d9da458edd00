"""Periods that duties, measures and assessments are counted in: month, quarter, half year, year (L3, C1).

An assessment year may start in any month; its quarters and halves start with it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from townops.kernel.refusal import Refused
from townops.kernel.timetable import SHANGHAI

_MONTHS = 12
# say: 第一季度
# say: 第二季度
# say: 第三季度
# say: 第四季度
_QUARTER_NAMES = "一二三四"


@dataclass(frozen=True, slots=True)
class Cycle:
    """How time is cut: 1, 3, 6 or 12 months, years starting in `first_month`. Refused: `cycle`."""

    months: int
    first_month: int = 1

    def __post_init__(self) -> None:
        if self.months not in (1, 3, 6, 12) or not 1 <= self.first_month <= _MONTHS:
            raise Refused("cycle", months=self.months, first_month=self.first_month)

    def containing(self, day: date) -> "Period":
        """The period of a day, or of an instant's day in Shanghai. Refused: `naive_time`."""
        if isinstance(day, datetime):
            if day.tzinfo is None:
                raise Refused("naive_time", time=day.isoformat())
            day = day.astimezone(SHANGHAI).date()
        month = day.year * _MONTHS + day.month - 1
        return self._starting(month - (month - self.first_month + 1) % self.months)

    def of(self, first: date, last: date) -> Iterator["Period"]:
        """Every period that touches the days from `first` to `last`, in order."""
        period = self.containing(first)
        while period.start <= last:
            yield period
            period = period.next()

    def _starting(self, month: int) -> "Period":
        start, after = _first_day(month), _first_day(month + self.months)
        return Period(start, after - timedelta(days=1), self._label(month), self)

    def _label(self, month: int) -> str:
        year, at = divmod(month, _MONTHS)
        if self.months == 1:
            return f"{year}年{at + 1}月"
        year, within = divmod(month - self.first_month + 1, _MONTHS)
        name = f"{year}年" if self.first_month == 1 else f"{year}考核年度（{self.first_month}月起）"
        parts = {3: f"第{_QUARTER_NAMES[within // 3]}季度", 6: "下半年" if within else "上半年"}
        return name + parts.get(self.months, "")


@dataclass(frozen=True, slots=True)
class Period:
    """The days `start` to `end`, both included; unpacks to them, so `held_on__range=period` works."""

    start: date
    end: date
    label: str
    cycle: Cycle

    def __iter__(self) -> Iterator[date]:
        return iter((self.start, self.end))

    def __contains__(self, day: date) -> bool:
        return self.cycle.containing(day) == self

    def next(self) -> "Period":
        return self.cycle.containing(self.end + timedelta(days=1))

    def previous(self) -> "Period":
        return self.cycle.containing(self.start - timedelta(days=1))

    @property
    def instants(self) -> tuple[datetime, datetime]:
        """From its first instant to the first one after it."""
        return _midnight(self.start), _midnight(self.end + timedelta(days=1))


MONTH, QUARTER, HALF_YEAR, YEAR = Cycle(1), Cycle(3), Cycle(6), Cycle(12)


def assessment_year(first_month: int) -> Cycle:
    return Cycle(_MONTHS, first_month)


def _first_day(month: int) -> date:
    return date(month // _MONTHS, month % _MONTHS + 1, 1)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), SHANGHAI)
