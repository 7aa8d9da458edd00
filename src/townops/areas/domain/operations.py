"""The operations of the border editor as they are sent: a name and what it needs, read strictly (U8-U11). Pure.

`do` is move_vertex, insert_vertex, remove_vertex, move_border, split, merge, draw, regroup, remove or words. Points are
[longitude, latitude] in degrees. A town's outline stays unless `unlock` is true. Above the finest level `draw` and `split`
take along what lies below, cut where the line goes; parts get codes of the town's scheme.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from math import isfinite
from typing import Final

from townops.areas.domain.candidates import KINDS, UPPER
from townops.areas.domain.features import Feature
from townops.areas.domain.held import LEVEL, Held
from townops.areas.domain.numbering import Numbering
from townops.kernel.partition import editing
from townops.kernel.partition.carving import Carved, Coder, Wanted, carve, divide
from townops.kernel.partition.sheet import Point, Sheet
from townops.kernel.refusal import Refused

Given = Mapping[str, object]
Changes = dict[str, Feature | None]
MOST_POINTS: Final = 2000
LONGEST_NAME: Final = 79  # of a part, before its number


def changes_of(held: Held, given: Given, numbering: Numbering | None = None) -> Changes:
    """What an operation changes. Refused: operation_malformed, and as the operations of the kernel refuse."""
    do = _text(given, "do")
    if cut := CUTS.get(do):
        return cut(held, given, numbering or Numbering())
    act = OPERATIONS.get(do)
    if act is None:
        raise Refused("operation_malformed", what="do")
    return act(held, given)


def _sheet(held: Held, given: Given) -> Sheet:
    if given.get("unlock") is True:
        return held.sheet
    towns = (code for code, one in held.features.items() if one.kind == "town")
    return replace(held.sheet, fixed=frozenset(towns))


def _move_vertex(held: Held, given: Given) -> Changes:
    found = editing.move_vertex(_sheet(held, given), _point(given, "at"), _point(given, "to"))
    return held.with_words(found)


def _insert_vertex(held: Held, given: Given) -> Changes:
    one, other, at = (_point(given, name) for name in ("one", "other", "at"))
    return held.with_words(editing.insert_vertex(_sheet(held, given), one, other, at))


def _remove_vertex(held: Held, given: Given) -> Changes:
    return held.with_words(editing.remove_vertex(_sheet(held, given), _point(given, "at")))


def _move_border(held: Held, given: Given) -> Changes:
    old, new = _points(given, "old", 2), _points(given, "new", 2)
    return held.with_words(editing.move_border(_sheet(held, given), old, new))


def _split(held: Held, given: Given, numbering: Numbering) -> Changes:
    code, line = _text(given, "code"), _points(given, "line", 2)
    before, sheet = held.feature(code), _sheet(held, given)
    fresh = replace(before, code=_text(given, "new_code"), name=_text(given, "name") or before.name)
    if sheet.children(code):
        made = divide(sheet, code, line, fresh.code, _coder(held, numbering, fresh.code))
        return _with_parts(held, made, fresh)
    return held.with_words(editing.split(sheet, code, line, fresh.code), fresh)


def _coder(held: Held, numbering: Numbering, asked: str) -> Coder:
    numbering.made.add(asked)
    return lambda parent, level: numbering.next(held, parent, KINDS[level])


def _with_parts(held: Held, made: Carved, fresh: Feature) -> Changes:
    """Parts that were cut off are called and declared like what they were cut from."""
    parts = [
        replace(held.features[origin], code=code, name=f"{held.features[origin].name[:LONGEST_NAME]}2")
        for code, origin in made.origins.items()
    ]
    return held.with_words(made.changes, fresh, *parts)


def _merge(held: Held, given: Given) -> Changes:
    codes = given.get("codes")
    if not isinstance(codes, list) or not all(isinstance(one, str) for one in codes):
        raise Refused("operation_malformed", what="codes")
    return held.with_words(editing.merge(_sheet(held, given), codes, _text(given, "into")))


def _draw(held: Held, given: Given, numbering: Numbering) -> Changes:
    """A new block, 居村 or grid. With `fill` it takes only what nobody has; `empty` directly-managed ground leaves no blocks."""
    kind = _text(given, "kind") or "block"
    if kind not in UPPER:
        raise Refused("operation_malformed", what="kind")
    flags = [given.get(name) is True for name in ("detached_allowed", "directly_managed")]
    fresh = Feature(
        _text(given, "code"), kind, _text(given, "name"), b"", _text(given, "parent"),
        _text(given, "block_type"), *flags,
    )  # fmt: skip
    if held.feature(fresh.parent).kind != UPPER[kind]:
        raise Refused("operation_malformed", what="parent")
    sheet, ring = _sheet(held, given), _points(given, "ring", 3)
    if kind == "block" or given.get("fill") is True:
        fill = given.get("fill") is True
        found = editing.draw(sheet, fresh.code, ring, fresh.parent, level=LEVEL[kind], fill=fill)
        return held.with_words(found, fresh)
    empty = fresh.directly_managed and given.get("empty") is True
    new = Wanted(fresh.code, fresh.parent, apart=fresh.detached_allowed, empty=empty)
    made = carve(sheet, new, ring, _coder(held, numbering, fresh.code))
    return _with_parts(held, made, fresh)


def _regroup(held: Held, given: Given) -> Changes:
    return held.with_words(
        editing.regroup(_sheet(held, given), [_text(given, "code")], _text(given, "parent"))
    )


def _remove(held: Held, given: Given) -> Changes:
    code = _text(given, "code")
    held.feature(code)
    held.sheet.leaf(code)
    return {code: None}


def _words(held: Held, given: Given) -> Changes:
    """Name, type and flags; another parent takes the ground along; another code takes the children along."""
    code = _text(given, "code")
    before = held.feature(code)
    after = replace(
        before,
        name=_text(given, "name") if "name" in given else before.name,
        block_type=_text(given, "block_type") if "block_type" in given else before.block_type,
        detached_allowed=given.get("detached_allowed", before.detached_allowed) is True,
        directly_managed=given.get("directly_managed", before.directly_managed) is True,
    )
    changes: Changes = {} if after == before else {code: after}
    parent = _text(given, "parent") if "parent" in given else before.parent
    if parent != before.parent:
        found = _regroup(held, {**given, "parent": parent})
        changes = {**found, code: replace(after, parent=parent)}
    renamed = _text(given, "new_code") if "new_code" in given else code
    return _recoded(held, changes, code, renamed) if renamed != code else changes


def _recoded(held: Held, changes: Changes, code: str, renamed: str) -> Changes:
    if renamed in held.features:
        raise Refused("edit_code_taken", code=renamed)
    one = changes.get(code) or held.feature(code)
    below = (changes.get(child.code) or held.feature(child.code) for child in held.sheet.children(code))
    moved = {child.code: replace(child, parent=renamed) for child in below}
    return changes | moved | {code: None, renamed: replace(one, code=renamed)}


def _text(given: Given, name: str) -> str:
    value = given.get(name, "")
    if not isinstance(value, str):
        raise Refused("operation_malformed", what=name)
    return value.strip()


def _point(given: Given, name: str) -> Point:
    return _read(given.get(name), name)


def _read(value: object, name: str) -> Point:
    match value:
        case [float() | int() as lng, float() | int() as lat] if isfinite(lng) and isfinite(lat):
            return float(lng), float(lat)
    raise Refused("operation_malformed", what=name)


def _points(given: Given, name: str, least: int) -> list[Point]:
    value = given.get(name)
    if not isinstance(value, list) or not least <= len(value) <= MOST_POINTS:
        raise Refused("operation_malformed", what=name)
    return [_read(one, name) for one in value]


OPERATIONS: Final[Mapping[str, Callable[[Held, Given], Changes]]] = {
    "move_vertex": _move_vertex,
    "insert_vertex": _insert_vertex,
    "remove_vertex": _remove_vertex,
    "move_border": _move_border,
    "merge": _merge,
    "regroup": _regroup,
    "remove": _remove,
    "words": _words,
}
CUTS: Final[Mapping[str, Callable[[Held, Given, Numbering], Changes]]] = {"split": _split, "draw": _draw}
