"""Chinese words for what orders say in codes: facts, choices, bases, clocks, marks, icons. One table each."""

from typing import Final

FACTS: Final = {
    "agree": "复核意见", "area": "地点（责任块或居村）", "assisting": "会办单位", "attachments": "附件", "basis": "责任依据",
    "by": "督办期限", "channel": "送出方式", "cited_rule": "退单依据（条款）", "class": "类别", "condition": "立案条件",
    "conduct_of": "涉及工作作风的单位（回避）", "confidence": "把握（%）", "confirmed": "核实结果",
    "demand_finding": "诉求认定", "demand_type": "诉求类型", "evidence": "证据（照片、文件）", "fact_finding": "事实认定",
    "finding_reason": "认定说明", "granted": "是否同意", "incident": "突发事件编号或名称", "kind": "申请事项",
    "message": "内容", "method": "核查方式", "new_due": "新的期限", "note": "备注", "opinion": "意见", "outcome": "处理结果",
    "parent": "主单编号", "passed": "核查结论", "question": "需要核实什么", "reason": "理由", "receipt": "回执编号或内容",
    "received_at": "接收时间", "reply": "答复内容", "report": "汇报内容", "result": "办理情况", "satisfaction": "满意度",
    "severity": "紧急程度", "text": "内容", "time_class": "答复时限", "to": "移交给", "told": "电话告知了谁",
    "told_at": "告知时间", "unit": "单位", "until": "挂账到", "when": "联系时间", "who": "联系了谁", "trace": "派遣经过",
}  # fmt: skip
FACTS_OF_STEP: Final = {
    ("request_verification", "unit"): "核实单位（不填由系统选最近的）",
    ("dispatch", "unit"): "主办单位（不填按派遣规则）",
    ("designate", "unit"): "指定给",
    ("decide_dispute", "unit"): "裁定给",
    ("add_opinion", "unit"): "代哪个单位填写（本单位不用填）",
    ("close", "result"): "结案说明",
    ("make_safe", "result"): "处险情况",
    ("contact", "result"): "联系结果",
    ("quick_reply", "reply"): "答复内容（给诉求人）",
    ("quick_reply", "who"): "答复了谁（电话、当面）",
    ("submit", "reply"): "拟答复内容（给诉求人）",
}
CHOICES: Final = {
    "true": "属实", "partly_true": "部分属实", "untrue": "不属实",
    "reasonable": "合理", "partly_reasonable": "部分合理", "unreasonable": "不合理",
    "beyond_power": "超出职权", "unreachable": "无法联系",
    "solved": "实际解决", "explained": "解释说明",
    "consult": "咨询", "help": "求助", "complaint": "投诉", "whistleblow": "举报", "suggestion": "建议", "praise": "表扬",
    "1": "1个工作日", "5": "5个工作日", "15": "15个工作日", "as_sent": "按来单时限",
    "general": "一般", "major": "重大", "urgent": "紧急",
    "site": "现场核查", "callback": "电话回访",
    "file": "文件", "api": "接口", "text": "文本",
    "extension": "延期", "return": "退回", "closing": "结案",
    "very_satisfied": "非常满意", "satisfied": "满意", "basic": "基本满意", "dissatisfied": "不满意",
}  # fmt: skip
YES_NO: Final = {
    "agree": ("同意不予受理", "不同意，退回受理"),
    "confirmed": ("属实", "不属实"),
    "granted": ("同意", "不同意"),
    "passed": ("通过", "不通过"),
}
BASES: Final = {
    "first_asked": ("首问", "最先收到这件事的单位先负责，派遣后转给主办单位"),
    "rule": ("权责", "按权责清单和派遣规则确定"),
    "designated": ("指定", "争议后由负责人指定，先办后议"),
    "fallback": ("兜底", "没有明确的责任单位，由兜底单位先办，权属和费用以后再定"),
    "returned": ("退单", "责任单位退回，由城运中心重新派遣"),
    "unsettled": ("责任待明确", "没有类别或规则可依，由城运中心先负责"),
    "merged": ("并案", "随主单，由主单的责任单位负责"),
    "transferred": ("移交", "已移交外单位，由城运中心联络员跟踪"),
    "last": ("最后责任", "工单已结束，保留最后的责任单位"),
}
CLOCKS: Final = {
    "accept": "受理", "verify": "核实", "file": "立案", "dispatch": "派遣", "acknowledge": "签收", "contact": "先行联系",
    "make_safe": "先行处险", "handle": "处置", "review": "审核", "check": "核查", "reply": "回复", "outer": "上级时限",
}  # fmt: skip
MARKS: Final = {
    "returned": "退单", "reworked": "返工", "reopened": "重办", "raised": "上提", "reminded": "催办", "supervised": "督办",
    "incident": "突发事件", "application": "有申请待批", "unsettled": "责任待明确", "unclassified": "未归类", "unplaced": "地点待核实",
}  # fmt: skip
APPLICATIONS: Final = {"extension": "延期申请", "suspension": "挂账申请", "appeal": "超时申诉"}
ORIGINS: Final = {"live": "", "demo": "演示数据", "history": "历史数据"}
AREA_KINDS: Final = {"town": "镇", "grid": "责任网格", "village": "居村", "block": "责任块"}
LEVELS: Final = ("", "单位负责人", "分管领导", "主要领导")
CRS: Final = {
    "cgcs2000": "国家2000",
    "wgs84": "GPS（WGS84）",
    "gcj02": "高德、腾讯（GCJ02）",
    "bd09": "百度（BD09）",
}


def fact_label(step: str, name: str) -> str:
    """What a fact is called on the form of a step and in the history."""
    return FACTS_OF_STEP.get((step, name)) or FACTS.get(name, name)
