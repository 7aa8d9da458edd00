"""Which column of a survey file is which of ours, from its head: offices name them a dozen ways."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from townops.areas.exchange.terms import Column

HEADS: Final[Mapping[str, tuple[str, ...]]] = {
    "parent": (
        "parent",
        "上级",
        "上级编码",
        "父级编码",
        "所属",
        "sjbm",
    ),  # before the code: 上级编码 is no code
    "code": ("code", "编码", "代码", "编号", "bm", "dm"),
    "name": ("name", "名称", "名字", "mc"),
    "kind": ("kind", "层级", "级别", "level"),
    "block_type": ("block_type", "责任块类型", "类型", "blocktype", "type", "lx"),
    "detached_allowed": ("detached_allowed", "detached", "插花地", "允许插花地"),
    "directly_managed": ("directly_managed", "managed", "直管区"),
}
SAMPLES: Final = 3


def guessed(columns: Sequence[str]) -> dict[str, str]:
    """Our field -> their column: heads that say it exactly first, then heads that contain the Chinese word."""
    found: dict[str, str] = {}
    for fits in (_same, _holds):
        for field, words in HEADS.items():
            free = [one for one in columns if one not in found.values()]
            column = next((one for word in words for one in free if fits(one, word)), None)
            if column is not None:
                found.setdefault(field, column)
    return found


def _same(head: str, word: str) -> bool:
    return head.strip().lower() == word


def _holds(head: str, word: str) -> bool:
    return not word.isascii() and word in head


def samples(column: Column) -> tuple[str, ...]:
    """The first different values of a column, as people see them."""
    texts = (str(one).strip() for one in np.asarray(column, np.object_) if one is not None and one == one)  # noqa: PLR0124  (NaN)
    return tuple(dict(zip((text for text in dict.fromkeys(texts) if text), range(SAMPLES), strict=False)))
