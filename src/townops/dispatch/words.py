"""The sentences of this context's refusals."""

WORDS = {
    "rule_broken": "派单规则“{rule}”无法判断：{reason}。请先修正规则或人工指定单位。",
    "rules_unsound": "规则有{count}处错误，未发布。第一处：{first}",
    "rules_unchanged": "规则与第{number}版完全相同，无需发布。",
    "rules_out_of_order": "生效日期须晚于现有最新版本的{latest}。",
    "rules_backdated": "新规则须从明天或以后生效，不能从{effective_from}生效。",
    "rules_column_missing": "规则表缺少这些列：{columns}。",
    "rule_set_unknown": "没有编号为{rule_set}的规则版本。",
}
