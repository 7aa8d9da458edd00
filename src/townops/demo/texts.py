"""What people write in the demo town: openings x happenings x wishes per source, well over 200 combinations each.

Happenings come from the catalogue's own condition rows and the subjects' keywords, so every class is spoken of.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from townops.catalogue import api as catalogue

OPENINGS: Mapping[str, Sequence[str]] = {
    "hotline": (
        "市民来电反映：{place}{what}", "来电人称，{place}{what}，已持续数日", "市民多次反映{place}{what}",
        "诉求人称家住{place}附近，{what}", "来电咨询并反映：{place}{what}", "市民投诉{place}{what}，影响生活",
        "来电人表示，上周起{place}{what}", "市民反映{place}{what}，此前曾向物业反映未果",
    ),
    "grid": (
        "巡查发现{place}{what}", "网格巡查：{place}{what}", "{place}{what}，已拍照", "日常巡查时发现{place}{what}，面积不大",
        "专项检查发现{place}{what}", "复查发现{place}{what}", "{place}北侧{what}", "{place}出入口旁{what}",
    ),
    "ejiayuan": (
        "我在{place}看到{what}", "{place}{what}，请派人看看", "路过{place}，发现{what}", "{place}{what}，上传照片一张",
        "居民反映{place}{what}", "{place}门口{what}好几天了", "希望关注{place}：{what}", "{place}{what}，存在隐患",
    ),
    "resident": (
        "您好，{place}{what}", "{place}{what}，能否尽快处理", "本人住{place}，{what}", "{place}{what}，小孩老人经过不便",
        "反映一个情况：{place}{what}", "{place}又出现{what}", "{place}{what}，谢谢", "请问{place}{what}由谁负责",
    ),
    "station": (
        "联勤联动站走访发现{place}{what}", "社区民警巡逻时发现{place}{what}", "站内值守人员上报：{place}{what}",
        "居村干部走访得知{place}{what}", "联合检查发现{place}{what}", "夜巡发现{place}{what}", "{place}{what}，站点先行处置",
        "志愿者报告{place}{what}",
    ),
    "patrol": (
        "辅助员巡查：{place}{what}", "{place}{what}，现场可立即处置", "街面巡查发现{place}{what}", "{place}{what}，已劝导",
        "早班巡查{place}{what}", "晚班巡查{place}{what}", "{place}路口{what}", "{place}周边{what}",
    ),
    "sensor": (
        "感知设备告警：{place}{what}", "{place}监测点报警，疑似{what}", "设备上报{place}{what}", "{place}传感数据异常，疑似{what}",
        "智能井盖告警：{place}{what}", "{place}水位监测：{what}", "{place}烟感联动：{what}", "{place}边缘网关上报{what}",
    ),
    "video": (
        "视频巡屏发现{place}{what}", "智能分析识别：{place}{what}", "{place}监控画面显示{what}", "算法告警：{place}{what}，置信度较高",
        "夜间视频发现{place}{what}", "{place}探头抓拍{what}", "轮巡发现{place}{what}", "{place}高点监控发现{what}",
    ),
    "leader": (
        "领导现场调研指出{place}{what}", "专题会议交办：{place}{what}", "领导批示关注{place}{what}", "督查发现{place}{what}，限期整改",
        "镇主要领导交办{place}{what}", "{place}{what}，请牵头单位研究", "人大代表反映{place}{what}", "政协提案涉及{place}{what}",
    ),
    "district": (
        "区城运中心下发：{place}{what}", "区级督查发现{place}{what}", "区平台流转：{place}{what}", "区专项行动点位：{place}{what}",
        "区职能部门移交{place}{what}", "区夜查发现{place}{what}", "区级考评问题：{place}{what}", "区应急办转来{place}{what}",
    ),
}  # fmt: skip
WISHES = (
    "",
    "，请相关部门核实处理。",
    "，希望尽快整改。",
    "，请给予答复。",
    "，要求今后加强管理。",
    "，已影响通行。",
    "，请回复处理结果。",
)
RESULTS = (
    "已到现场处理完毕，恢复原状", "已责令当事人整改，现场复查合格", "已协调养护单位修复", "已清理完毕并安排日常保洁",
    "经核实情况属实，已完成整改", "已向诉求人当面解释说明", "已联系相关单位限期处理并完成", "已落实临时措施，问题消除",
)  # fmt: skip
REPLIES = ("诉求人表示认可", "已电话告知处理情况", "诉求人暂未接听，已短信告知", "诉求人希望加强巡查")
NOT_OURS = ("不属于本单位职责范围", "该处权属为其他单位", "现场不在本辖区", "主管部门应为其他条线")
RULES = ("权责清单第三条", "部门三定规定", "责任块档案载明的养护主体", "立案标准主责单位一栏")


@dataclass(frozen=True, slots=True)
class Matter:
    """Something that can happen: words for it, the class, and the condition row where the branch has some."""

    what: str
    class_code: str
    condition: catalogue.Condition | None
    time_class: str


def matters(version: int) -> tuple[list[Matter], list[Matter]]:
    """(things and happenings with a condition row, hotline subjects)."""
    content = catalogue.content(version)
    names = content.by_code
    grid = [
        Matter(_spoken(names[row.class_code].name, row.text), row.class_code, row, "")
        for row in content.conditions
    ]
    hotline = [
        Matter(word, one.code, None, str(one.time_class or 5))
        for one in content.classes
        if one.branch == "hotline" and one.parent
        for word in one.keywords[:8] or (one.name,)
    ]
    return grid, hotline


def _spoken(name: str, condition: str) -> str:
    said = condition.removeprefix("发现")
    return said if name in said else f"{name}{said}"


def tell(source: str, matter: Matter, place: str, rng: Random) -> str:
    """A message of this source about the matter at a place."""
    opening = rng.choice(OPENINGS[source])
    return opening.format(place=place, what=matter.what.rstrip("。")) + rng.choice(WISHES)
