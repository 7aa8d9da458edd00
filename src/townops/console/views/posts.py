"""岗位与任职: who holds which post since when; appointing, ending, a post added, changed or closed, each tried before it is done."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from itertools import groupby
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from townops.areas import api as areas
from townops.base import journal
from townops.console import choices
from townops.console.doors import Desk, page
from townops.console.given import whole
from townops.console.paged import paged
from townops.console.saying import sentence
from townops.console.trying import Attempt, attempt, settled
from townops.console.views.staff import KEEPS, full_name, staff, typed_day, typed_person
from townops.kernel.refusal import Refused
from townops.kernel.workdays import SHANGHAI
from townops.people import api as people

RULES: Final = people.post_changes
APPOINT, END, PUT, CLOSE = "appoint", "end", "put", "close"
FORMS: Final[Mapping[str, tuple[str, ...]]] = {
    APPOINT: ("what", "person", "instead", "starts", "note"),
    END: ("what", "tenure", "ends", "note"),
    PUT: ("what", "unit", "name", "rank", "filled", "area", "roles", "from", "note", "over"),
    CLOSE: ("what", "from", "note", "over"),
}
DONE: Final = {
    "appointed": "任命", "appointment_ended": "结束任职", "appointment_withdrawn": "撤销任命", "appointment_kept": "撤销离任",
    "delegated": "指定代理", "delegation_ended": "提前结束代理", "put": "修改", "roles": "改角色", "planned": "定下改动",
    "withdrawn": "撤销改动", "handover_read": "已阅交接清单",
}  # fmt: skip
ACTIONS: Final = {"add": "新增", "edit": "修改", "end": "撤销岗位"}
MOST: Final = 60


@dataclass(frozen=True, slots=True)
class Line:
    """One post with who acts for it now; `by` the post whose holder holds it too."""

    unit: people.UnitView
    post: people.PostView
    holders: tuple[people.PersonView, ...]
    by: str

    @property
    def vacant(self) -> bool:
        return not self.holders and not self.by


@dataclass(frozen=True, slots=True)
class Change:
    """What one of the forms of the page asks for, read: exactly one of the four."""

    what: str
    person: int = 0
    tenure: people.Tenure | None = None
    when: datetime | None = None
    put: people.post_changes.PostChange | None = None
    end: people.post_changes.PostEnd | None = None
    note: str = ""


@require_safe
@page(KEEPS)
def browse(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Posts under their units, fifty a page; of one unit, vacant ones, or by words in unit, post or name."""
    wanted = {name: request.GET.get(name, "").strip()[:80] for name in ("q", "unit", "vacant", "person")}
    every = [
        line(desk, unit, post) for unit in people.units(town=desk.town) for post in people.posts_of(unit.id)
    ]
    found = [one for one in every if _fits(one, wanted)]
    pages = paged(found, request.GET)
    known = people.directory().posts
    ahead = [
        (one, known[int(one.key)], full_name(int(one.key)), ACTIONS[one.action])
        for one in people.planned.waiting(RULES.SUBJECT)
    ]
    shown = {
        "desk": desk,
        "found": len(found),
        "under": list(_by_unit(pages.rows, Counter(one.unit.id for one in found))),
        "pages": pages,
        "units": people.units(town=desk.town),
        "wanted": wanted,
        "chosen": next((one for one in people.units(town=desk.town) if one.code == wanted["unit"]), None),
        "narrowed": any(wanted.values()),
        "vacancies": sum(one.vacant for one in every),
        "total": len(every),
        "candidate": people.persons([whole(wanted["person"])]).get(whole(wanted["person"])),
        "ahead": ahead,
    }
    return render(request, "console/posts.html", shown)


def _fits(one: Line, wanted: Mapping[str, str]) -> bool:
    words = " ".join((one.unit.name, one.post.name, *(person.name for person in one.holders)))
    return (
        wanted["unit"] in ("", one.unit.code)
        and all(word in words for word in wanted["q"].split())
        and (not wanted["vacant"] or one.vacant)
        and not (wanted["person"] and one.by)
    )


def _by_unit(
    lines: Iterable[Line], counts: Mapping[int, int]
) -> Iterator[tuple[people.UnitView, int, list[Line]]]:
    """The lines of a page under their units, with how many each unit has on all pages."""
    for unit, under in groupby(lines, lambda one: one.unit):
        yield unit, counts[unit.id], list(under)


