"""A dossier as its page shows it: of a block, of a 居村 with the state of its blocks, of a responsibility grid with force and workload."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse

from townops.areas import api as areas
from townops.base import masking
from townops.console import choices, grounds
from townops.console.doors import SEES, Desk
from townops.console.given import whole
from townops.kernel.refusal import Refused
from townops.orders import api as orders
from townops.people import api as people

STAFF: Final = ("people.view", *SEES)  # who reads more of a dossier than where it lies and who answers
SUBJECTS: Final = "people.edit"
PLACES: Final = "areas.places"
DID: Final = {
    "put": "修改",
    "confirm": "确认无变化",
    "photo": "上传照片",
    "unphoto": "撤下照片",
    "place": "修改重点场所",
}


@dataclass(frozen=True, slots=True)
class Past:
    """One entry of the history of a dossier, whoever keeps the fact."""

    what: str
    name: str
    at: datetime
    changes: tuple[tuple[str, str, str], ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A field of lines as a table."""

    label: str
    name: str
    heads: tuple[str, ...]
    rows: list[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Answering:
    """A subject with what may be chosen instead: posts of its unit."""

    contact: people.Contact
    posts: tuple[people.PostView, ...]
    over: str


def shown(desk: Desk, area: areas.AreaView) -> dict[str, object]:
    """What every level shows: where it is and how large, and what lies beside it."""
    return {
        "desk": desk,
        "now": desk.at,
        "area": area,
        "word": grounds.type_words().get(area.block_type, grounds.KIND_WORDS[area.kind]),
        "glyph": grounds.GLYPHS.get(area.block_type, ""),
        "chain": grounds.chain(area)[1:],
        "hectares": grounds.hectares(areas.sizes().get(area.id, 0.0)),
        "neighbours": areas.neighbours(area.id),
        "staff": desk.may(*STAFF),
        "links": _links(desk, area),
    }


def _links(desk: Desk, area: areas.AreaView) -> list[tuple[str, list[tuple[str, str]]]]:
    """Headings with (words, address) of what other contexts hold there; a page that is not installed leads nowhere and is left out."""
    found = areas.dossier_links(area, actor=desk.actor, at=desk.at)
    told = [(title, [(one.words, at) for one in links if (at := _address(one))]) for title, links in found]
    return [(title, links) for title, links in told if links]


def _address(one: areas.DossierLink) -> str:
    try:
        at = reverse(f"console:{one.page}")
    except NoReverseMatch:
        return ""
    return f"{at}?{urlencode(one.query)}" if one.query else at


def _count(desk: Desk, area: areas.AreaView, *, open_: bool) -> orders.Page | None:
    """A page whose total is how many there are; None for whoever sees no orders."""
    wanted = orders.Filter(area=area.code, open=open_)
    return orders.find_orders(desk.actor, wanted, at=desk.at, limit=1) if desk.sees else None


def of_block(desk: Desk, area: areas.AreaView) -> dict[str, object]:
    """A block's dossier."""
    found = shown(desk, area) | _kept(desk, area)
    found |= {
        "state": areas.states([area], desk.at)[0],
        "needs": areas.needs(),
        "answering": [_answering(one) for one in people.contacts_of(area.id, desk.at)],
        "units": choices.units(desk.town),
        "photos": areas.photos(area),
        "key_places": _key_places(desk, [area]),
        "may_name": desk.may(SUBJECTS),
    }
    return found


def of_grid(desk: Desk, area: areas.AreaView) -> dict[str, object]:
    """A responsibility grid: its force, and the open orders its people have."""
    found = shown(desk, area) | _kept(desk, area)
    force = areas.total_of(areas.cells_of(areas.dossier(area).content["force"]))
    waiting = _count(desk, area, open_=True)
    return found | {
        "force": force,
        "waiting": waiting,
        "per_person": f"{waiting.total / force:.1f}" if waiting and force else "",
        "villages": [(one, _count(desk, one, open_=True)) for one in areas.children(area.id)],
        "state": None,
    }


def _kept(desk: Desk, area: areas.AreaView) -> dict[str, object]:
    view, fields, keeps = areas.dossier(area), areas.fields_of(area.kind), areas.may_keep(desk.actor, area)
    told = {name: text if keeps else readable(name, text) for name, text in view.content.items()}
    filled = [(one, told[one.name]) for one in fields if one.kind != "lines"]
    return {
        "dossier": view,
        "facts": [(one.label, value) for one, value in filled if one.kind == "text"],
        "counts": [(one.label, value) for one, value in filled if one.kind == "count"],
        "counted_on": view.content.get("counted_on", ""),
        "tables": [_table(one, told[one.name]) for one in fields if one.kind == "lines"],
        "may_keep": keeps,
        "history": history(area, keeps=keeps),
    }


def readable(name: str, text: str) -> str:
    """What others than keepers read: telephones that somebody typed are masked; codes of components are none."""
    return text if name == "components" else masking.mask_text(text)


def _table(one: areas.Field, text: str) -> Table:
    wide = len(one.cells)
    return Table(
        one.label, one.name, one.cells, [(*row, *("",) * (wide - len(row))) for row in areas.cells_of(text)]
    )


def _answering(one: people.Contact) -> Answering:
    posts = people.posts_of(one.unit.id) if one.unit else ()
    return Answering(one, posts, f"{one.unit.id if one.unit else 0}:{one.post.id if one.post else 0}")


def history(area: areas.AreaView, *, keeps: bool) -> list[Past]:
    """What was done to the dossier and to who answers, newest first."""
    kept = [
        Past(DID.get(one.action, one.action), one.name, one.at, _told(one.changes, keeps=keeps), one.note)
        for one in areas.dossier_history(area)
    ]
    named = [
        Past(
            f"更换{one.word}",
            one.name,
            one.at,
            ((one.word, "", " ".join(filter(None, (one.unit, one.post)))),),
        )
        for one in people.subject_changes(area.code)
    ]
    return sorted([*kept, *named], key=lambda one: one.at, reverse=True)


def _told(changes: tuple[areas.Changed, ...], *, keeps: bool) -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (label, before, after) if keeps else (label, readable(name, before), readable(name, after))
        for name, label, before, after in changes
    )


