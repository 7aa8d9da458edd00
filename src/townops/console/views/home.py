"""What must I do now: queues of my posts, orders my units hold, what is open and overdue."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from townops.console import queues
from townops.console.doors import Desk, page
from townops.orders import api as orders

SHOWN = 10


@require_safe
@page()
def home(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Open to everybody who signed in; shows what his posts let him see."""
    if not desk.sees:
        return render(request, "console/home.html", {"desk": desk})
    mine = queues.held(desk)
    shown = {
        "desk": desk,
        "tiles": [queues.counted(desk, label, address) for label, address in queues.of(desk)],
        "overdue": queues.overdue(desk),
        "states": list(queues.by_state(desk)),
        "mine": mine,
        "page": orders.find_orders(desk.actor, mine.filter(), at=desk.at, sort="due", limit=SHOWN),
        "now": desk.at,
    }
    return render(request, "console/home.html", shown)
