"""What the schema found wrong with a request, in Chinese and with the way to the field; never the value, which may be personal."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

WHOLE: Final = "整个请求"
ISO: Final = "应为 ISO 8601 时间，例如 2026-11-23T09:00:00+08:00"
DAY: Final = "应为日期，例如 2026-11-23"
NUMBER, FIGURE, OBJECT = "应为整数", "应为数字", "应为对象"
SAID: Final[Mapping[str, str]] = {
    "missing": "缺少这一项",
    "extra_forbidden": "没有这一项，请核对名称",
    "string_type": "应为文字",
    "int_type": NUMBER, "int_parsing": NUMBER, "int_from_float": NUMBER, "int_parsing_size": "数字过大",
    "float_type": FIGURE, "float_parsing": FIGURE, "finite_number": FIGURE, "decimal_parsing": FIGURE,
    "bool_type": "应为 true 或 false", "bool_parsing": "应为 true 或 false",
    "list_type": "应为列表", "tuple_type": "应为列表", "set_type": "应为列表",
    "dict_type": OBJECT, "mapping_type": OBJECT, "model_type": OBJECT, "model_attributes_type": OBJECT,
    "string_too_short": "至少{min_length}个字", "string_too_long": "最多{max_length}个字",
    "too_short": "至少{min_length}项", "too_long": "最多{max_length}项",
    "greater_than": "应大于{gt}", "greater_than_equal": "不能小于{ge}",
    "less_than": "应小于{lt}", "less_than_equal": "不能大于{le}",
    "multiple_of": "应为{multiple_of}的倍数",
    "string_not_ascii": "只能是英文字母、数字和符号", "string_pattern_mismatch": "格式不对，也不能只有空白",
    "literal_error": "只能是：{expected}", "enum": "只能是：{expected}",
    "json_invalid": "不是有效的 JSON", "none_required": "应为 null",
}  # fmt: skip
FAMILIES: Final = (("datetime", ISO), ("timezone", ISO), ("date", DAY), ("time", "应为时刻，例如 09:00"))
NESTED: Final = 2
HOLDERS: Final = frozenset({"body", "query", "path", "header", "form", "file"})
_TYPE: Final = re.compile(r"[A-Z]\w*|[\w-]+\[.*\]", re.DOTALL)  # how a union names its alternatives
_OURS: Final = re.compile("[\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong: the way to the field, why in Chinese, and the stable code of the kind."""

    where: str
    problem: str
    type: str


def faults(found: Sequence[Mapping[str, Any]]) -> tuple[Fault, ...]:
    """The faults of a request in order, each once; of several shapes a value may have, those of the likeliest."""
    meant = _meant(found)
    return tuple(dict.fromkeys(Fault(_where(one["loc"]), _said(one), str(one["type"])) for one in meant))


def _meant(found: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Without the shapes that do not know what was sent, where another one does."""
    shapes = [_shape(one["loc"]) for one in found]
    strange = {shape for shape, one in zip(shapes, found, strict=True) if one["type"] == "extra_forbidden"}
    known = {shape[0] for shape in shapes if shape and shape not in strange}
    return [
        one
        for shape, one in zip(shapes, found, strict=True)
        if shape is None or shape not in strange or shape[0] not in known
    ]


def _shape(way: Sequence[object]) -> tuple[str, str] | None:
    """(the way to a value, the shape it was tried as); None where there is but one."""
    place = next((at for at, part in enumerate(way) if at and _TYPE.fullmatch(str(part))), None)
    return None if place is None else (".".join(map(str, way[:place])), str(way[place]))


def _where(way: Sequence[object]) -> str:
    return ".".join(_parts(way)) or WHOLE


def _parts(way: Sequence[object]) -> Iterator[str]:
    begins = 1 if way and way[0] in HOLDERS else 0
    if tuple(way[:1]) == ("query",) and len(way) > NESTED and isinstance(way[NESTED], str):
        begins = NESTED  # a list of a query stands under the name of our own shape
    for part in way[begins:]:
        said = str(part)
        if said != "body" and not _TYPE.fullmatch(said):
            yield said


def _said(one: Mapping[str, Any]) -> str:
    """A sentence of our own as it is; a kind nobody put into words says honestly which it is."""
    kind, told = str(one["type"]), one.get("ctx") or {}
    if kind in SAID:
        return SAID[kind].format_map(_Told(_worded(told)))
    family = next((said for start, said in FAMILIES if kind.startswith(start)), "")
    own = str(one.get("msg", "")).partition(", ")[2]
    if kind in {"value_error", "assertion_error"} and _OURS.search(own):
        return own[:200]
    return family or f"不符合约定（{kind}）"


class _Told(dict[str, object]):
    def __missing__(self, name: str) -> str:
        return "规定"


def _worded(told: Mapping[str, Any]) -> dict[str, object]:
    """The choices of an enumeration as a Chinese list."""
    expected = str(told.get("expected", "")).replace(" or ", "、").replace(", ", "、").replace("'", "")
    return {**told, "expected": expected}
