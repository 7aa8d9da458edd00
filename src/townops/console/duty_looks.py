"""How a duty's state, value and evidence look on a page."""

import math
from typing import Final

from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from townops.console import duties, looks
from townops.kernel.measured import Evidence
from townops.standards import api as standards

PAGES: Final = {
    "order": "console:order",
    "area": "console:dossier",
}  # kinds of records that have a page by their key


def duty_state(code: str) -> SafeString:
    """Colour, icon and word."""
    look = duties.LOOKS[code]
    return format_html(
        '<span class="state state-{}"><svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>{}</span>',
        look.colour,
        static(looks.ICONS),
        look.icon,
        look.word,
    )


def duty_cell(line: standards.Line) -> SafeString:
    """A narrow cell: one sign in its colour, the whole on hover, the duty behind it."""
    look = duties.LOOKS[line.state]
    said = f"{line.subject.name}：{look.word}"
    return format_html(
        '<td class="duty-cell duty-{}"><a href="/standards/{}/{}" title="{}" aria-label="{}">{}</a></td>',
        look.colour,
        line.item.id,
        line.subject.code,
        said,
        said,
        look.short,
    )


def reference(one: Evidence) -> SafeString | str:
    """A link where the record has a page; a row of a register has one by its register."""
    kind, _, register = one.kind.partition(".")
    if kind == "ledger":
        address = reverse("console:ledger-row", args=[register, int(one.key)])
        return format_html('<a href="{}">{}</a>', address, one.label)
    name = PAGES.get(one.kind)
    if name is None or not one.key:
        return one.label
    return format_html('<a href="{}">{}</a>', reverse(name, args=[one.key]), one.label)


def figure(value: float | None) -> str:
    """As short as it can be said, never rounded up: 94.999 does not read 95."""
    if value is None:
        return "—"
    cut = math.floor(value * 100) / 100
    return f"{cut:,.2f}".rstrip("0").rstrip(".")


def modality(code: str) -> str:
    return standards.MODALITY_WORDS[standards.Modality(code)]