def line(desk: Desk, unit: people.UnitView, post: people.PostView) -> Line:
    known = people.directory()
    holders = tuple(known.persons[one] for one in dict.fromkeys(known.acting(post.id, desk.at)))
    return Line(unit, post, holders, full_name(post.filled_by_id) if post.filled_by_id else "")


@require_http_methods(["GET", "HEAD", "POST"])
@page(KEEPS)
def post(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """One post. `look` tries one of its forms, `save` does exactly what was tried; stand-ins are named at once."""
    people.post_by_id(number)
    if request.method != "POST":
        typed = {"person": _named(request.GET.get("person", ""))}
        return render(request, "console/post.html", _shown(desk, number, typed))
    do = request.POST.get("do", "")
    if do in SIMPLE:
        return _simply(request, desk, number, do)
    typed = _typed(request, request.POST.get("what", ""))
    tried = _tried(request, desk, number, typed)
    if tried.made:
        messages.success(request, tried.made)
        return redirect("console:post", number)
    shown = _shown(desk, number, _fresh(typed, number, tried.status)) | dict(tried.shown or {})
    return render(request, "console/post.html", shown, status=tried.status)


@require_http_methods(["GET", "HEAD", "POST"])
@page(KEEPS)
def new(request: HttpRequest, desk: Desk) -> HttpResponse:
    """A new post of a unit, tried before it is published."""
    unit = next((one for one in people.units(town=desk.town) if one.code == request.GET.get("unit")), None)
    if request.method != "POST":
        empty = {"unit": unit.name if unit else "", "rank": "0", "over": "0", "from": _today(desk)}
        return render(request, "console/post_new.html", _choices(desk, 0, empty))
    typed = _typed(request, PUT)
    tried = _tried(request, desk, 0, typed)
    if tried.made:
        messages.success(request, tried.made)
        return redirect("console:posts")
    shown = _choices(desk, 0, typed) | dict(tried.shown or {})
    return render(request, "console/post_new.html", shown, status=tried.status)


def _typed(request: HttpRequest, what: str) -> dict[str, str]:
    names = FORMS.get(what, FORMS[APPOINT])
    found = {name: request.POST.get(name, "").strip() for name in names}
    return found | ({"roles": " ".join(sorted(request.POST.getlist("roles")))} if "roles" in names else {})


def _fresh(typed: Mapping[str, str], number: int, status: int) -> dict[str, str]:
    """What was typed stays; after a refusal it is typed over what is newest now."""
    renewed = {"over": str(people.planned.count(RULES.SUBJECT, number))} if status != HTTPStatus.OK else {}
    return {**typed, **(renewed if "over" in typed else {})}


def _tried(request: HttpRequest, desk: Desk, number: int, typed: Mapping[str, str]) -> Attempt[Change, str]:
    return attempt(
        request,
        typed,
        lambda: _given(request, desk, number, typed),
        foresee=lambda change: _foreseen(change, desk, number),
        publish=lambda change: _done(change, desk, number),
    )


def _given(request: HttpRequest, desk: Desk, number: int, typed: Mapping[str, str]) -> Change:
    """Refused: reason_..., form_person_unknown, form_day_malformed, appointment_unknown, unit_unknown, post_unknown."""
    what = typed["what"] if typed["what"] in FORMS else APPOINT
    people.planned.refuse_untold(typed["note"])
    if what in (PUT, CLOSE):
        begin = max(typed_day(request, "from", desk.at), desk.at)
        over = whole(typed["over"])
        if what == CLOSE:
            return Change(what, end=RULES.PostEnd(number, begin, typed["note"], over))
        return Change(what, put=_put(desk, number, typed, begin))
    if what == END:
        when = typed_day(request, "ends", desk.at)
        return Change(what, tenure=_tenure(typed["tenure"], number), when=when, note=typed["note"])
    when = typed_day(request, "starts", desk.at)
    leaving = _tenure(typed["instead"], number) if typed["instead"] else None
    who = typed_person(typed["person"])
    return Change(what, person=who, tenure=leaving, when=when, note=typed["note"])


def _put(
    desk: Desk, number: int, typed: Mapping[str, str], begin: datetime
) -> people.post_changes.PostChange:
    unit = people.post_by_id(number).unit_id if number else _unit(desk, typed["unit"])
    filler = choices.post_meant(typed["filled"], desk.town)
    return RULES.PostChange(
        unit,
        number,
        typed["name"],
        whole(typed["rank"]),
        filler.id if filler else None,
        tuple(typed["roles"].split()),
        begin,
        typed["note"],
        whole(typed["over"]),
        _part(desk, typed["area"]),
    )


def _unit(desk: Desk, given: str) -> int:
    """Refused("unit_unknown")."""
    found = choices.unit_meant(given, desk.town)
    if found is None:
        raise Refused("unit_unknown", code="")
    return found


def _part(desk: Desk, given: str) -> int | None:
    """A 责任网格 or 居村 by name, None where nothing is typed. Refused("post_area_unknown")."""
    if not given:
        return None
    found = next((code for code, said in _parts(desk) if said == given), None)
    if found is None:
        raise Refused("post_area_unknown", given=given[:40])
    return found


def _parts(desk: Desk) -> Iterator[tuple[int, str]]:
    for kind in ("grid", "village"):
        yield from ((one.id, one.name) for one in areas.areas_of(desk.town, kind))


def _tenure(given: str, number: int) -> people.Tenure:
    """The appointment meant, which must be one of this post; Refused("appointment_unknown")."""
    found = [one for one in people.appointments(number) if str(one.id) == given]
    if not found:
        raise Refused("appointment_unknown")
    return found[0]


def _foreseen(change: Change, desk: Desk, number: int) -> object:
    if change.put:
        return RULES.foresee(change.put, desk.actor)
    if change.end:
        return RULES.foresee_end(change.end, desk.actor)
    when = change.when or desk.at
    if change.what == END and change.tenure:
        return people.appointing.foresee_end(change.tenure, when, actor=desk.actor)
    leaving = change.tenure.id if change.tenure else None
    return people.appointing.foresee_appointment(
        number, change.person, when, actor=desk.actor, instead=leaving
    )


def _done(change: Change, desk: Desk, number: int) -> str:
    """What was done, in words."""
    if change.put or change.end:
        return _published(change, desk)
    when, note = change.when or desk.at, change.note
    if change.what == END and change.tenure:
        people.end_appointment(change.tenure.id, ends=when, actor=desk.actor, at=desk.at, note=note)
        return "任职的结束已定下；在办工作留在岗位，空缺期间由上级岗位负责。"
    who = change.person
    if change.tenure:
        people.succeed(change.tenure.id, who, starts=when, actor=desk.actor, at=desk.at, note=note)
    else:
        people.appoint(number, who, starts=when, actor=desk.actor, at=desk.at, note=note)
    return f"已任命{people.person(who).name}，接手在办工作 {len(people.taken_over(number))} 件。"


def _published(change: Change, desk: Desk) -> str:
    made = (
        RULES.publish(change.put, actor=desk.actor, at=desk.at)
        if change.put
        else RULES.close(change.end, actor=desk.actor, at=desk.at)
        if change.end
        else None
    )
    if made is None:
        raise Refused("appointment_unknown")
    return settled(people.post_by_id(int(made.key)).name, made, desk)


def _simply(request: HttpRequest, desk: Desk, number: int, do: str) -> HttpResponse:
    """Stand-ins, and what lies ahead taken back: nothing changes hands for good, so nothing is tried."""
    try:
        told = SIMPLE[do](request, desk, number)
    except Refused as refused:
        shown = _shown(desk, number, {}) | {"said": sentence(refused), "typed": request.POST}
        return render(request, "console/post.html", shown, status=422)
    messages.success(request, told)
    return redirect("console:post", number)


def _delegate(request: HttpRequest, desk: Desk, number: int) -> str:
    who = typed_person(request.POST.get("stand_in", "").strip())
    starts = typed_day(request, "begins", desk.at)
    people.delegate(
        _tenure(request.POST.get("tenure", ""), number).id,
        who,
        starts=starts,
        ends=typed_day(request, "until", starts),
        actor=desk.actor,
        at=desk.at,
        reason=request.POST.get("reason", "")[:80],
    )
    return f"{people.person(who).name}已被指定为代理人。"


def _withdraw(request: HttpRequest, desk: Desk, number: int) -> str:
    one = _tenure(request.POST.get("tenure", ""), number)
    people.withdraw_appointment(one.id, actor=desk.actor, at=desk.at)
    return f"{people.person(one.person_id).name}的任命已撤销。"


def _keep(request: HttpRequest, desk: Desk, number: int) -> str:
    one = _tenure(request.POST.get("tenure", ""), number)
    people.keep_appointment(one.id, actor=desk.actor, at=desk.at)
    return f"{people.person(one.person_id).name}继续任职。"


SIMPLE: Final = {"delegate": _delegate, "withdraw": _withdraw, "keep": _keep}


@require_POST
@page(KEEPS)
def withdraw(request: HttpRequest, desk: Desk, change: int) -> HttpResponse:
    """A change of a post that lies ahead is no longer wanted."""
    gone = people.planned.withdraw(change, RULES.SUBJECT, actor=desk.actor, at=desk.at)
    messages.success(request, f"“{people.post_by_id(int(gone.key)).name}”的改动已撤销。")
    return redirect("console:posts")


def _named(given: str) -> str:
    """Somebody named by number in the address, as one would type him."""
    found = people.persons([whole(given)]).get(whole(given))
    users = people.user_names()
    return f"{found.name} {users.get(found.account_id or 0, '')}".strip() if found else ""


def _today(desk: Desk) -> str:
    return desk.at.astimezone(SHANGHAI).date().isoformat()


def _standing(desk: Desk, at_post: people.PostView) -> dict[str, str]:
    """The forms as they are before anything is typed."""
    return {
        "what": "",
        "name": at_post.name,
        "rank": str(at_post.rank),
        "filled": full_name(at_post.filled_by_id) if at_post.filled_by_id else "",
        "area": areas.area_by_id(at_post.area_id).name if at_post.area_id else "",
        "roles": " ".join(at_post.roles),
        "from": _today(desk),
        "over": str(people.planned.count(RULES.SUBJECT, at_post.id)),
    }


def _choices(desk: Desk, number: int, typed: Mapping[str, str]) -> dict[str, object]:
    """What stands in the fields of a post, and what can be chosen there."""
    return {
        "desk": desk,
        "typed": typed,
        "given_roles": typed.get("roles", "").split(),
        "ranks": [(str(code), word) for code, word in RULES.ranks().items()],
        "role_names": people.dossier.role_names(),
        "today": _today(desk),
        "fillers": choices.Listing(
            "fillers", tuple(said for one, said in choices.posts(desk.town) if one.id != number)
        ),
        "parts": choices.Listing("parts", tuple(said for _code, said in _parts(desk))),
        "unit_names": choices.Listing("unit-names", tuple(one.name for one in people.units(town=desk.town))),
    }


def _shown(desk: Desk, number: int, typed: Mapping[str, str]) -> dict[str, object]:
    at_post, known = people.post_by_id(number), people.directory()
    tenures = [
        (one, known.persons[one.person_id], [(known.persons[who], span) for who, span in one.stand_ins])
        for one in reversed(people.appointments(number))
    ]
    standing = _standing(desk, at_post) | dict(typed)
    return _choices(desk, number, standing) | {
        "line": line(desk, people.unit_by_id(at_post.unit_id), at_post),
        "tenures": tenures,
        "open": [one for one in tenures if one[0].span.ends is None],
        "waiting": len(people.taken_over(number)),
        "staff": staff(),
        "now": desk.at,
        "ahead": [(one, ACTIONS[one.action]) for one in people.planned.waiting(RULES.SUBJECT, number)],
        "history": _history(number),
        "titles": desk.sees_all,
    }


def _history(number: int) -> list[tuple[journal.Entry, str, str]]:
    """(entry, what was done, about whom or what) newest first."""
    known = people.directory().persons
    found = []
    for one in reversed(journal.history("post", number)[-MOST:]):
        who = known.get(one.body.get("person") or 0)
        what = ACTIONS.get(str(one.body.get("what")), "") if one.action == "put" else ""
        about = who.name if who else str(one.body.get("name", ""))
        found.append((one, what or DONE.get(one.action, one.action), about))
    return found
