"""诉求类型 inferred from wording: weighed phrases, title before body. Always marked as inferred, a
person may change it.
"""

import math
import re
from typing import Final

from townops.intake.domain.text import split

TYPES: Final = ("咨询", "求助", "投诉", "举报", "建议", "表扬")
CODES: Final = {
    "咨询": "consult",
    "求助": "help",
    "投诉": "complaint",
    "举报": "whistleblow",
    "建议": "suggestion",
    "表扬": "praise",
}
OTHERWISE: Final = "投诉"
_START: Final = {"投诉": 1.4, "求助": 0.2, "咨询": 0.0, "举报": 0.0, "建议": 0.0, "表扬": -1.0}
_TITLE: Final = (
    ("咨询", 3.5, r"^咨询|咨询.{0,20}(问题|政策|进度|情况)|请问|询问|^问|想问"),
    (
        "咨询",
        2.0,
        r"什么时候|何时|多久|进展如何|规划是|需要(什么|哪些|满足)|如何(办理|申请|申领|认定)|是什么|有没有.{0,12}规划",
    ),
    ("咨询", 1.5, r"[吗呢]？?$|[？?]$|能否|是否|可以.{0,10}吗|怎么(办理|申请)"),
    ("建议", 3.5, r"建议|意见$|请.{0,4}市加快|请.{0,6}加快"),
    (
        "建议",
        2.0,
        r"希望.{0,20}(增加|增设|开通|延长|设置|推迟|统一|建设)|能不能|可否|请.{0,8}(增加|增设|加强)|延[伸长]至",
    ),
    ("举报", 3.5, r"举报|实名|检举|控告"),
    ("举报", 2.0, r"涉嫌|偷税|诈骗|传销|赌博|涉黄|贪污|受贿|无证|补课|违建|违法占|黑恶|盗"),
    ("求助", 3.0, r"求助|恳请|恳求|求解决|救救|请求|请.{0,10}(解决|协调|帮)|盼"),
    ("求助", 1.5, r"停水|停电|没水|无法正常|讨薪|血汗钱|入学|就读|难$|何时能解决|不亮|坏了"),
    ("投诉", 3.0, r"投诉|扰民|欺骗|欺诈|霸王|乱收费|不作为|虚假宣传|太差|捆绑"),
    ("投诉", 1.5, r"严重|强制|违规|不合理|拖欠|质量|噪音|油烟|污染|态度|拒绝|乱停|违停|占道|烂尾|无人管"),
    ("表扬", 5.0, r"^感谢|致谢|点赞|表扬|谢谢.{0,12}(解决|帮助)|感谢领导|已.{0,6}(解决|恢复)"),
)
_BODY: Final = (
    ("咨询", 1.2, r"想咨询|咨询一下|请问|想问"),
    ("建议", 1.2, r"建议|希望.{0,20}(增加|增设|开通|考虑)"),
    ("举报", 1.2, r"举报|控告|违法犯罪|查处|取缔"),
    ("求助", 1.0, r"恳请|求助|请求|希望.{0,12}(帮|解决|协调)|尽快解决|走投无路"),
    ("投诉", 0.8, r"投诉|扰民|多次反映|态度恶劣|忽悠|不作为"),
    ("表扬", 1.2, r"非常感谢|为.{0,12}点赞|衷心感谢"),
)
_TITLE_RULES: Final = tuple((kind, weight, re.compile(rule)) for kind, weight, rule in _TITLE)
_BODY_RULES: Final = tuple((kind, weight, re.compile(rule)) for kind, weight, rule in _BODY)


def infer(text: str) -> tuple[str, float]:
    """The likeliest type and its share of all (0 to 1)."""
    title, body = split(text)
    title = re.sub(r"\s+", "", title)
    scores = dict(_START)
    for kind, weight, rule in _TITLE_RULES:
        if rule.search(title):
            scores[kind] += weight
    for kind, weight, rule in _BODY_RULES:
        if rule.search(body):
            scores[kind] += weight
    total = sum(math.exp(score) for score in scores.values())
    best = max(TYPES, key=lambda kind: (scores[kind], kind == OTHERWISE))
    return best, math.exp(scores[best]) / total
