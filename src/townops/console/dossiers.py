"""A dossier as its page shows it: of a block, of a 居村 with the state of its blocks, of a responsibility grid with force and workload."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from townops.areas import api as areas
from townops.console import choices, grounds
from townops.console.doors import SEES, Desk
from townops.kernel.refusal import Refused
from townops.orders import api as orders
from townops.people import api as people

STAFF: Final = ("people.view", *SEES)  # who reads more of a dossier than where it lies and who answers
SUBJECTS: Final = "people.edit"
DID: Final = {"put": "修改", "confirm": "确认无变化", "photo": "上传照片", "unphoto": "撤下照片"}
PER_PERSON: Final = 10


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
        "found_orders": _orders(desk, area),
    }


def _orders(desk: Desk, area: areas.AreaView) -> list[tuple[str, str, orders.Page]]:
    """Open and closed orders here that this person sees."""
    if not desk.sees:
        return []
    wanted = ((True, "未结", f"area={area.code}&open=1"), (False, "已结束", f"area={area.code}&open=0"))
    return [
        (word, query, orders.find_orders(desk.actor, orders.Filter(area=area.code, open=is_open), at=desk.at, limit=1))
        for is_open, word, query in wanted
    ]  # fmt: skip


def of_block(desk: Desk, area: areas.AreaView) -> dict[str, object]:
    """A block's dossier."""
    found = shown(desk, area) | _kept(desk, area)
    found |= {
        "state": areas.states([area], desk.at)[0],
        "needs": areas.needs(),
        "answering": [_answering(one) for one in people.contacts_of(area.id, desk.at)],
        "units": choices.units(desk.town),
        "photos": areas.photos(area),
        "may_name": desk.may(SUBJECTS),
    }
    return found


def of_grid(desk: Desk, area: areas.AreaView) -> dict[str, object]:
    """A responsibility grid: its force, and the open orders its people have."""
    found = shown(desk, area) | _kept(desk, area)
    content = areas.dossier(area).content
    force = areas.total_of(areas.cells_of(content["force"]))
    open_orders = next((page for word, _, page in _orders(desk, area) if word == "未结"), None)
    villages = [(one, _open(desk, one)) for one in areas.children(area.id)]
    return found | {
        "force": force,
        "per_person": f"{open_orders.total / force:.1f}" if open_orders and force else "",
        "villages": villages,
        "state": None,
    }


def _open(desk: Desk, area: areas.AreaView) -> orders.Page | None:
    return next((page for word, _, page in _orders(desk, area) if word == "未结"), None)


def _kept(desk: Desk, area: areas.AreaView) -> dict[str, object]:
    view, fields = areas.dossier(area), areas.fields_of(area.kind)
    filled = [(one, view.content[one.name]) for one in fields if one.kind != "lines"]
    return {
        "dossier": view,
        "facts": [(one.label, value) for one, value in filled if one.kind == "text"],
        "counts": [(one.label, value) for one, value in filled if one.kind == "count"],
        "counted_on": view.content.get("counted_on", ""),
        "tables": [_table(one, view.content[one.name]) for one in fields if one.kind == "lines"],
        "may_keep": areas.may_keep(desk.actor, area),
        "history": history(area),
    }


def _table(one: areas.Field, text: str) -> Table:
    wide = len(one.cells)
    return Table(
        one.label, one.name, one.cells, [(*row, *("",) * (wide - len(row))) for row in areas.cells_of(text)]
    )


def _answering(one: people.Contact) -> Answering:
    posts = people.posts_of(one.unit.id) if one.unit else ()
    return Answering(one, posts, f"{one.unit.id if one.unit else 0}:{one.post.id if one.post else 0}")


def history(area: areas.AreaView) -> list[Past]:
    """What was done to the dossier and to who answers, newest first."""
    kept = [
        Past(DID.get(one.action, one.action), one.name, one.at, one.changes, one.note)
        for one in areas.dossier_history(area)
    ]
    named = [
        Past(f"更换{one.word}", one.name, one.at, ((one.word, "", " ".join(part for part in (one.unit, one.post) if part)),))
        for one in people.subject_changes(area.code)
    ]  # fmt: skip
    return sorted([*kept, *named], key=lambda one: one.at, reverse=True)


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
    }  # fmt: skip


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


def whole(text: str) -> int:
    """A number typed by nobody; 0 where there is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < PER_PERSON else 0


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
