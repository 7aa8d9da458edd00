"""单位: the units of the town as a tree; added, changed or ended from a day on, tried on open orders before it is published."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from townops.base import journal
from townops.console import choices
from townops.console.doors import Desk, page
from townops.console.given import whole
from townops.console.trying import attempt, settled
from townops.console.views.staff import full_name, typed_day
from townops.kernel.refusal import Refused
from townops.kernel.workdays import SHANGHAI
from townops.people import api as people

KEEPS: Final = "people.edit"
FIELDS: Final = ("name", "kind", "parent", "leader", "enforcement", "heir", "from", "note", "over", "what")
WHAT: Final = {
    "put": "修改", "end": "终止", "planned": "定下改动", "withdrawn": "撤销改动", "succeeded": "承接其他单位", "build": "建立",
}  # fmt: skip
ACTIONS: Final = {"add": "新增", "edit": "修改", "end": "终止"}


@require_safe
@page(KEEPS)
def browse(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Every standing unit under the one above it, or those with words in name, kind or leader; and what lies ahead."""
    known = people.directory()
    kinds = people.unit_changes.kinds()
    q = request.GET.get("q", "").strip()[:80]
    tree = [
        (one, f"tree-{min(depth, 4)}", kinds[one.kind], _led(one), len(people.posts_of(one.id)))
        for one, depth in people.unit_changes.tree(desk.town)
        if all(word in f"{one.name} {kinds[one.kind]} {_led(one)}" for word in q.split())
    ]
    ended = [
        (one, known.heir(one.id))
        for one in known.units.values()
        if one.heir_id and not one.active and one.town == desk.town
    ]
    ahead = [(one, known.units[int(one.key)], ACTIONS[one.action]) for one in people.planned.waiting("unit")]
    shown = {"desk": desk, "q": q, "tree": tree, "ended": ended, "ahead": ahead, "now": desk.at}
    return render(request, "console/units.html", shown)


def _led(one: people.UnitView) -> str:
    return full_name(one.leader_post_id) if one.leader_post_id else ""


@require_http_methods(["GET", "HEAD", "POST"])
@page(KEEPS)
def edit(request: HttpRequest, desk: Desk, number: int = 0) -> HttpResponse:
    """`look` tries a change, `close` tries the end of the unit, `save` publishes exactly what was tried."""
    standing = _standing(desk, number)
    if request.method != "POST":
        return render(request, "console/unit.html", _shown(desk, number, standing))
    typed = {name: request.POST.get(name, "").strip() for name in FIELDS}
    do = request.POST.get("do", "")
    typed["what"] = {"look": "change", "close": "end"}.get(do, typed["what"])
    tried = attempt(
        request,
        typed,
        lambda: _given(request, desk, number, typed),
        foresee=_foreseen,
        publish=lambda change: _published(change, desk),
    )
    if tried.made:
        messages.success(request, tried.made)
        return redirect("console:units")
    fresh = {} if tried.change else {"over": standing["over"]}
    more = {"begin": _begin(request, desk), "ending": typed["what"] == "end"} if tried.change else {}
    shown = _shown(desk, number, typed | fresh) | dict(tried.shown or {}) | more
    return render(request, "console/unit.html", shown, status=tried.status)


def _standing(desk: Desk, number: int) -> dict[str, str]:
    """The form of the unit as it is. Refused("unit_unknown")."""
    today = desk.at.astimezone(SHANGHAI).date().isoformat()
    found = dict.fromkeys(FIELDS, "") | {"from": today, "kind": "office", "over": "0"}
    if not number:
        return found
    one = people.unit_by_id(number)
    parent = people.unit_by_id(one.parent_id).name if one.parent_id else ""
    enforcement = "1" if one.enforcement else ""
    over = str(people.planned.count("unit", number))
    return (
        found
        | {"name": one.name, "kind": one.kind, "parent": parent, "leader": _led(one), "over": over}
        | {"enforcement": enforcement}
    )


Asked = people.unit_changes.UnitChange | people.unit_ends.UnitEnd


