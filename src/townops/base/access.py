"""Named actions of the plumbing: running the installation, accounts, security, the journal (三权分立)."""

from typing import Final

from townops.base.permissions import declare

OPERATE: Final = declare("base.operate", "运行维护", "查看运行状态、作业和备份，不看工单内容")
ACCOUNTS: Final = declare("base.accounts", "账号管理", "开通、停用账号，重置密码")
SECURITY: Final = declare("base.security", "安全策略", "设置密码、会话和留存策略")
TUNE: Final = declare(
    "base.tunables", "维护运行参数", "设定临期、附近范围、附件大小等参数，先试算再生效，留痕"
)
ROLES: Final = declare("base.roles", "角色权限", "把权限编入角色")
JOURNAL_VIEW: Final = declare("base.journal_view", "查看日志", "查看操作日志和核验结果")
