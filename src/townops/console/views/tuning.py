"""运行参数: values a town changes while it runs, each with its meaning, range and history, tried before it is set (U6)."""

from collections.abc import Sequence
from typing import Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from townops.base import permissions, tunables, tuning
from townops.base.access import SECURITY, TUNE
from townops.base.tunables import Tunable
from townops.console.doors import Desk, page
from townops.console.saying import sentence
from townops.console.trying import mark
from townops.kernel.refusal import Refused

OPENING: Final = (TUNE, SECURITY)


@require_safe
@page(*OPENING)
def browse(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Every value with what it means; those of others are shown without a way in."""
    lines = [
        (
            one,
            tunables.said(one, tuning.in_force(one, desk.at)),
            _newest(one),
            desk.may(one.permission),
            permissions.declared()[one.permission].label,
        )
        for one in sorted(tunables.declared().values(), key=lambda one: (one.permission, one.label))
    ]
    return render(request, "console/tunables.html", {"desk": desk, "now": desk.at, "lines": lines})


def _newest(one: Tunable) -> object:
    return next(iter(tuning.history(one.key)), None)


@require_http_methods(["GET", "HEAD", "POST"])
@page(*OPENING)
def edit(request: HttpRequest, desk: Desk, key: str) -> HttpResponse:
    """One value. `look` tries what is typed, `save` sets exactly what was tried."""
    one = tunables.declared().get(key)
    if one is None:
        raise Http404
    now = tuning.in_force(one, desk.at)
    if request.method != "POST":
        return render(request, "console/tunable.html", _shown(desk, one, _split(one, now), "", now))
    given = request.POST.getlist("value")
    note, over = request.POST.get("note", "").strip(), request.POST.get("over", "")
    sign = mark({"value": "\n".join(given), "note": note, "over": over})
    try:
        change = tuning.Change(key, tunables.read(one, given), note, over)
        if request.POST.get("do") == "save" and request.POST.get("tried") == sign:
            tuning.save(change, actor=desk.actor, at=desk.at)
            messages.success(
                request, f"“{one.label}”已改为{tunables.said(one, change.value)}，从现在起生效。"
            )
            return redirect("console:tunable", key)
        seen = tuning.foresee(change, desk.at)
    except Refused as refused:
        again = _shown(desk, one, given, note, now) | {"said": sentence(refused)}
        return render(request, "console/tunable.html", again, status=422)
    tried = {"seen": seen, "tried": sign, "change": tunables.said(one, change.value)}
    return render(request, "console/tunable.html", _shown(desk, one, given, note, over) | tried)


def _split(one: Tunable, value: str) -> list[str]:
    if one.words:
        return [value]
    return value.split(",") if one.choices else value.split()


def _shown(desk: Desk, one: Tunable, given: Sequence[str], note: str, over: str) -> dict[str, object]:
    values = [*given, *("" for _ in one.parts)]
    changes = [
        (entry, tunables.said(one, entry.body["before"]), tunables.said(one, entry.body["value"]))
        for entry in tuning.history(one.key)
    ]
    return {
        "desk": desk,
        "now": desk.at,
        "one": one,
        "may_edit": desk.may(one.permission),
        "in_force": tunables.said(one, tuning.in_force(one, desk.at)),
        "parts": list(zip(one.parts, values, strict=False)),
        "choices": [(code, word, code in given) for code, word in one.choices()] if one.choices else (),
        "typed": "、".join(given) if one.words else "",
        "note": note,
        "over": over,
        "initial": tunables.said(one, one.default),
        "history": changes,
    }
