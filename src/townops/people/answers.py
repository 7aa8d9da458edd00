"""What people answer to those below who do not know them."""

from townops.areas import api as areas
from townops.base.registry import answers
from townops.people.loading import follow_import
from townops.people.models import BlockSubject

TOLD = 50


@areas.on_borders("people", "责任主体登记")
def on_changed_areas(ids: frozenset[int]) -> areas.Touched:
    """Who answers for blocks whose borders change, by block."""
    rows = BlockSubject.objects.filter(block__in=ids, valid_until=None)
    words = rows.order_by("block__code", "kind").values_list("block__code", "unit__name")[:TOLD]
    return areas.Touched(rows.count(), tuple(f"{code} {unit}" for code, unit in words))


answers.register("areas.imported", follow_import)
