"""Sentences for what the desk itself refuses."""

from typing import Final

WORDS: Final = {
    "duty_unknown": "达标一览里没有这一项，请从达标一览打开。",
    "filter_malformed": "日期“{value}”填写不对，请按年-月-日填写。",
    "filter_number_malformed": "次数“{value}”填写不对，请填 1 到 99 的整数。",
    "filter_phone_open": "条件里带有电话。电话不能写在地址里，按电话查找只在列表中进行：请在工单列表的“按电话”里输入。",
    "filter_phone_stale": "按电话查找的条件已经失效，请在工单列表的“按电话”里重新输入。",
    "bulk_rows_malformed": "选中的工单读不出来，请刷新列表后重新勾选。",
    "area_not_named": "没有名为“{name}”的居村或网格。请从下拉的名称里选，或在“编号、地点或内容”里查找。",
    "area_not_named_near": "没有名为“{name}”的居村或网格，相近的有：{near}。",
    "dispatch_while_pending": "{waits}。仍要派遣的，请在它的建议下勾选“已知道，仍要派遣”",
    "bulk_step_unclear": "看不出要办哪一步：请只填一栏，或点要办的那一步的按钮。勾选的工单和填的内容都还在。",
    "password_repeat": "两次输入的新密码不一样，请重新输入。",
    "password_wrong": "原密码不对，请重新输入。",
    "form_day_malformed": "日期“{value}”填写不对，请按年-月-日填写。",
    "form_person_unknown": "没有用户名或姓名为“{value}”的人员，请先新增人员。",
    "form_heir_missing": "请填写由哪个单位承接。",
    "form_file_missing": "请先选择文件。",
    "form_same_unknown": "没有编号为“{number}”的工单，或您看不到它，请核对“同一件事，并入”一栏。",
    "form_text_missing": "请写明诉求内容。",
    "form_time_malformed": "时间“{value}”填写不对，请按年月日时分填写。",
    "form_number_malformed": "坐标“{value}”不是数字，请重新填写。",
    "plates_none": "“{name}”没有责任块，没有门牌可打印。",
}
