"""Who may read and publish the catalogue (C2, U6)."""

from typing import Final

from townops.base.permissions import declare

VIEW: Final = declare("catalogue.view", "查看分类目录", "查看分类、立案条件与处置时限，导出表格。")
EDIT: Final = declare("catalogue.edit", "维护分类目录", "导入并发布新版目录；旧版保留，已立案工单不变。")
