"""The catalogue a town starts with, from `starting/`; its limits are defaults to be confirmed."""

import csv
import tomllib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from townops.catalogue.domain.limits import read_limit, read_source_limits
from townops.catalogue.domain.rows import (
    Branch,
    Condition,
    Content,
    DemandType,
    Klass,
    Level,
    Severity,
    time_class,
)
from townops.kernel.workdays import Limit

STARTING = Path(__file__).parent / "starting"
LEVELS = {2: Level.LARGE, 3: Level.SMALL, 4: Level.SUB}
BRANCHES = {"C": Branch.COMPONENT, "E": Branch.EVENT, "H": Branch.HOTLINE}
Row = dict[str, str]


def starting_content() -> Content:
    """Classes and condition rows of the grid branches, and the hotline branch."""
    rows = _table("classes.csv")
    hotline = tomllib.loads((STARTING / "hotline_times.toml").read_text("utf-8"))
    subjects = tomllib.loads((STARTING / "hotline.toml").read_text("utf-8"))["subject"]
    classes = (_klass(row, _fallback(row, rows)) for row in rows)
    times = (time_class(one["days"], one["name"]) for one in hotline["time_classes"])
    return Content(
        tuple(chain(classes, (_subject(one, hotline) for one in subjects))),
        tuple(_conditions(rows)),
        tuple(DemandType(one["code"], one["name"]) for one in hotline["demand_types"]),
        tuple(times),
    ).sorted()


def _table(name: str) -> list[Row]:
    with (STARTING / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _parent(code: str) -> str:
    parts = code.split("-")
    return "-".join(parts[:-1]) if len(parts) > 2 else ""  # noqa: PLR2004  (branch and large class)


def _large(code: str) -> str:
    return "-".join(code.split("-")[:2])


def _fallback(row: Row, rows: list[Row]) -> str:
    large = next(one for one in rows if one["code"] == _large(row["code"]))
    return row["fallback"] or large["fallback"]


def _klass(row: Row, fallback: str) -> Klass:
    code = row["code"]
    return Klass(
        branch=BRANCHES[code[0]],
        code=code,
        level=LEVELS[len(code.split("-"))],
        name=row["name"],
        parent=_parent(code),
        keywords=tuple(row["keywords"].split()),
        fallback=fallback,
    )


def _subject(one: dict[str, Any], hotline: dict[str, Any]) -> Klass:
    code, unit = one["code"], one.get("unit", "")
    large = len(code.split("-")) == 2  # noqa: PLR2004
    return Klass(
        branch=Branch.HOTLINE,
        code=code,
        level=LEVELS[len(code.split("-"))],
        name=one["name"],
        parent=one.get("parent", ""),
        keywords=tuple(word.replace(" ", "") for word in one.get("keywords", ())),
        unit=unit,
        fallback=one.get("fallback", hotline["fallback"]),
        needs_power=one.get("needs_power", unit in hotline["enforcing"]),
        time_class=one.get("time_class", 0 if large else 5),
    )


def _conditions(rows: list[Row]) -> Iterator[Condition]:
    """The rows written for a class, or those of its large class where it has none; then what is written besides."""
    written, further = _by_class("conditions.csv"), _by_class("further.csv")
    defaults = _table("defaults.csv")
    for row in (one for one in rows if _parent(one["code"])):
        general = (one for one in defaults if one["large"] == _large(row["code"]))
        own = written.pop(row["code"], None) or [_default(one, row) for one in general]
        besides = [own[0] | one for one in further.pop(row["code"], ())]
        for number, one in enumerate([*own, *besides], start=1):
            yield _condition(one, f"{row['code']}.{number}", _fallback(row, rows))
    if written or further:
        raise ValueError(f"conditions of unknown classes: {sorted({*written, *further})}")


def _by_class(name: str) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for one in _table(name):
        found.setdefault(one["class"], []).append(one)
    return found


def _default(template: Row, row: Row) -> Row:
    filled = {column: text.replace("{name}", row["name"]) for column, text in template.items()}
    own = {
        "class": row["code"],
        "power": row["power"],
        "main": row["main"] or template["main"],
        "legal": row["legal"],
    }
    return {**filled, **own}


def _condition(one: Row, code: str, fallback: str) -> Condition:
    return Condition(
        class_code=one["class"],
        code=code,
        text=one["text"],
        limit=_limit(one["limit"]),
        make_safe=read_limit(one["safe"]),
        close_text=one["close"],
        main_kind=one["main"],
        fallback=one.get("fallback", "") or fallback,
        assist=tuple(one.get("assist", "").split()),
        needs_power=one["power"] == "是",
        legal_basis=one.get("legal", ""),
        evidence=one["evidence"],
        severity=Severity(one.get("severity", "") or Severity.GENERAL),
        source_limits=read_source_limits(one.get("sources", "")),
    )


def _limit(text: str) -> Limit:
    limit = read_limit(text)
    if limit is None:
        raise ValueError("a condition row without a limit")
    return limit
