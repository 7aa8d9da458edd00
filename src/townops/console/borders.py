"""How versions of borders, their changes and their defects are said on pages."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from townops.areas import api as areas
from townops.base import journal
from townops.console import drawing, labels
from townops.people import api as people

WHAT: Final = {
    "added": "新增",
    "removed": "删除",
    "reshaped": "改界",
    "renamed": "更名",
    "reworded": "改属性",
}
HOW: Final = {"split": "拆分", "merged": "合并", "moved": "移界", "renamed": "更名"}
EDITS: Final = {"edit": "修改", "undo": "撤销", "redo": "重做", "base": "移到现行边界上"}
FAULTS: Final = {
    "invalid": "图形无效",
    "duplicate": "重复",
    "sliver": "碎缝",
    "overlap": "重叠",
    "gap": "空缺",
    "border": "边界不一致",
    "containment": "上下级不符",
}
LISTED: Final = 200
MOST: Final = 12
MU_PER_M2: Final = 3 / 2000
Deeds = Mapping[tuple[int, str], journal.Entry]


def title(one: areas.VersionView) -> str:
    """第 3 版, or 草案 12; its note follows."""
    return f"第 {one.number} 版" if one.number is not None else f"草案 {one.id}"


def place(one: areas.VersionView) -> tuple[bool, int]:
    """Published versions by number, drafts after them by age: imported borders are stored after what followed them."""
    return one.number is None, one.number or one.id


def standing_number(every: Iterable[areas.VersionView], today: date) -> int | None:
    """The number of the version in force today."""
    numbers = [one.number for one in every if one.number and one.valid_from and one.valid_from <= today]
    return max(numbers, default=None)


def deeds(town: str) -> Deeds:
    """Who did what with which version last, from the journal."""
    found = journal.history("borders", town)
    return {(one.body["version"], one.action): one for one in found if "version" in one.body}


def last_hand(one: areas.DraftView) -> tuple[areas.Edit, str] | None:
    """The last operation on a draft and who did it."""
    return edits(one)[0] if one.edits else None


def edits(one: areas.DraftView) -> list[tuple[areas.Edit, str]]:
    """(operation, name of who did it) newest first."""
    names = people.persons({edit.person for edit in one.edits})
    return [(edit, names[edit.person].name if edit.person in names else "—") for edit in one.edits]


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One area of the table of changes; `box` zooms the map to it."""

    change: areas.AreaChange
    level: str
    what: str
    was: str
    box: str

    @property
    def m2(self) -> float:
        return self.change.m2_after - self.change.m2_before


def told(found: areas.Comparison) -> dict[str, object]:
    """What differs, for the tables of a page; long tables are cut and say so."""
    counts = Counter(word for one in found.changes for word in one.what)
    return {
        "changes": [_line(one) for one in found.changes[:LISTED]],
        "changed": len(found.changes),
        "counts": [(WHAT[word], counts[word]) for word in WHAT if counts[word]],
        "taken": [(one, HOW[one.how]) for one in found.taken[:LISTED]],
        "taken_all": len(found.taken),
        "listed": LISTED,
    }


def _line(one: areas.AreaChange) -> ChangeLine:
    was = one.before.name if one.before and one.after and one.before.name != one.after.name else ""
    words = "、".join(WHAT[word] for word in one.what)
    return ChangeLine(one, labels.AREA_KINDS[one.feature.kind], words, was, ",".join(map(str, one.box)))


def lineage(version: int) -> list[tuple[areas.Link, str, float]]:
    """(link, how, percent) of a published version."""
    return [(one, HOW[one.how], 100 * one.share) for one in areas.lineage_in(version)[:LISTED]]


@dataclass(frozen=True, slots=True)
class Hands:
    """What of one context changes hands."""

    label: str
    touched: areas.Touched


def counted(proof: areas.Proof) -> list[tuple[str, int, str]]:
    """How many defects of each type, in the order in which they are told: word, number, code."""
    counts = Counter(str(one.type) for one in proof.defects)
    return [(word, counts[code], code) for code, word in FAULTS.items() if counts[code]]


@dataclass(frozen=True, slots=True)
class Sifted:
    """The defects of a draft by type, by severity and by the 居村 that have most; each a word, a number and a code."""

    types: list[tuple[str, int, str]]
    severities: list[tuple[str, int, str]]
    villages: list[tuple[str, int, str]]


def sifted(proof: areas.Proof, held: areas.Held) -> Sifted:
    """Counted for the links that lead to them."""
    grave = Counter(one.severity.value for one in proof.defects)
    where = Counter(code for one in proof.defects for code in drawing.concerned(one, held))
    named = [(held.features[code], number) for code, number in where.most_common()]
    villages = [(one.name, number, one.code) for one, number in named if one.kind == "village"]
    words = drawing.words_of_defects()["severities"]
    return Sifted(
        counted(proof),
        [(word, grave[code], code) for code, word in words.items() if grave[code]],
        villages[:MOST],
    )


@dataclass(frozen=True, slots=True)
class Dispute:
    """An area that both sides changed, in words, and what was chosen so far."""

    code: str
    mine: str
    theirs: str
    chosen: str


def disputed(conflicts: Iterable[areas.Conflict], chosen: Mapping[str, str]) -> list[Dispute]:
    """Both sides of every conflict, said against what it was."""
    return [
        Dispute(one.code, _side(one.base, one.mine), _side(one.base, one.theirs), chosen.get(one.code, ""))
        for one in conflicts
    ]


def _side(base: areas.Feature | None, side: areas.Feature | None) -> str:
    if side is None:
        return "删除"
    if base is None:
        return f"新增“{side.name}”"
    said = [f"改名为“{side.name}”"] if side.name != base.name else []
    said += ["改界"] if side.shape != base.shape else []
    said += ["改属性"] if side.words[1:] != base.words[1:] else []
    return "、".join(said)
