"""指挥调度: the disputes that wait for the main leader's monthly command session."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from townops.areas import api as areas
from townops.console import choices
from townops.console.doors import Desk, page
from townops.orders import api as orders


@require_safe
@page("orders.view_all")
def session(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The list to be taken into the meeting, longest waiting first; deciding is done on the page of each order."""
    waiting = [
        (one, choices.class_said(one.class_code, desk.at), _village(one.village))
        for one in orders.awaiting_session(desk.actor)
    ]
    return render(request, "console/session.html", {"desk": desk, "waiting": waiting, "now": desk.at})


def _village(village: int | None) -> str:
    return areas.area_by_id(village).name if village else ""
