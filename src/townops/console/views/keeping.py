"""Views people keep of the list, for themselves or for the town, and the columns they like."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.request import QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from townops.base import savedviews
from townops.console import columns, filters
from townops.console.doors import SEES, Desk, page
from townops.console.views.listing import PAGE


@require_POST
@page(*SEES)
def keep(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Keep the filter one stands under; a filter that cannot be read is not kept."""
    address = filters.address_of(QueryDict(request.POST.get("query", "")), desk.town)
    address.filter()
    group = desk.town if request.POST.get("shared") else ""
    name = request.POST.get("name", "")
    savedviews.keep(desk.account, PAGE, name, address.lasting, actor=desk.actor, at=desk.at, group=group)
    messages.success(request, f"已存为视图“{' '.join(name.split())}”{'，全镇可见' if group else ''}。")
    return _back(address)


@require_POST
@page(*SEES)
def drop(request: HttpRequest, desk: Desk, view: int) -> HttpResponse:
    """Forget one's own view; orders stay as they are."""
    name = savedviews.drop(desk.account, view, actor=desk.actor, at=desk.at)
    messages.success(request, f"已删除视图“{name}”。")
    return _back(filters.address_of(QueryDict(request.POST.get("query", "")), desk.town))


@require_POST
@page(*SEES)
def choose_columns(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Which columns the list shows to this account from now on."""
    chosen = columns.kept(request.POST.getlist("column"))
    savedviews.keep_columns(desk.account, PAGE, chosen, at=desk.at)
    return _back(filters.address_of(QueryDict(request.POST.get("query", "")), desk.town))


def _back(address: filters.Address) -> HttpResponse:
    return redirect(f"{reverse('console:orders')}?{address.query}")
