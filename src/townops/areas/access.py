"""What may be done with areas, by name."""

from typing import Final

from townops.base.permissions import declare

VIEW: Final = declare("areas.view", "查看区域", "查看街镇、责任网格、居村和责任块及其图形")
IMPORT: Final = declare("areas.import", "导入区域", "导入测绘文件，新增区域或更新图形；旧图形保留")
DRAFT: Final = declare("areas.draft", "编辑边界草案", "建立和修改边界草案并检查；不影响现行边界")
EXPORT: Final = declare("areas.export", "导出边界", "把任何一版边界导出为测绘文件或表格；每次导出留痕")
PUBLISH: Final = declare("areas.publish", "发布边界", "把检查通过的边界草案从某日起发布，或恢复早先的版本")
DOSSIER: Final = declare(
    "areas.dossier",
    "维护责任块档案",
    "填写责任块档案，上传照片，确认无变化；联勤联动站和居村只限本辖区。责任网格的力量、装备也由此维护",
)
PLACES: Final = declare(
    "areas.places", "查看重点场所", "在档案、网格图和图层上查看重点场所；维护随“维护责任块档案”"
)
