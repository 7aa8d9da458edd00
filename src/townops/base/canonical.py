"""One text for one value: what is hashed, stored and compared byte by byte."""

import json
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any


def dump(value: Any) -> str:
    """JSON with sorted keys, no spaces, no NaN; dates, decimals and enums as text, sets sorted."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=_plain
    )


def load(text: str) -> Any:
    """Read what `dump` wrote; dates come back as text."""
    return json.loads(text)


def _plain(value: object) -> object:
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, set | frozenset):
        return sorted(value)
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no canonical form")
