"""What lower contexts may ask of dispatch without knowing it."""

from datetime import datetime

from django.utils import timezone

from townops.areas import api as areas
from townops.base.registry import answers
from townops.dispatch import store
from townops.dispatch.api import Proposal, Query, propose
from townops.dispatch.models import RuleRow, RuleSet

TOLD = 50


def proposed(  # noqa: PLR0913  (one argument for each fact of an order a rule may look at)
    *,
    town_id: int,
    class_code: str,
    condition_id: int | None,
    catalogue_version: int,
    village_id: int | None,
    block_id: int | None,
    source: str,
    severity: str,
    at: datetime,
) -> Proposal:
    """`api.propose` for an order's facts; class_code is empty where no class is known."""
    query = Query(
        town_id, class_code, condition_id, catalogue_version, village_id, block_id, source, severity, at
    )  # fmt: skip
    return propose(query)


def naming_unit(code: str) -> tuple[str, ...]:
    """Rules of the last set that send to this unit by name."""
    last = RuleSet.objects.order_by("-number").first()
    return tuple(one.name for one in store.rules_of(last.id) if one.target == code) if last else ()


answers.register("dispatch.naming_unit", naming_unit)
answers.register("dispatch.propose", proposed)


@areas.on_borders("dispatch", "派单规则")
def on_changed_areas(ids: frozenset[int]) -> areas.Touched:
    """Rules in force that name an area whose borders change, in their order."""
    held = store.set_at(timezone.localdate())
    rows = RuleRow.objects.filter(rule_set=held, area__in=ids).order_by("order")
    return areas.Touched(rows.count(), tuple(rows.values_list("name", flat=True)[:TOLD]))
