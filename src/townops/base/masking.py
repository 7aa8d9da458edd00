"""Personal data as others may see it: enough to recognise, not enough to use (U29; domain 5).

Done in the server. What stands in free text is found by `base.contacts`.
"""

import math
import re
from collections.abc import Callable
from typing import Final

from townops.base import contacts

_COMPOUND_TEXT: Final = (
    "欧阳太史端木上官司马东方独孤南宫万俟闻人夏侯诸葛尉迟公羊赫连澹台皇甫宗政濮阳公冶太叔申屠公孙慕容"
    "仲孙钟离长孙宇文司徒鲜于司空闾丘子车亓官司寇巫马公西颛孙壤驷公良漆雕乐正宰父谷梁拓跋夹谷轩辕令狐"
    "段干百里呼延东郭南门羊舌微生梁丘左丘西门第五南荣东里东宫仲长即墨达奚褚师"
)
COMPOUND: Final = frozenset(_COMPOUND_TEXT[start : start + 2] for start in range(0, len(_COMPOUND_TEXT), 2))
LONGEST_SURNAME: Final = 2
POINT_DIGITS: Final = 3  # of a degree: about a hundred metres
PLACES: Final = 10**POINT_DIGITS
_MOBILE = r"(?:\+?86[- ]?)?(1[3-9]\d)[- ]?(\d{4})[- ]?(\d{4})"
_LANDLINE = r"(010|02\d|0[3-9]\d{2})[- ]?(\d{3,4})[- ]?(\d{4})"
_WIDE: Final = str.maketrans("０１２３４５６７８９Ｘｘ－", "0123456789Xx-")
_DOOR: Final = re.compile(
    r"(?:\d+|[甲乙丙丁一二三四五六七八九十百]+)\s*(?:弄|号|幢|栋|座|单元|室|楼|层|组|队|#|[-－—]\s*\d+)"
)


def mask_name(name: str) -> str:
    """张三 -> 张*, 欧阳小明 -> 欧阳**; other scripts keep the first letter."""
    name = name.strip()
    kept = LONGEST_SURNAME if len(name) > LONGEST_SURNAME and name[:2] in COMPOUND else 1
    return name[:kept] + "*" * max(1, len(name) - kept) if name else ""


def mask_phone(number: str) -> str:
    """138****1234; a fixed line keeps its area code and the last two digits; anything else only the last
    two.
    """
    digits = re.sub(r"\D", "", number.translate(_WIDE))
    if found := re.fullmatch(_MOBILE, digits):
        return f"{found[1]}****{found[3]}"
    if found := re.fullmatch(_LANDLINE, digits):
        return f"{found[1]}-{'*' * (len(found[2]) + 2)}{found[3][-2:]}"
    return "*" * max(4, len(digits) - 2) + digits[-2:] if digits else "*" * len(number)


def mask_id_number(number: str) -> str:
    """310***********123X: the county of six digits is cut to the province, the last four stay."""
    number = number.strip().translate(_WIDE)
    kept = 4
    if len(number) <= kept * 2:
        return "*" * len(number)
    return number[:3] + "*" * (len(number) - 3 - kept) + number[-kept:].upper()


def mask_address(address: str) -> str:
    """Up to the road, estate or village; lane, house, door and room are hidden."""
    found = _DOOR.search(address.translate(_WIDE))
    return address if found is None else address[: found.start()] + "***"


def mask_text(text: str) -> str:
    """Free text with every telephone and identity number in it masked; the rest is as written."""
    return contacts.replaced(text, _mask_found)


def _mask_found(found: contacts.Found) -> str:
    if found.kind == "spoken":
        return "*" * len(found.number)
    return mask_id_number(found.number) if found.kind == "id" else mask_phone(found.number)


def mask_point(lng: float, lat: float) -> tuple[float, float]:
    """A home's place to about a hundred metres."""
    return round(lng, POINT_DIGITS), round(lat, POINT_DIGITS)


def mask_box(box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """A box (west, south, east, north) widened to whole masked places, so that asking by ever smaller boxes tells no more
    than `mask_point` does.
    """
    west, south, east, north = box
    return (
        _between(west, math.floor),
        _between(south, math.floor),
        _between(east, math.ceil),
        _between(north, math.ceil),
    )


def _between(edge: float, to: Callable[[float], int]) -> float:
    """The nearest border between two masked places on one side."""
    return (to(edge * PLACES - 0.5) + 0.5) / PLACES
