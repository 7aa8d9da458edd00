"""The handbook as a paper: the same words as the page, for the wall and the training room."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any, Final

import segno

from townops.areas import api as areas
from townops.base.ledger.declaring import Ledger
from townops.base.ledger.saying import Sayer
from townops.base.papers import Cell, Part, Plate, Sheet, paper
from townops.console import grounds
from townops.console.handbook import Handbook
from townops.console.handbook_drawing import pages

SCAN: Final = "扫码看责任块档案，报问题"
SCAN_ROW: Final = "扫码看台账登记"


def example() -> Sheet:
    """What the conformance test sets: signs that could be taken for markup, a drawing, a long table."""
    svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 20"><text y="15">待受理</text></svg>'
    rows = tuple(("受理", "热线信息员", "#2工作时*", "到期记超期") for _ in range(60))
    part = Part("流程", ("先办后议。",), svg, ("步骤", "角色", "时限", "逾期"), rows, (1, 2, 1, 2))
    return Sheet(
        "示例镇城市运行管理中心", "操作规程", "规-grid-20261101", (Cell("来源", "网格"),), parts=(part,)
    )


@paper("handbook", label="操作规程", sources=frozenset(), example=example)
def handbook(book: Handbook, town: str) -> Sheet:
    """One source on one day."""
    cells = (
        Cell("来源", book.chapter.label),
        Cell("适用日期", _day(book.day)),
        Cell("流程自", _day(book.chapter.since) + "起"),
        Cell("目录、规则", f"目录第{book.catalogue}版，派遣规则第{book.rule_set}版"),
    )
    issuer = f"{areas.area(town).name}城市运行管理中心"
    note = "本规程由系统按当日有效的流程、时限、目录和派遣规则生成，与系统运行一致；角色按打印时的设置。"
    return Sheet(issuer, "操作规程", book.number, cells, (), note, tuple(_parts(book)))


def _parts(book: Handbook) -> Iterator[Part]:
    first, *others = pages(book)
    yield Part("一、流程图", drawing=first)
    for place, one in enumerate(others, 1):
        yield Part(f"流程图（{place}/{len(others)}）", drawing=one)
    yield Part("二、约定", heads=("事项", "约定"), rows=book.chapter.options, widths=(1, 2))
    limits = tuple((one.label, one.words, one.late) for one in book.chapter.limits)
    yield Part("三、时限", heads=("环节", "时限", "逾期"), rows=limits, widths=(3, 2, 4))
    heads = ("步骤", "什么时候", "由谁", "要填什么", "时限", "去向")
    rows = tuple(
        (
            one.step.label,
            one.since,
            "、".join(one.who) + (f"（{one.rule}）" if one.rule else ""),
            one.step.asked,
            one.limit,
            one.to,
        )
        for one in book.steps
    )
    yield Part("四、步骤", heads=heads, rows=rows, widths=(2, 3, 5, 5, 3, 2))
    by_role = tuple((name, "、".join(one.step.label for one in mine)) for name, mine in book.roles)
    yield Part("五、各角色的步骤", heads=("角色", "可以办理"), rows=by_role, widths=(1, 5))
    yield Part("六、责任", tuple(f"{name}：{said}。" for name, said in book.duties))
    rules = tuple((str(one.order), one.name, one.when, one.target, one.limit) for one in book.rules)
    yield Part(
        "七、派遣规则",
        ("自上而下，第一条相符的算数。",),
        "",
        ("次序", "名称", "条件", "派往", "时限"),
        rules,
        (1, 3, 5, 3, 2),
    )
    classes = tuple(
        (one.code, one.name, one.condition, one.limit, one.main, one.fallback) for one in book.classes
    )
    heads = ("代码", "类别", "立案条件", "时限", "主责", "兜底")
    yield Part("八、类别与时限", heads=heads, rows=classes, widths=(3, 3, 5, 3, 3, 3))


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def example_of_plates() -> Sheet:
    """A page and a bit, with a name as long as names get and signs that could be taken for markup."""
    names = ("短", "名称最长八十个字的责任块" * 6, "#号*楼*_甲_$1$")
    many = tuple(
        _plate(f"{name}{row}", ("小区", "310115104002001", "居村", "责任网格"), "https://example.org/grid/1")
        for row in range(4)
        for name in names
    )
    return Sheet("示例镇", "责任块门牌", "310115104002", (), (), SCAN, plates=many)


@paper("plates", label="责任块门牌", sources=frozenset(), example=example_of_plates)
def plates(area: areas.AreaView, blocks: Sequence[areas.AreaView], address: Callable[[str], str]) -> Sheet:
    """A sign for each block; `address` tells where a code leads."""
    made = tuple(_plate(one.name, _lines(one), address(one.code)) for one in blocks)
    return Sheet(areas.area(area.town).name, "责任块门牌", area.code, (), (), SCAN, plates=made)


def _plate(title: str, lines: tuple[str, ...], address: str) -> Plate:
    return Plate(title, lines, segno.make(address, error="m").svg_inline(scale=4, border=2))


def _lines(one: areas.AreaView) -> tuple[str, ...]:
    above = (area.name for area in reversed(grounds.chain(one)[1:]))
    return (grounds.type_words()[one.block_type], one.code, *above)


def example_of_label() -> Sheet:
    return Sheet(
        "示例镇",
        "台账标签",
        "r-1",
        (),
        (),
        SCAN_ROW,
        plates=(_plate("第一中学体育馆", ("避难场所", "和平村"), "https://example.org/registers/shelter/1"),),
    )


@paper("register_label", label="台账标签", sources=frozenset(), example=example_of_label)
def register_label(ledger: Ledger, row: Any, address: str, issuer: str) -> Sheet:
    """A label for one row of a register; `address` is where its code leads."""
    name = "、".join(Sayer(ledger.keyed, [row]).cells(row))
    area = ledger.column(ledger.area_link) if ledger.area_link else None
    lines = (ledger.title, *((Sayer([area], [row]).cell(row, area),) if area else ()))
    return Sheet(
        issuer,
        "台账标签",
        f"{ledger.code}-{row.pk}",
        (),
        (),
        SCAN_ROW,
        plates=(_plate(name, lines, address),),
    )
