"""What stands beside the form while one registers: who called before, likely classes, places, and what is open there.

Everything is asked by POST: names, telephones and addresses belong into no address line.
"""

from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from townops.areas import api as areas
from townops.base import tunables
from townops.base.access import TUNE
from townops.base.tunables import Part, Tunable, value_at
from townops.catalogue import api as catalogue
from townops.console import choices, labels, urgent
from townops.console.doors import SEES, Desk, page
from townops.console.typed import Placed, has_point, meant, placed, stripped
from townops.intake import api as intake
from townops.kernel.refusal import Refused
from townops.orders import api as orders

BEFORE: Final = 8
QUIET: Final = frozenset({"phone_too_short", "not_permitted"})
NEAR_KEY: Final = "register.near_metres"
NEAR_METRES: Final = "250"
tunables.declare(
    Tunable(
        NEAR_KEY,
        NEAR_METRES,
        "登记时的附近范围",
        "登记时提示这个范围内的未结工单",
        TUNE,
        (Part("", "米", 20, 2000),),
    )
)
NEAR_ROWS: Final = 8
PLACES: Final = 5
SHORTEST: Final = 4
ASKED: Final = 5
MOST_SIGNS: Final = 2000
MERGES: Final = "orders.accept"
CLASSES: Final = "orders.file"


@dataclass(frozen=True, slots=True)
class Likely:
    """A class for the text: as it is typed into the form, and the model's confidence in percent, 0 by keywords."""

    line: str
    confidence: int


@require_POST
@page("orders.report")
def callers(request: HttpRequest, desk: Desk) -> HttpResponse:
    """What the telephone being typed was used for before; searched by its hash and journalled."""
    shown: dict[str, object] = {"desk": desk, "now": desk.at, "merges": desk.may(MERGES)}
    try:
        shown["page"] = orders.orders_of_caller(
            desk.actor, request.POST.get("contact_phone", "")[:32], at=desk.at, limit=BEFORE
        )
    except Refused as refused:
        if refused.code not in QUIET:
            raise
    return render(request, "console/_callers.html", shown)


