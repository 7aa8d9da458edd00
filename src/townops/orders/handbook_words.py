"""How the handbook says the choices, limits and restrictions of a flow."""

from collections.abc import Mapping
from typing import Final

YES_NO: Final[Mapping[bool, str]] = {True: "有", False: "没有"}
OPTIONS: Final = {
    "closing": "结案由谁定", "extending": "延期由谁批", "refusing": "退回、不受理由谁定", "filing": "立案依据", "verify": "受理前核实",
    "refusal": "不予受理", "contact": "先行联系", "unit_review": "单位审核", "center_review": "中心审核", "certify": "核查方式",
    "handle_on_spot": "当场处置", "dispute_rungs": "争议层级", "reply_up": "向上级回复", "quick_reply": "咨询直接答复",
}  # fmt: skip
CHOSEN: Final = {
    ("closing", "town"): "本镇", ("closing", "district"): "区级",
    ("extending", "town"): "本镇", ("extending", "district"): "区级",
    ("refusing", "town"): "本镇", ("refusing", "district"): "区级",
    ("filing", "condition"): "目录中的立案条件", ("filing", "triple"): "诉求类型、类别和答复时限",
    ("verify", "none"): "不核实", ("verify", "optional"): "需要时核实", ("verify", "required"): "必须核实",
    ("refusal", "one"): "一人可定", ("refusal", "two"): "须第二人复核", ("refusal", "none"): "不适用，只能受理或向上退回",
    ("contact", "none"): "不要求", ("contact", "required"): "必须，联系后才能提交结果",
    ("certify", "site"): "现场核查", ("certify", "callback"): "电话回访", ("certify", "both"): "现场核查和电话回访",
    ("certify", "none"): "本镇不核查",
    ("dispute_rungs", "3"): "三级：派遣、指定、轮值领导裁定",
    ("dispute_rungs", "4"): "四级：派遣、指定、轮值领导裁定、主要领导指挥调度",
    ("quick_reply", "none"): "没有", ("quick_reply", "signed"): "中心签发", ("quick_reply", "reviewed"): "逐级审核",
}  # fmt: skip
LIMITS: Final = {
    "accept": "受理", "verify": "核实", "file": "立案", "dispatch": "派遣", "acknowledge": "签收", "contact": "先行联系",
    "handle": "处置（目录、规则没有另定时）", "review": "审核", "check": "核查", "reply": "回复（没有上级时限时）",
    "outer": "上级时限（来单没有写明时）", "returns": "可以退单", "reopened": "重办", "designate": "指定",
    "outer_margin_seconds": "本镇时限早于上级时限", "marks": "提醒点（占时限）",
    "max_extensions": "延期批准次数", "max_suspensions": "挂账批准次数",
    "max_suspension_days": "每次挂账最长", "archive_days": "结案后归档",
}  # fmt: skip
NUMBERS: Final = {
    "outer_margin_seconds": "{}分钟", "max_extensions": "最多{}次", "max_suspensions": "最多{}次",
    "max_suspension_days": "{}天", "archive_days": "{}天",
}  # fmt: skip
# say: 次
_TOLD: Final = "{warned} 时提醒责任岗位，到期记超期"
LATE: Final = {
    "accept": _TOLD, "verify": _TOLD, "file": _TOLD, "review": _TOLD, "check": _TOLD, "contact": _TOLD, "reply": _TOLD,
    "outer": _TOLD,
    "dispatch": _TOLD + "；二次退单后到期由系统兜底",
    "acknowledge": "到期由系统视同签收，单位继续负责",
    "handle": "{warned} 时提醒，到期记超期，{raised} 时由系统上提一级",
    "reopened": "{warned} 时提醒，到期记超期，{raised} 时由系统上提一级",
    "returns": "过后不能退单，须办理或申请延期",
    "designate": "到期没有指定，由系统按兜底单位派遣，先办后议",
    "max_suspension_days": "到期由系统恢复办理",
    "archive_days": "到期由系统归档",
}  # fmt: skip
SCOPES: Final = {
    "any": "", "main": "限主办单位", "involved": "限主办、会办单位", "opinion": "限会办单位", "outside": "限主办单位以外",
    "system": "由系统",
}  # fmt: skip
WHOSE: Final = {
    "review_center": "上提、重办的，城运中心审核后再由责任领导签批",
    "check": "限主办单位以外；反映城运中心的由领导核查",  # say: 反映城运中心的由领导核查
    "provisional_close": "限下班后、休息日，由下一班其他人核查、结案",
}
NOT_BY: Final = {
    "handler": "经办人", "reviewer": "审核人", "dispatcher": "派遣人", "refuser": "提出人", "requester": "申请人", "decider": "前一审核人",
}  # fmt: skip
AT_END: Final = frozenset({"close", "answer_up"})
