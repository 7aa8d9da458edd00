"""Chinese sentences for what people refuse."""

from typing import Final

WORDS: Final = {
    "unit_unknown": "没有代码为“{code}”的单位。",
    "post_unknown": "没有代码为“{code}”的岗位。",
    "person_unknown": "没有编号为“{code}”的人员。",
    "account_without_person": "该账号没有对应的人员，请系统管理员登记。",
    "appointment_unknown": "没有这一任职记录。",
    "post_filled_by_another": "“{post}”由“{other}”兼任，请任免后者。",
    "already_appointed": "{name}已在该岗位任职。",
    "ends_before_start": "结束时间必须晚于开始时间。",
    "appointment_over": "该任职已于{ends}结束。",
    "delegate_is_holder": "不能委托给本人。",
    "outside_appointment": "委托时间超出任职时间。",
    "not_a_block": "“{name}”不是责任块。",
    "handover_unknown": "没有这份交接清单，或已经阅过。",
    "reason_missing": "请写明理由。",
}
