"""One search for everything (查找): by number, telephone, place, unit or words, in groups; an exact number goes to its order.

Asked by POST, so that no telephone stands in an address line; what holds no number is sent on to an address of its own.
"""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from townops.base import contacts
from townops.console import cells, columns, finding
from townops.console.doors import SEES, Desk, page
from townops.console.saying import sentence
from townops.kernel.refusal import Refused
from townops.orders import api as orders

LONGEST: Final = 100
SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class Result:
    """What was found of orders; `said` is why nothing could be."""

    page: orders.Page | None = None
    said: str = ""


@require_http_methods(["GET", "HEAD", "POST"])
@page(*SEES)
def find(request: HttpRequest, desk: Desk) -> HttpResponse:
    """A number that is exactly an order's opens it."""
    posted = request.method == "POST"
    q = (request.POST if posted else request.GET).get("q", "").strip()[:LONGEST]
    phone = finding.telephone(q)
    if posted and (number := finding.exactly(desk, q)):
        return redirect("console:order", number)
    if posted and not contacts.find(q) and not phone:
        return redirect(f"{reverse('console:find')}?{urlencode({'q': q})}")
    if not posted and (phone or contacts.find(q)):
        return _page(
            request, desk, "", Result(said="电话、证件号码不能写在地址栏里，请在上面的查找框里输入。")
        )
    found = _phoned(desk, phone) if phone else _worded(desk, q)
    if phone and not contacts.find(q) and not (found.page and found.page.rows):
        found, phone = _worded(desk, q), ""  # digits that are nobody's telephone are part of some number
    return _page(request, desk, q, found, phone=phone)


def _phoned(desk: Desk, phone: str) -> Result:
    try:
        return Result(orders.orders_of_caller(desk.actor, phone, at=desk.at, limit=SHOWN))
    except Refused as refused:
        said = "按电话查找要有“按电话查找”的权限，请让热线信息员查。"
        return Result(said=said if refused.code == "not_permitted" else sentence(refused))


def _worded(desk: Desk, q: str) -> Result:
    if not q:
        return Result()
    try:
        return Result(orders.find_orders(desk.actor, orders.Filter(q=q), at=desk.at, limit=SHOWN))
    except Refused as refused:
        return Result(said=sentence(refused))


def _page(request: HttpRequest, desk: Desk, q: str, found: Result, *, phone: str = "") -> HttpResponse:
    plain = q if not contacts.find(q) else ""
    places, units = finding.areas_named(desk, plain), finding.units_named(desk, plain)
    shown = {
        "desk": desk,
        "now": desk.at,
        "q": q,
        "phone": phone,
        "said": found.said,
        "page": found.page,
        "columns": columns.chosen(()),
        "seen": cells.Seen(desk.at, orders.lateness(desk.at)),
        "areas": places[: finding.SHOWN],
        "units": units[: finding.SHOWN],
        "left_off": max(len(places), len(units)) > finding.SHOWN,
        "all": urlencode({"q": plain}) if plain else "",
    }
    return render(request, "console/find.html", shown)
