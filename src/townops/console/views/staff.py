"""人员与任职: who holds which post and which are vacant; appointing, ending, standing in, new people and their accounts."""

from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Final
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from townops.console.doors import Desk, page
from townops.console.saying import sentence
from townops.kernel.refusal import Refused
from townops.kernel.workdays import SHANGHAI
from townops.people import api as people

KEEPS: Final = "people.edit"
ACCOUNTS: Final = "base.accounts"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN: Final = 100


@dataclass(frozen=True, slots=True)
class Line:
    """One post with who holds it now; `by` the post whose holder holds it too."""

    unit: people.UnitView
    post: people.PostView
    holders: tuple[str, ...]
    by: str


@require_safe
@page(KEEPS)
def posts(request: HttpRequest, desk: Desk) -> HttpResponse:
    return render(request, "console/people.html", shown(request, desk))


def shown(request: HttpRequest, desk: Desk) -> dict[str, object]:
    """Every post of the town in its order, or those of one unit, or the vacant ones."""
    chosen, vacant = request.GET.get("unit", ""), request.GET.get("vacant", "")
    every = [
        line(desk, unit, post) for unit in people.units(town=desk.town) for post in people.posts_of(unit.id)
    ]
    found = [
        one for one in every if chosen in ("", one.unit.code) and not (vacant and (one.holders or one.by))
    ]
    return {
        "desk": desk,
        "lines": found,
        "units": people.units(town=desk.town),
        "chosen": chosen,
        "vacant": vacant,
        "vacancies": sum(not one.holders and not one.by for one in every),
        "staff": staff(),
    }


def line(desk: Desk, unit: people.UnitView, post: people.PostView) -> Line:
    known = people.directory()
    names = tuple(known.persons[one].name for one in known.acting(post.id, desk.at))
    return Line(unit, post, names, full_name(post.filled_by_id) if post.filled_by_id else "")


def full_name(post_id: int) -> str:
    post = people.post_by_id(post_id)
    return f"{people.unit_by_id(post.unit_id).name} {post.name}"


def staff() -> list[tuple[str, str]]:
    """(what to type, name) of everybody: the user name, or the name of who has no account."""
    users = people.user_names()
    everybody = people.directory().persons.values()
    return [(users.get(one.account_id or 0) or one.name, one.name) for one in everybody]


def typed_person(request: HttpRequest, field: str) -> int:
    """The person typed, by user name or by a name only one person has; Refused("form_person_unknown")."""
    typed = request.POST.get(field, "").strip()
    users = people.user_names()
    everybody = list(people.directory().persons.values())
    found = [one.id for one in everybody if users.get(one.account_id or 0) == typed]
    found = found or [one.id for one in everybody if one.name == typed]
    if len(found) != 1:
        raise Refused("form_person_unknown", value=typed)
    return found[0]


def typed_day(request: HttpRequest, field: str, otherwise: datetime) -> datetime:
    """The beginning of the day typed, or the moment meant by leaving it empty."""
    typed = request.POST.get(field, "")
    if not typed:
        return otherwise
    try:
        return datetime.strptime(typed, "%Y-%m-%d").replace(tzinfo=SHANGHAI)
    except ValueError:
        raise Refused("form_day_malformed", value=typed) from None


def again(request: HttpRequest, desk: Desk, **more: object) -> HttpResponse:
    status = 422 if "said" in more else 200
    return render(request, "console/people.html", shown(request, desk) | more, status=status)


@sensitive_post_parameters()
@require_POST
@page(ACCOUNTS)
def new(request: HttpRequest, desk: Desk) -> HttpResponse:
    """A new person with an account. The one-time password stands on this page once and nowhere else."""
    name, user, phone = (request.POST.get(field, "").strip() for field in ("name", "user", "phone"))
    try:
        made = people.enroll(name, user, phone=phone, actor=desk.actor, at=desk.at)
    except Refused as refused:
        return again(request, desk, said=sentence(refused), typed=request.POST)
    response = again(request, desk, password=made.password, user=made.username)
    response["Cache-Control"] = "no-store"
    return response


