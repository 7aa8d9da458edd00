"""One class and its condition rows changed: the catalogue that comes of it (U13). Pure."""

from collections.abc import Iterable
from dataclasses import replace

from townops.catalogue.domain.rows import Condition, Content, Klass
from townops.kernel.refusal import Refused


def edited(content: Content, klass: Klass, rows: Iterable[Condition]) -> Content:
    """The catalogue with this class and these of its rows in place of those of the same code. Refused("class_unknown")."""
    if klass.code not in content.by_code:
        raise Refused("class_unknown", code=klass.code)
    by_code = {one.code: one for one in rows}
    classes = tuple(klass if one.code == klass.code else one for one in content.classes)
    conditions = tuple(
        by_code.get(one.code, one) if one.class_code == klass.code else one for one in content.conditions
    )
    return replace(content, classes=classes, conditions=conditions).sorted()
