"""Reading what machines send: strict JSON, strict scalars, codes whose format a generator can be taught."""

import json
import math
import re
from collections.abc import Set as AbstractSet
from datetime import UTC, date, datetime
from typing import Annotated, Final, Literal, NoReturn, cast

from django.core import signing
from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from ninja.parser import Parser
from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from townops.kernel.coordinates import to_cgcs2000
from townops.kernel.refusal import Refused
from townops.kernel.workdays import SHANGHAI

EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2100, 1, 1, tzinfo=UTC)
LONGEST_FIGURE: Final = 19
NORTHERNMOST: Final = 72
HALF_A_SIGN: Final = "\\ud"  # how JSON writes one half of a pair
LONGEST_QUERY: Final = 300
_INSTANT: Final = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?([Zz]|[+-]\d\d:\d\d)?", re.ASCII
)
_CODE: Final = re.compile(r"[^\x00-\x20\x7f,]{1,40}")
cursors = signing.Signer(salt="townops.sharing.cursor")
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


class StrictParser(Parser):
    """JSON without NaN, without repeated names, without NUL; queries without NUL."""

    def parse_body(self, request: HttpRequest) -> dict[str, object]:
        """Anything else raises and becomes 400 body_malformed."""
        text = request.body.decode("utf-8")
        parsed = json.loads(
            text,
            parse_constant=_no_constant,
            parse_int=_int,
            parse_float=_float,
            object_pairs_hook=_once,
        )
        if HALF_A_SIGN in text.lower():
            json.dumps(parsed, ensure_ascii=False).encode("utf-8")
        return cast(dict[str, object], parsed)  # or a list, or a figure: the schema says what it must be

    def parse_querydict(
        self, data: MultiValueDict[str, object], list_fields: list[str], request: HttpRequest
    ) -> dict[str, object]:
        """Refused: nul_character."""
        if any(isinstance(one, str) and "\x00" in one for values in data.lists() for one in values[1]):
            raise Refused("nul_character")
        return super().parse_querydict(data, list_fields, request)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _int(text: str) -> int | float:
    """Whole numbers that no column could hold become floats, which no whole number accepts."""
    return int(text) if len(text) <= LONGEST_FIGURE else float(text[:300])


def _float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("beyond every number")
    return number


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def read_instant(value: object) -> datetime:
    """An ISO 8601 instant between 2000 and 2100; without an offset it is +08:00."""
    if not isinstance(value, str) or not _INSTANT.fullmatch(value):
        raise ValueError("应为 ISO 8601 时间，例如 2026-11-23T09:00:00+08:00")
    whole, _, fraction = value.upper().partition(".")
    cut = re.match(r"\d*", fraction)
    digits = cut.group() if cut else ""
    offset = fraction[len(digits) :]
    instant = datetime.fromisoformat(f"{whole}.{digits[:6].ljust(6, '0')}{offset}" if digits else whole)
    return _within(instant if instant.tzinfo else instant.replace(tzinfo=SHANGHAI))


def _within(instant: datetime) -> datetime:
    if not EARLIEST.replace(tzinfo=None) < instant.replace(tzinfo=None) < LATEST.replace(tzinfo=None):
        raise ValueError("时间应在2000年至2100年之间")
    return instant.astimezone(SHANGHAI)


def read_day(value: object) -> date:
    """A day between 2000 and 2100, year-month-day and nothing else."""
    if isinstance(value, str) and _DAY.fullmatch(value):
        return _within(datetime.fromisoformat(value).replace(tzinfo=SHANGHAI)).date()
    raise ValueError("应为日期，例如 2026-11-30")


def read_edge(value: str) -> tuple[datetime, bool]:
    """(instant, whether only a day was given) of one end of a range: a day begins at 00:00 +08:00."""
    try:
        if _DAY.fullmatch(value):
            return _within(datetime.fromisoformat(value).replace(tzinfo=SHANGHAI)), True
        return read_instant(value.replace(" ", "+")), False  # a bare + of a query arrives as a space
    except ValueError:
        raise Refused("range_malformed", value=value[:40]) from None


