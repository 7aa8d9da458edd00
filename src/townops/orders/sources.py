"""Who may report for which source: one rule for pages, clients, files and forms (engine.md section 1)."""

from collections.abc import Collection

from townops.kernel.actors import SYSTEM_PERSON, Actor
from townops.kernel.refusal import Refused
from townops.orders import flows, queries
from townops.orders.access import REPORT, REPORT_ANY, REPORT_NUMBERED, SOURCES
from townops.orders.models import Order, OrderEvent


def may_report(actor: Actor, source: str) -> bool:
    """Whether this actor may take in reports of a source: his posts say so, or he is the system reading a file."""
    if actor.person == SYSTEM_PERSON:
        return True
    return actor.holds(REPORT) and (actor.holds(REPORT_ANY) or actor.holds(SOURCES.get(source, REPORT_ANY)))


def sources_for(actor: Actor) -> list[tuple[str, str]]:
    """(code, label) of the sources this actor may report for."""
    return [one for one in flows.sources() if may_report(actor, one[0])]


def check_report(actor: Actor, sources: Collection[str], *, numbered: bool = False) -> None:
    """Whether he may report for these sources, and name their numbers and dues: who may not learns nothing of numbers.

    Refused: source_unknown, source_not_permitted, number_not_permitted.
    """
    labels = flows.labels()
    for source in sources:
        if source not in labels:
            raise Refused("source_unknown", source=source)
        if not may_report(actor, source):
            raise Refused("source_not_permitted", source=labels[source])
    if numbered and actor.person != SYSTEM_PERSON and not actor.holds(REPORT_NUMBERED):
        raise Refused("number_not_permitted")


def check_round(actor: Actor, row: Order) -> None:
    """A known number concerns whoever sees its order or sent it himself; Refused("number_of_another")."""
    if actor.person == SYSTEM_PERSON or queries.sees(actor, row):
        return
    if not OrderEvent.objects.filter(order_id=row.id, seq=1, person=actor.person).exists():
        raise Refused("number_of_another", number=row.external_number)
