"""承办单, 派遣单, 处置单, 交办单: what stands on the papers of an order, in the words its reader may read."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from townops.areas import api as areas
from townops.base.papers import Cell, Sheet, paper
from townops.catalogue import api as catalogue
from townops.kernel.refusal import Refused
from townops.kernel.workdays import SHANGHAI
from townops.orders import flows
from townops.orders.views import EventView, OrderView
from townops.orders.whole import Whole
from townops.orders.words import CHOICES

CALLED: Final = frozenset({"hotline", "resident", "ejiayuan"})
FOUND: Final = frozenset({"grid", "ejiayuan", "station", "patrol", "video", "sensor"})
GIVEN: Final = frozenset({"leader", "district"})
AGAIN: Final = frozenset({"reopen", "resend"})
HAND: Final = 18
BASES: Final = {
    "first_asked": "首问负责", "rule": "权责清单", "designated": "指定", "fallback": "兜底", "returned": "退单待改派",
    "unsettled": "责任待明确", "merged": "随主单", "transferred": "移交", "last": "最后责任单位",
}  # fmt: skip
OPENED: Final = "本件含个人信息，限办理使用，用后按规定保管或销毁。"


def example() -> Sheet:
    """What the conformance test sets: long words, empty boxes, signs that could be taken for markup."""
    words = "高桥北街88号门前#路灯*不亮*，$已三天$。" * 20
    cells = (
        Cell("编号", "2611G000001"), Cell("来源", "网格"), Cell("类别", ""),
        Cell("内容", words, wide=True), Cell("批示", wide=True, tall=30),
    )  # fmt: skip
    return Sheet("示例镇城市运行管理中心", "处置单", "2611G000001-1", cells, ("承办人", "日期"), OPENED)


# say: 承办单
# say: 派遣单
# say: 处置单
# say: 交办单
@paper("assignment", label="承办单", sources=CALLED, example=example)
def assignment(whole: Whole, at: datetime) -> Sheet:
    """12345 and residents: who called about what, by when, what was found, what is answered."""
    order, contact = whole.order, whole.contact
    hidden = contact is not None and contact.hidden
    cells = (
        Cell("来源", _source(order.source)),
        Cell("来源编号", order.external_number),
        Cell("来件时间", _time(order.received_at)),
        Cell("答复时限", CHOICES.get(order.time_class, "")),
        Cell("本镇时限", _time(order.due_at)),
        Cell("上级时限", _time(order.outer_due_at)),
        Cell("诉求人", "（举报人信息不公开）" if hidden else contact.name if contact else ""),
        Cell("联系电话", contact.phone if contact and not hidden else ""),
        Cell("诉求类型", CHOICES.get(order.demand_type, "") + ("（推断）" if order.value.inferred else "")),
        Cell("类别", _class(whole, at)),
        Cell("地点", _place(whole), wide=True),
        Cell("诉求内容", order.text, wide=True, tall=HAND),
        *_asked(order),
        Cell("承办单位", order.main_unit.name if order.main_unit else ""),
        Cell("会办单位", "、".join(order.assisting)),
        Cell("派遣意见", _words(whole, "dispatch", "note") or _basis(whole), wide=True),
        Cell("先行联系", _words(whole, "contact", "result"), wide=True, tall=HAND),
        Cell("办理情况", _result(whole), wide=True, tall=HAND * 2),
        Cell("事实认定", CHOICES.get(order.value.progress.fact_finding, "")),
        Cell("诉求认定", CHOICES.get(order.value.progress.demand_finding, "")),
        Cell("答复内容", _reply(whole), wide=True, tall=HAND),
        Cell("审核意见", _words(whole, "review_unit", "opinion"), wide=True, tall=HAND),
    )
    return _sheet(whole, "承办单", cells, ("承办人", "单位负责人", "日期"))


@paper("dispatch_paper", label="派遣单", sources=FOUND, example=example)
def dispatch(whole: Whole, at: datetime) -> Sheet:
    """Grid and sensors: what was found where, who has to put it right by when, when it counts as right."""
    order = whole.order
    cells = (
        *_found(whole, at),
        Cell("处置单位", order.main_unit.name if order.main_unit else ""),
        Cell("会办单位", "、".join(order.assisting)),
        Cell("派遣依据", _basis(whole)),
        Cell("处置时限", _time(order.due_at)),
        Cell("派遣意见", _words(whole, "dispatch", "note"), wide=True, tall=HAND),
        Cell("结案条件", _standard(whole, "close_text"), wide=True),
        Cell("取证要求", _standard(whole, "evidence"), wide=True),
    )
    return _sheet(whole, "派遣单", cells, ("派遣员", "签收人", "签收时间"))


@paper("handling_paper", label="处置单", sources=FOUND, example=example)
def handling(whole: Whole, at: datetime) -> Sheet:
    """What was done on the spot and what the check found; empty boxes are for the field."""
    order = whole.order
    checked = _last(whole, "check")
    passed = {"True": "通过", "False": "不通过"}.get(checked.facts.get("passed", ""), "") if checked else ""
    cells = (
        *_found(whole, at),
        Cell("处置单位", order.main_unit.name if order.main_unit else ""),
        Cell("处置时限", _time(order.due_at)),
        Cell("处置情况", _result(whole), wide=True, tall=HAND * 3),
        Cell("结案条件", _standard(whole, "close_text"), wide=True),
        Cell("单位审核", _words(whole, "review_unit", "opinion"), wide=True, tall=HAND),
        Cell("核查结论", passed),
        Cell("核查人", checked.person if checked else ""),
        Cell("核查情况", _words(whole, "check", "note"), wide=True, tall=HAND),
    )
    return _sheet(whole, "处置单", cells, ("处置人", "单位负责人", "日期"))


@paper("errand", label="交办单", sources=GIVEN, example=example)
def errand(whole: Whole, at: datetime) -> Sheet:
    """Leaders and district: the matter as given, who does it by when, room for instructions and the report back."""
    order = whole.order
    cells = (
        Cell("交办来源", _source(order.source)),
        Cell("来文编号", order.external_number),
        Cell("交办时间", _time(order.received_at)),
        Cell("办结时限", _time(order.outer_due_at or order.due_at)),
        Cell("类别", _class(whole, at)),
        Cell("紧急程度", CHOICES.get(order.severity, "")),
        Cell("地点", _place(whole), wide=True),
        Cell("交办事项", order.text, wide=True, tall=HAND * 2),
        *_asked(order),
        Cell("承办单位", order.main_unit.name if order.main_unit else ""),
        Cell("会办单位", "、".join(order.assisting)),
        Cell("领导批示", _words(whole, "supervise", "message"), wide=True, tall=HAND * 2),
        Cell("办理情况", _result(whole), wide=True, tall=HAND * 2),
        Cell("审核意见", _words(whole, "review_center", "opinion"), wide=True, tall=HAND),
    )
    return _sheet(whole, "交办单", cells, ("承办人", "单位负责人", "分管领导"))


def _sheet(whole: Whole, title: str, cells: tuple[Cell, ...], signs: tuple[str, ...]) -> Sheet:
    """The number is the paper's first sign, the order's number and its round: the same paper again has the same number."""
    order = whole.order
    town = areas.area(order.town).name
    return Sheet(
        f"{town}城市运行管理中心", title, f"{title[0]}{order.number}-{order.round}", cells, signs, OPENED
    )


def _found(whole: Whole, at: datetime) -> Iterator[Cell]:
    order, first = whole.order, whole.events[0]
    yield Cell("来源", _source(order.source))
    yield Cell("发现时间", _time(order.received_at))
    yield Cell("上报人", first.person)
    yield Cell("上报单位", first.unit)
    yield Cell("类别", _class(whole, at))
    yield Cell("紧急程度", CHOICES.get(order.severity, ""))
    yield Cell("居村", order.village.name if order.village else "")
    yield Cell("责任块", f"{order.block.name}（{order.block.code}）" if order.block else "")
    yield Cell("地点", _place(whole), wide=True)
    yield Cell("问题描述", order.text, wide=True, tall=HAND)
    yield from _asked(order)
    yield Cell("立案条件", _standard(whole, "text"), wide=True)


def _asked(order: OrderView) -> Iterator[Cell]:
    """What was asked and answered, a line each; nothing where nothing was."""
    if order.asked:
        yield Cell("问答", "\n".join(f"{question}：{answer}" for question, answer in order.asked), wide=True)


def _basis(whole: Whole) -> str:
    """Why it went to the unit it went to; nothing before it went anywhere."""
    return BASES.get(whole.order.basis, "") if whole.order.main_unit else ""


def _source(code: str) -> str:
    return dict(flows.sources()).get(code, code)


def _time(at: datetime | None) -> str:
    return at.astimezone(SHANGHAI).strftime("%Y年%-m月%-d日 %H:%M") if at else ""


def _class(whole: Whole, at: datetime) -> str:
    code = whole.order.class_code
    if not code:
        return ""
    try:
        return catalogue.klass(code, catalogue.version_at(at)).name
    except Refused:
        return code


def _standard(whole: Whole, name: str) -> str:
    condition = whole.order.condition
    return str(getattr(catalogue.condition(condition), name)) if condition is not None else ""


def _place(whole: Whole) -> str:
    order = whole.order
    names = (
        order.village.name if order.village else "",
        order.place_text or (order.block.name if order.block else ""),
    )
    return "　".join(name for name in names if name)


def _last(whole: Whole, step: str) -> EventView | None:
    for one in reversed(whole.events):
        if one.step == step or one.step in AGAIN:
            return one if one.step == step else None
    return None


def _words(whole: Whole, step: str, name: str) -> str:
    """A text of the last such step of this round."""
    found = _last(whole, step)
    return found.texts.get(name, "") if found else ""


def _result(whole: Whole) -> str:
    return _words(whole, "submit", "result") or _words(whole, "handle_on_spot", "result")


def _reply(whole: Whole) -> str:
    replies = (_words(whole, step, "reply") for step in ("reply_up", "submit", "quick_reply"))
    return next((one for one in replies if one), "")
