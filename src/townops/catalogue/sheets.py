"""The catalogue as an Excel file of three sheets. Texts are written as texts, never as formulas."""

from collections.abc import Iterator
from io import BytesIO
from typing import Final

import xlsxwriter  # type: ignore[import-untyped]

from townops.catalogue.domain.check import CLASSES, CONDITIONS, HOTLINE
from townops.catalogue.domain.limits import limit_text, source_limits_text
from townops.catalogue.domain.rows import Branch, Condition, Content, Klass, Level, Severity, Status

DEMAND, TIME, SUBJECT = "诉求类型", "时限分类", "主题分类"
BRANCH_WORDS: Final = {Branch.COMPONENT: "部件", Branch.EVENT: "事件"}
LEVEL_WORDS: Final = {Level.LARGE: "大类", Level.SMALL: "小类", Level.SUB: "子类"}
SEVERITY_WORDS: Final = {Severity.GENERAL: "一般", Severity.MAJOR: "重大", Severity.URGENT: "紧急"}
STATUS_WORDS: Final = {Status.TO_CONFIRM: "待确认", Status.CONFIRMED: "已确认"}
YES: Final = {True: "是", False: ""}
HEADS: Final = {
    CLASSES: ("分支", "层级", "代码", "上级代码", "名称", "关键词", "兜底单位"),
    CONDITIONS: (
        "条件编号", "小类代码", "立案条件", "处置时限", "先行排险时限", "结案条件", "主责", "兜底单位",
        "协办单位", "需执法权", "法规依据", "采集要求", "严重程度", "时限状态", "来源时限",
    ),
    HOTLINE: ("类别", "层级", "代码", "上级代码", "名称", "关键词", "主责", "兜底单位", "需执法权", "时限"),
}  # fmt: skip
WIDTH: Final = 18
Line = tuple[str, ...]


def write_sheets(content: Content) -> bytes:
    """The xlsx file of a catalogue; reading it gives the same content again."""
    ordered, target = content.sorted(), BytesIO()
    lines = {CLASSES: _class_lines, CONDITIONS: _condition_lines, HOTLINE: _hotline_lines}
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        bold = book.add_format({"bold": True})
        for name, heads in HEADS.items():
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, len(heads) - 1, WIDTH)
            for column, head in enumerate(heads):
                sheet.write_string(0, column, head, bold)
            for row, line in enumerate(lines[name](ordered), start=1):
                for column, text in enumerate(line):
                    sheet.write_string(row, column, text)
    return target.getvalue()


def _class_lines(content: Content) -> Iterator[Line]:
    for one in content.classes:
        if one.branch is not Branch.HOTLINE:
            yield (BRANCH_WORDS[one.branch], *_named(one), one.fallback)


def _named(one: Klass) -> Line:
    return (LEVEL_WORDS[one.level], one.code, one.parent, one.name, " ".join(one.keywords))


def _condition_lines(content: Content) -> Iterator[Line]:
    return map(_condition_line, content.conditions)


def _condition_line(one: Condition) -> Line:
    return (
        one.code, one.class_code, one.text, limit_text(one.limit), limit_text(one.make_safe), one.close_text,
        one.main_kind, one.fallback, " ".join(one.assist), YES[one.needs_power], one.legal_basis,
        one.evidence, SEVERITY_WORDS[one.severity], STATUS_WORDS[one.status],
        source_limits_text(one.source_limits),
    )  # fmt: skip


def _hotline_lines(content: Content) -> Iterator[Line]:
    for demand in content.demand_types:
        yield (DEMAND, "", demand.code, "", demand.name, "", "", "", "", "")
    for time in content.time_classes:
        yield (TIME, "", str(time.days), "", time.name, "", "", "", "", "")
    for one in content.classes:
        if one.branch is Branch.HOTLINE:
            days = str(one.time_class) if one.time_class else ""
            yield (SUBJECT, *_named(one), one.unit, one.fallback, YES[one.needs_power], days)