def of_village(desk: Desk, area: areas.AreaView) -> dict[str, object]:
    """A 居村: how complete its blocks' dossiers are, and who is in charge."""
    found = areas.states(areas.blocks_below(area.id), desk.at)
    unit = people.unit_for_area("village", area.id)
    return shown(desk, area) | {
        "states": found,
        "complete": areas.summary(found),
        "unit": unit,
        "posts": [(one, people.holder(unit.id, one.id, desk.at)) for one in people.posts_of(unit.id)] if unit else [],
        "may_keep": areas.may_keep(desk.actor, area),
        "key_places": _key_places(desk, areas.blocks_below(area.id)),
    }  # fmt: skip


def _key_places(desk: Desk, blocks: list[areas.AreaView]) -> list[areas.PlaceView] | None:
    """What stands there; None for whoever may not see key places. Telephones that somebody typed are for keepers alone."""
    if not desk.may(PLACES):
        return None
    return [one if areas.may_keep(desk.actor, one.block) else _masked(one) for one in areas.places_of(blocks)]


def _masked(one: areas.PlaceView) -> areas.PlaceView:
    return replace(one, name=masking.mask_text(one.name), address=masking.mask_text(one.address))


def place_form(one: areas.PlaceView | None, area: areas.AreaView) -> dict[str, str]:
    """What stands in the form of a key place; of a new one its block."""
    return areas.typed_of(one) if one else {"block": area.code, "seq": "0"}


def form(area: areas.AreaView, typed: Mapping[str, str] | None = None) -> list[tuple[areas.Field, str, int]]:
    """(field, what stands in it, rows of a text area)."""
    content = areas.dossier(area).content if typed is None else typed
    lines = [(one, content.get(one.name, "")) for one in areas.fields_of(area.kind)]
    return [(one, text, max(3, min(12, text.count("\n") + 2))) for one, text in lines]


def joined(
    typed: Mapping[str, str], since: Mapping[str, tuple[str, str]]
) -> tuple[dict[str, str], dict[str, str]]:
    """What was typed with what others changed meanwhile where the typist changed nothing; and, of fields both changed, what they
    are now.
    """
    told = {name: "\n".join(text.strip().splitlines()) for name, text in typed.items()}
    untouched = {name: now for name, (before, now) in since.items() if told.get(name, "") == before}
    both = {name: now for name, (_, now) in since.items() if name not in untouched and told.get(name) != now}
    return {**told, **untouched}, both


def pair(text: str) -> tuple[int, int]:
    """`unit:post` of a form."""
    unit, _, post = text.partition(":")
    return whole(unit), whole(post)


def post_of(given: str, posts: tuple[people.PostView, ...]) -> int | None:
    """A post out of those offered. Refused("post_unknown")."""
    if not given:
        return None
    found = next((one.id for one in posts if str(one.id) == given), None)
    if found is None:
        raise Refused("post_unknown", code=given[:20])
    return found
