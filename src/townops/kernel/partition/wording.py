"""What a proof and a repair are called in Chinese."""

from typing import Final

from townops.kernel.partition import Defect, Fault, Severity

TYPES: Final = {
    Fault.INVALID: "图形无效", Fault.DUPLICATE: "重复", Fault.SLIVER: "碎缝", Fault.OVERLAP: "重叠",
    Fault.GAP: "空缺", Fault.BORDER: "边界不一致", Fault.CONTAINMENT: "上下级不符",
}  # fmt: skip
SEVERITIES: Final = {Severity.SERIOUS: "严重", Severity.SLIGHT: "轻微"}
DETAILS: Final = {
    "crossing": "边界自相交", "ring_touches_itself": "环自相触", "hole_outside": "孔洞在外环之外",
    "holes_nested": "孔洞嵌套", "parts_overlap": "各部分重叠", "ring_twice": "环重复", "too_few_points": "点数不足",
    "disconnected": "内部不连通", "not_a_number": "坐标不是数字", "not_closed": "环未闭合", "invalid": "图形无效",
    "empty": "没有图形", "not_polygon": "不是面", "spike": "尖刺",
    "same_shape": "图形相同", "nearly_same_shape": "图形几乎相同", "same_code": "编码相同",
    "overlap": "重叠", "inside": "一个画在另一个之内", "gap": "无人覆盖", "hole": "中间有洞", "childless": "没有下级",
    "t_junction": "一方在边上多一个点", "near_miss": "边界相近而不相同", "unmatched": "边界没有对应",
    "across": "越过上级边界，进入另一上级", "outside": "超出上级", "orphan": "不在任何上级之内",
    "parent_unknown": "上级编码不存在", "elsewhere": "位于另一上级之内", "unmanaged": "未声明为直管区", "detached": "未声明的插花地",
}  # fmt: skip
FIXES: Final = {
    "mend_ring": "修正该图形的边界", "drop_copy": "保留“{toward}”，删除另一个", "give_code": "改成不同的编码",
    "cut_from": "重叠部分归“{toward}”，从另一方减去", "fill_from": "并入相邻的“{toward}”（公共边最长）",
    "draw_children": "补画下级，或声明为直管区", "share_points": "使双方边界的点完全相同",
    "move_inside": "移到上级之内，或移除", "name_parent": "改正上级编码（所在：“{toward}”）",
    "cut_at_parent": "在上级“{toward}”的边界处裁切，或调整上级边界", "declare_managed": "声明为直管区，或改正上级编码",
    "declare_detached": "声明允许插花地，或合为一块",
}  # fmt: skip
DEEDS: Final = {
    "fill_gap": "空缺并入“{won}”", "settle_overlap": "重叠归“{won}”（{lost} 让出）",
    "hand_over": "“{lost}”的零碎部分划给“{won}”", "cut_outside": "裁去“{lost}”超出的部分",
}  # fmt: skip


def fix_of(defect: Defect) -> str:
    """What would mend it, as one sentence."""
    return FIXES[defect.fix].format(toward=defect.toward or "？")


def sentence(defect: Defect) -> str:
    """One line for the terminal."""
    who = "、".join(defect.features)
    size = f"{defect.m2:.2f}平方米，{defect.m:.2f}米" if defect.m2 else f"{defect.m:.3f}米"
    kind = f"{TYPES[defect.type]}（{DETAILS.get(defect.detail, defect.detail)}）"
    return f"[{SEVERITIES[defect.severity]}] {defect.level} {who}：{kind}，{size}。{fix_of(defect)}。"
