"""Named actions on orders: what their holders may do (U6, engine.md section 1). Every step names one of these."""

from typing import Final

from townops.base.permissions import declare

VIEW: Final = declare("orders.view", "查看本单位工单", "查看本单位、本居村参与过的工单")
VIEW_FIELD: Final = declare(
    "orders.view_field", "查看本人片区工单", "查看自己上报的、请自己核实的、岗位所在片区的工单"
)
VIEW_OWN: Final = declare("orders.view_own", "查看本人上报", "查看自己上报的事项的进展和答复，不含内部经过")
VIEW_ALL: Final = declare("orders.view_all", "查看全镇工单", "查看全镇所有工单")
REVEAL: Final = declare("orders.reveal", "查看联系方式", "说明理由后查看诉求人的完整联系方式，每次留痕")
BY_PHONE: Final = declare(
    "orders.find_by_phone", "按电话查找", "按诉求人电话查找工单，每次查找留痕；举报人须另有查看联系方式的权限"
)
EXPORT: Final = declare(
    "orders.export", "导出工单", "把看得到的工单导出为表格，内容按岗位脱敏，每次导出和下载留痕"
)
PROVE: Final = declare("orders.verify_journal", "核验留痕", "核验工单事件链是否完整未改")
EDIT_WORDINGS: Final = declare(
    "orders.edit_wordings", "维护答复模板", "新增、修改、停用答复模板并约定生效日期；旧版保留"
)
EDIT_CALENDAR: Final = declare(
    "orders.edit_calendar",
    "维护工作日历",
    "设定今日及以后的休息日、调休上班日，先试算再发布；未结工单随之改期并留痕",
)
EDIT_FLOWS: Final = declare(
    "orders.edit_flows",
    "维护流程与时限",
    "设定各来源今日及以后的办理流程、时限，先试算再发布；已有工单按原流程办理",
)
REPORT: Final = "orders.report"
REPORT_ANY: Final = declare("orders.report_any", "登记各来源", "登记任何来源的工单，包括本镇后来增加的来源")
REPORT_NUMBERED: Final = declare(
    "orders.report_numbered",
    "按来源编号登记",
    "登记时填写上级或来源编号和上级时限；同一编号再次来单开始下一轮",
)
SOURCES: Final = {
    source: declare(f"orders.report.{source}", f"登记{label}", f"登记来源为“{label}”的工单")
    for source, label in (
        ("hotline", "12345热线"),
        ("grid", "网格"),
        ("ejiayuan", "浦东e家园"),
        ("resident", "居民上报"),
        ("station", "联勤联动站"),
        ("patrol", "巡查"),
        ("sensor", "物联感知"),
        ("video", "视频发现"),
        ("leader", "领导交办"),
        ("district", "区级交办"),
    )
}
STEPS: Final = tuple(
    declare(f"orders.{code}", label, sentence)
    for code, label, sentence in (
        ("report", "登记", "登记新工单，限于可以登记的来源"),
        ("accept", "受理", "发核实、受理、提出不予受理、并案与撤销并案"),
        ("verify", "核实", "到现场核实后回复，可补充证据"),
        ("confirm_refusal", "复核不予受理", "复核他人提出的不予受理"),
        ("file", "立案", "立案、不予立案、直接答复咨询、归类、改类、改址"),
        ("classify", "自动归类", "由系统写入类别建议"),
        ("dispatch", "派遣", "派遣、首次退单后改派、移交与收回"),
        ("designate", "指定", "二次退单后指定责任单位"),
        ("decide_dispute", "裁定", "三次以上争议由轮值领导或主要领导裁定"),
        ("handle", "处置", "签收、联系、处险、退单、申请延期挂账、会办、提交结果、申诉"),
        ("handle_on_spot", "当场处置", "发现问题当场处置并提交"),
        ("add_evidence", "补充证据", "为工单补充证据"),
        ("remind", "催办", "催办未结工单"),
        ("supervise", "督办", "督办未结工单"),
        ("raise", "上提一级", "把责任领导上提一级"),
        ("link_incident", "转突发事件", "把工单与突发事件关联"),
        ("decide_application", "审批延期挂账", "分管领导审批延期与挂账，提前恢复办理"),
        ("review_unit", "单位审核", "单位负责人审核本单位的办理结果"),
        ("review_center", "中心审核", "城运中心审核办理结果"),
        ("sign_raised", "责任领导签批", "上提后的责任领导签批答复"),
        ("check", "核查", "核查现场或回访诉求人"),
        ("provisional_close", "预结案", "夜间预结案，由下一班核查"),
        ("close", "结案", "核查通过后结案"),
        ("upward", "上报", "向上级回复、申请、登记回执与答复"),
        ("withdraw", "撤回", "按诉求人要求撤回"),
        ("reopen", "重办", "不满意或复发时重办，上提一级"),
        ("decide_appeal", "审核申诉", "审核超时申诉，两人先后审核"),
        ("archive", "归档", "归档已结工单"),
        ("adopt", "接管历史工单", "接管导入的历史工单"),
        ("system", "系统", "由系统按时钟采取的步骤"),
    )
)
