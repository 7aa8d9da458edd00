"""What templates say with: icons, the menu, words of codes; how times and states look is `looks`."""

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from townops.console import borders, cells, choices, duty_looks, grounds, labels, looks, saying
from townops.console import menu as navigation
from townops.console.doors import Desk
from townops.orders import api as orders

register = template.Library()


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """A drawing of the sprite; without a label it is decoration."""
    address = f"{static(looks.ICONS)}#{name}"
    if label:
        return format_html(
            '<svg class="icon" role="img" aria-label="{}"><use href="{}"></use></svg>', label, address
        )
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}"></use></svg>', address)


@register.simple_tag
def menu(desk: Desk | None) -> list[navigation.Group]:
    """The navigation of whoever sits at the desk; before signing in there is none."""
    return navigation.of(desk) if desk else []


register.simple_tag(looks.state)
register.simple_tag(looks.stage)
register.simple_tag(looks.when)
register.simple_tag(looks.due)
register.simple_tag(looks.due_within)
register.simple_tag(cells.written, name="cells")
register.simple_tag(duty_looks.duty_state)
register.simple_tag(duty_looks.duty_cell)
register.simple_tag(duty_looks.reference)
register.filter(duty_looks.figure)
register.filter(duty_looks.modality)
register.filter(looks.row_marks)
register.filter(choices.class_name)
register.filter(choices.source)


@register.filter
def choice(code: str) -> str:
    return labels.CHOICES.get(code, code)


register.filter("matter", looks.matter)


@register.filter
def total(page: orders.Page) -> str:
    """480, or 10,000+ where more were not counted."""
    return str(page.total) if page.exact else f"{page.total:,}+"


@register.filter
def counted(seconds: int) -> str:
    return saying.seconds(seconds)


@register.filter
def mu(m2: float) -> str:
    """Square metres as 亩."""
    return f"{m2 * borders.MU_PER_M2:,.2f}"


@register.filter
def edit(kind: str) -> str:
    """An operation on a draft in a word."""
    return borders.EDITS.get(kind, kind)


@register.filter
def basis(code: str) -> str:
    return labels.BASES.get(code, (code, ""))[0]


@register.filter
def basis_why(code: str) -> str:
    return labels.BASES.get(code, ("", ""))[1]


@register.filter
def glyph(code: str) -> str:
    """The one sign of a type of block."""
    return grounds.GLYPHS.get(code, "")


@register.filter
def block_type(code: str) -> str:
    return grounds.type_words().get(code, code)
