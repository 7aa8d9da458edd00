"""What makes a catalogue sound. Each fault names sheet, code and column, so that a person can find it."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from townops.catalogue.domain.rows import Branch, Condition, Content, Klass, Level

CLASSES, CONDITIONS, HOTLINE = "大类小类", "立案条件", "热线"
PREFIX = {Branch.COMPONENT: "C-", Branch.EVENT: "E-", Branch.HOTLINE: "H-"}
PARENT_LEVEL = {Level.SMALL: Level.LARGE, Level.SUB: Level.SMALL}


TEXT_LENGTH = 300
LONGEST = {
    "code": 24, "class_code": 24, "parent": 24, "name": 20, "unit": 32, "fallback": 32, "main_kind": 32,
}  # fmt: skip
LABELS = {
    "code": "代码", "class_code": "小类代码", "parent": "上级代码", "name": "名称", "keywords": "关键词",
    "unit": "主责", "fallback": "兜底单位", "text": "立案条件", "close_text": "结案条件", "main_kind": "主责",
    "assist": "协办单位", "legal_basis": "法规依据", "evidence": "采集要求",
}  # fmt: skip


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a catalogue; `reason` is a Chinese sentence for the person who edits the sheet."""

    sheet: str
    code: str
    column: str
    reason: str


def faults(content: Content) -> tuple[Fault, ...]:
    """Everything wrong with this content, none if it may be published."""
    checks: tuple[Callable[[Content], Iterator[Fault]], ...] = (
        _repeated, _ill_written, _classes, _conditions, _subjects, _hotline_rows,
    )  # fmt: skip
    return tuple(fault for check in checks for fault in check(content))


def sheet_of(klass: Klass) -> str:
    """The sheet a class is written on."""
    return HOTLINE if klass.branch is Branch.HOTLINE else CLASSES


def _repeated(content: Content) -> Iterator[Fault]:
    codes = {
        (CLASSES, "代码"): [one.code for one in content.classes if sheet_of(one) == CLASSES],
        (CONDITIONS, "条件编号"): [one.code for one in content.conditions],
        (HOTLINE, "代码"): [
            *(one.code for one in content.classes if sheet_of(one) == HOTLINE),
            *(one.code for one in content.demand_types),
            *(str(one.days) for one in content.time_classes),
        ],
    }
    for (sheet, column), found in codes.items():
        for code, count in Counter(found).items():
            if count > 1:
                yield Fault(sheet, code, column, f"{column}重复{count}次")


def _ill_written(content: Content) -> Iterator[Fault]:
    """Texts a sheet would not bring back as they are, or that are longer than their column."""
    rows = [(sheet_of(one), one.code, vars(one)) for one in content.classes]
    rows += [(CONDITIONS, one.code, vars(one)) for one in content.conditions]
    rows += [(HOTLINE, one.code, vars(one)) for one in content.demand_types]
    rows += [(HOTLINE, str(one.days), vars(one)) for one in content.time_classes]
    for sheet, code, values in rows:
        for field, value in values.items():
            if reason := _ill(field, value):
                yield Fault(sheet, code, LABELS.get(field, field), reason)


def _ill(field: str, value: object) -> str:
    if isinstance(value, tuple) and any(isinstance(word, str) and word.split() != [word] for word in value):
        return "词中不能有空格"
    if not isinstance(value, str):
        return ""
    if value != value.strip() or "\n" in value or "\r" in value:
        return "首尾不能有空格，不能换行"
    longest = LONGEST.get(field, TEXT_LENGTH)
    return f"超过{longest}个字" if len(value) > longest else ""


def _classes(content: Content) -> Iterator[Fault]:
    for one in content.classes:
        sheet = sheet_of(one)
        if not one.name:
            yield Fault(sheet, one.code, "名称", "名称为空")
        if not one.code.startswith(PREFIX[one.branch]):
            yield Fault(sheet, one.code, "代码", f"代码应以“{PREFIX[one.branch]}”开头")
        if sheet == CLASSES and (one.unit or one.needs_power or one.time_class):
            yield Fault(sheet, one.code, "主责", "部件、事件的主责与时限写在立案条件中")
        if reason := _wrong_parent(one, content):
            yield Fault(sheet, one.code, "上级代码", reason)


def _wrong_parent(klass: Klass, content: Content) -> str:
    if klass.level is Level.LARGE:
        return "大类不应有上级" if klass.parent else ""
    parent = content.by_code.get(klass.parent)
    if parent is None:
        return f"上级“{klass.parent}”不存在"
    if parent.branch is not klass.branch or parent.level is not PARENT_LEVEL[klass.level]:
        return f"上级“{klass.parent}”的层级不对"
    return "" if klass.code.startswith(f"{parent.code}-") else f"代码应以上级代码“{parent.code}-”开头"


def _conditions(content: Content) -> Iterator[Fault]:
    for one in content.conditions:
        klass = content.by_code.get(one.class_code)
        if klass is None or klass.branch is Branch.HOTLINE or klass.level is Level.LARGE:
            yield Fault(CONDITIONS, one.code, "小类代码", f"“{one.class_code}”不是部件或事件的小类")
        if not one.code.startswith(f"{one.class_code}."):
            yield Fault(CONDITIONS, one.code, "条件编号", f"条件编号应以“{one.class_code}.”开头")
        yield from _condition_texts(one)
        if one.needs_power and one.main_kind == "village":
            yield Fault(CONDITIONS, one.code, "主责", "需执法权的事项不能由居村主责")


def _condition_texts(condition: Condition) -> Iterator[Fault]:
    given = {
        "立案条件": condition.text, "结案条件": condition.close_text,
        "主责": condition.main_kind, "兜底单位": condition.fallback,
    }  # fmt: skip
    for column, value in given.items():
        if not value:
            yield Fault(CONDITIONS, condition.code, column, f"{column}为空")
    if condition.fallback in ("village", "station"):
        yield Fault(CONDITIONS, condition.code, "兜底单位", "兜底须写明单位代码")


def _subjects(content: Content) -> Iterator[Fault]:
    known = {one.days for one in content.time_classes}
    for one in content.classes:
        if one.branch is not Branch.HOTLINE or one.level is Level.LARGE:
            continue
        if one.time_class not in known:
            yield Fault(HOTLINE, one.code, "时限", f"没有{one.time_class}个工作日的时限分类")
        if one.needs_power and one.unit == "village":
            yield Fault(HOTLINE, one.code, "主责", "需执法权的事项不能由居村主责")


def _hotline_rows(content: Content) -> Iterator[Fault]:
    if not content.demand_types:
        yield Fault(HOTLINE, "", "类别", "没有诉求类型")
    if not content.time_classes:
        yield Fault(HOTLINE, "", "类别", "没有时限分类")
