"""Chinese words of orders, for pages and machines alike: sentences for what is refused, names of facts, choices, states, steps."""

from collections.abc import Mapping
from typing import Final

from townops.orders.domain.states import LOOKS, State
from townops.orders.domain.steps import STEPS
from townops.orders.handbook_words import LIMITS, OPTIONS
from townops.people import api as people

WORDS: Final = {
    "order_unknown": "找不到工单“{number}”，请核对编号；不属于您的单位或居村的工单不显示",
    "step_unknown": "没有“{step}”这个步骤",
    "area_too_wide": "“{name}”范围太大：请写到居村或责任块，都不知道就空着",
    "not_permitted": "您的岗位不能办理这一步，请交由有权限的岗位办理",
    "not_authority": "这一步由上级决定，请改用“向上申请”",
    "step_not_allowed": "工单现在是“{state}”，不能办理这一步，请刷新后再看可办理的步骤",
    "stale_version": "这张工单刚被别人办理过，请查看最新情况后再办；您填写的内容已保留",
    "facts_missing": "还缺少：{facts}，请补充后再提交",
    "fact_unknown": "这一步不需要：{facts}，请去掉后再提交",
    "fact_malformed": "“{fact}”填写不对：{value}，请按要求重新填写",
    "self_review": "经办、审核、核查须由不同的人办理，请交给其他人",
    "report_malformed": "来单“{number}”内容无法保存：含有无法识别的字符，或编号、内容过长，请核对后重发",
    "received_in_the_future": "接收时间晚于现在，请核对时间",
    "source_unknown": "没有来源“{source}”，请选择已有的来源",
    "source_not_permitted": "您的岗位不能登记来源为“{source}”的工单，请交由负责这一来源的岗位登记",
    "number_not_permitted": "您的岗位不能填写来源编号和上级时限，请去掉后再提交",
    "number_of_another": "编号“{number}”是别的单位的工单，不能由您再次来单，请联系城运中心",
    "flow_not_legal": "来源“{source}”的流程选项不能这样组合：{problems}",
    "merge_into_itself": "不能把工单并入它自己，请另选主单",
    "parent_not_open": "主单已结束或已并入别的工单，请另选一张未结的主单",
    "answers_too_many": "问答最多{most}条，每条问题和回答最长{longest}个字符，请改短后再交",
    "no_time_was_sent": "上级没有给出时限，请选择1、5或15个工作日",
    "verification_missing": "这类来源须先核实，请先发核实并等待回复",
    "village_lacks_power": "这一类别需要执法权，不能派给居村或联勤联动站，请改派有执法权的单位",
    "unit_cannot_handle": "“{name}”没有能签收办理工单的岗位，请改选其他单位，或先为它设置有办理权限的岗位",
    "avoidance": "诉求涉及该单位工作人员，应当回避，请由分管领导、党政办等其他单位办理",
    "provisional_only_at_night": "预结案只用于下班后、休息日，工作日白天请由城运中心审核",
    "next_shift_certifies": "夜间预结案须由下一班核查、结案，请在{until}后办理",
    "dispute_settled": "责任单位已经领导最终裁定，不能再退单，请办理；确有困难可申请延期或挂账",
    "needs_designation": "已退单{returns}次，须由城运中心副主任指定责任单位",
    "needs_leader": "已退单{returns}次，须由轮值领导或主要领导裁定",
    "same_unit": "首次退单后只能改派其他单位；坚持派给原单位须由副主任指定",
    "rung_not_reached": "退单{returns}次，还没有到这一层级，请先按前一层级办理",
    "designator_not_silent": "指定期限未到，暂不能兜底",
    "unit_not_silent": "签收期限未到，不能视同签收",
    "too_late_to_return": "退单期限已过（{until}），请办理或申请延期",
    "extensions_used_up": "最多批准延期{most}次，已经用完",
    "already_overdue": "工单已超期，不能再申请延期或挂账",
    "application_pending": "还有一项申请待审批，请等审批后再申请",
    "suspensions_used_up": "挂账最多批准{most}次，已经用完",
    "until_in_the_past": "挂账到期时间须晚于现在",
    "suspended_too_long": "挂账最长{days}天，请缩短期限",
    "in_the_future": "时间（{at}）晚于现在，请核对",
    "new_due_too_early": "延期后的时限须晚于现有时限（{due}），请核对",
    "parent_not_answered": "主单还没有办理结果，办结后再用主单的情况答复这一张",
    "due_before_receipt": "上级时限（{due}）不晚于接收时间，请核对",
    "nothing_to_decide": "没有待审批的申请或待答复的请示",
    "contact_missing": "须先联系诉求人并登记联系情况，再提交办理结果",
    "quick_reply_only_consult": "直接答复只用于咨询类诉求，请按正常流程办理；类型填错的可先改类",
    "quick_reply_once": "诉求人不满意或已上提的，不能再直接答复，请派遣给责任单位办理",
    "raised_leader_signs": "已上提一级，须由责任领导签批",
    "center_signs_first": "请先由城运中心审核，再由责任领导签批",
    "other_check_needed": "需要的核查方式是：{methods}",
    "tasks_open": "还有协办单位未回会办意见，收齐后再结案",
    "condition_mismatch": "结案条件与立案条件不一致，请选择立案时的条件",
    "check_missing": "还没有通过核查（{methods}），通过后再结案",
    "already_asked": "同一事项已向上申请，请等待答复",
    "town_decides": "这一事项由本镇决定，不需要向上申请",
    "appealed_before": "每张工单只能申诉一次",
    "was_not_overdue": "工单没有超期，不需要申诉",
    "too_early_to_archive": "归档时间未到（{until}）",
    "not_a_new_round": "接收时间不晚于上一轮，按重复来单处理",
    "origin_unknown": "没有来历“{origin}”，可用：{known}",
    "history_not_adopted": "这是还没有接管的历史工单，不提醒、不催办。要办的，请先“接管历史工单”",
    "nothing_to_adopt": "只有未接管的历史工单可以接管",
    "order_archived": "工单已归档",
    "reason_missing": "请写明理由",
    "phone_too_short": "请输入完整的电话号码，至少{least}位",
    "phone_not_on_map": "按电话查找只在列表中进行，请切换到列表，或去掉电话再看地图",
    "reporter_hidden": "举报人信息不向承办单位公开",
    "condition_unknown": "没有立案条件“{condition}”，请从目录中选择",
    "attachment_unknown": "找不到附件{id}，请重新上传",
    "calendar_past": "{day}已经过去，只能改今日及以后的日子",
    "calendar_days_missing": "请填写起止日期，止不能早于起，一次最多 62 天",
    "calendar_note_missing": "请写明为什么改，例如“国务院办公厅关于明年节假日的通知”",
    "calendar_stale": "日历刚被别人改过，现在是第{version}版（{note}）；您填写的内容已保留，请重新试算后再发布",
    "flow_choice_unknown": "“{flow_field}”没有“{value}”这个选项，请从列表中选择",
    "flow_field_malformed": "“{flow_field}”填写不对：{value}，请填{least}到{most}之间的整数",
    "flow_marks_malformed": "“提醒点”填写不对：{value}，请由小到大填写百分数，须包含100，最多{most}个，如 75 100 150",
    "flow_note_missing": "请写明为什么改，例如“市热线办关于调整先行联系时限的通知”",
    "flow_past": "生效日期不能早于今天",
    "flow_out_of_order": "“{source}”已有自{latest}起的版本，新版不能早于它生效",
    "flow_unchanged": "与“{source}”现有版本完全相同，没有可发布的",
    "flow_stale": "“{source}”的流程刚被别人改过（{note}）；您填写的内容已保留，请核对后重新试算",
    "lateness_malformed": "临期、严重超期的分钟数“{value}”填写不对，请填两个大于0的整数",
    "lateness_unknown": "没有时限条件“{late}”，可用：{known}",
    "returns_malformed": "退单次数“{returns}”填写不对，请填大于0的整数",
    "person_unknown_by_name": "没有用户名或姓名为“{value}”的人员，或有多人同名，请改用用户名",
    "step_not_in_bulk": "“{step}”不能批量办理，请逐件办理",
    "number_in_filter": "条件里带有电话或身份证号码，不能批量办理或导出，请去掉这个条件",
    "export_too_large": "一次最多导出{most}件，请缩小范围后再导出",
    "mark_unknown": "没有标记“{mark}”，可用：{known}",
    "sort_unknown": "不能按“{sort}”排序，可用：{known}",
    "cursor_unreadable": "翻页位置已失效，请从第一页开始",
    "message_unknown": "工单“{number}”没有第{seq}号上报消息，请刷新后再试",
    "nothing_to_send": "“{source}”没有待报送的消息",
    "upward_batch_unknown": "找不到批次“{number}”，请核对批次号",
    "how_unknown": "没有送出方式“{how}”，可用：{known}",
    "already_sent": "工单“{number}”的这条消息已经送出（{when}），不再重复",
    "not_sent": "工单“{number}”的这条消息还没有送出，或者已有回执，不能撤回送出标记",
    "nothing_given_up": "工单“{number}”的这条消息没有停止发送，无需重试",
    "list_columns_missing": "表格缺少这些列：{columns}，请按模板补上表头",
    "cell_missing": "“{column}”没有填写",
    "cell_word_unknown": "“{column}”填的“{given}”不认识，可填：{known}",
    "cell_not_a_number": "“{column}”填的“{given}”不是数字",
    "cell_not_a_time": "“{column}”填的“{given}”不是时间，应如2026-11-30 17:00",
    "external_unknown": "本镇没有上级编号为“{given}”的工单，请核对或先登记来单",
    "external_ambiguous": "上级编号“{given}”在几个来源中都有，请加一列“来源”",
    "answer_says_nothing": "“结果”和“回执号”至少填写一项",
    "never_asked": "这张工单第{round}轮没有上报过“{kind}”，请核对类别和编号",
    "answer_differs": "上级答复已登记为“{ours}”，与这一行不一致，请与上级核对",
    "answer_seen_before": "与以前导入过的一行完全相同；如果是新的答复，请填写回执号、轮次或答复时间",
    "answer_of_another_round": "这是第{given}轮的答复，工单现在是第{ours}轮，请与上级核对",
    "wording_incomplete": "请写明模板的名称和内容",
    "wording_too_long": "模板内容最多{most}字，请缩短",
    "wording_place_unknown": "没有这个步骤的这一栏：{step}、{fact}，请从列表中选择",
    "wording_state_unknown": "没有状态“{given}”，请从列表中选择",
    "wording_class_unknown": "目录中没有以“{given}”开头的类别，请从列表中选择",
    "wording_blank_unknown": "模板中的空格“{given}”不认识，可用：{known}",
    "wording_unknown": "找不到模板“{code}”，请从列表中选择",
    "wording_backdated": "生效日期不能早于今天",
    "wording_out_of_order": "已有自{latest}起的版本，新版不能早于它",
    "wording_unchanged": "与现有版本完全相同，没有可保存的",
    "due_not_later": "“{column}”不晚于现有上级时限（{ours}），请核对",
}

