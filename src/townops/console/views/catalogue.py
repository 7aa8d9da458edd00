"""分类目录: versions and their dates, classes with their condition rows, Excel in and out (U13)."""

from collections.abc import Iterable, Iterator
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from townops.base import journal
from townops.base.db import write
from townops.catalogue import api as catalogue
from townops.console.doors import Desk, page
from townops.console.downloads import error_sheet, xlsx
from townops.console.given import day_of, file_of, tomorrow, whole
from townops.console.saying import sentence
from townops.dispatch import api as dispatch
from townops.kernel.refusal import Refused

VIEW: Final = "catalogue.view"
EDIT: Final = "catalogue.edit"
SHOWN: Final = 100
Told = tuple[catalogue.Condition, str, str, str, str]  # limit, limit to make safe, main, fallback
Line = tuple[catalogue.Klass, list[Told], str, str]
ERRORS: Final = ("工作表", "行", "列", "原因")


@require_safe
@page(VIEW, EDIT)
def browse(request: HttpRequest, desk: Desk) -> HttpResponse:
    return render(request, "console/catalogue.html", shown(request, desk))


def shown(request: HttpRequest, desk: Desk) -> dict[str, object]:
    """One version (the one in force unless another is asked for): its great classes, and what is looked at."""
    in_force = catalogue.version_at(desk.at)
    chosen = catalogue.version(whole(request.GET.get("version", "")) or in_force)
    content = catalogue.content(chosen.id)
    under, q = request.GET.get("under", ""), request.GET.get("q", "").strip()
    found = catalogue.search(q, chosen.id) if q else [one for one in content.classes if _lies(one, under)]
    return {
        "desk": desk,
        "versions": [(one, one.id == in_force) for one in reversed(catalogue.versions())],
        "chosen": chosen,
        "newest": chosen == catalogue.versions()[-1],
        "large": [one for one in content.classes if not one.parent],
        "under": under,
        "q": q,
        "rows": list(_rows(found[:SHOWN], content)),
        "left_off": max(0, len(found) - SHOWN),
        "tomorrow": tomorrow(desk).isoformat(),
        "may_edit": desk.may(EDIT),
    }


def _lies(klass: catalogue.Klass, under: str) -> bool:
    return bool(under) and (klass.code == under or klass.code.startswith(f"{under}-"))


def _rows(found: Iterable[catalogue.Klass], content: catalogue.Content) -> Iterator[Line]:
    """Each class with its condition rows, who answers in words."""
    for one in found:
        rows = [_condition(row) for row in content.by_class.get(one.code, ())]
        yield one, rows, dispatch.target_said(one.unit), dispatch.target_said(one.fallback)


def _condition(row: catalogue.Condition) -> Told:
    limit, safe = catalogue.limit_text(row.limit), catalogue.limit_text(row.make_safe)
    return row, limit, safe, dispatch.target_said(row.main_kind), dispatch.target_said(row.fallback)


@require_safe
@page(VIEW, EDIT)
def version_file(request: HttpRequest, desk: Desk, version: int) -> HttpResponse:
    """A version as the file that can be changed and imported again."""
    found = catalogue.version(version)
    with write():
        body = {"number": found.number}
        journal.append(
            kind="catalogue", key="versions", action="export", actor=desk.actor, at=desk.at, body=body
        )
    return xlsx(catalogue.export_version(found.id), f"分类目录第{found.number}版.xlsx")


@require_POST
@page(EDIT)
def take_in(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Try a file, hand its errors back, or publish it from a day on."""
    what = request.POST.get("do", "")
    try:
        data, _ = file_of(request)
        report = catalogue.check_import(data)
        if what == "errors":
            lines = [(one.sheet, one.row, one.column, one.reason) for one in report.errors]
            return error_sheet(ERRORS, lines, "分类目录错误.xlsx")
        if what == "publish" and not report.errors and not report.identical:
            report = _published(request, desk, data)
    except Refused as refused:
        again = shown(request, desk) | {"said": sentence(refused)}
        return render(request, "console/catalogue.html", again, status=422)
    if report.published is None:
        again = shown(request, desk) | {"report": report, "errors": report.errors[:SHOWN]}
        return render(request, "console/catalogue.html", again)
    messages.success(
        request, f"第{report.published.number}版已发布，自 {report.published.effective_from} 起生效。"
    )
    return redirect("console:catalogue")


def _published(request: HttpRequest, desk: Desk, data: bytes) -> catalogue.ImportReport:
    return catalogue.import_version(
        data,
        effective_from=day_of(request, "from", tomorrow(desk)),
        actor=desk.actor,
        at=desk.at,
        note=request.POST.get("note", "").strip()[:200],
    )
