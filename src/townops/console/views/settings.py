"""设置: what may be set with what is in force, and the working calendar with a dry run before it is published (U6)."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from townops.base import calendars, journal, tunables
from townops.base.access import SECURITY, TUNE
from townops.catalogue import api as catalogue
from townops.console import months
from townops.console.doors import Desk, page
from townops.console.given import day_of, whole
from townops.console.trying import attempt, mark
from townops.dispatch import api as dispatch
from townops.kernel.refusal import Refused
from townops.kernel.workdays import SHANGHAI
from townops.orders import api as orders

CALENDAR: Final = "orders.edit_calendar"
FLOWS: Final = "orders.edit_flows"
OPENING: Final = (
    CALENDAR,
    FLOWS,
    TUNE,
    SECURITY,
    "orders.edit_wordings",
    "catalogue.edit",
    "dispatch.edit",
    "people.edit",
    "base.roles",
)
LONGEST: Final = timedelta(days=61)
KINDS: Final = {"holiday": "休息", "makeup": "调休上班", "": "按星期（周一至周五上班）"}
FIELDS: Final = ("first", "last", "kind", "note", "over")


@require_safe
@page(*OPENING)
def index(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Every thing this person may set, with the version in force."""
    lines = (
        (CALENDAR, "calendar", "工作日历", "休息日、调休上班日", _calendar_said()),
        (FLOWS, "flows", "流程与时限", "各来源的办理环节、各环节时限", _flows_said(desk)),
        (
            (TUNE, SECURITY),
            "tunables",
            "运行参数",
            "临期、闲置退出、保留天数等",
            f"{len(tunables.declared())} 项，各有历史",
        ),
        ("catalogue.edit", "catalogue", "分类目录", "事项分类、立案条件、处置时限", _catalogue_said(desk)),
        ("dispatch.edit", "dispatch", "派遣规则", "哪类事项在哪里由谁处置", _rules_said(desk)),
        ("orders.edit_wordings", "wordings", "答复模板", "办理时选用的文字", "各模板分别有版本"),
        ("people.edit", "units", "单位", "隶属、类别、承接", "改动按日期生效"),
        ("people.edit", "posts", "岗位与任职", "岗位、任免、代理", "改动按日期生效"),
        (("people.edit", "base.accounts"), "people", "人员", "账号、任职、手上的工作", "即刻生效"),
        ("base.roles", "roles", "角色", "每个角色可以做什么", "保存后立即生效"),
    )
    shown = [
        (f"console:{name}", *said)
        for may, name, *said in lines
        if desk.may(*((may,) if isinstance(may, str) else may))
    ]
    return render(request, "console/settings.html", {"desk": desk, "lines": shown})


def _calendar_said() -> str:
    now = calendars.current()
    return f"第 {now.version} 版，节假日已公布到 {now.known_until}"


def _flows_said(desk: Desk) -> str:
    known = orders.flows.sources_at(desk.at.astimezone(SHANGHAI).date())
    return f"{len(known)} 个来源，各有版本"


def _catalogue_said(desk: Desk) -> str:
    found = catalogue.version(catalogue.version_at(desk.at))
    return f"第 {found.number} 版，自 {found.effective_from} 起"


def _rules_said(desk: Desk) -> str:
    found = dispatch.rule_set_at(desk.at)
    return f"第 {found.number} 版，自 {found.effective_from} 起" if found else "还没有"


@require_http_methods(["GET", "HEAD", "POST"])
@page(CALENDAR)
def calendar(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Days ahead that are not what their weekday says. `look` tries a change on the open orders, `save` publishes it."""
    if request.method != "POST":
        return render(request, "console/calendar.html", _shown(desk) | _trial(request, desk))
    typed = {name: request.POST.get(name, "").strip() for name in FIELDS}
    tried = attempt(
        request,
        typed,
        lambda: _given(request, desk),
        foresee=lambda change: _seen(change, typed, desk),
        publish=lambda change: orders.calendar.publish(change, actor=desk.actor, at=desk.at),
    )
    if tried.made:
        messages.success(request, f"第 {tried.made} 版工作日历已发布，未结工单的时限正在随之更新。")
        return redirect("console:calendar")
    shown = dict(tried.shown or {})
    if isinstance(shown.get("seen"), int):
        return redirect(f"{reverse('console:calendar')}?trial={shown['seen']}")
    fresh = {"typed": typed} if tried.change else _fresh(typed)
    return render(request, "console/calendar.html", _shown(desk) | shown | fresh, status=tried.status)


def _seen(
    change: orders.calendar.DayChange, typed: Mapping[str, str], desk: Desk
) -> orders.calendar.Foreseen | int:
    """What publishing would move; the number of a trial where more orders are open than one waits for."""
    if orders.calendar_trial.size(change) > orders.calendar_trial.AT_ONCE:
        return orders.calendar_trial.ask(change, typed, desk.account, desk.at)
    return orders.calendar.foresee(change, desk.at)


def _trial(request: HttpRequest, desk: Desk) -> dict[str, object]:
    """How far a trial has come, or what came of it. Refused("batch_unknown")."""
    if "trial" not in request.GET:
        return {}
    found = orders.calendar_trial.look(desk.account, whole(request.GET["trial"]))
    percent = min(100, 100 * found.done // found.total) if found.total else 0
    shown: dict[str, object] = {"typed": found.typed, "trial": found, "percent": percent}
    return shown | ({"seen": found.seen, "tried": mark(found.typed)} if found.seen else {})


def _given(request: HttpRequest, desk: Desk) -> orders.calendar.DayChange:
    """Refused: calendar_days_missing, calendar_day_kind, form_time_malformed."""
    missing = date.min
    first = day_of(request, "first", missing)
    last = day_of(request, "last", first)
    if first == missing or not timedelta(0) <= last - first <= LONGEST:
        raise Refused("calendar_days_missing")
    kind, over = request.POST.get("kind", ""), request.POST.get("over", "")
    if kind not in KINDS:
        raise Refused("calendar_day_kind", day=first.isoformat(), kind=kind[:20])
    days = tuple(first + timedelta(days=one) for one in range((last - first).days + 1))
    return orders.calendar.DayChange(days, kind or None, request.POST.get("note", "").strip(), whole(over))


def _fresh(typed: dict[str, str]) -> dict[str, object]:
    """What was typed stays; it is typed over what is newest now."""
    return {"typed": typed | {"over": str(calendars.current().version)}}


def _shown(desk: Desk) -> dict[str, object]:
    now, today = calendars.current(), desk.at.astimezone(SHANGHAI).date()
    entries = reversed(journal.history(orders.calendar.KIND, orders.calendar.KEY))
    return {
        "desk": desk,
        "now": desk.at,
        "today": today.isoformat(),
        "calendar": now,
        "missing": calendars.warn_missing(today),
        "kinds": KINDS,
        "months": list(months.ahead(now, today)),
        "week": months.weekdays(),
        "days": [(day, KINDS[kind], name) for day, kind, name in calendars.special_days(now.version, today)],
        "history": [(one, KINDS[one.body["kind"] or ""]) for one in entries],
        "typed": {"over": str(now.version), "first": "", "last": "", "kind": "holiday", "note": ""},
    }
