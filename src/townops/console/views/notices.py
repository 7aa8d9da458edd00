"""The inbox (消息): what concerns me, read or not, each a way to its order; one or all can be marked as read."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from townops.areas import api as areas
from townops.base import inbox
from townops.base.ledger.declaring import find
from townops.base.models import Notice
from townops.console.doors import Desk, page
from townops.console.views.staff import full_name
from townops.kernel.refusal import Refused
from townops.orders import api as orders
from townops.people import api as people

ROWS: Final = 50
LONGEST: Final = 18
REVIEW: Final = "areas.review"
MOVED_HERE: Final = "orders.moved_here"
REGISTER: Final = "ledger.due"
KINDS: Final = {
    "orders.came": ("派来", "forward"),
    "orders.returned": ("退单", "back"),
    "orders.reworked": ("返工", "redo"),
    "orders.asked": ("延期挂账待审批", "sign"),
    "orders.refusal_asked": ("不予受理待复核", "sign"),
    "orders.appealed": ("申诉待审核", "sign"),
    "orders.decided": ("申请有了结果", "check"),
    "orders.reminded": ("催办", "clock"),
    "orders.supervised": ("督办", "warn"),
    "orders.urgent": ("突发，请先看", "warn"),
    "orders.raised": ("上提一级", "warn"),
    "orders.reopened": ("您办结的又重办", "redo"),
    REVIEW: ("责任块待复核", "clock"),
    REGISTER: ("台账该核对或已过期", "clock"),
    "orders.succeeded": ("承接其他单位的工单", "forward"),
    MOVED_HERE: ("边界调整后转来的工单", "forward"),
    "people.fell_to": ("岗位空缺，工作由您负责", "user"),
}
ORDERS: Final = "看在办工单"
GOES: Final = {REVIEW: "看责任块", REGISTER: "看台账"}  # where a notice that is of no single order leads


@dataclass(frozen=True, slots=True)
class Line:
    """One notice as it stands in the list; `order` None: no longer his to see; `about` says it where it is of no order."""

    id: int
    word: str
    icon: str
    number: str
    order: orders.Named | None
    by: str
    at: datetime
    unread: bool
    about: str = ""
    goes: str = ""


@require_safe
@page()
def listing(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Newest first; `unread` in the address leaves out what was read."""
    only = "unread" in request.GET
    shelf = inbox.shelf(desk.account.pk, before=_number(request), only_unread=only, limit=ROWS)
    numbers = {one.thing for one in shelf.rows if not _unit_of(one)}
    seen = orders.named(desk.actor, numbers) if numbers and desk.sees else {}
    lines = [
        Line(
            one.pk,
            *KINDS.get(one.kind, (one.kind, "inbox")),
            one.thing,
            seen.get(one.thing),
            one.by,
            one.at,
            one.read_at is None,
            _about(one),
            GOES.get(one.kind, ORDERS),
        )
        for one in shelf.rows
    ]
    shown: dict[str, object] = {
        "desk": desk,
        "now": desk.at,
        "lines": lines,
        "only": only,
        "before": shelf.before,
    }
    shown["unread"] = unread(desk)
    return render(request, "console/notices.html", shown)


@require_safe
@page()
def follow(request: HttpRequest, desk: Desk, notice: int) -> HttpResponse:
    """To the order of one of his notices, which is read by that."""
    found = inbox.find(desk.account.pk, notice)
    if found is None:
        raise Http404
    inbox.mark_read(desk.account.pk, [found.pk], desk.at)
    if found.kind == REVIEW:
        return redirect("console:dossier", found.thing)
    if found.kind == REGISTER:
        return redirect(f"{reverse('console:ledger', args=[found.thing])}?state=due")
    if unit := _unit_of(found):
        place = "unit" if found.thing.startswith("unit:") else "holder"
        query = urlencode({place: unit.code, "open": "1"})
        return redirect(f"{reverse('console:orders')}?{query}")
    return redirect("console:order", found.thing)


def _unit_of(one: Notice) -> people.UnitView | None:
    """The unit whose open orders a notice is about, where it is about no single order."""
    kind, _, number = one.thing.partition(":")
    if kind == "unit":
        return people.unit_by_id(int(number))
    return people.unit_by_id(people.post_by_id(int(number)).unit_id) if kind == "post" else None


def _about(one: Notice) -> str:
    """The unit that ended, the post that fell vacant, or the 居村 whose dossiers are due."""
    if one.kind == REVIEW:
        return _place(one.thing)
    if one.kind == REGISTER:
        ledger = find(one.thing)
        return ledger.title if ledger is not None else one.thing
    kind, _, number = one.thing.partition(":")
    if kind == "unit":
        return people.unit_by_id(one.seq).name if one.kind != MOVED_HERE else ""
    return full_name(int(number)) if kind == "post" else ""


def _place(code: str) -> str:
    """The name of a 居村, or its code where there is none any more."""
    try:
        return areas.area(code).name
    except Refused:
        return code


@require_POST
@page()
def read(request: HttpRequest, desk: Desk) -> HttpResponse:
    """One notice, or all there are."""
    one = _number(request)
    done = inbox.mark_read(desk.account.pk, [one] if one else None, desk.at)
    if not one:
        messages.success(request, f"{done} 条消息已标为已读。")
    return redirect("console:notices")


def unread(desk: Desk) -> str:
    """How many wait to be read, for the bar: "" none, at most "99+". Other pages learn it from `/live`."""
    count = inbox.unread(desk.account.pk)
    return f"{inbox.MOST_COUNTED}+" if count > inbox.MOST_COUNTED else str(count or "")


def _number(request: HttpRequest) -> int:
    """The number of a notice in the address or the form; 0 when there is none."""
    given = request.POST.get("notice") or request.GET.get("before") or ""
    return int(given) if given.isascii() and given.isdigit() and len(given) <= LONGEST else 0