@sensitive_post_parameters()
@require_POST
@page(ACCOUNTS)
def account(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Close an account, give its owner a new one-time password, or forget a lost phone."""
    user, what = request.POST.get("user", "").strip(), request.POST.get("do", "")
    try:
        if what == "disable":
            people.disable_account(user, actor=desk.actor, at=desk.at)
            messages.success(request, f"账号 {user} 已停用，任职没有变。")
            return redirect("console:people")
        if what == "second_factor":
            people.reset_second_factor(user, actor=desk.actor, at=desk.at)
            messages.success(request, f"账号 {user} 的动态验证码已重置，本人下次登录时重新绑定。")
            return redirect("console:people")
        password = people.renew_password(user, actor=desk.actor, at=desk.at)
    except Refused as refused:
        return again(request, desk, said=sentence(refused))
    response = again(request, desk, password=password, user=user)
    response["Cache-Control"] = "no-store"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@page(KEEPS)
def workbook(request: HttpRequest, desk: Desk) -> HttpResponse:
    """GET: the town's people as a workbook. POST: take one in, all rows or none; `try` only checks."""
    if request.method != "POST":
        target = BytesIO()
        people.export_people(target, town=desk.town)
        response = HttpResponse(target.getvalue(), content_type=XLSX)
        name = quote("人员与任职.xlsx")
        response["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
        return response
    sent = request.FILES.get("file")
    take = people.import_people if request.POST.get("do") == "import" else people.check_people
    try:
        if sent is None:
            raise Refused("form_file_missing")
        result = take(sent.read(), town=desk.town, actor=desk.actor, at=desk.at)
    except Refused as refused:
        return again(request, desk, said=sentence(refused))
    tried = take is people.check_people
    response = again(request, desk, result=result, tried=tried, wrong=result.errors[:SHOWN])
    response["Cache-Control"] = "no-store"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@page(KEEPS)
def post(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """One post: who held it when, who stands in; appoint, end, delegate."""
    if request.method != "POST":
        return render(request, "console/post.html", of_post(desk, number))
    try:
        told = CHANGES.get(request.POST.get("do", ""), _appoint)(request, desk, number)
    except Refused as refused:
        told_again = of_post(desk, number) | {"said": sentence(refused), "typed": request.POST}
        return render(request, "console/post.html", told_again, status=422)
    messages.success(request, told)
    return redirect("console:post", number)


def of_post(desk: Desk, number: int) -> dict[str, object]:
    at_post, known = people.post_by_id(number), people.directory()
    tenures = [
        (one, known.persons[one.person_id], [(known.persons[who], span) for who, span in one.stand_ins])
        for one in reversed(people.appointments(number))
    ]
    return {
        "desk": desk,
        "line": line(desk, people.unit_by_id(at_post.unit_id), at_post),
        "tenures": tenures,
        "waiting": len(people.taken_over(number)),
        "staff": staff(),
        "now": desk.at,
    }


def _appoint(request: HttpRequest, desk: Desk, number: int) -> str:
    who, starts = typed_person(request, "person"), typed_day(request, "starts", desk.at)
    people.appoint(number, who, starts=starts, actor=desk.actor, at=desk.at)
    waiting = len(people.taken_over(number))
    return f"已任命{people.person(who).name}，接手在办工作 {waiting} 件。"


def _end(request: HttpRequest, desk: Desk, number: int) -> str:
    ends = typed_day(request, "ends", desk.at)
    people.end_appointment(_tenure(request, number), ends=ends, actor=desk.actor, at=desk.at)
    return "任职已结束；在办工作留在岗位，空缺期间由上级岗位负责。"


def _delegate(request: HttpRequest, desk: Desk, number: int) -> str:
    who, starts = typed_person(request, "stand_in"), typed_day(request, "starts", desk.at)
    people.delegate(
        _tenure(request, number),
        who,
        starts=starts,
        ends=typed_day(request, "ends", starts),
        actor=desk.actor,
        at=desk.at,
        reason=request.POST.get("reason", "")[:80],
    )
    return f"{people.person(who).name}已被指定为代理人。"


def _tenure(request: HttpRequest, number: int) -> int:
    """The appointment meant, which must be one of this post; Refused("appointment_unknown")."""
    meant = request.POST.get("tenure", "")
    found = [one.id for one in people.appointments(number) if str(one.id) == meant]
    if not found:
        raise Refused("appointment_unknown")
    return found[0]


CHANGES: Final = {"appoint": _appoint, "end": _end, "delegate": _delegate}
