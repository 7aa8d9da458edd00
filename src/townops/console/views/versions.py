"""边界调整: versions of the borders, drafts compared and checked, published from a day on, moved, given up, had again (U8-U11)."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from townops.areas import api as areas
from townops.console import borders
from townops.console.doors import Desk, page
from townops.console.given import COUNTED, day_of, whole
from townops.console.saying import sentence
from townops.console.trying import mark
from townops.kernel.refusal import Refused
from townops.kernel.workdays import SHANGHAI

DRAFT: Final = "areas.draft"
PUBLISH: Final = "areas.publish"
FIELDS: Final = ("from", "note", "revision")
CHOICE: Final = "keep-"
GET_AND_POST: Final = ["GET", "HEAD", "POST"]


@require_http_methods(GET_AND_POST)
@page(DRAFT, PUBLISH)
def browse(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Every version and draft; a draft is begun here, and an old code is followed to where its ground is now."""
    if request.method != "POST":
        return render(request, "console/versions.html", _listed(request, desk))
    try:
        note = request.POST.get("note", "")
        made = areas.begin_draft(desk.town, note=note, actor=desk.actor, at=desk.at)
    except Refused as refused:
        shown = _listed(request, desk) | {"said": sentence(refused), "note": request.POST.get("note", "")}
        return render(request, "console/versions.html", shown, status=422)
    messages.success(request, "草案已建立，与现行边界相同，可以开始修改。")
    return redirect("console:version", made.id)


def _listed(request: HttpRequest, desk: Desk) -> dict[str, object]:
    every = sorted(areas.versions_of(desk.town), key=borders.place, reverse=True)
    done = borders.deeds(desk.town)
    published = [(one, done.get((one.id, "publish"))) for one in every if one.number is not None]
    drafts = areas.drafts_of(desk.town, actor=desk.actor)
    found = _followed(request, desk)
    return {
        "desk": desk,
        "now": desk.at,
        "today": _today(desk),
        "published": published,
        "drafts": [(one, borders.last_hand(one), done.get((one.version.id, "begin"))) for one in drafts],
        "every": [(one.id, borders.title(one)) for one in every],
        "standing": borders.standing_number(every, _today(desk)),
        "asked": {name: request.GET.get(name, "") for name in ("code", "since")},
        **found,
    }


def _followed(request: HttpRequest, desk: Desk) -> dict[str, object]:
    """Where the ground of an old code is today, in parts of a hundred."""
    code, since = request.GET.get("code", "").strip(), request.GET.get("since", "").strip()
    if not code:
        return {}
    try:
        known = areas.area(code)
        day = date.fromisoformat(since) if since else _today(desk)
    except ValueError:
        return {"said": sentence(Refused("form_day_malformed", value=since[:20]))}
    except Refused as refused:
        return {"said": sentence(refused)}
    shares = areas.carried_to(desk.town, code, day, _today(desk))
    return {"followed": known, "shares": [(areas.area(one.code), 100 * one.share) for one in shares]}


