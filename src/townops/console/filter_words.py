"""How the conditions of a list are said: one short phrase each."""

from collections.abc import Callable
from typing import Final

from django.utils import timezone

from townops.console import called, choices, labels
from townops.orders import api as orders

SAID: Final = 2
LATE: Final = {"soon": "临期", "overdue": "超期", "severe": "严重超期", "calm": "时间充裕"}
FLAGS: Final = {
    ("open", "1"): "未结",
    ("open", "0"): "已结束",
    ("overdue", "1"): "已超时",
    ("overdue", "0"): "未超时",
    ("adopt", "1"): "历史待接管",
    ("adopt", "0"): "不含历史待接管",
    ("person", "me"): "我的",
    ("person", "none"): "未落实到岗位",
}
ORIGINS: Final = {"live": "实时", "history": "历史", "demo": "演示"}
WORDS: Final = {
    "from": "收到自",
    "to": "收到至",
    "due_from": "到期自",
    "due_to": "到期至",
    "closed_from": "结案自",
    "closed_to": "结案至",
    "stage": "环节",
    "person": "责任人",
    "q": "文字",
    "severity": "紧急程度",
    "demand": "诉求",
}


def said(key: str, value: str, town: str) -> str:
    """One condition: its key and value as they stand in the address."""
    if (key, value) in FLAGS:
        return FLAGS[key, value]
    if key == "source":
        known = dict(orders.every_source())
        return f"来源：{'、'.join(known.get(one, one) for one in value.split(','))}"
    if key in {"unit", "holder"}:
        return f"{'主办' if key == 'unit' else '当前责任'}：{choices.unit_name(value, town)}"
    if key in SAYERS:
        return SAYERS[key](value)
    return f"{WORDS.get(key, key)}：{labels.CHOICES.get(value, value) if key in {'severity', 'demand'} else value}"


def states_said(value: str) -> str:
    """待受理、待立案等 13 种."""
    codes = value.split(",")
    known = [orders.LOOKS[orders.State(code)].word for code in codes if code in set(orders.State)]
    if len(codes) > SAID:
        return f"{'、'.join(known[:SAID])}等 {len(codes)} 种"
    return "、".join(known) or value


def _area(value: str) -> str:
    return f"地点：{choices.area_said(choices.code_of(value)).partition(' ')[2] or value}"


def _marks(value: str) -> str:
    return "、".join(labels.MARKS.get(one, one) for one in value.split(","))


SAYERS: Final[dict[str, Callable[[str], str]]] = {
    "state": states_said,
    "area": _area,
    "class": lambda value: f"类别：{choices.class_of_today(choices.code_of(value)) or value}",
    "box": lambda _value: "地图上框选的范围",
    "drawn": lambda _value: "地图上画的范围",
    "phone": lambda value: f"电话：{called.masked(value, timezone.now()) or '已失效'}",
    "late": lambda value: LATE.get(value, value),
    "origin": lambda value: f"来历：{ORIGINS.get(value, value)}",
    "returned": lambda value: f"退单 {value} 次以上",
    "mark": _marks,
}