FACTS: Final = {
    "ended": "原单位",
    "agree": "复核意见", "answers": "问答",
    "area": "地点（责任块或居村）", "assisting": "会办单位", "attachments": "附件", "basis": "责任依据",
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
    ("dispatch", "reason"): "另选单位的理由（不按规则派时必填）",
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


PROBLEMS: Final = {
    "both_reviews_off_needs_handle_on_spot": "单位审核和中心审核都没有时，须有“当场处置”",
    "quick_reply_needs_a_review": "有“咨询直接答复”时，单位审核、中心审核至少要有一道",
    "district_closing_needs_reply_up": "区级结案时，须有“向上级回复”",
    "district_authority_needs_reply_up": "延期或退回由区级定时，须有“向上级回复”",
    "dispute_rungs_are_three_or_four": "争议层级只能是三级或四级",
    "district_order_cannot_be_refused": "退回、不受理由区级定时，“不予受理”须选不适用",
}


CODES: Final[Mapping[str, Mapping[str, str]]] = {"methods": CHOICES, "problems": PROBLEMS}


def fact_label(step: str, name: str) -> str:
    """What a fact is called on the form of a step and in the history."""
    return FACTS_OF_STEP.get((step, name)) or FACTS.get(name, name)


def flow_label(name: str) -> str:
    """What an option, or after `limit_` a limit, of a flow is called."""
    limit = LIMITS.get(name.removeprefix("limit_"), name)
    return limit if name.startswith("limit_") else OPTIONS.get(name, name)


def said(name: str, value: object, params: Mapping[str, object]) -> object:
    """A parameter of a refusal in words where it is a code of ours; else as it is."""
    if name in {"facts", "fact"}:
        return fact_label(str(params.get("step", "")), str(value)).partition("（")[0]
    if name == "state" and value in set(State):
        return LOOKS[State(str(value))].word
    if name == "step" and value in STEPS:
        return STEPS[str(value)].label
    if name in {"unit", "units"} and isinstance(value, int):
        return people.unit_by_id(value).name
    if name == "flow_field":
        return flow_label(str(value))
    return CODES[name].get(str(value), value) if name in CODES else value
