"""What others may ask of the catalogue without knowing it."""

from townops.base.registry import answers
from townops.catalogue import store
from townops.catalogue.models import CatalogueVersion


def naming_unit(code: str) -> tuple[str, ...]:
    """Classes of the last version that name this unit, themselves or in a condition."""
    last = CatalogueVersion.objects.order_by("-number").first()
    if last is None:
        return ()
    content = store.content_of(last.pk)
    named = {
        one.class_code for one in content.conditions if code in {one.main_kind, one.fallback, *one.assist}
    }
    return tuple(
        f"{one.code} {one.name}"
        for one in content.classes
        if one.code in named or code in {one.unit, one.fallback}
    )


answers.register("catalogue.naming_unit", naming_unit)