@require_http_methods(GET_AND_POST)
@page(DRAFT, PUBLISH)
def version(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """One draft or published version with what it changes, and everything that may be done with it."""
    if request.method != "POST":
        return render(request, "console/version.html", _shown(desk, number))
    act = ACTS.get(request.POST.get("do", ""), _look)
    try:
        return act(request, desk, number)
    except Refused as refused:
        again = _shown(desk, number) | {"said": sentence(refused), "typed": _typed(request)}
        return render(request, "console/version.html", again, status=422)


def _typed(request: HttpRequest) -> dict[str, str]:
    return {name: request.POST.get(name, "").strip() for name in FIELDS}


def _revision(request: HttpRequest) -> int:
    return whole(request.POST.get("revision", ""), -1, digits=COUNTED)


def _today(desk: Desk) -> date:
    return desk.at.astimezone(SHANGHAI).date()


def _shown(desk: Desk, number: int) -> dict[str, object]:
    one = areas.version(number)
    done, found = borders.deeds(desk.town), areas.comparison(number)
    shown: dict[str, object] = {
        "desk": desk,
        "now": desk.at,
        "today": _today(desk),
        "version": one,
        "title": borders.title(one),
        "typed": {"from": _today(desk).isoformat(), "note": "", "revision": str(one.revision)},
        "published": done.get((one.id, "publish")),
        **borders.told(found),
    }
    if one.number is not None:
        return shown | {"lineage": borders.lineage(number), "hows": borders.HOW}
    held = areas.draft(number, actor=desk.actor)
    hands = [borders.Hands(*pair) for pair in areas.changing_hands(number).values()]
    fresh = frozenset(found.difference.added)
    told = areas.code_faults(areas.draft_held(number), fresh, desk.at) if fresh else ()
    faults = [(one.area, sentence(Refused(one.code, **one.params))) for one in told]
    return shown | {"draft": held, "edits": borders.edits(held), "hands": hands, "code_faults": faults}


def _check(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    proof = areas.check_draft(number, actor=desk.actor, at=desk.at)
    if proof.passed:
        messages.success(request, "检查通过：全覆盖、无重叠、共用边界一致、下级都在上级之内。可以发布了。")
        return redirect("console:version", number)
    return render(request, "console/version.html", _shown(desk, number) | {"defects": _sifted(number, proof)})


def _sifted(number: int, proof: areas.Proof) -> borders.Sifted:
    return borders.sifted(proof, areas.draft_held(number))


def _repair(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """Everything that can be repaired by rule; what is left is told by type."""
    done = areas.repair_draft(number, actor=desk.actor, at=desk.at)
    before, after = len(done.before.defects), len(done.after.defects)
    if not done.codes:
        messages.success(request, f"没有可以自动修复的；缺陷还有 {after} 处。")
    else:
        messages.success(
            request, f"已修复 {len(done.codes)} 个区域，缺陷由 {before} 处减为 {after} 处。可以撤销。"
        )
    if after:
        shown = _shown(desk, number) | {"defects": _sifted(number, done.after)}
        return render(request, "console/version.html", shown)
    return redirect("console:version", number)


def _reverse(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    undone = request.POST["do"] == "undo"
    (areas.undo_edit if undone else areas.redo_edit)(number, actor=desk.actor, at=desk.at)
    messages.success(request, "已撤销您的上一步。" if undone else "已重做。")
    return redirect("console:version", number)


def _drop(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    areas.drop_draft(number, revision=_revision(request), actor=desk.actor, at=desk.at)
    messages.success(request, "草案已放弃，现行边界没有变化。")
    return redirect("console:versions")


def _rebase(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """At once when nobody else changed the same areas; else each of those is asked first."""
    chosen = {
        name.removeprefix(CHOICE): str(one) for name, one in request.POST.items() if name.startswith(CHOICE)
    }
    conflicts = areas.foresee_rebase(number, chosen).conflicts
    if conflicts:
        asked = {"conflicts": borders.disputed(areas.foresee_rebase(number).conflicts, chosen)}
        return render(request, "console/version.html", _shown(desk, number) | asked)
    areas.rebase_draft(number, revision=_revision(request), choices=chosen, actor=desk.actor, at=desk.at)
    messages.success(request, "草案的修改已移到现行边界上，请重新检查。")
    return redirect("console:version", number)


def _look(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """What publishing, or publishing an earlier version again, would do from that day on."""
    typed, day = _typed(request), _day(request, desk)
    tried = {
        "typed": typed,
        "tried": mark(typed),
        "day": day,
        "foreseen": areas.foresee_publishing(number, day),
    }
    return render(request, "console/version.html", _shown(desk, number) | tried)


def _day(request: HttpRequest, desk: Desk) -> date:
    """Refused: form_time_malformed, publish_past."""
    day = day_of(request, "from", _today(desk))
    if day < _today(desk):
        raise Refused("publish_past")
    return day


def _publish(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    if request.POST.get("tried") != mark(_typed(request)):
        return _look(request, desk, number)
    day, revision = _day(request, desk), _revision(request)
    return _told(
        request, areas.publish_borders(number, revision=revision, on=day, actor=desk.actor, at=desk.at)
    )


def _again(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    if request.POST.get("tried") != mark(_typed(request)):
        return _look(request, desk, number)
    note = _typed(request)["note"] or f"恢复：{areas.version(number).note}"
    made = areas.roll_back_borders(number, on=_day(request, desk), note=note, actor=desk.actor, at=desk.at)
    return _told(request, made)


def _told(request: HttpRequest, made: areas.VersionView) -> HttpResponse:
    if made.applied:
        messages.success(request, f"第 {made.number} 版已生效。")
    else:
        messages.success(request, f"第 {made.number} 版已发布，{made.valid_from} 起生效。")
    return redirect("console:version", made.id)


def _correct(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """One line of the lineage said better than geometry does. Refused: lineage_unknown, lineage_wrong."""
    before, after, how = (request.POST.get(name, "") for name in ("before", "after", "how"))
    share = _share(request.POST.get("share", ""))
    areas.correct_lineage(number, before, after, how=how, share=share, actor=desk.actor, at=desk.at)
    messages.success(request, "沿革已更正。")
    return redirect("console:version", number)


def _share(given: str) -> float:
    try:
        return float(given) / 100
    except ValueError:
        raise Refused("lineage_wrong") from None


Act = Callable[[HttpRequest, Desk, int], HttpResponse]
ACTS: Final[Mapping[str, Act]] = {
    "check": _check,
    "repair": _repair,
    "undo": _reverse,
    "redo": _reverse,
    "drop": _drop,
    "rebase": _rebase,
    "look": _look,
    "publish": _publish,
    "again": _again,
    "correct": _correct,
}


@require_safe
@page(DRAFT, PUBLISH)
def compare(request: HttpRequest, desk: Desk) -> HttpResponse:
    """What differs between any two versions."""
    before, after = (_number(request, name) for name in ("before", "after"))
    shown = {
        "desk": desk,
        "titles": [borders.title(areas.version(one)) for one in (before, after)],
        "changes_at": f"{reverse('console:version-changes', args=[after])}?before={before}",
        **borders.told(areas.comparison(after, before)),
    }
    return render(request, "console/versions_compared.html", shown)


def _number(request: HttpRequest, name: str) -> int:
    return whole(request.GET.get(name, ""), digits=COUNTED)


@require_safe
@page(DRAFT, PUBLISH)
def changes(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """The changes of a version as a layer of a map, against `before` or what it would replace."""
    against = _number(request, "before") or None
    text = areas.drawn(areas.comparison(number, against))
    return HttpResponse(
        text, content_type="application/geo+json", headers={"Cache-Control": "private, no-store"}
    )
