"""How limits are written in sheets: "2紧急工作时", and per source "热线:15热线工作日；网格:2工作日"."""

import re

from townops.catalogue.domain.rows import SourceLimit
from townops.kernel.workdays import Limit, TimeUnit

UNIT_WORDS = {
    TimeUnit.URGENT_HOUR: "紧急工作时",
    TimeUnit.URGENT_DAY: "紧急工作日",
    TimeUnit.WORK_HOUR: "工作时",
    TimeUnit.WORK_DAY: "工作日",
    TimeUnit.NATURAL_DAY: "自然日",
    TimeUnit.HOTLINE_DAY: "热线工作日",
}
SOURCE_WORDS = {
    "hotline": "热线", "grid": "网格", "ejiayuan": "e家园", "resident": "居民", "station": "联勤联动站",
    "patrol": "巡查", "sensor": "传感器", "video": "视频", "leader": "领导", "district": "区级",
}  # fmt: skip
_UNITS = {word: unit for unit, word in UNIT_WORDS.items()}
_SOURCES = {word: source for source, word in SOURCE_WORDS.items()}
_LIMIT = re.compile(r"([1-9][0-9]{0,3})(\D+)")


def limit_text(limit: Limit | None) -> str:
    """A limit as people write it; no limit is an empty cell."""
    return f"{limit.amount}{UNIT_WORDS[limit.unit]}" if limit else ""


def read_limit(text: str) -> Limit | None:
    """The limit written; an empty cell is none. `ValueError` carries the Chinese reason."""
    if not text:
        return None
    match = _LIMIT.fullmatch(text.replace(" ", ""))
    unit = _UNITS.get(match[2]) if match else None
    if match is None or unit is None:
        raise ValueError(f"“{text}”不是时限，应如“2紧急工作时”“5工作日”")
    return Limit(int(match[1]), unit)


def source_limits_text(limits: tuple[SourceLimit, ...]) -> str:
    """Limits per source as people write them."""
    return "；".join(f"{SOURCE_WORDS[one.source]}:{limit_text(one.limit)}" for one in limits)


def read_source_limits(text: str) -> tuple[SourceLimit, ...]:
    """The limits per source written, in order of source. `ValueError` carries the Chinese reason."""
    parts = [part for part in re.split("[；;]", text.replace("：", ":")) if part.strip()]
    found = {one.source: one for one in map(_source_limit, parts)}
    if len(found) != len(parts):
        raise ValueError(f"“{text}”中来源重复")
    return tuple(found[source] for source in sorted(found))


def _source_limit(part: str) -> SourceLimit:
    word, _, written = part.partition(":")
    source, limit = _SOURCES.get(word.strip()), read_limit(written.strip())
    if source is None or limit is None:
        raise ValueError(f"“{part}”应如“热线:15热线工作日”，来源限{'、'.join(_SOURCES)}")
    return SourceLimit(source, limit)