def _given(request: HttpRequest, desk: Desk, number: int, typed: Mapping[str, str]) -> Asked:
    return (
        _end(request, desk, number, typed)
        if typed["what"] == "end"
        else _change(request, desk, number, typed)
    )


def _foreseen(change: Asked) -> object:
    if isinstance(change, people.unit_ends.UnitEnd):
        return people.unit_ends.foresee(change)
    return people.unit_changes.foresee(change)


def _published(change: Asked, desk: Desk) -> str:
    """What was done, in words."""
    if isinstance(change, people.unit_ends.UnitEnd):
        made = people.unit_ends.publish(change, actor=desk.actor, at=desk.at)
    else:
        made = people.unit_changes.publish(change, actor=desk.actor, at=desk.at)
    return settled(people.unit_by_id(int(made.key)).name, made, desk)


def _begin(request: HttpRequest, desk: Desk) -> datetime:
    """The beginning of the day typed; now where that is today or before."""
    return max(typed_day(request, "from", desk.at), desk.at)


def _change(
    request: HttpRequest, desk: Desk, number: int, typed: Mapping[str, str]
) -> people.unit_changes.UnitChange:
    leader = choices.post_meant(typed["leader"], desk.town)
    if leader and not leader.rank:
        raise Refused("post_unknown", code=typed["leader"][:40])
    return people.unit_changes.UnitChange(
        desk.town,
        number,
        typed["name"],
        typed["kind"],
        choices.unit_meant(typed["parent"], desk.town),
        leader.id if leader else None,
        bool(typed["enforcement"]),
        _begin(request, desk),
        typed["note"],
        whole(typed["over"]),
    )


def _end(request: HttpRequest, desk: Desk, number: int, typed: Mapping[str, str]) -> people.unit_ends.UnitEnd:
    """Refused: unit_unknown, form_heir_missing."""
    people.unit_by_id(number)
    heir = choices.unit_meant(typed["heir"], desk.town)
    if heir is None:
        raise Refused("form_heir_missing")
    return people.unit_ends.UnitEnd(number, heir, _begin(request, desk), typed["note"], whole(typed["over"]))


def _shown(desk: Desk, number: int, typed: Mapping[str, str]) -> dict[str, object]:
    names = tuple(one.name for one in people.units(town=desk.town) if one.id != number)
    return {
        "desk": desk,
        "unit": people.unit_by_id(number) if number else None,
        "heir": people.heir(number) if number else None,
        "typed": {name: value for name, value in typed.items() if name != "from"},
        "begin_typed": typed["from"],
        "today": desk.at.astimezone(SHANGHAI).date().isoformat(),
        "kinds": people.unit_changes.kinds(),
        "names": choices.Listing("unit-names", names),
        "leaders": choices.Listing(
            "leaders", tuple(said for one, said in choices.posts(desk.town) if one.rank)
        ),
        "ahead": [(one, ACTIONS[one.action]) for one in people.planned.waiting("unit", number)]
        if number
        else [],
        "history": _history(number) if number else [],
        "now": desk.at,
    }


def _history(number: int) -> list[tuple[journal.Entry, str, str]]:
    """(entry, what was done, what it is since) newest first."""
    kinds = people.unit_changes.kinds()
    found = []
    for one in reversed(journal.history("unit", number)):
        what = ACTIONS.get(str(one.body.get("what")), WHAT.get(one.action, one.action))
        since = f"{one.body['name']}（{kinds.get(one.body['kind'], '')}）" if "kind" in one.body else ""
        what = WHAT[one.action] if one.action in {"planned", "withdrawn", "succeeded"} else what
        found.append((one, what, since))
    return found


@require_POST
@page(KEEPS)
def withdraw(request: HttpRequest, desk: Desk, change: int) -> HttpResponse:
    """A change that lies ahead is no longer wanted."""
    gone = people.planned.withdraw(change, "unit", actor=desk.actor, at=desk.at)
    messages.success(request, f"“{people.unit_by_id(int(gone.key)).name}”的改动已撤销。")
    return redirect("console:units")
