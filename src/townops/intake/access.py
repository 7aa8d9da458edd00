"""Who may bring files in and replay what arrived (U6)."""

from typing import Final

from townops.base.permissions import declare

IMPORT: Final = declare(
    "intake.import", "导入工单", "导入热线、网格、e家园等工单文件，重新解析已收到的原始数据。"
)
TRAIN: Final = declare("intake.train", "训练分类模型", "用本镇已确认的分类重新训练归类模型。")
