"""What orders measure: channels, reviews, messages to the district, stations' work in time (U0, U12, U28, S2, C2, E22)."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db.models import QuerySet

from townops.areas import api as areas
from townops.base.measuring import measure, measure_each
from townops.kernel.measured import SHOWN, Evidence, LeftOut, Measured, Subject, percent
from townops.kernel.windows import Window
from townops.kernel.workdays import SHANGHAI
from townops.orders import flows
from townops.orders.models import Order, OrderEvent, Upward

STATION: Final = "station"
REVIEWS: Final = ("review_unit", "review_center")
PUBLIC: Final = ("hotline", "resident")
UNSENT: Final = ("ready", "sending")
NO_CLOSED: Final = "期内没有结案的工单"


def _refer(row: tuple[str, str]) -> Evidence:
    number, title = row
    return Evidence("order", number, f"{number} {title}")


def _instants(window: Window) -> tuple[datetime, datetime]:
    """From the first instant of the window to the last known one."""
    return datetime.combine(window.start, datetime.min.time(), SHANGHAI), window.at


def _received(subject: Subject, window: Window) -> QuerySet[Order]:
    since, until = _instants(window)
    after = datetime.combine(window.end, datetime.min.time(), SHANGHAI) + timedelta(days=1)
    rows = Order.objects.filter(received_at__gte=since, received_at__lte=until, received_at__lt=after)
    return rows.filter(town=areas.area(subject.code).id).exclude(origin="history").order_by()


def _closed(subject: Subject, window: Window) -> QuerySet[Order]:
    since, until = _instants(window)
    rows = Order.objects.filter(closed_at__gte=since, closed_at__lte=until)
    return rows.filter(town=areas.area(subject.code).id).exclude(origin="history").order_by()


def _some(rows: QuerySet[Order]) -> tuple[Evidence, ...]:
    """The newest of many, to be looked at."""
    return tuple(_refer(row) for row in rows.order_by("-received_at").values_list("number", "title")[:SHOWN])


def _counted(rows: QuerySet[Order]) -> Measured:
    number = rows.count()
    return Measured(number, number, evidence=_some(rows))


@measure("channels_used", label="在用发现渠道", unit="个")
def channels_used(window: Window, subject: Subject) -> Measured:
    """期内有工单进来的来源个数。"""
    words = dict(flows.sources())
    used = sorted(set(_received(subject, window).values_list("source", flat=True)))
    return Measured.counting(used, lambda code: Evidence("source", code, words.get(code, code)))


@measure("grid_and_hotline_taken", label="网格和热线工单", unit="件")
def grid_and_hotline_taken(window: Window, subject: Subject) -> Measured:
    """期内收到的网格和热线工单件数。"""
    return _counted(_received(subject, window).filter(source__in=("grid", "hotline")))


@measure("resident_reports", label="居民上报", unit="件")
def resident_reports(window: Window, subject: Subject) -> Measured:
    """期内居民自己上报的工单件数。"""
    return _counted(_received(subject, window).filter(source="resident"))


@measure("public_channels_used", label="热线和随身拍工单", unit="件")
def public_channels_used(window: Window, subject: Subject) -> Measured:
    """期内从热线和居民上报进来的工单件数。"""
    return _counted(_received(subject, window).filter(source__in=PUBLIC))


@measure("public_reports_answered", label="社情民意办结率", unit="%")
def public_reports_answered(window: Window, subject: Subject) -> Measured:
    """期内收到且已到期的热线和居民工单中，已结案的百分比；未到期的不计。"""
    rows = _received(subject, window).filter(source__in=PUBLIC, due_at__lte=window.at)
    return _share_closed(rows, window, "期内没有到期的工单")


@measure("smart_closed", label="智能发现闭环率", unit="%")
def smart_closed(window: Window, subject: Subject) -> Measured:
    """期内由感知和视频发现且已到期的工单中，已结案的百分比；未到期的不计。"""
    rows = _received(subject, window).filter(source__in=("sensor", "video"), due_at__lte=window.at)
    return _share_closed(rows, window, "期内没有到期的智能发现工单")


def _share_closed(rows: QuerySet[Order], window: Window, nothing: str) -> Measured:
    total = rows.count()
    if not total:
        return Measured.missing(nothing)
    closed = rows.filter(closed_at__lte=window.at)
    left = rows.exclude(closed_at__lte=window.at).order_by("due_at").values_list("number", "title")[:SHOWN]
    return Measured(
        percent(closed.count(), total),
        total,
        of=total,
        evidence=_some(closed),
        left_out=tuple(LeftOut(_refer(row), "到期未结案") for row in left),
    )


@measure("double_reviewed", label="双审率", unit="%")
def double_reviewed(window: Window, subject: Subject) -> Measured:
    """期内结案、流程要求双审且由单位办理的工单中，末次提交后经单位和中心两级审核的百分比。"""
    rows = list(_closed(subject, window).filter(flow__in=_flows_with_both()))
    steps = _steps(row.id for row in rows)
    handled = [row for row in rows if "submit" in steps.get(row.id, ())]
    return Measured.share(
        handled,
        lambda row: _refer((row.number, row.title)),
        fault=lambda row: _unreviewed(steps[row.id]),
        nothing="期内没有要求双审并已结案的工单",
    )


def _flows_with_both() -> list[int]:
    every = (version for source, _ in flows.sources() for version, _ in flows.versions(source))
    return [one for one in every if (options := flows.parts(one)[0]).unit_review and options.center_review]


def _steps(keys: Iterable[int]) -> Mapping[int, list[str]]:
    """Submissions and reviews of these orders in their order."""
    found: dict[int, list[str]] = defaultdict(list)
    wanted = list(keys)
    for at in range(0, len(wanted), SHOWN):
        part = wanted[at : at + SHOWN]
        events = OrderEvent.objects.filter(order_id__in=part, step__in=("submit", *REVIEWS))
        for order, step in events.order_by("order_id", "seq").values_list("order_id", "step"):
            found[order].append(step)
    return found


def _unreviewed(steps: Sequence[str]) -> str:
    """Which review is missing after the last submission."""
    last = len(steps) - 1 - steps[::-1].index("submit")
    lacking = [one for one in REVIEWS if one not in steps[last:]]
    words = {"review_unit": "单位审核", "review_center": "中心审核"}
    return f"缺{'、'.join(words[one] for one in lacking)}" if lacking else ""


def _unsent(sources: Sequence[str]) -> Callable[[Window, Subject], Measured]:
    def counted(window: Window, subject: Subject) -> Measured:
        """到当日零点仍未送出的上行消息条数；期内没有上行消息则无数据。"""
        since, until = _instants(window)
        midnight = datetime.combine(window.today, datetime.min.time(), SHANGHAI)
        rows = Upward.objects.filter(town=areas.area(subject.code).id, made_at__lte=until)
        rows = rows.filter(source__in=sources) if sources else rows
        left = rows.filter(made_at__lt=midnight).exclude(sent_at__lte=window.at).exclude(status="answered")
        keys = list(left.order_by("made_at").values_list("order_id", "kind"))
        total = rows.filter(made_at__gte=since).count() + len(keys)
        names = dict(Order.objects.filter(id__in=[key for key, _ in keys]).values_list("id", "number"))
        said = tuple(
            LeftOut(Evidence("order", names.get(key, str(key)), names.get(key, str(key))), "未送出")
            for key, _ in keys[:SHOWN]
        )
        if not total:
            return Measured.missing("期内没有上行消息")
        return Measured(len(keys), total, of=total, left_out=said)

    return counted


measure("upward_unsent", label="未送出的上行消息", unit="条")(_unsent(()))
measure("smart_unsent", label="未送出的智能发现上行消息", unit="条")(_unsent(("sensor", "video")))


@measure_each("station_reports", label="联勤联动站上报", unit="件", kinds=(STATION,))
def station_reports(window: Window, asked: Sequence[Subject]) -> Mapping[str, Measured]:
    """期内站所在居村由联勤联动站上报的工单件数。"""
    return _of_stations(asked, _station_rows(window))


@measure_each("station_active", label="联勤联动站在用", unit="件", kinds=(STATION,))
def station_active(window: Window, asked: Sequence[Subject]) -> Mapping[str, Measured]:
    """期内站所在居村由联勤联动站上报的工单件数，至少一件即在用。"""
    return _of_stations(asked, _station_rows(window))


@measure_each("station_finished_in_time", label="联勤联动站按时办结率", unit="%", kinds=(STATION,))
def station_finished_in_time(window: Window, asked: Sequence[Subject]) -> Mapping[str, Measured]:
    """期内到期、由站承办的工单中，到期前结案的百分比。"""
    since, _ = _instants(window)
    units = [one.unit for one in asked if one.unit]
    rows = Order.objects.filter(main_unit__in=units, due_at__gte=since, due_at__lte=window.at)
    by: dict[int | None, list[Order]] = defaultdict(list)
    for row in rows.exclude(origin="history").order_by("due_at"):
        by[row.main_unit_id].append(row)
    return {
        one.code: Measured.share(
            by.get(one.unit, []),
            lambda row: _refer((row.number, row.title)),
            fault=lambda row: (
                "" if row.closed_at and row.due_at and row.closed_at <= row.due_at else "未按时办结"
            ),
            nothing="期内没有到期的工单",
        )
        for one in asked
    }


def _station_rows(window: Window) -> QuerySet[Order]:
    since, until = _instants(window)
    after = datetime.combine(window.end, datetime.min.time(), SHANGHAI) + timedelta(days=1)
    rows = Order.objects.filter(source=STATION, received_at__gte=since, received_at__lt=after)
    return rows.filter(received_at__lte=until).exclude(origin="history").order_by("received_at")


def _of_stations(asked: Sequence[Subject], rows: QuerySet[Order]) -> Mapping[str, Measured]:
    by: dict[int | None, list[Evidence]] = defaultdict(list)
    for village, number, title in rows.values_list("village_id", "number", "title"):
        by[village].append(_refer((number, title)))
    return {one.code: Measured.counting(by.get(one.area, []), lambda one: one) for one in asked}
