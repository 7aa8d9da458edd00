"""Chinese sentences for what the machines' door itself refuses."""

from collections.abc import Mapping
from typing import Final

from townops.base.permissions import declared

WORDS: Final = {
    "token_missing": "需要有效的接口令牌：Authorization: Bearer 令牌。",
    "action_not_held": "令牌所属账号没有这项权限：{permissions}。",
    "path_unknown": "没有这个接口地址，请查看 /api/v1/openapi.json。",
    "method_not_allowed": "这个地址不支持 {method}，可用：{allowed}。",
    "body_malformed": "请求内容不是有效的 JSON，或含有非法字符。",
    "body_too_large": "请求内容过大，最多{largest}兆字节。",
    "upload_malformed": "上传内容读不出来，请用 multipart/form-data 的 file 字段上传一个文件。",
    "schema_invalid": "请求不符合接口约定：{where}。",
    "parameter_unknown": "没有这些参数：{names}。",
    "nul_character": "内容含有空字符（NUL），请去掉后再提交。",
    "one_value_only": "参数“{name}”一次只能给一个值。",
    "range_malformed": "时间范围应为“起..止”，例如 2026-11-01..2026-11-30。",
    "key_malformed": "幂等键应为1到200个可见的英文字符。",
    "fact_repeated": "附件{id}给了两次，请去掉重复的。",
    "area_not_found": "没有编码为“{code}”的区域。",
    "attachment_not_found": "找不到附件，或无权查看。",
    "feature_unknown": "图层“{layer}”中没有编号为“{id}”的要素。",
    "tile_unknown": "没有这张瓦片：{z}/{x}/{y}。",
    "crs_unsupported": "不支持坐标系“{crs}”，可用：{known}。",
    "bbox_malformed": "范围“{value}”填写不对，应为四个（或六个）数字，用逗号隔开，先小后大，次序随坐标系的轴。",
    "datetime_malformed": "时间“{value}”读不懂，应为 2026-11-01、2026-11-01T08:00:00+08:00，或“起/止”，开口端写“..”。",
    "number_malformed": "参数“{name}”应为不小于{least}的整数，收到“{value}”。",
    "truth_malformed": "参数“{name}”应为 true 或 false，收到“{value}”。",
    "format_unknown": "没有“{value}”这种格式，可用：{known}。",
    "internal_error": "系统内部错误，已记录，请稍后再试。",
}


def said(name: str, value: object, _params: Mapping[str, object]) -> object:
    """A named action as role tables call it."""
    known = declared().get(str(value)) if name == "permissions" else None
    return known.label if known else value
