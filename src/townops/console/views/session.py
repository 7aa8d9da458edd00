"""指挥调度: every order units give back to each other, by who settles it, and what was settled before."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from townops.areas import api as areas
from townops.console import choices
from townops.console.doors import Desk, page
from townops.kernel.actors import MAIN_LEADER
from townops.orders import api as orders

DECIDES: Final = "orders.decide_dispute"
RUNGS: Final = (
    ("session", "等指挥调度裁定", "退单四次以上，由主要领导在每月指挥调度会上裁定"),
    ("decide", "等轮值领导裁定", "退单三次，由轮值领导裁定"),
    ("designate", "等副主任指定", "退单两次，由城运中心副主任指定，先办后议"),
)


@require_safe
@page("orders.view_all")
def session(request: HttpRequest, desk: Desk) -> HttpResponse:
    """By rung, his own first, the longest waiting first; settling is done on the page of each order."""
    waiting = [
        (one, choices.class_said(one.class_code, desk.at), _village(one.village))
        for one in orders.open_disputes(desk.actor)
    ]
    own = _own(desk)
    groups = [
        (code in own, word, about, [line for line in waiting if line[0].rung == code])
        for code, word, about in sorted(RUNGS, key=lambda rung: rung[0] not in own)
    ]
    shown = {
        "desk": desk,
        "rungs": groups,
        "total": len(waiting),
        "settled": orders.settled_lately(desk.actor),
        "now": desk.at,
    }
    return render(request, "console/session.html", shown)


def _own(desk: Desk) -> frozenset[str]:
    """The rungs this person may settle."""
    found = {"designate"} if desk.may("orders.designate") else set()
    for hat in desk.actor.hats_with(DECIDES):
        found |= {"session", "decide"} if hat.rank >= MAIN_LEADER else {"decide"}
    return frozenset(found)


def _village(village: int | None) -> str:
    return areas.area_by_id(village).name if village else ""
