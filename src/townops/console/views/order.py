"""The page of an order: what happened, its history, what can be done now; and doing it."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from townops.base import attachments, drafts
from townops.base import presence as typing
from townops.console import choices, forms, labels, presence, showing, steps_shown, uploads, whole_shown
from townops.console.doors import SEES, STATUS, Desk, page
from townops.console.downloads import pdf
from townops.console.saying import sentence
from townops.documents import api as documents
from townops.kernel.refusal import Refused
from townops.orders import api as orders
from townops.people import api as people

STALE = "stale_version"


@dataclass(frozen=True, slots=True)
class Tried:
    """A step not taken: what was sent, and why it was refused, if it was; else it comes back with a wording filled in."""

    given: forms.Given
    refused: Refused | None = None
    seen: int = 0

    @property
    def stale(self) -> bool:
        return self.refused is not None and self.refused.code == STALE


@require_safe
@page(*SEES)
def order(request: HttpRequest, desk: Desk, number: str) -> HttpResponse:
    """With `class` in the address that class, one of the suggested, stands in the form already."""
    whole = orders.whole(desk.actor, number, at=desk.at)
    return render(request, "console/order.html", shown(desk, whole, chosen=request.GET.get("class", "")))


def drafted(number: str) -> str:
    """The kind of the draft that holds what is typed into the steps of an order."""
    return f"order-{number}"


def shown(
    desk: Desk,
    whole: orders.Whole,
    tried: Tried | None = None,
    chosen: str = "",
) -> dict[str, object]:
    """Everything on the page; a step that was just refused stands first, with everything typed."""
    view = whole.order
    past = showing.history(desk, whole.events)
    return {
        "desk": desk,
        "order": view,
        "whole": whole,
        "now": desk.at,
        "live": not whole.revealed,
        "filed": showing.filed_as(view, desk.at),
        "marks": showing.marks(view),
        "origin": labels.ORIGINS[view.origin],
        "papers": documents.papers_for(view.source),
        "past": past,
        "since": [one for one in past if tried and tried.stale and one.event.seq > tried.seen],
        "pictures": whole_shown.pictures(past),
        "bar": whole_shown.bar(whole.hands),
        "sent": list(whole_shown.sent(whole.sent)),
        "trace": showing.trace_of(past, desk),
        "clocks": showing.clocks(view, stopped=False),
        "stopped": showing.clocks(view, stopped=True),
        "subjects": people.answering_for(view.block.id, desk.at) if view.block else (),
        "proposal": showing.proposal(desk, whole),
        "precedents": whole_shown.precedents(desk, view),
        "drafted": drafts.kept(desk.account.pk, drafted(view.number)),
        "here": presence.said(desk, view.number),
        "accept": choices.ACCEPT,
        "suggestions": showing.suggestions(desk, view),
        **doable(desk, whole, tried, choices.class_said(chosen[:40], desk.at)),
    }


def doable(desk: Desk, whole: orders.Whole, tried: Tried | None, chosen_class: str = "") -> dict[str, object]:
    """What can be done now: a form for each step, the refused one first."""
    view, steps = whole.order, whole.steps
    around = _around(view, desk, chosen_class)
    went_up = any(one.status != "answered" for one in whole.sent)
    arranged = steps_shown.arranged(steps, view, went_up=went_up)
    again, first, others = None, arranged.first, list(arranged.others)
    refused = tried.refused if tried else None
    if tried is not None:
        step = next(one for one in steps if one.name == tried.given.step)
        again = forms.form_of(step, around, given=tried.given, said=sentence(refused) if refused else "")
        others = [one for one in ([first] if first else []) + others if one.name != step.name]
        first = None
    return {
        "again": again,
        "stale": tried is not None and tried.stale,
        "first": forms.form_of(first, around) if first else None,
        "others": steps_shown.grouped((forms.form_of(one, around) for one in others), lambda form: form.name),
        "not_now": arranged.not_now,
        "foreign": arranged.foreign,
        "may_merge": any(one.name == "merge" and one.allowed for one in steps),
        **listings(around, [one for one in steps if one.allowed]),
    }


def listings(around: forms.Around, steps: list[orders.StepView]) -> dict[str, object]:
    """The lists the forms of the page type into, only those some form uses, and what the text suggests."""
    view, at = around.order, around.desk.at
    kinds = {need.type.value for step in steps for need in forms.concerned(step, around)}
    makers: dict[str, Callable[[], choices.Listing]] = {
        "unit": lambda: choices.handling_units(view.town),
        "condition": lambda: choices.conditions(at, view.source, view.text),
        "class": lambda: choices.classes(at, view.text),
        "area": lambda: choices.villages(view.town),
    }
    likely = choices.suggested(view.text, at, branch="hotline" if around.triple else "grid")
    return {
        "listings": [make() for kind, make in makers.items() if kind in kinds],
        "hints": [choices.class_line(one) for one in likely] if kinds & {"condition", "class"} else [],
    }


@require_http_methods(["GET", "HEAD", "POST"])
@page(*SEES)
def step(request: HttpRequest, desk: Desk, number: str, name: str) -> HttpResponse:
    """Take a step; a refusal shows the page again with everything typed, and the files already stored."""
    if request.method != "POST":
        return redirect("console:order", number)
    wanted = next((one for one in orders.steps_for(desk.actor, number, at=desk.at) if one.name == name), None)
    if wanted is None:
        raise Http404
    if not any(map(desk.actor.holds, orders.STEPS[name].permissions)):
        raise Refused("not_permitted", step=name)
    given = forms.read(request, wanted, desk)
    if request.POST.get("fill"):
        return _with_wording(request, desk, number, given)
    try:
        done = _taken(request, desk, number, wanted, given)
    except Refused as refused:
        status = 409 if refused.code == STALE else 422
        whole = orders.whole(desk.actor, number, at=desk.at)
        again = shown(desk, whole, Tried(given, refused, _seen(request)))
        return render(request, "console/order.html", again, status=status)
    messages.success(request, f"已办理：{wanted.label}。工单现在是“{done.word}”。")
    return redirect("console:order", number)


def _with_wording(request: HttpRequest, desk: Desk, number: str, given: forms.Given) -> HttpResponse:
    """The form again with the wording that was chosen, for browsers without script; nothing is taken."""
    whole, fact = orders.whole(desk.actor, number, at=desk.at), request.POST["fill"]
    chosen = request.POST.get(f"wording_{fact}", "")
    filled = forms.written(given, fact, chosen, _around(whole.order, desk))
    return render(request, "console/order.html", shown(desk, whole, Tried(filled)))


def _around(view: orders.OrderView, desk: Desk, chosen_class: str = "") -> forms.Around:
    flow = orders.flows.flow(view.value.flow, view.value.town)
    return forms.Around(view, desk, flow.options.filing.value == "triple", chosen_class)


def _taken(
    request: HttpRequest, desk: Desk, number: str, wanted: orders.StepView, given: forms.Given
) -> orders.OrderView:
    if given.wrong is not None:
        raise given.wrong
    facts = forms.facts_of(wanted, given, desk.town)
    done = orders.take_step(
        number, wanted.name, actor=desk.actor, at=desk.at, facts=facts, seq=_seen(request)
    )
    typing.leave(desk.account.pk, number)
    drafts.drop_part(desk.account.pk, drafted(number), f"{wanted.name}.", at=desk.at)
    uploads.hang([one.pk for rows in given.files.values() for one in rows], number)
    return done


def _seen(request: HttpRequest) -> int:
    """The last event that stood on the page the form was sent from; -1 when that cannot be read."""
    seen = request.POST.get("seq", "")
    return int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else -1  # noqa: PLR2004


@require_POST
@page(*SEES)
def reveal(request: HttpRequest, desk: Desk, number: str) -> HttpResponse:
    """Show contact and words in the clear once, for a reason that is journalled."""
    try:
        seen = orders.whole_revealed(desk.actor, number, reason=request.POST.get("reason", ""), at=desk.at)
    except Refused as refused:
        if refused.code == "order_unknown":
            raise
        masked = shown(desk, orders.whole(desk.actor, number, at=desk.at))
        again = masked | {"not_revealed": sentence(refused)}
        return render(request, "console/order.html", again, status=STATUS.get(refused.code, 422))
    return render(request, "console/order.html", shown(desk, seen))


@require_safe
@page(*SEES)
def attachment(request: HttpRequest, desk: Desk, number: str, file: int) -> HttpResponse:
    """A file of an order one may see."""
    events = orders.events_of(desk.actor, number, at=desk.at)
    row = uploads.by_id([file]).get(file) if any(file in one.files for one in events) else None
    if row is None:
        raise Http404
    return HttpResponse(attachments.content_of(row), headers=dict(attachments.headers(row)))


@require_safe
@page(*SEES)
def paper(request: HttpRequest, desk: Desk, number: str, code: str) -> HttpResponse:
    """The order as a paper to print, in the words this person may read; opening one is journalled."""
    whole = orders.whole(desk.actor, number, at=desk.at)
    wanted = documents.paper(code, whole.order.source)
    sheet = wanted.make(whole, desk.at)
    printed = documents.open_paper(wanted, sheet, key=number, actor=desk.actor, at=desk.at)
    return pdf(printed.content, printed.name)


@require_safe
@page(*SEES, "orders.report")
def places(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Options for a place being typed: 居村 and blocks that hold the words."""
    q = request.GET.get("area") or request.GET.get("block") or ""
    return render(request, "console/_options.html", {"lines": choices.found_areas(desk.town, q).lines})
