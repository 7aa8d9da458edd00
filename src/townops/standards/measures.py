"""What standards itself measures: whether the town's document is loaded and covered (C3)."""

from townops.base.measuring import measure
from townops.kernel.measured import Evidence, LeftOut, Measured, Subject
from townops.kernel.windows import Window
from townops.standards.catalogues import current
from townops.standards.documents import loaded
from townops.standards.domain.covering import coverage


@measure("document_loaded", label="标准化文件逐条覆盖", unit="份")
def document_loaded(window: Window, subject: Subject) -> Measured:
    """已载入、且每个编号段落都有事项并与事项相符的标准化文件份数。"""
    number, found = loaded(subject.code, window.at)
    if not found:
        return Measured(0, 0)
    told = coverage(found, current().items)
    line = Evidence("document", str(number), f"第{number}版")
    if told.whole:
        return Measured(1, 1, evidence=(line,))
    return Measured(0, 1, left_out=(LeftOut(line, f"{len(told.uncovered) + len(told.changed)}处与事项不符"),))
