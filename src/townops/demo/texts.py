"""What people write in the demo town: for each source frames of its own around rows of what it can notice, from `starting/texts`."""

import csv
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from townops.catalogue import api as catalogue
from townops.kernel.workdays import SHANGHAI

TEXTS = Path(__file__).parent / "starting" / "texts"
AT_ONCE = {"consult", "suggestion", "praise"}
PARTS = ((6, "凌晨"), (9, "早上"), (12, "上午"), (14, "中午"), (18, "下午"), (24, "晚上"))
Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Template:
    """A sentence of one source with its gaps: {place}, {when}, {stamp}, {name}, {no}; the classes (subjects of the hotline, else
    condition rows) it can be about; the 诉求类型 its wording stands for; the kind of device that says it.
    """

    source: str
    text: str
    classes: tuple[str, ...]
    demand: str = ""
    device: str = ""
    at_home: bool = False


@dataclass(frozen=True, slots=True)
class Matter:
    """What a message is about: its class, the condition row where the branch has some, 诉求类型 and time class of the hotline."""

    class_code: str
    condition: catalogue.Condition | None
    time_class: str = ""
    demand: str = ""


@cache
def templates(source: str) -> tuple[Template, ...]:
    """Every sentence a source knows."""
    style = _styles()[source]
    rows = [row for table in style["rows"].split() for row in _rows(table)]
    made = [_template(source, frame, row, style) for row in rows for frame in style["frames"]]
    return tuple(one for one in made if one)


@cache
def _styles() -> Mapping[str, Any]:
    return tomllib.loads((TEXTS / "frames.toml").read_text("utf-8"))


@cache
def _table(name: str) -> Sequence[Row]:
    with (TEXTS / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return tuple(csv.DictReader(lines))


def _rows(table: str) -> Iterator[Row]:
    """The rows of a table; `street` and `home` are parts of what officers notice."""
    if table in {"street", "home"}:
        yield from (row for row in _table("officer") if row["voice"] == table)
        return
    yield from _table(table)


def _template(source: str, frame: Mapping[str, Any], row: Row, style: Mapping[str, Any]) -> Template | None:
    classes = row.get("classes") or row[style.get("filed_by", "subject")]
    demand = row.get("demand", "")
    if not classes or demand not in frame.get("demands", [demand]):
        return None
    text: str = frame["text"]
    for gap in ("what", "then", "wish", "device"):
        text = text.replace(f"{{{gap}}}", row.get(gap) or "")
    at_home = "demand" in row or row.get("voice") == "home"
    return Template(source, text, tuple(classes.split()), demand, row.get("device", ""), at_home)


@cache
def _fitting(source: str, about: str, demand: str) -> Sequence[Template]:
    return [
        one
        for one in templates(source)
        if (not demand or one.demand == demand) and any(code.startswith(about) for code in one.classes)
    ]


class Teller:
    """Chooses what is reported and words it, under one version of the catalogue."""

    def __init__(self, version: int) -> None:
        content = catalogue.content(version)
        self.classes = content.by_code
        self.conditions = {row.code: row for row in content.conditions}

    def choose(
        self, source: str, rng: Random, *, about: str = "", demand: str = ""
    ) -> tuple[Template, Matter]:
        """A sentence of the source and its matter; `about` is the beginning of a class's code."""
        chosen = rng.choice(_fitting(source, about, demand))
        code = rng.choice([code for code in chosen.classes if code.startswith(about)])
        return chosen, self.matter(code, chosen.demand)

    def matter(self, code: str, demand: str = "") -> Matter:
        """The matter under a condition row or a subject of the hotline."""
        row = self.conditions.get(code)
        if row:
            return Matter(row.class_code, row)
        days = self.classes[code].time_class or 5
        return Matter(code, None, "1" if demand in AT_ONCE else str(days), demand)

    def other(self, source: str, rng: Random) -> Matter:
        """Another matter, for a message that was filed under a wrong class."""
        return self.choose(source, rng)[1]

    def say(self, template: Template, matter: Matter, place: str, at: datetime, rng: Random) -> str:
        """The message as it is written at a place and moment."""
        local = at.astimezone(SHANGHAI)
        part = next(name for hour, name in PARTS if local.hour < hour)
        return template.text.format(
            place=place,
            name=self.classes[matter.class_code].name,
            when=f"{local.month}月{local.day}日{part}",
            stamp=f"{local:%Y-%m-%d %H:%M}",
            no=rng.randrange(70, 99),
        )
