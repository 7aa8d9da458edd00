"""How codes of 居村 and blocks are made: a scheme that is data, in force from a moment on, tried before it is changed (U8-U11).

A code once given stays: another scheme numbers only what is new, and says which standing codes are not of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils import timezone

from townops.areas.domain.features import Feature
from townops.areas.domain.held import Held
from townops.areas.domain.numbering import faults
from townops.areas.geography import Geography, picture
from townops.base import tunables, tuning
from townops.base.access import TUNE
from townops.base.tunables import Part, Tunable, value_at
from townops.kernel.gridcodes import Scheme, scheme_of

KEY: Final = "areas.code_scheme"
STANDARD: Final = "6 3 3 3"
tunables.declare(
    Tunable(
        KEY, STANDARD, "区域编码规则", "新居村、新责任块的编码由这几段数字组成；已有的编码不变", TUNE,
        (Part("区县", "位", 2, 8), Part("街镇", "位", 1, 6), Part("居村", "位", 1, 6), Part("流水号", "位", 1, 6)),
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CodeFault:
    """A code that is not of the scheme in force; `code` and `params` of the refusal say why."""

    area: Feature
    code: str
    params: dict[str, object]


def scheme_at(at: datetime) -> Scheme:
    """The scheme in force at that moment."""
    return scheme_of(value_at(KEY, at, default=STANDARD))


def code_faults(held: Held, codes: frozenset[str], at: datetime) -> Iterator[CodeFault]:
    """Of some 居村 and blocks of a draft, those whose code is not of the scheme; none stops a publication."""
    for one, refused in faults(held, codes, scheme_at(at)):
        yield CodeFault(one, refused.code, dict(refused.params))


@tuning.on_trial(KEY)
def try_scheme(before: str, after: str, at: datetime) -> tuning.Trial:
    """How many standing codes are of each scheme, and how many blocks the fullest 居村 could still number."""
    schemes, known = (scheme_of(before), scheme_of(after)), picture.get()
    return tuning.Trial(
        (
            tuning.Counted(
                "合规则的居村编码", *(_fitting(known, "village", one.upper.width) for one in schemes)
            ),
            tuning.Counted("合规则的责任块编码", *(_fitting(known, "block", one.width) for one in schemes)),
            tuning.Counted("每个居村最多能编的责任块", *(one.most for one in schemes)),
        )
    )


def _fitting(known: Geography, kind: str, width: int) -> int:
    today = timezone.localdate()
    codes = (one.code for one in known.by_id.values() if one.kind == kind and one.stands(today))
    return sum(len(code) == width and code.isascii() and code.isdigit() for code in codes)
