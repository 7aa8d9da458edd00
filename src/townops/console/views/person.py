"""One person: account, posts, absences, open work, and what was done about him. Leaving for good is tried before it is done."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from townops.base import journal
from townops.console.doors import Desk, page
from townops.console.saying import sentence
from townops.console.trying import mark
from townops.console.views.staff import ACCOUNTS, KEEPS, STATES, full_name
from townops.kernel.refusal import Refused
from townops.people import api as people

FIELDS: Final = ("scope", "note")
LEAVES: Final = "leave"
LONGEST: Final = 200
DONE: Final = {
    "person.add": "登记", "person.phone": "改电话", "person.reveal": "查看电话", "account.open": "开通账号",
    "account.disable": "停用账号", "account.reset_password": "重置密码", "account.unlock": "解除锁定",
    "account.reset_second_factor": "重置动态验证码", "account.second_factor": "绑定动态验证码",
    "post.appointed": "任命", "post.appointment_ended": "结束任职", "post.appointment_withdrawn": "撤销任命",
    "post.appointment_kept": "撤销离任", "post.delegated": "指定代理", "post.delegation_ended": "提前结束代理",
}  # fmt: skip


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@page(KEEPS, ACCOUNTS)
def show(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """GET: all of it. POST: what is done with the account, or how leaving is tried and done."""
    _refuse_strangers(desk, number)
    if request.method != "POST":
        return render(request, "console/person.html", _shown(desk, number))
    do = request.POST.get("do", "")
    try:
        if do in {"look", "save"}:
            return _leaving(request, desk, number)
        return ACTS.get(do, _password)(request, desk, number)
    except Refused as refused:
        shown = _shown(desk, number) | {"said": sentence(refused), "typed": request.POST}
        return render(request, "console/person.html", shown, status=422)


def _refuse_strangers(desk: Desk, number: int) -> None:
    """Refused("person_unknown") alike for nobody and for somebody of another town."""
    people.person(number)
    if not people.dossier.belongs(number, desk.town):
        raise Refused("person_unknown", code=number)


def _user(number: int, at: datetime) -> str:
    """Refused("account_missing") for who has none."""
    line = people.dossier.staff_line(number, at)
    if line.account is None:
        raise Refused("account_missing", name=line.person.name)
    return line.account.username


def _password(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """The one-time password stands on this page once and nowhere else."""
    password = people.renew_password(_user(number, desk.at), actor=desk.actor, at=desk.at)
    return _once(request, desk, number, password)


def _open(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    made = people.open_account(number, request.POST.get("user", "").strip(), actor=desk.actor, at=desk.at)
    return _once(request, desk, number, made.password)


def _once(request: HttpRequest, desk: Desk, number: int, password: str) -> HttpResponse:
    response = render(request, "console/person.html", _shown(desk, number) | {"password": password})
    response["Cache-Control"] = "no-store"
    return response


def _phone(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """The telephone in clear on this page once, for a reason that is journalled."""
    reason = request.POST.get("reason", "").strip()[:LONGEST]
    phone = people.reveal_phone(number, actor=desk.actor, at=desk.at, reason=reason)
    response = render(request, "console/person.html", _shown(desk, number) | {"revealed": phone})
    response["Cache-Control"] = "no-store"
    return response


def _unlock(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    people.unlock_account(_user(number, desk.at), actor=desk.actor, at=desk.at)
    messages.success(request, "账号已解除锁定，可以马上登录。")
    return redirect("console:person", number)


def _second_factor(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    user = _user(number, desk.at)
    people.reset_second_factor(user, actor=desk.actor, at=desk.at)
    messages.success(request, f"账号 {user} 的动态验证码已重置，本人下次登录时重新绑定。")
    return redirect("console:person", number)


ACTS: Final[Mapping[str, Callable[[HttpRequest, Desk, int], HttpResponse]]] = {
    "password": _password,
    "open": _open,
    "unlock": _unlock,
    "second_factor": _second_factor,
    "phone": _phone,
}


def _leaving(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """`look` shows what falls to whom, `save` does exactly what was looked at. Refused: not_permitted and what doing refuses."""
    typed = {name: request.POST.get(name, "").strip() for name in FIELDS}
    people.may_keep_accounts(desk.actor)
    people.planned.refuse_untold(typed["note"])
    leaves = typed["scope"] == LEAVES
    if request.POST.get("do") == "save" and request.POST.get("tried") == mark(typed):
        if leaves:
            people.dismiss(number, actor=desk.actor, at=desk.at, note=typed["note"])
        else:
            people.disable_account(_user(number, desk.at), actor=desk.actor, at=desk.at, note=typed["note"])
        messages.success(request, "账号已停用，任职同时结束。" if leaves else "账号已停用，任职没有变。")
        return redirect("console:person", number)
    seen = people.appointing.foresee_leaving(number, desk.at, actor=desk.actor)
    tried = {"typed": typed, "seen": seen, "tried": mark(typed), "leaves": leaves}
    return render(request, "console/person.html", _shown(desk, number) | tried)


def _shown(desk: Desk, number: int) -> dict[str, object]:
    line = people.dossier.staff_line(number, desk.at)
    names = people.dossier.role_names()
    tenures = [one for one in people.directory().tenures_by(number) if one.person_id == number]
    lasting = [one for one in tenures if one.span.ends is None or one.span.ends > desk.at]
    return {
        "desk": desk,
        "now": desk.at,
        "line": line,
        "phone": people.masked_phones([number]).get(number, ""),
        "state": STATES.get(line.state, "可以登录"),
        "roles": [(code, names.get(code, code), _from(line, code)) for code in line.roles],
        "present": [(one, full_name(one.post_id)) for one in lasting],
        "past": [(one, full_name(one.post_id)) for one in reversed(tenures) if one not in lasting],
        "beside": _beside(line, tenures, desk.at),
        "absences": [(one, full_name(one.tenure.post_id)) for one in people.dossier.absences(number)],
        "work": people.dossier.work_of(number, desk.at),
        "titles": desk.sees_all,
        "history": [(one, _done(one), _where(one)) for one in people.dossier.history(number)],
    }


def _from(line: people.dossier.StaffLine, role: str) -> str:
    """Names of the posts a role comes from."""
    return "、".join(full_name(post.id) for post in line.posts if role in post.roles)


def _beside(
    line: people.dossier.StaffLine, tenures: list[people.Tenure], at: datetime
) -> list[tuple[str, str]]:
    """Posts he acts for without an appointment of his own: (post, why)."""
    own = {one.post_id for one in tenures if one.span.covers(at)}
    return [
        (full_name(post.id), f"由{full_name(post.filled_by_id)}兼任" if post.filled_by_id else "代理")
        for post in line.posts
        if post.id not in own
    ]


def _done(entry: journal.Entry) -> str:
    return DONE.get(f"{entry.kind}.{entry.action}", entry.action)


def _where(entry: journal.Entry) -> str:
    """The post an entry is of."""
    return full_name(int(entry.key)) if entry.kind == "post" else ""
