"""Values of intake that a town changes while it runs."""

from typing import Final

from townops.base import tunables
from townops.base.access import TUNE
from townops.base.tunables import Part, Tunable
from townops.intake import classify

THRESHOLD: Final = tunables.declare(
    Tunable(
        "intake.threshold", str(classify.THRESHOLD), "自动归类把握",
        "归类模型的把握不低于它才直接写入类别，否则留给人选", TUNE, (Part("", "（1 为完全把握）", 0.5, 1, 2),),
    )
)  # fmt: skip
FRESH_DAYS: Final = tunables.declare(
    Tunable(
        "intake.fresh_days", "60", "导入时算当前工单的天数",
        "一份文件里多数工单早于这些天的，须按历史工单导入", TUNE, (Part("", "天", 1, 365),),
    )
)  # fmt: skip
