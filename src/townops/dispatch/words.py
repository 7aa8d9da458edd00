"""The sentences of this context's refusals."""

WORDS = {
    "rule_broken": "派单规则“{rule}”无法判断：{reason}。请先修正规则或人工指定单位。",
    "rules_unsound": "规则有{count}处错误，未发布。第一处：{first}",
    "rules_unchanged": "规则与第{number}版完全相同，无需发布。",
    "rules_out_of_order": "生效日期不能早于现有最新版本的{latest}。",
    "rules_backdated": "新规则须从明天或以后生效，不能从{effective_from}生效。",
    "rule_unknown": "最新一版没有次序为{order}的规则，可能已被别人停用，请回到列表查看。",
    "rule_order_taken": "次序{order}已被“{name}”使用，请换一个次序。",
    "rule_cell": "“{column}”填写不对：{reason}。",
    "rules_note_missing": "请写明为什么改。",
    "rules_stale": "规则刚被别人改过，现在是第{number}版（{note}）；您填写的内容已保留，请核对后重新试算。",
    "rules_column_missing": "规则表缺少这些列：{columns}。",
    "rule_set_unknown": "没有编号为{rule_set}的规则版本。",
}
