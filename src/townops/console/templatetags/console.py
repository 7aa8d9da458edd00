"""How templates say times, states and icons."""

from datetime import datetime
from typing import Final

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from townops.console import choices, labels, saying
from townops.console import menu as navigation
from townops.console.doors import Desk
from townops.orders import api as orders

register = template.Library()
ICONS: Final = "console/icons.svg"
Context = template.Context


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """A drawing of the sprite; without a label it is decoration."""
    address = f"{static(ICONS)}#{name}"
    if label:
        return format_html(
            '<svg class="icon" role="img" aria-label="{}"><use href="{}"></use></svg>', label, address
        )
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}"></use></svg>', address)


@register.simple_tag
def menu(desk: Desk | None) -> list[navigation.Group]:
    """The navigation of whoever sits at the desk; before signing in there is none."""
    return navigation.of(desk) if desk else []


@register.simple_tag
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


@register.simple_tag
def stage(code: str) -> str:
    return orders.LOOKS[orders.State(code)].stage


@register.simple_tag
def when(at: datetime | None, now: datetime) -> SafeString:
    """今天 14:30 with the exact time on hover."""
    if at is None:
        return format_html('<span class="muted">{}</span>', "—")
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', at.isoformat(), saying.exact(at), saying.moment(at, now)
    )


@register.simple_tag
def due(at: datetime | None, now: datetime) -> SafeString:
    """剩余 2 时 13 分 or 超时 1 天, coloured, with the exact time on hover."""
    if at is None:
        return format_html('<span class="muted">{}</span>', "—")
    return format_html(
        '<time class="due due-{}" datetime="{}" title="到期：{}">{}</time>',
        saying.urgency(at, now),
        at.isoformat(),
        saying.exact(at),
        saying.left(at, now),
    )


@register.simple_tag
def due_within(at: datetime | None, bounds: orders.Lateness) -> SafeString:
    """As `due`, amber and red where the town's own 临期 and 严重超期 begin, each with its word."""
    if at is None:
        return format_html('<span class="muted">{}</span>', "—")
    look = "late" if at < bounds.at else "soon" if at <= bounds.soon else "calm"
    word = "严重" if at < bounds.severe else "临期 " if look == "soon" else ""
    return format_html(
        '<time class="due due-{}" datetime="{}" title="到期：{}">{}{}</time>',
        look,
        at.isoformat(),
        saying.exact(at),
        word,
        saying.left(at, bounds.at),
    )


@register.filter
def class_name(code: str) -> str:
    """The name of a class in today's catalogue, or its code."""
    return choices.class_of_today(code).partition(" ")[2] or code


@register.filter
def choice(code: str) -> str:
    return labels.CHOICES.get(code, code)


@register.filter
def counted(seconds: int) -> str:
    return saying.seconds(seconds)


@register.filter
def source(code: str) -> str:
    return dict(orders.every_source()).get(code, code)


@register.filter
def basis(code: str) -> str:
    return labels.BASES.get(code, (code, ""))[0]


@register.filter
def basis_why(code: str) -> str:
    return labels.BASES.get(code, ("", ""))[1]


@register.filter
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
    return found + ([labels.ORIGINS["history"]] if getattr(row, "origin", "") == "history" else [])