def refuse_unknown(
    request: HttpRequest, once: AbstractSet[str], *, lists: AbstractSet[str] = frozenset()
) -> None:
    """A query whose names are unknown or stand twice. Refused: parameter_unknown, one_value_only."""
    if unknown := sorted(set(request.GET) - once - lists):
        raise Refused("parameter_unknown", names=unknown[:5])
    for name in sorted(once):
        if len(request.GET.getlist(name)) > 1:
            raise Refused("one_value_only", name=name)


def signed(cursor: str) -> str | None:
    """The cursor as we give it out; null at the end."""
    return cursors.sign(cursor) if cursor else None


def opened(cursor: str) -> str:
    """The door's cursor out of ours; one we did not give out is refused before anything reads it."""
    try:
        return cursors.unsign(cursor) if cursor else ""
    except signing.BadSignature:
        raise Refused("cursor_unreadable") from None


def split(value: object) -> object:
    """Repeated and comma separated values alike."""
    if not isinstance(value, list):
        return value
    return [
        part for one in value for part in (one.split(",") if isinstance(one, str) else [one]) if part != ""
    ]


def _bool(value: object) -> object:
    return {"true": True, "false": False}.get(value.lower(), value) if isinstance(value, str) else value


def whole(value: object) -> object:
    """A whole number of a query: digits and nothing else."""
    if isinstance(value, str):
        if not re.fullmatch(r"-?\d{1,18}", value, re.ASCII):
            raise ValueError("应为整数")
        return int(value)
    return value


def _visible(value: str) -> str:
    if not _CODE.fullmatch(value):
        raise ValueError("应为1到40个可见字符，不含逗号和空格")
    return value


def _short(value: str) -> str:
    if len(value) > LONGEST_QUERY:
        raise ValueError("过长")
    return value


def coded(form: str) -> WithJsonSchema:
    """A text whose format names what it must be; which values there are is the town's data."""
    return WithJsonSchema({"type": "string", "format": form})


SourceCode = Annotated[str, AfterValidator(_visible), coded("source-code")]
UnitCode = Annotated[str, AfterValidator(_visible), coded("unit-code")]
AreaCode = Annotated[str, AfterValidator(_visible), coded("area-code")]
ClassCode = Annotated[str, AfterValidator(_visible), coded("class-code")]
Range = Annotated[str, AfterValidator(_short), coded("range")]
Cursor = Annotated[str, AfterValidator(_short), coded("cursor")]
Words = Annotated[str, AfterValidator(_short), coded("search-words")]
AttachmentId = Annotated[int, Field(strict=True, ge=1, lt=2**63)]
Text = Annotated[str, Field(max_length=20_000, pattern=r"^[^\x00]*[^\x00\s][^\x00]*$")]
Line = Annotated[str, Field(max_length=160, pattern=r"^[^\x00]*$")]
Word = Annotated[str, Field(max_length=64, pattern=r"^[^\x00]*$")]
Sentence = Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*[^\x00\s][^\x00]*$")]
Instant = Annotated[
    datetime, BeforeValidator(read_instant), WithJsonSchema({"type": "string", "format": "date-time"})
]
Day = Annotated[date, BeforeValidator(read_day), WithJsonSchema({"type": "string", "format": "date"})]
QueryInstant = Annotated[
    datetime,
    BeforeValidator(lambda value: read_instant(value.replace(" ", "+") if isinstance(value, str) else value)),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
Flag = Annotated[bool, Field(strict=True), BeforeValidator(_bool)]
Crs = Literal["cgcs2000", "wgs84", "gcj02", "bd09"]
Longitude = Annotated[float, WithJsonSchema({"type": "number", "minimum": -180, "maximum": 180})]
Latitude = Annotated[float, WithJsonSchema({"type": "number", "minimum": -90, "maximum": NORTHERNMOST})]


def check_point(lng: float, lat: float, crs: str) -> None:
    """Refused as `kernel.coordinates` refuses, and beyond 72 degrees north, where a figure is a longitude."""
    to_cgcs2000(lng, lat, crs)
    if lat > NORTHERNMOST:
        raise Refused("coordinate_range", lng=lng, lat=lat)
