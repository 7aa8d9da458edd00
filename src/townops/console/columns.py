"""The columns a list of orders can show; which of them an account sees is its own choice, kept with its views."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its code in addresses and templates, its head."""

    code: str
    head: str


ALL: Final = (
    Column("title", "标题"),
    Column("state", "状态"),
    Column("stage", "环节"),
    Column("due", "时限"),
    Column("village", "居村"),
    Column("unit", "责任单位"),
    Column("source", "来源"),
    Column("received", "收到"),
    Column("marks", "标记"),
    Column("main", "主办单位"),
    Column("block", "责任块"),
    Column("class", "类别"),
    Column("severity", "紧急程度"),
    Column("demand", "诉求"),
    Column("external", "上级编号"),
    Column("outer", "上级时限"),
    Column("closed", "结案时间"),
)
BY_CODE: Final = {one.code: one for one in ALL}
USUAL: Final = tuple(one.code for one in ALL[:9])


def chosen(codes: Iterable[str]) -> tuple[Column, ...]:
    """Known ones in the order of the table; none: the usual ones. The number stands before them always."""
    wanted = set(codes) & set(BY_CODE) or set(USUAL)
    return tuple(one for one in ALL if one.code in wanted)


def kept(columns: Sequence[str]) -> tuple[str, ...]:
    """What is worth remembering of a choice: known codes, and nothing where it is the usual one."""
    known = tuple(one.code for one in ALL if one.code in columns)
    return () if known == USUAL else known
