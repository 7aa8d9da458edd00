"""A clock that walks minute by minute and knows nothing of the real one: slow, obvious, its judge."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from townops.kernel.workdays import SHANGHAI, Calendar

MINUTE = timedelta(minutes=1)


def is_worked(calendar: Calendar, day: date) -> bool:
    if day in calendar.holidays:
        return False
    return day in calendar.makeup or day.isoweekday() <= 5


def in_window(calendar: Calendar, minute: datetime) -> bool:
    clock = minute.time()
    ends = [(window.start, window.end) for window in calendar.windows]
    return any(begin <= clock and (end == time(0) or clock < end) for begin, end in ends)


def minutes_of_a_day(calendar: Calendar) -> int:
    midnight = datetime(2023, 1, 1, tzinfo=SHANGHAI)
    return sum(in_window(calendar, midnight + minute * MINUTE) for minute in range(1440))


@dataclass
class SlowClock:
    """Walks from `start` until the due is found; `pauses` are pairs of whole minutes."""

    calendar: Calendar
    start: datetime
    amount: int
    unit: str
    pauses: list[tuple[datetime, datetime]]
    due: datetime | None = None
    counted: dict[datetime, int] = field(default_factory=dict)  # minutes counted by then

    def paused(self, minute: datetime) -> bool:
        return any(begin <= minute < end for begin, end in self.pauses)

    def counts(self, minute: datetime) -> bool:
        if self.paused(minute):
            return False
        if self.unit in ("urgent_hour", "urgent_day", "natural_day"):
            return True
        return is_worked(self.calendar, minute.date()) and in_window(self.calendar, minute)

    def walk(self, until: datetime) -> None:
        day_minutes = minutes_of_a_day(self.calendar)
        per_unit = {"urgent_hour": 60, "work_hour": 60, "work_day": day_minutes}.get(self.unit, 1440)
        needed, done, minute, days = self.amount * per_unit, 0, self.start, 0
        self.counted[minute] = 0
        while self.due is None or minute < until:
            done += self.counts(minute)
            days += self.ended_a_day(minute)
            minute += MINUTE
            self.counted[minute] = done
            reached = days >= self.amount if self.unit == "hotline_day" else done >= needed
            if self.due is None and reached:
                self.due = minute

    def ended_a_day(self, minute: datetime) -> int:
        """Hotline: 1 when a working day after day 0 ends in this minute, -1 when day 0 ends in a pause."""
        after = minute + MINUTE
        closes = in_window(self.calendar, minute) and not any(
            in_window(self.calendar, later)
            for later in (after + n * 15 * MINUTE for n in range(96))
            if later.date() == minute.date()
        )
        if not closes or not is_worked(self.calendar, minute.date()):
            return 0
        if minute.date() == self.start.date():
            return -self.paused(minute)
        return 0 if self.paused(minute) else 1
