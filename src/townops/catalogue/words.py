"""The sentences of this context's refusals."""

WORDS = {
    "catalogue_missing": "{at}没有生效的分类目录。",
    "catalogue_version_unknown": "没有编号为{version}的目录版本。",
    "class_unknown": "目录中没有代码为“{code}”的分类。",
    "condition_unknown": "目录中没有这条立案条件（{condition}）。",
    "catalogue_unsound": "目录有{count}处问题，未发布。第一处：{first}",
    "catalogue_unchanged": "内容与第{number}版完全相同，无需发布。",
    "catalogue_out_of_order": "生效日期不能早于现有最新版本的{latest}。",
    "catalogue_backdated": "新版目录须从明天或以后生效，不能从{effective_from}生效。",
    "catalogue_limit": "{code}的“{label}”填写不对：{reason}。",
    "catalogue_note_missing": "请写明为什么改。",
    "catalogue_stale": "目录刚被别人改过，现在是第{number}版（{note}）；您填写的内容已保留，请核对后重新试算。",
    "catalogue_unit": "没有单位“{given}”，请从列表中选择。",
    "sheet_unreadable": "不是可读取的表格文件（xlsx）。",
}
