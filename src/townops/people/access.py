"""What may be done with units, posts and persons, by name."""

from typing import Final

from townops.base.permissions import declare

APPOINT: Final = declare("people.appoint", "任免", "登记人员，任命和免去岗位人员")
DELEGATE: Final = declare("people.delegate", "委托", "为本单位缺勤的岗位人员指定代理人；自己的岗位随时可以委托")
SUBJECTS: Final = declare("people.subjects", "责任主体", "登记责任块的处置责任主体、管理权属主体和维护责任主体")
REVEAL: Final = declare("people.reveal", "查看联系方式", "写明理由后查看人员电话，每次都有记录")
