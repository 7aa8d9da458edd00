"""My own reports: how far they are and what was answered."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from townops.console.doors import Desk, page
from townops.orders import api as orders

OWN = "orders.view_own"
ROWS = 20


@require_safe
@page(OWN)
def listing(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Latest first."""
    found = orders.own_reports(desk.actor, cursor=request.GET.get("cursor", ""), limit=ROWS)
    return render(request, "console/mine.html", {"desk": desk, "page": found, "now": desk.at})


@require_safe
@page(OWN)
def report(request: HttpRequest, desk: Desk, number: str) -> HttpResponse:
    """One of them; nothing that is only for those who handle."""
    found = orders.own_report(desk.actor, number)
    return render(request, "console/my_report.html", {"desk": desk, "report": found, "now": desk.at})