@require_POST
@page(CLASSES)
def likely(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The three likeliest classes of the text, its demand type, and what to ask of the class chosen or likeliest."""
    post = stripped(request.POST)
    text, source = post.get("text", "")[:MOST_SIGNS], post.get("source", "")
    found = classes_for(text, source, desk)
    chosen = choices.code_of(post.get("class_code", "")) or (choices.code_of(found[0].line) if found else "")
    shown = {
        "found": found,
        "demand": _demand(text, source, desk, post.get("demand_type", "")),
        "asked": asked_of(questions(chosen, text, source, desk), post.get("answers", "")),
    }
    return render(request, "console/_likely.html", shown)


@require_POST
@page("orders.report")
def in_danger(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The choice 按突发报值班长 when the text speaks of danger, or when it was chosen already."""
    post = stripped(request.POST)
    found = urgent.words_in(post.get("text", "")[:MOST_SIGNS], desk.at)
    return render(request, "console/_urgent.html", {"urgent": found, "chosen": post.get("urgent", "")})


def classes_for(text: str, source: str, desk: Desk) -> list[Likely]:
    """By the model where it knows the source, else by the words of the catalogue; none for a few signs."""
    if len(text) < SHORTEST:
        return []
    if source in intake.SOURCES and intake.is_ready():
        return [
            Likely(choices.class_said(one.class_code, desk.at), round(100 * one.confidence))
            for one in intake.suggest(text)
        ]
    branch = "hotline" if choices.by_triple(source, desk.town, desk.at) else "grid"
    return [Likely(choices.class_line(one), 0) for one in choices.suggested(text, desk.at, branch=branch)]


def _demand(text: str, source: str, desk: Desk, chosen: str) -> tuple[str, str] | None:
    """(code, word) of the demand type the wording speaks of, while none is chosen."""
    if chosen or len(text) < SHORTEST or not choices.by_triple(source, desk.town, desk.at):
        return None
    code, _ = intake.demand_type(text)
    return code, labels.CHOICES.get(code, code)


@dataclass(frozen=True, slots=True)
class Question:
    """What to ask: a filing condition, what goes with it in words, and what was answered already."""

    text: str
    limit: str
    evidence: str
    answer: str


def asked_of(rows: list[tuple[str, str, str]], answers: str) -> list[Question]:
    """The questions of the class with what was typed; those answered before the class changed stay, last."""
    given = dict(orders.unpacked(answers))
    found = [Question(text, limit, evidence, given.pop(text, "")) for text, limit, evidence in rows]
    return [*found, *(Question(text, "", "", answer) for text, answer in given.items())]


def questions(class_code: str, text: str, source: str, desk: Desk) -> list[tuple[str, str, str]]:
    """(filing condition, its limit, what to collect) of the class; of the thing the text names, for a hotline subject."""
    content = catalogue.content(catalogue.version_at(desk.at))
    rows = content.by_class.get(class_code, ())
    for klass in choices.suggested(text, desk.at, branch="grid") if not rows else ():
        rows = rows or content.by_class.get(klass.code, ())
    return [(one.text, catalogue.limit_text(one.limit_for(source)), one.evidence) for one in rows[:ASKED]]


@require_POST
@page(*SEES, "orders.report")
def named_places(request: HttpRequest, desk: Desk) -> HttpResponse:
    """居村 and blocks the address may mean, likeliest first; before there is an address, those the text names in full."""
    post = stripped(request.POST)
    address, text = post.get("address", "")[:160], post.get("text", "")[:MOST_SIGNS]
    look = areas.find_with_places if desk.may("areas.places") else areas.find
    places = look(desk.town, address or text, most=PLACES)
    if not address:
        places = [one for one in places if one.name in text and not post.get("block")]
    found = [(choices.named_line(one), one) for one in places]
    return render(request, "console/_named_places.html", {"found": found})


@require_POST
@page(*SEES)
def near(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Open orders round the point given, else round the block chosen, else round the place the address speaks of most.

    Of a 居村, whose block nobody has said yet, those of the whole 居村.
    """
    post = stripped(request.POST)
    metres = float(value_at(NEAR_KEY, desk.at, default=NEAR_METRES))
    shown: dict[str, object] = {"now": desk.at, "metres": round(metres), "merges": desk.may(MERGES)}
    try:
        where, shown["where"] = _where(post, desk)
        if where.lng is not None and where.lat is not None:
            crs = post.get("crs", "") if has_point(post) else "cgcs2000"
            shown["point"] = areas.stored(where.lng, where.lat, crs)
            shown["rows"] = orders.open_near(
                desk.actor, where.lng, where.lat, metres, crs=crs, limit=NEAR_ROWS
            )
        elif where.area:
            shown |= _in_village(where.area, desk)
    except Refused:  # half a coordinate or an unknown block: what is wrong is said when the form is sent
        shown["where"] = ""
    return render(request, "console/_near.html", shown)


def _where(post: dict[str, str], desk: Desk) -> tuple[Placed, str]:
    """(where, what it is called)."""
    if has_point(post) or post.get("block"):
        where = placed(post, desk.town)
        return where, "这里" if where.lng is not None else ""
    found = areas.find_with_places(desk.town, post.get("address", "")[:160], most=1)
    return (meant(found[0]), f"“{found[0].name}”") if found else (Placed(), "")


def _in_village(village: areas.AreaView, desk: Desk) -> dict[str, object]:
    """A 居村 alone: where the map shall look, and what is open in it."""
    wanted = orders.Filter(area=village.code, open=True)
    page = orders.find_orders(desk.actor, wanted, at=desk.at, limit=NEAR_ROWS)
    return {"village": village, "point": areas.point_within(village.id), "page": page, "rows": page.rows}
