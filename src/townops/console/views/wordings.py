"""答复模板: the ready-made wordings by step, who changed them when, and a dry look before a version is published."""

from dataclasses import dataclass
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from townops.console import choices, forms, labels
from townops.console.doors import Desk, page
from townops.console.given import day_of
from townops.console.saying import sentence
from townops.kernel.refusal import Refused
from townops.kernel.workdays import SHANGHAI
from townops.orders import api as orders
from townops.orders.api import wordings

EDIT: Final = "orders.edit_wordings"
FIELDS: Final = ("name", "place", "class", "state", "body", "do")


@dataclass(frozen=True, slots=True)
class Line:
    """A wording with its codes in words."""

    wording: wordings.Wording
    place: str
    klass: str
    state: str


@require_safe
@page(EDIT)
def browse(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Those in force today, then those to come, by the step they stand in."""
    today = desk.at.astimezone(SHANGHAI).date()
    now = sorted(
        wordings.in_force(desk.at), key=lambda one: (_places().index((one.step, one.fact)), one.name)
    )
    later = [one for one in wordings.every() if one.effective_from > today]
    return render(
        request,
        "console/wordings.html",
        {
            "desk": desk,
            "lines": [_line(one, desk) for one in now],
            "later": [_line(one, desk) for one in later],
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@page(EDIT)
def edit(request: HttpRequest, desk: Desk, code: str = "") -> HttpResponse:
    """One template with its history; `do` look shows what it would read like, save publishes it, withdraw ends it."""
    changes = wordings.history(code) if code else ()
    if request.method != "POST":
        newest = changes[0].wording if changes else _blank(desk)
        return render(request, "console/wording.html", _shown(desk, newest, changes))
    given = _given(request, desk, code)
    try:
        if request.POST.get("do") == "look":
            return render(request, "console/wording.html", _shown(desk, given, changes) | _look(desk, given))
        made = wordings.publish(given, actor=desk.actor, at=desk.at)
    except Refused as refused:
        again = _shown(desk, given, changes) | {"said": sentence(refused)}
        return render(request, "console/wording.html", again, status=422)
    done = "已保存" if made.offered else "已停用"
    messages.success(request, f"答复模板“{made.name}”{done}，自 {made.effective_from} 起生效。")
    return redirect("console:wordings")


def _places() -> list[tuple[str, str]]:
    return list(wordings.places())


def _line(one: wordings.Wording, desk: Desk) -> Line:
    known = one.class_prefix and choices.class_said(one.class_prefix, desk.at)
    state = orders.LOOKS[orders.State(one.state)].word if one.state else ""
    return Line(one, _place(one.step, one.fact), known or "", state)


def _place(step: str, fact: str) -> str:
    return f"{orders.STEPS[step].label}：{labels.fact_label(step, fact).partition('（')[0]}"


def _blank(desk: Desk) -> wordings.Wording:
    today = desk.at.astimezone(SHANGHAI).date()
    return wordings.Wording("", 1, "", "submit", "reply", "", "", "", today)


def _given(request: HttpRequest, desk: Desk, code: str) -> wordings.Wording:
    sent = {name: request.POST.get(name, "").strip() for name in FIELDS}
    step, _, fact = sent["place"].partition(".")
    return wordings.Wording(
        code=code,
        version=1,
        name=sent["name"][:40],
        step=step[:24],
        fact=fact[:24],
        class_prefix=choices.code_of(sent["class"])[:24],
        state=sent["state"][:20],
        body=sent["body"].replace("\r\n", "\n"),
        effective_from=day_of(request, "from", desk.at.astimezone(SHANGHAI).date()),
        offered=sent["do"] != "withdraw",
    )


def _shown(desk: Desk, wording: wordings.Wording, changes: tuple[wordings.Change, ...]) -> dict[str, object]:
    today = desk.at.astimezone(SHANGHAI).date()
    return {
        "desk": desk,
        "now": desk.at,
        "one": wording,
        "class_said": choices.class_said(wording.class_prefix, desk.at),
        "places": [(f"{step}.{fact}", _place(step, fact)) for step, fact in _places()],
        "chosen": f"{wording.step}.{wording.fact}",
        "states": [(state.value, orders.LOOKS[state].word) for state in orders.State],
        "blanks": wordings.BLANKS,
        "changes": changes,
        "begin": max(today, wording.effective_from).isoformat(),
        "listing": choices.classes(desk.at),
    }


def _look(desk: Desk, wording: wordings.Wording) -> dict[str, object]:
    """How it would read in the newest orders it would be offered for, and for how many that is."""
    wordings.verify(wording, at=desk.at)
    count, numbers = wordings.reach(desk.actor, wording)
    return {"looked": True, "count": count, "examples": [_example(desk, one, wording) for one in numbers]}


def _example(desk: Desk, number: str, wording: wordings.Wording) -> tuple[str, str]:
    order = orders.order_for(desk.actor, number, at=desk.at)
    return number, wordings.filled(wording.body, forms.blanks(forms.Around(order, desk, triple=False)))
