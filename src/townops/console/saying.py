"""How times, durations, refusals and explanations of a due time are said (look.md, Words)."""

from datetime import datetime, timedelta
from itertools import groupby
from typing import Final

from townops.base import words
from townops.kernel.explanation import ExplainedSpan, SpanKind
from townops.kernel.refusal import Refused
from townops.kernel.timetable import DayKind
from townops.kernel.workdays import SHANGHAI

DAYS: Final = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
SOON: Final = timedelta(hours=4)
DAY_WORDS: Final = {
    DayKind.WORK_DAY: "工作日",
    DayKind.MAKEUP: "调休上班",
    DayKind.WEEKEND: "周末，不计",
    DayKind.HOLIDAY: "法定假日，不计",
}


def exact(at: datetime | None) -> str:
    """2026-11-23 14:30, as shown on hover."""
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if at else ""


def moment(at: datetime, now: datetime) -> str:
    """今天 14:30, 昨天 09:05, 11-23 14:30, 2025-11-23."""
    local, today = at.astimezone(SHANGHAI), now.astimezone(SHANGHAI).date()
    near = {0: "今天", -1: "昨天", 1: "明天"}.get((local.date() - today).days)
    if near:
        return f"{near} {local:%H:%M}"
    return f"{local:%m-%d %H:%M}" if local.year == today.year else f"{local:%Y-%m-%d}"


def span(length: timedelta) -> str:
    """2 时 13 分, 3 天 4 时, 12 分: the two largest parts."""
    minutes = int(abs(length).total_seconds()) // 60
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return f"{days} 天 {hours} 时" if hours else f"{days} 天"
    if hours:
        return f"{hours} 时 {rest} 分" if rest else f"{hours} 时"
    return f"{rest} 分"


def left(due: datetime, now: datetime) -> str:
    """剩余 2 时 13 分, or 超时 1 天."""
    return f"剩余 {span(due - now)}" if due >= now else f"超时 {span(now - due)}"


def urgency(
    due: datetime | None, now: datetime, near_at: datetime | None = None, *, running: bool = True
) -> str:
    """Which colour token a due has: late, soon, calm, or none."""
    if due is None or not running:
        return "none"
    near = due - now < SOON and (near_at is None or near_at <= now)
    return "late" if due < now else "soon" if near else "calm"


def seconds(counted: int) -> str:
    """Counted seconds in hours and minutes: a day of counted time is no day."""
    hours, minutes = counted // 3600, counted // 60 % 60
    return f"{hours} 时 {minutes} 分" if hours and minutes else f"{hours} 时" if hours else f"{minutes} 分"


def sentence(refused: Refused) -> str:
    """A refusal in words, with the codes among its parameters in words too."""
    return words.render(refused)


def explained(spans: tuple[ExplainedSpan, ...]) -> list[str]:
    """为什么是这个时间: a line for each day that counts, days off in a row as one line."""
    found = []
    for kind, group in groupby(
        spans, key=lambda one: (one.kind, one.day if one.kind is SpanKind.SKIPPED else one.start)
    ):
        found.append(_line(kind[0], list(group)))
    return found


def _line(kind: SpanKind, group: list[ExplainedSpan]) -> str:
    first, last = group[0], group[-1]
    unsure = "（节假日安排未公布，按平时推算）" if any(one.provisional for one in group) else ""
    return f"{SAID[kind](first, last)}{unsure}"


def _day(at: datetime) -> str:
    local = at.astimezone(SHANGHAI)
    return f"{local.month}月{local.day}日 {DAYS[local.weekday()]}"


def _clock(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%H:%M}"


def _window(first: ExplainedSpan, _last: ExplainedSpan) -> str:
    kind = DAY_WORDS.get(first.day, "") if first.day else ""
    return (
        f"{_day(first.start)}（{kind}）{_clock(first.start)} 至 {_clock(first.end)}，计 {span(first.counted)}"
    )


def _continuous(first: ExplainedSpan, _last: ExplainedSpan) -> str:
    return (
        f"{_day(first.start)} {_clock(first.start)} 至 {_day(first.end)} {_clock(first.end)}，"
        f"昼夜连续计 {span(first.counted)}"
    )


def _skipped(first: ExplainedSpan, last: ExplainedSpan) -> str:
    why = DAY_WORDS.get(first.day, "不计") if first.day else "不计"
    end = last.end - timedelta(seconds=1)
    until = f" 至 {_day(end)}" if _day(first.start) != _day(end) else ""
    return f"{_day(first.start)}{until}：{why}"


def _day_of_hotline(first: ExplainedSpan, _last: ExplainedSpan) -> str:
    return f"{_day(first.start)}：计 1 个工作日，到 {_clock(first.end)} 止"


def _paused(first: ExplainedSpan, _last: ExplainedSpan) -> str:
    if first.start == first.end:
        return f"{_day(first.start)} {_clock(first.start)} 起暂停，恢复后继续计时"
    return f"{_day(first.start)} {_clock(first.start)} 至 {_day(first.end)} {_clock(first.end)} 暂停，不计"


SAID: Final = {
    SpanKind.WINDOW: _window,
    SpanKind.CONTINUOUS: _continuous,
    SpanKind.DAY_ZERO: lambda first, _last: f"{_day(first.start)}：收到当天，不计",
    SpanKind.DAY: _day_of_hotline,
    SpanKind.SKIPPED: _skipped,
    SpanKind.PAUSE: _paused,
}
