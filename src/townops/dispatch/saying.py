"""A dispatch trace in words: what is stored speaks codes, so that it stays true when names change; what is shown, names."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from townops.areas import api as areas
from townops.catalogue import api as catalogue
from townops.kernel.refusal import Refused
from townops.orders import api as orders
from townops.people import api as people

SEVERITIES: Final = {"general": "一般", "major": "重大", "urgent": "紧急"}
TARGETS: Final = {
    "village": "所在居村",
    "station": "所在联勤联动站",
    "handling": "责任块的处置责任主体",
    "ownership": "责任块的管理权属主体",
    "maintenance": "责任块的维护责任主体",
    "condition": "目录写明的主责单位",
    "center": "城运中心",
}
CODE: Final = r"([A-Za-z0-9_.\-]+)"


@dataclass(frozen=True, slots=True)
class Around:
    """In which town and at which moment names are looked up."""

    town: str
    at: datetime


def in_words(trace: str, *, town: str, at: datetime) -> str:
    """The same lines with the names of classes, sources, types, areas and units; a code nobody knows stays a code."""
    around = Around(town, at)
    for pattern, name in PATTERNS:
        trace = pattern.sub(_renamed(name, around), trace)
    return trace


def _renamed(name: Callable[[str, Around], str], around: Around) -> Callable[[re.Match[str]], str]:
    def words(found: re.Match[str]) -> str:
        said = found.group(0)
        for code in dict.fromkeys(one for one in found.groups() if one):
            said = re.sub(
                rf"(?<![A-Za-z0-9_.\-]){re.escape(code)}(?![A-Za-z0-9_.\-])", name(code, around), said
            )
        return said

    return words


def _class(code: str, around: Around) -> str:
    try:
        return f"“{catalogue.klass(code, catalogue.version_at(around.at)).name}”"
    except Refused:
        return code


def _unit(code: str, around: Around) -> str:
    if code in TARGETS:
        return TARGETS[code]
    try:
        return f"“{people.unit(code, town=around.town).name}”"
    except Refused:
        return code


def _area(number: str, around: Around) -> str:
    try:
        return f"“{areas.area_by_id(int(number)).name}”"
    except Refused:
        return number


def _from(words: Callable[[], Mapping[str, str]]) -> Callable[[str, Around], str]:
    return lambda code, around: words().get(code, code)


PATTERNS: Final = (
    (re.compile(rf"分类{CODE}?(?:未定)?不属{CODE}"), _class),
    (re.compile(rf"来源是{CODE}?(?:未知)?，不是{CODE}"), _from(lambda: dict(orders.every_source()))),
    (re.compile(rf"严重程度是{CODE}?(?:未知)?，不是{CODE}"), _from(lambda: SEVERITIES)),
    (re.compile(rf"责任块类型是{CODE}?(?:未知)?，不是{CODE}"), _from(lambda: dict(areas.block_types()))),
    (re.compile(r"地点不在区域(\d+)内"), _area),
    (re.compile(rf"派往{CODE}"), _unit),
)
