"""Who may read the board, and who may put in what it rests on (C3, U32)."""

from typing import Final

from townops.base.permissions import declare

VIEW: Final = declare("standards.view", "查看达标情况", "查看全镇各条款的达标情况、依据和佐证。")
EDIT: Final = declare(
    "standards.edit", "维护标准化资料", "载入标准化文件，登记签认、豁免和人口等基数；每次都记入日志。"
)
