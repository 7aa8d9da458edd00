"""What may be done with areas, by name."""

from typing import Final

from townops.base.permissions import declare

VIEW: Final = declare("areas.view", "查看区域", "查看街镇、责任网格、居村和责任块及其图形")
IMPORT: Final = declare("areas.import", "导入区域", "导入测绘文件，新增区域或更新图形；旧图形保留")
