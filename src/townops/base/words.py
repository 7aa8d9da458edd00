"""What a refusal says to people: one Chinese sentence for each code, in the `words.py` of the context that
refuses.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any, Final

from townops.base import registry
from townops.kernel.refusal import Refused
from townops.kernel.workdays import SHANGHAI

Sayer = Callable[[str, object, Mapping[str, object]], object]

WORDS: Final = {
    "account_locked": "登录失败次数过多，账号已锁定，请{minutes}分钟后再试。",
    "account_unknown": "没有账号“{username}”，或该账号已停用。",
    "batch_empty": "没有选中任何一项，请先勾选或调整条件。",
    "batch_key_malformed": "这一批的凭据不对，请刷新页面后再试。",
    "batch_too_large": "一批最多{most}项，请先缩小范围。",
    "batch_unknown": "找不到这一批，可能已超过七天被清理。",
    "drawn_malformed": "地图上画的范围读不懂，请在地图上重新画。",
    "drawn_too_many": "画的范围最多 {most} 个点，请画得简单些。",
    "drawn_too_few": "画的范围至少要 {least} 个点，不能在一条线上。",
    "drawn_outside": "画的范围在本镇以外，请在镇域内重新画。",
    "drawn_crossing": "画的范围的边不能交叉，请重新画成一圈。",
    "box_malformed": "地图范围“{value}”填写不对，应为：西经度,南纬度,东经度,北纬度。",
    "calendar_contradiction": "同一天不能既休息又上班：{days}。",
    "calendar_day_kind": "{day}的类别“{kind}”不认识，只能是休息或调休上班。",
    "calendar_unknown": "没有第{version}版工作日历。",
    "calendar_windows": "工作时段不能重叠，至少要有一段。",
    "clock_fixed": "这个时限不能改动。",
    "clock_not_paused": "计时没有暂停，不能恢复。",
    "clock_not_stopped": "计时还没有停止。",
    "clock_paused": "计时已暂停。",
    "clock_stopped": "计时已停止。",
    "component_code": "部件编码“{given}”不对，应为16位数字。",
    "column_unknown": "{title}没有“{name}”这一列，请核对接口说明。",
    "coordinate_missing": "缺少坐标。",
    "coordinate_range": "坐标（{lng}，{lat}）超出范围。",
    "coordinates_swapped": "经度和纬度好像填反了，应为（{suggested_lng}，{suggested_lat}）。",
    "cycle": "周期{months}个月、从{first_month}月起，不是有效的周期。",
    "draft_kind": "草稿的名称不对。",
    "draft_too_long": "草稿过长，最多保存{largest}千字节。",
    "filter_malformed": "条件“{label}”填写不对：{value}，请改正或清空。",
    "entry_choice": "“{label}”填写不对：{value}，只能填：{options}。",
    "entry_day": "“{label}”填写不对：{value}，请填日期，如 2026-03-01。",
    "entry_degree": "“{label}”填写不对：{value}，请填经纬度的度数，如 121.5812。",
    "entry_least": "“{label}”不能小于零，现填：{value}。",
    "entry_lost_zero": "“{label}”好像丢了开头的 0：{value}，是否应为 {like}？请把这一列设为文本再填。",
    "entry_malformed": "“{label}”填写不对：{value}，{how}。",
    "entry_missing": "“{label}”必填，请补上。",
    "entry_moment": "“{label}”填写不对：{value}，请填时间，如 2026-03-01 14:30。",
    "entry_number": "“{label}”填写不对：{value}，请填一个数。",
    "entry_order": "“{label}”不能早于、小于“{than}”，请核对两处。",
    "entry_places": "“{label}”填写不对：{value}，最多保留 {places} 位小数。",
    "entry_shape": "“{label}”的图形{why}，请用 WKT 或 GeoJSON（CGCS2000 经纬度）。",
    "entry_too_long": "“{label}”太长，最多 {most} 个字。",
    "entry_whole": "“{label}”填写不对：{value}，请填整数。",
    "entry_yes": "“{label}”填写不对：{value}，请填“是”或“否”。",
    "facts_missing": "还缺少必填内容：{facts}。",
    "file_empty": "文件是空的。",
    "file_image_broken": "图片已损坏，打不开。",
    "file_image_huge": "图片尺寸过大，最多{pixels}像素。",
    "file_too_large": "文件过大，最多{largest}兆字节。",
    "file_type": "不支持这种文件；可以上传图片、PDF、Word、Excel、MP4和文本。",
    "key_in_use": "同一请求正在处理，请稍后再试。",
    "key_missing": "缺少幂等键 Idempotency-Key。",
    "key_reused": "同一幂等键已用于另一个请求。",
    "limit_amount": "时限必须是1到{longest}之间的整数。",
    "mark_negative": "提醒点不能早于开始时间。",
    "naive_time": "时间必须带时区。",
    "not_permitted": "您没有办理这一步的权限。",
    "map_layer_unknown": "没有图层“{name}”，或无权查看。",
    "password_has_username": "密码中不能包含用户名。",
    "password_short": "密码至少{shortest}位。",
    "password_simple": "密码须包含大写字母、小写字母、数字、符号中的至少{kinds}种。",
    "password_used_before": "不能使用最近{count}次用过的密码。",
    "pauses_overlap": "暂停时段互相重叠。",
    "query_code": "查询编码“{given}”不对。",
    "query_too_short": "请至少输入{shortest}个连续的字。",
    "reason_missing": "请写明理由。",
    "remark_empty": "请写下备注内容。",
    "remark_too_long": "备注最多 {most} 个字。",
    "remark_unknown": "找不到这条备注，或不是您写的。",
    "reference_unknown": "“{label}”没有“{value}”，相近的有：{near}。",
    "register_unknown": "没有台账“{name}”，或无权查看。",
    "row_archived": "这条{title}已归档，请先恢复再改。",
    "row_closed": "这条{title}不归您登记，只能查看。",
    "row_exists": "{title}里已经有“{key}”，请改那一条，不要重复登记。",
    "row_in_use": "这条{title}没有归档，不用恢复。",
    "row_nothing_to_undo": "最近一次不是修改，没有可撤回的。",
    "row_outside": "这条{title}不在您岗位的范围内，请核对所在区域和单位。",
    "row_stale": "这条记录刚被别人改过（{what}），您填写的内容已保留，请核对后再保存。",
    "row_unknown": "找不到这条{title}，或不在您的范围内。",
    "second_factor_present": "动态验证码已经绑定；换手机请找管理员重置。",
    "second_factor_wrong": "验证码不对、已用过或已过期，请等手机显示下一个验证码再试。",
    "sheet_column_twice": "“{label}”对应了两列，请只留一列。",
    "sheet_columns_lacking": "表里没有对应这些列：{labels}，请选好表头再试算。",
    "sheet_done": "这份表格已经导入过了，不能再改。",
    "sheet_head_none": "第 {number} 行没有内容，不能作表头。",
    "sheet_key_twice": "“{label}”与第 {number} 行重复，同一份表里只能有一行。",
    "sheet_rows_many": "一份表格最多 {most} 行，请分成几份。",
    "sheet_stale": "第 {number} 行在试算以后被别人改过，请重新试算。",
    "sheet_untried": "请先试算，再导入。",
    "sheet_upload_unknown": "找不到这份表格，可能已超过七天被清理，请重新上传。",
    "sheet_wrong": "还有 {count} 行有误，请下载改正后重新上传；有误时一行都不导入。",
    "sort_too_many": "“{label}”要在 {most} 行以内才能排序，请先加条件。",
    "sheet_empty": "表格里没有数据。",
    "sheet_encrypted": "表格有密码保护，请去掉密码后再导入。",
    "sheet_head_twice": "表头“{head}”出现了两次。",
    "sheet_large": "表格过大，展开后超过{largest}兆字节。",
    "sheet_macro": "表格带有宏，请另存为普通的xlsx后再导入。",
    "sheet_type": "只能导入xlsx或csv文件。",
    "sheet_unreadable": "表格已损坏，读不出来。",
    "sign_in_failed": "用户名或密码不对。",
    "stale_version": "内容已被别人更新，请刷新后再试。",
    "tunable_choice_unknown": "“{label}”没有“{value}”这个选项，请从列表中选择。",
    "tunable_malformed": "“{label}”填写不对：{value}，请填{least}到{most}之间的数（{unit}）。",
    "tunable_words_malformed": "“{label}”填写不对：请填 1 到 {most} 个词，用顿号分开，每个词不超过 {signs} 个字。",
    "tunable_note_missing": "请写明为什么改。",
    "tunable_stale": "“{label}”刚被别人改为{now}（{note}）；您填写的内容已保留，请核对后重新试算。",
    "tunable_unchanged": "“{label}”与现在的值相同，没有可保存的。",
    "tunable_unknown": "没有参数“{key}”，请从列表中选择。",
    "unknown_crs": "坐标系“{crs}”不认识。",
    "username_malformed": "用户名不能为空，最长{longest}个字符。",
    "username_taken": "用户名“{username}”已被使用。",
    "view_holds_number": "常用视图里不能带电话或身份证号码，请去掉后再存。",
    "view_name_missing": "请给视图起个名称。",
    "view_too_long": "视图名称最长{most}个字，条件也不能太多，请改短后再存。",
    "view_unknown": "找不到这个视图，可能已经删除。",
    "views_too_many": "最多存{most}个视图，请先删掉不用的。",
    "village_code": "居村代码“{given}”不对。",
}


class _Blanks(dict[str, Any]):
    """A parameter the sentence names and the refusal lacks is left blank: no second error."""

    def __missing__(self, key: str) -> str:
        return "…"


def render(refused: Refused) -> str:
    """The sentence for a refusal; an unknown code is shown as it is, so that somebody can tell us."""
    sentence = every_word().get(refused.code)
    if sentence is None:
        return f"操作未被接受（{refused.code}）。"
    said = {name: _said(name, value, refused.params) for name, value in refused.params.items()}
    return sentence.format_map(_Blanks(said))


def every_word() -> dict[str, str]:
    """Sentences of every installed context; a higher one may say it better than a lower one."""
    if not _words:
        for context in registry.contexts():  # lowest first: who refuses says it best
            _words.update(_words_of(context))
    return _words


_words: dict[str, str] = {}


def _words_of(context: str) -> dict[str, str]:
    module = _module(context)
    return dict(module.WORDS) if module else {}


def _module(context: str) -> ModuleType | None:
    try:
        return import_module(f"{context}.words")
    except ModuleNotFoundError as missing:
        if missing.name != f"{context}.words":
            raise
        return None


@cache
def _sayers() -> tuple[Sayer, ...]:
    """What contexts offer beside sentences: `said(name, value, params)` turns their codes into words."""
    modules = (_module(context) for context in registry.contexts())
    return tuple(module.said for module in modules if module and hasattr(module, "said"))


def _said(name: str, value: object, params: Mapping[str, object]) -> object:
    if isinstance(value, list | tuple | set | frozenset):
        return "、".join(str(_said(name, one, params)) for one in value)
    if isinstance(value, datetime):
        return f"{value.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if value.tzinfo else f"{value:%Y-%m-%d %H:%M}"
    for sayer in _sayers():
        value = sayer(name, value, params)
    return value
