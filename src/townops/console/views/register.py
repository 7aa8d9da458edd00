"""登记: what somebody told becomes an order, is known already, or begins the next round of one."""

from datetime import datetime
from typing import Final
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from townops.areas import api as areas
from townops.base import crypto, idempotency
from townops.base.db import write
from townops.base.models import Attachment
from townops.console import choices, labels, uploads
from townops.console.doors import STATUS, Desk, page
from townops.console.saying import sentence
from townops.intake import api as intake
from townops.kernel.refusal import Refused
from townops.kernel.workdays import SHANGHAI
from townops.orders import api as orders

FORM: Final = "%Y-%m-%dT%H:%M"
OUTCOMES: Final = {
    "new": "已登记为新工单",
    "known": "这件事已经登记过，没有重复建单",
    "round": "同一编号再次来单，已开始第{round}轮办理",
}
SOURCE_OF: Final = {
    "orders.upward": "hotline",
    "orders.file": "grid",
    "orders.handle_on_spot": "station",
}
BEFORE: Final = 8
QUIET: Final = frozenset({"phone_too_short", "not_permitted"})
UNTYPED: Final = frozenset({"csrfmiddlewaretoken", "key", "kept_attachments"})


@require_http_methods(["GET", "HEAD", "POST"])
@page("orders.report")
def register(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Whatever is wrong, the form comes back with everything typed and the files already stored."""
    if request.method != "POST":
        return render(request, "console/register.html", _blank(desk))
    files, wrong = uploads.take(request, "attachments", desk)
    try:
        if wrong:
            raise wrong
        received = _once(request, desk, files)
    except Refused as refused:
        intake.keep_refused(_sent(request, desk, files), sentence(refused))
        typed = {name: request.POST.get(name, "") for name in request.POST}
        shown = _blank(desk) | {"typed": typed, "kept": files, "said": sentence(refused)}
        return render(request, "console/register.html", shown, status=STATUS.get(refused.code, 422))
    return _onward(request, desk, received)


@require_POST
@page("orders.report")
def callers(request: HttpRequest, desk: Desk) -> HttpResponse:
    """What the telephone being typed was used for before; searched by its hash and journalled."""
    shown: dict[str, object] = {"desk": desk, "now": desk.at}
    try:
        shown["page"] = orders.orders_of_caller(
            desk.actor, request.POST.get("contact_phone", "")[:32], at=desk.at, limit=BEFORE
        )
    except Refused as refused:
        if refused.code not in QUIET:
            raise
    return render(request, "console/_callers.html", shown)


def _blank(desk: Desk) -> dict[str, object]:
    now = desk.at.astimezone(SHANGHAI).strftime(FORM)
    sources = orders.sources_for(desk.actor)
    codes = [code for code, _ in sources]
    usual = (source for action, source in SOURCE_OF.items() if desk.may(action) and source in codes)
    chosen = next(usual, next(iter(codes), ""))
    return {
        "desk": desk,
        "sources": sources,
        "numbered": desk.may("orders.report_numbered"),
        "crs": labels.CRS.items(),
        "typed": {"source": chosen, "received_at": now, "crs": "cgcs2000", "key": uuid4().hex},
        "listing": choices.areas_of(desk.town),
        "accept": choices.ACCEPT,
        "kept": [],
    }


def _once(request: HttpRequest, desk: Desk, files: list[Attachment]) -> tuple[str, str]:
    """(number, outcome); a double click has one effect: the form carries a key."""
    report = _report(request, desk, files)
    key = f"form-{request.POST.get('key', '')[:64]}"
    typed = sorted((name, one) for name, one in request.POST.items() if name not in UNTYPED)
    digest = crypto.sm3(repr(typed).encode()).hex()
    with write():
        stored = idempotency.remember(desk.actor.person, key, digest, at=desk.at)
        if stored is not None:
            number, _, outcome = stored.body.partition(" ")
            return number, outcome
        received = intake.take_message(_sent(request, desk, files, report), report, town=desk.town)
        idempotency.answer(desk.actor.person, key, status=200, body=f"{received.number} {received.outcome}")
        uploads.hang([one.pk for one in files], received.number)
    return received.number, received.outcome


def _sent(
    request: HttpRequest, desk: Desk, files: list[Attachment], report: orders.IncomingReport | None = None
) -> intake.Sent:
    """The form as it is kept: everything typed, and the point that a block stood for."""
    cells = {name: str(one) for name, one in request.POST.items() if name not in UNTYPED}
    cells["attachments"] = " ".join(str(one.pk) for one in files)
    if report is not None and report.lng is not None:
        cells |= {"lng": str(report.lng), "lat": str(report.lat), "crs": report.crs}
    return intake.Sent(
        intake.form_payload(cells, desk.at), "registration", cells.get("source", ""), desk.actor, desk.at
    )


def _report(request: HttpRequest, desk: Desk, files: list[Attachment]) -> orders.IncomingReport:
    post = {name: request.POST.get(name, "").strip() for name in request.POST}
    if not post.get("text"):
        raise Refused("form_text_missing")
    lng, lat = _point(post, desk)
    return orders.IncomingReport(
        source=post.get("source", ""),
        text=post["text"],
        received_at=_instant(post.get("received_at", "")) or desk.at,
        external_number=post.get("external_number", "")[:64],
        place_text=post.get("address", ""),
        lng=lng,
        lat=lat,
        crs=post.get("crs", "cgcs2000") if post.get("lng") else "cgcs2000",
        contact_name=post.get("contact_name", "")[:64],
        contact_phone=post.get("contact_phone", "")[:32],
        outer_due_at=_instant(post.get("outer_due_at", "")),
        attachments=tuple(one.pk for one in files),
    )


def _point(post: dict[str, str], desk: Desk) -> tuple[float | None, float | None]:
    """The point given, else one inside the block or 居村 chosen."""
    if post.get("lng") or post.get("lat"):
        return _number(post.get("lng", "")), _number(post.get("lat", ""))
    if not post.get("block"):
        return None, None
    area = areas.area(choices.area_code(post["block"], desk.town))
    return areas.point_within(area.id) or (None, None)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise Refused("form_number_malformed", value=text[:20]) from None


def _instant(text: str) -> datetime | None:
    if not text:
        return None
    try:
        given = datetime.fromisoformat(text)
    except ValueError:
        raise Refused("form_time_malformed", value=text[:20]) from None
    return given.replace(tzinfo=SHANGHAI) if given.tzinfo is None else given


def _onward(request: HttpRequest, desk: Desk, received: tuple[str, str]) -> HttpResponse:
    """To the order where it may be seen, else back to an empty form with the number."""
    number, outcome = received
    try:
        order = orders.order_for(desk.actor, number, at=desk.at)
    except Refused:
        own = desk.may("orders.view_own")
        where = "进展和答复在这里看。" if own else "请记下编号，便于查询。"
        messages.success(request, f"{OUTCOMES[outcome].format(round='下一')}，编号 {number}。{where}")
        return redirect("console:mine" if own else "console:register")
    messages.success(request, f"{OUTCOMES[outcome].format(round=order.round)}，编号 {number}。")
    return redirect("console:order", number)
