"""人员: who there is, what he does here and how his account stands; a new person; many at once by workbook."""

from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Final
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from townops.console import choices
from townops.console.doors import Desk, page
from townops.console.paged import paged
from townops.console.saying import sentence
from townops.kernel.refusal import Refused
from townops.kernel.workdays import SHANGHAI
from townops.people import api as people

KEEPS: Final = "people.edit"
ACCOUNTS: Final = "base.accounts"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN: Final = 100
STATES: Final = {"locked": "已锁定", "inactive": "已停用", "none": "没有账号", "idle": "没有岗位"}


@dataclass(frozen=True, slots=True)
class Row:
    """A person of the list: posts with their units in words, names of roles, the word for the account's state."""

    line: people.dossier.StaffLine
    posts: tuple[str, ...]
    roles: tuple[str, ...]
    state: str


@require_safe
@page(KEEPS, ACCOUNTS)
def browse(request: HttpRequest, desk: Desk) -> HttpResponse:
    """By name or user name, unit, role and state; fifty a page."""
    names = people.dossier.role_names()
    wanted = {name: request.GET.get(name, "").strip()[:80] for name in ("q", "unit", "role", "state")}
    every = people.dossier.staff(desk.town, desk.at)
    found = [one for one in every if _fits(one, wanted)]
    pages = paged(found, request.GET)
    shown = {
        "desk": desk,
        "wanted": wanted,
        "units": people.units(town=desk.town),
        "role_names": names,
        "states": [(code, word, sum(_is(one, code) for one in every)) for code, word in STATES.items()],
        "total": len(found),
        "everybody": len(every),
        "rows": [_row(one, names) for one in pages.rows],
        "pages": pages,
    }
    return render(request, "console/people.html", shown)


def _fits(one: people.dossier.StaffLine, wanted: dict[str, str]) -> bool:
    username = one.account.username if one.account else ""
    codes = {people.unit_by_id(post.unit_id).code for post in one.posts}
    return (
        (wanted["q"].casefold() in f"{one.person.name} {username}".casefold())
        and wanted["unit"] in {"", *codes}
        and wanted["role"] in {"", *one.roles}
        and (not wanted["state"] or _is(one, wanted["state"]))
    )


def _is(one: people.dossier.StaffLine, state: str) -> bool:
    return not one.posts if state == "idle" else one.state == state


def _row(one: people.dossier.StaffLine, names: dict[str, str]) -> Row:
    roles = tuple(names.get(code, code) for code in one.roles)
    return Row(one, tuple(full_name(post.id) for post in one.posts), roles, STATES.get(one.state, ""))


def full_name(post_id: int) -> str:
    post = people.post_by_id(post_id)
    return f"{people.unit_by_id(post.unit_id).name} {post.name}"


def staff() -> choices.Listing:
    """Everybody as one types him: the user name, or the name of who has no account, with the name beside."""
    users = people.user_names()
    everybody = people.directory().persons.values()
    return choices.Listing(
        "staff", tuple(f"{one.name} {users.get(one.account_id or 0, '')}".strip() for one in everybody)
    )


def typed_person(typed: str) -> int:
    """The person typed: 姓名 用户名 as offered, a user name, or a name only one has; Refused("form_person_unknown")."""
    users = people.user_names()
    everybody = list(people.directory().persons.values())
    known = [(one.id, one.name, users.get(one.account_id or 0, "")) for one in everybody]
    by_user = [number for number, name, user in known if user and typed in (user, f"{name} {user}")]
    found = by_user or [number for number, name, _ in known if name == typed]
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


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@page(ACCOUNTS)
def new(request: HttpRequest, desk: Desk) -> HttpResponse:
    """A new person with an account. The one-time password stands on this page once and nowhere else."""
    if request.method != "POST":
        return render(request, "console/person_new.html", {"desk": desk})
    name, user, phone = (request.POST.get(field, "").strip() for field in ("name", "user", "phone"))
    try:
        made = people.enroll(name, user, phone=phone, actor=desk.actor, at=desk.at)
    except Refused as refused:
        shown = {"desk": desk, "said": sentence(refused), "typed": request.POST}
        return render(request, "console/person_new.html", shown, status=422)
    response = render(request, "console/person_new.html", {"desk": desk, "made": made})
    response["Cache-Control"] = "no-store"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@page(KEEPS)
def workbook(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Many at once: POST takes a workbook in, all rows or none; `try` only checks."""
    if request.method != "POST":
        return render(request, "console/workbook.html", {"desk": desk})
    sent = request.FILES.get("file")
    take = people.import_people if request.POST.get("do") == "import" else people.check_people
    try:
        if sent is None:
            raise Refused("form_file_missing")
        result = take(sent.read(), town=desk.town, actor=desk.actor, at=desk.at)
    except Refused as refused:
        shown = {"desk": desk, "said": sentence(refused)}
        return render(request, "console/workbook.html", shown, status=422)
    shown = {
        "desk": desk,
        "result": result,
        "tried": take is people.check_people,
        "wrong": result.errors[:SHOWN],
    }
    response = render(request, "console/workbook.html", shown)
    response["Cache-Control"] = "no-store"
    return response


@require_safe
@page(KEEPS)
def workbook_file(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The town's people as a workbook."""
    target = BytesIO()
    people.export_people(target, town=desk.town)
    response = HttpResponse(target.getvalue(), content_type=XLSX)
    name = quote("人员与任职.xlsx")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return response
