"""Who may read and publish dispatch rules (C2, U6)."""

from typing import Final

from townops.base.permissions import declare

VIEW: Final = declare("dispatch.view", "查看派单规则", "查看派单规则、检查结果和试算结果。")
EDIT: Final = declare("dispatch.edit", "维护派单规则", "发布新版派单规则并约定生效日期；旧版保留。")
