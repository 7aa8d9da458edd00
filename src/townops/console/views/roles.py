"""角色: what each role permits, who holds it and what it meant before; a change is tried on people before it is published (U6)."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from django.apps import apps
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from townops.base import permissions
from townops.console.doors import Desk, page
from townops.console.given import whole
from townops.console.trying import attempt, settled
from townops.console.views.staff import full_name, typed_day
from townops.kernel.workdays import SHANGHAI
from townops.people import api as people

KEEPS: Final = "base.roles"
RULES: Final = people.role_changes
FIELDS: Final = ("code", "name", "permits", "second_factor", "from", "note", "over")
WORDS: Final = {"base": "系统", "people": "组织人员", "orders.report": "工单：登记", "orders": "工单"}
REPORTS: Final = "orders.report"


@require_safe
@page(KEEPS)
def browse(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Every role on a line; by a word in name or code, or by a permission."""
    wanted = {name: request.GET.get(name, "").strip()[:80] for name in ("q", "permission")}
    held = Counter(code for post in people.directory().posts.values() if post.active for code in post.roles)
    acting = _acting(desk)
    every = people.roles()
    found = [
        (one, held[one.code], acting[one.code], _some(one.permissions))
        for one in every
        if wanted["q"].casefold() in f"{one.name} {one.code}".casefold()
        and wanted["permission"] in ("", *one.permissions)
    ]
    ahead = [(one, next((role.name for role in every if role.code == one.key), one.key))
             for one in people.planned.waiting(RULES.SUBJECT)]  # fmt: skip
    shown = {
        "desk": desk,
        "wanted": wanted,
        "roles": found,
        "total": len(every),
        "kinds": list(grouped()),
        "ahead": ahead,
    }
    return render(request, "console/roles.html", shown)


def _acting(desk: Desk) -> Counter[str]:
    """How many persons hold each role now."""
    return Counter(code for one in people.dossier.staff(desk.town, desk.at) for code in one.roles)


def _some(codes: tuple[str, ...]) -> str:
    """The first few permissions in words."""
    return "、".join(RULES.labels(codes)[:4])


def grouped() -> Iterator[tuple[str, list[permissions.Permission]]]:
    """Every permission of the contexts that are installed, under the word for what it is about."""
    found: dict[str, list[permissions.Permission]] = {}
    for code, one in permissions.declared().items():
        context = code.partition(".")[0]
        about = REPORTS if code.startswith(REPORTS) else context
        config = apps.app_configs.get(context)
        if config is not None:
            found.setdefault(WORDS.get(about) or str(config.verbose_name), []).append(one)
    return iter(found.items())


@require_http_methods(["GET", "HEAD", "POST"])
@page(KEEPS)
def edit(request: HttpRequest, desk: Desk, code: str = "") -> HttpResponse:
    """One role, or a new one. `look` tries a change on whoever holds it, `save` publishes exactly what was tried."""
    standing = _standing(request, desk, code)
    if request.method != "POST":
        return render(request, "console/role.html", _shown(desk, code, standing))
    typed = {name: request.POST.get(name, "").strip() for name in FIELDS}
    typed |= {"permits": " ".join(sorted(request.POST.getlist("permits"))), "code": code or typed["code"]}
    tried = attempt(
        request,
        typed,
        lambda: _given(request, desk, code, typed),
        foresee=lambda change: RULES.foresee(change, desk.actor),
        publish=lambda change: RULES.publish(change, actor=desk.actor, at=desk.at),
    )
    if tried.made:
        messages.success(request, settled(typed["name"], tried.made, desk))
        return redirect("console:roles")
    typed |= {"over": standing["over"]} if tried.change is None else {}
    return render(
        request, "console/role.html", _shown(desk, code, typed) | dict(tried.shown or {}), status=tried.status
    )


def _standing(request: HttpRequest, desk: Desk, code: str) -> dict[str, str]:
    """The form of the role as it is, or as it was in the version that `like` names. Refused("role_unknown")."""
    today = desk.at.astimezone(SHANGHAI).date().isoformat()
    found = dict.fromkeys(FIELDS, "") | {"from": today, "over": "0"}
    if not code:
        return found
    now = RULES.role(code)
    found |= {"code": code, "over": str(RULES.count(code)), "name": now.name}
    name, permits, factor = now.name, frozenset(now.permissions), now.second_factor
    if "like" in request.GET:
        like = whole(request.GET["like"])
        for one in RULES.versions(code):
            if one.seq == like:
                name, permits, factor = one.name, one.permits, one.second_factor
    return found | {
        "name": name,
        "permits": " ".join(sorted(permits & permissions.declared().keys())),
        "second_factor": "1" if factor else "",
    }


def _given(
    request: HttpRequest, desk: Desk, code: str, typed: Mapping[str, str]
) -> people.role_changes.RoleChange:
    return RULES.RoleChange(
        code or typed["code"],
        typed["name"],
        frozenset(typed["permits"].split()),
        bool(typed["second_factor"]),
        max(typed_day(request, "from", desk.at), desk.at),
        typed["note"],
        whole(typed["over"]),
        new=not code,
    )


def _shown(desk: Desk, code: str, typed: Mapping[str, str]) -> dict[str, object]:
    given = set(typed["permits"].split())
    holders = RULES.holders(code, desk.at) if code else []
    return {
        "desk": desk,
        "now": desk.at,
        "role": RULES.role(code) if code else None,
        "typed": {name: value for name, value in typed.items() if name != "from"},
        "begin_typed": typed["from"],
        "today": desk.at.astimezone(SHANGHAI).date().isoformat(),
        "kinds": [
            (word, [(one, one.code in given) for one in found], sum(one.code in given for one in found))
            for word, found in grouped()
        ],
        "holders": [(full_name(post.id), post, persons) for post, persons in holders],
        "ahead": people.planned.waiting(RULES.SUBJECT, code) if code else (),
        "versions": RULES.versions(code) if code else [],
    }


@require_POST
@page(KEEPS)
def withdraw(request: HttpRequest, desk: Desk, change: int) -> HttpResponse:
    """A change that lies ahead is no longer wanted."""
    gone = people.planned.withdraw(change, RULES.SUBJECT, actor=desk.actor, at=desk.at)
    messages.success(request, f"角色“{gone.facts['name']}”的改动已撤销。")
    return redirect("console:roles")
