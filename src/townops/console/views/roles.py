"""角色: what each role permits, kept by the security administrator."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from townops.base import permissions
from townops.console.doors import Desk, page
from townops.console.saying import sentence
from townops.kernel.refusal import Refused
from townops.people import api as people


@require_http_methods(["GET", "HEAD", "POST"])
@page("base.roles")
def roles(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Every role with its permissions; one of them, or a new one, is saved at a time."""
    if request.method != "POST":
        return render(request, "console/roles.html", shown(desk))
    code, name = request.POST.get("code", "").strip(), request.POST.get("name", "").strip()
    permits = request.POST.getlist("permits")
    try:
        people.keep_role(code, name=name, permits=permits, actor=desk.actor, at=desk.at)
        wanted = "second_factor" in request.POST
        people.ask_second_factor(code, wanted=wanted, actor=desk.actor, at=desk.at)
    except Refused as refused:
        return render(request, "console/roles.html", shown(desk) | {"said": sentence(refused)}, status=422)
    messages.success(request, f"角色“{name}”已保存，共 {len(permits)} 项权限。")
    return redirect("console:roles")


def shown(desk: Desk) -> dict[str, object]:
    """Roles with every permission there is, ticked where given; the last one is empty, for a new role."""
    every = permissions.declared().values()
    known = [*people.roles(), people.RoleView("", "", ())]
    return {
        "desk": desk,
        "roles": [(role, [(one, one.code in role.permissions) for one in every]) for role in known],
    }
