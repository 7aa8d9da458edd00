"""What lower contexts may ask of dispatch without knowing it."""

from datetime import datetime

from townops.base.registry import answers
from townops.dispatch.api import Proposal, Query, propose


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


answers.register("dispatch.propose", proposed)
