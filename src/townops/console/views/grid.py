"""网格图: the grid as a map and as a table; what an address asks for is all of it, so a map can be sent to a colleague (U8-U11)."""

from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from townops.areas import api as areas
from townops.console import basemap, choices, dossiers, grounds, mapping
from townops.console.doors import SEES, Desk, page
from townops.kernel.refusal import Refused
from townops.people import api as people

VIEW: Final = "areas.view"


@require_safe
@page(VIEW)
def show(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The map beside its figures; `form=list` is the same as a table, which needs no script. Refused("area_unknown")."""
    asked = grounds.asked(request.GET, desk.town)
    narrowed = asked.narrowed
    types = grounds.type_lines(narrowed, asked.types)
    found = areas.search(areas.area(desk.town).id, asked.q, grounds.FOUND) if asked.q else []
    shown = {
        "desk": desk,
        "asked": asked,
        "levels": [
            (code, word, asked.but(level=code), code == asked.level) for code, word in grounds.LEVELS
        ],
        "narrowed": narrowed,
        "chain": [(one, asked.but(area=one.code if one.parent_id else "", q="")) for one in grounds.chain(narrowed)],
        "types": types,
        "blocks": sum(one.blocks for one in types),
        "ground": grounds.hectares(areas.sizes().get(narrowed.id, 0.0)),
        "found": [(one, _said(one), asked.but(at=one.code)) for one in found],
        "places": choices.places(desk.town),
        "typed_area": choices.area_said(asked.area),
        "as_list": asked.but(form="list"),
        "as_map": asked.but(form="map"),
        "spot": _looked_at(desk, asked.at),
        "words": grounds.KIND_WORDS,
    }  # fmt: skip
    if asked.listed:
        return render(request, "console/grid_list.html", shown | _listed(asked, narrowed))
    return render(request, "console/grid.html", shown | _drawn(asked, narrowed, desk))


def _drawn(asked: grounds.Asked, narrowed: areas.AreaView, desk: Desk) -> dict[str, object]:
    stamp = basemap.stamp() if desk.may("orders.report", *SEES) else ""
    return {
        "box": _written(areas.extent(narrowed.id) or mapping.extent(desk.town)),
        "base": f"/map/base/{{z}}/{{x}}/{{y}}?v={stamp}" if stamp else "",
        "shares": _with_dossiers(desk, asked, _villages(narrowed)),
        "complete": desk.may(*dossiers.STAFF),
        "key_places": desk.may(dossiers.PLACES),
    }


def _listed(asked: grounds.Asked, narrowed: areas.AreaView) -> dict[str, object]:
    """What lies under the area, a level at a time; of a 居村 its blocks."""
    if narrowed.kind in {"village", "block"}:
        blocks = [
            one for one in areas.blocks_below(narrowed.id) if not asked.types or one.block_type in asked.types
        ]
        return {"lines": [(one, _said(one), _ground(one)) for one in blocks]}
    grids = [narrowed] if narrowed.kind == "grid" else list(areas.children(narrowed.id))
    tree = [(one, _shares(asked, areas.children(one.id))) for one in grids]
    return {"tree": [(share, below) for one, below in tree for share in _shares(asked, (one,))]}


def _villages(narrowed: areas.AreaView) -> tuple[areas.AreaView, ...]:
    if narrowed.kind == "town":
        return areas.areas_of(narrowed.code, "village")
    return areas.children(narrowed.id) if narrowed.kind == "grid" else (narrowed,)


def _shares(asked: grounds.Asked, of: tuple[areas.AreaView, ...]) -> list[tuple[areas.Share, str, str]]:
    """(figures, hectares, address) of areas with their blocks of the chosen types."""
    return [
        (one, grounds.hectares(one.m2), asked.but(area=one.area.code, at="", q=""))
        for one in areas.shares(of, asked.types)
    ]


def _with_dossiers(
    desk: Desk, asked: grounds.Asked, of: tuple[areas.AreaView, ...]
) -> list[tuple[areas.Share, str, str, areas.Completeness]]:
    """The same with how complete the dossiers below each are."""
    below = {one.id: areas.blocks_below(one.id) for one in of}
    states = areas.states([block for many in below.values() for block in many], desk.at)
    found = iter(states)
    complete = {key: areas.summary([next(found) for _ in many]) for key, many in below.items()}
    return [(*told, complete[told[0].area.id]) for told in _shares(asked, of)]


def _said(one: areas.AreaView) -> str:
    """居村 · 小区, what stands behind a name in a list."""
    above = areas.area_by_id(one.parent_id).name if one.kind == "block" and one.parent_id else ""
    word = grounds.type_words().get(one.block_type, grounds.KIND_WORDS[one.kind])
    return " · ".join(part for part in (above, word) if part)


def _ground(one: areas.AreaView) -> str:
    return grounds.hectares(areas.sizes().get(one.id, 0.0))


def _written(box: tuple[float, float, float, float]) -> str:
    return ",".join(f"{edge:.6f}" for edge in box)


@require_safe
@page(VIEW)
def spot(request: HttpRequest, desk: Desk, code: str) -> HttpResponse:
    """What the map says of an area that was clicked. Refused("area_unknown")."""
    return render(request, "console/_ground.html", {"desk": desk, "spot": _spot(desk, code)})


@dataclass(frozen=True, slots=True)
class Spot:
    """An area in short; `subjects` only of a block."""

    area: areas.AreaView
    word: str
    glyph: str
    above: list[areas.AreaView]
    hectares: str
    box: str
    subjects: tuple[people.SubjectLine, ...]
    blocks: int


def _looked_at(desk: Desk, code: str) -> Spot | None:
    """What an old address looks at may have gone since."""
    try:
        return _spot(desk, code) if code else None
    except Refused:
        return None


def _spot(desk: Desk, code: str) -> Spot:
    one = grounds.of_town(code, desk.town)
    box = areas.extent(one.id)
    return Spot(
        one,
        grounds.type_words().get(one.block_type, grounds.KIND_WORDS[one.kind]),
        grounds.GLYPHS.get(one.block_type, ""),
        grounds.chain(one)[1:],
        _ground(one),
        _written(box) if box else "",
        people.answering_for(one.id, desk.at) if one.kind == "block" else (),
        len(areas.blocks_below(one.id)) if one.kind != "block" else 0,
    )
