"""What may be done with units, posts and persons, by name."""

from typing import Final

from townops.base.permissions import declare

VIEW: Final = declare("people.view", "查看人员", "查看单位、岗位和任职，不含联系方式")
EDIT: Final = declare(
    "people.edit",
    "维护人员",
    "登记人员，任免岗位，指定代理人，登记责任块的责任主体；写明理由后查看电话，每次都有记录",
)
