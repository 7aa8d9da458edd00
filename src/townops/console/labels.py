"""Chinese words for what orders say in codes: facts, choices, bases, clocks, marks, icons. One table each."""

from typing import Final

from townops.orders.api import CHOICES, FACTS, fact_label

__all__ = [
    "APPLICATIONS", "AREA_KINDS", "BASES", "CHOICES", "CLOCKS", "CRS", "FACTS", "LEVELS", "MARKS", "ORIGINS", "SENT",
    "SENT_BY", "YES_NO", "fact_label",
]  # fmt: skip

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
    "incident": "突发事件", "application": "有申请待批", "appeal": "申诉待审", "unsettled": "责任待明确", "unclassified": "未归类",
    "unplaced": "地点待核实", "to_reply": "待上报回复",
}  # fmt: skip
APPLICATIONS: Final = {"extension": "延期申请", "suspension": "挂账申请", "appeal": "超时申诉"}
ORIGINS: Final = {"live": "", "demo": "演示数据", "history": "历史数据"}
AREA_KINDS: Final = {"town": "镇", "grid": "责任网格", "village": "居村", "block": "责任块"}
SENT: Final = {
    "ready": "未报送",
    "sending": "报送中",
    "sent": "已报送",
    "received": "已收回执",
    "answered": "上级已答复",
}
SENT_BY: Final = {
    "text": "复制到上级平台", "file": "文件", "phone": "电话", "api": "接口",
    "answer": "由上级答复推定已送出", "overtaken": "没有送出，下一轮已有答复",
}  # fmt: skip
LEVELS: Final = ("", "单位负责人", "分管领导", "主要领导")
CRS: Final = {
    "cgcs2000": "国家2000",
    "wgs84": "GPS（WGS84）",
    "gcj02": "高德、腾讯（GCJ02）",
    "bd09": "百度（BD09）",
}
