"""How a state, a time and a due time look, everywhere they are shown."""

import re
from datetime import datetime
from typing import Final

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from townops.console import labels, saying
from townops.orders import api as orders

ICONS: Final = "console/icons.svg"
LEAD_IN: Final = re.compile(
    r"(?:【[^】]{0,20}】\s*|您好[，,。！]\s*|再次来电[。，,：:]\s*)*"
    r"(?:(?:诉求人|来电人|投诉人|反映人|市民|居民|群众)(?:\d{1,2}月\d{1,2}日)?(?:凌晨|早上|上午|中午|下午|晚上|夜间)?"
    r"(?:(?:再次)?来电(?:称|反映|表示|咨询)?|称|反映|表示|诉称|咨询)[：:，,]\s*"
    r"|(?:诉求人|来电人)(?:来电)?(?:称|反映)\s*)?"
)  # as the town's hotline begins its texts
SHORTEST: Final = 4


def state(code: str) -> SafeString:
    """The one look of a state: colour, icon and word."""
    look = orders.LOOKS[orders.State(code)]
    drawing = f"{static(ICONS)}#{look.icon}"
    return format_html(
        '<span class="state state-{}"><svg class="icon" aria-hidden="true"><use href="{}"></use></svg>{}</span>',
        look.colour,
        drawing,
        look.word,
    )


def stage(code: str) -> str:
    return orders.LOOKS[orders.State(code)].stage


def when(at: datetime | None, now: datetime) -> SafeString:
    """今天 14:30 with the exact time on hover."""
    if at is None:
        return format_html('<span class="muted">{}</span>', "—")
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', at.isoformat(), saying.exact(at), saying.moment(at, now)
    )


def due(at: datetime | None, now: datetime, near_at: datetime | None = None) -> SafeString:
    """剩余 2 时 13 分 or 超时 1 天, coloured, with the exact time on hover; amber not before `near_at`."""
    if at is None:
        return format_html('<span class="muted">{}</span>', "—")
    return format_html(
        '<time class="due due-{}" datetime="{}" title="到期：{}">{}</time>',
        saying.urgency(at, now, near_at),
        at.isoformat(),
        saying.exact(at),
        saying.left(at, now),
    )


# say: 临期 剩余 {span}
# say: 严重超时 {span}
def due_within(at: datetime | None, bounds: orders.Lateness, near_at: datetime | None = None) -> SafeString:
    """As `due`, amber and red where the town's own 临期 and 严重超期 begin, each with its word."""
    if at is None:
        return format_html('<span class="muted">{}</span>', "—")
    look = "late" if at < bounds.at else "soon" if bounds.near(at, near_at) else "calm"
    word = "严重" if at < bounds.severe else "临期 " if look == "soon" else ""
    return format_html(
        '<time class="due due-{}" datetime="{}" title="到期：{}">{}{}</time>',
        look,
        at.isoformat(),
        saying.exact(at),
        word,
        saying.left(at, bounds.at),
    )


def matter(title: str) -> str:
    """A title as a list shows it: without what every one begins with, so that its first words tell the matter."""
    found = LEAD_IN.match(title)
    rest = title[found.end() :] if found else title
    return rest if len(rest) >= SHORTEST else title


def row_marks(row: object) -> list[str]:
    """What is special about a row of a list: 退单 2, 督办, …"""
    counts = {
        name: getattr(row, name) for name in ("returns", "reworks", "reopened", "reminded", "supervised")
    }
    words = ("退单", "返工", "重办", "催办", "督办")
    found = [word if n == 1 else f"{word} {n}" for word, n in zip(words, counts.values(), strict=True) if n]
    if application := getattr(row, "application", ""):
        found.append(labels.APPLICATIONS.get(application, "申请待批"))
    found += ["突发事件"] if getattr(row, "incident", False) else []
    found += ["责任待明确"] if getattr(row, "basis", "") == "unsettled" else []
    if getattr(row, "origin", "") != "history":
        return found
    return [*found, "历史待接管" if getattr(row, "is_unadopted", False) else labels.ORIGINS["history"]]
