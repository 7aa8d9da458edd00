"""What people do by themselves: tell successors what they took over."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from townops.base.jobs import job
from townops.base.outbox import Piece, subscriber
from townops.people import (
    handovers,
    planned,
    post_changes,
    register_reviews,
    reminding,
    role_changes,
    unit_ends,
    vacancies,
)


@subscriber("people.appointed", name="people.handover")
def appointed(news: Sequence[Piece]) -> None:
    """A note for the successor; what waits is listed by the job once he has begun."""
    handovers.note([int(piece.body["appointment"]) for piece in news])


@subscriber("orders.erased", name="people.handover_erased")
def erased(news: Sequence[Piece]) -> None:
    """What was erased at an order is erased in the notes that name it."""
    handovers.forget([str(piece.body["number"]) for piece in news])


@job("people.handovers", every=timedelta(minutes=1))
def list_handovers(at: datetime) -> None:
    """List what waits for those who have begun."""
    handovers.list_due(at)


@job("people.vacancies", every=timedelta(minutes=1))
def tell_vacancies(at: datetime) -> None:
    """Tell whoever answers for the work of a post that fell vacant."""
    vacancies.tell_due(at)


CHANGES = (post_changes, role_changes, unit_ends)  # imported: they declare what changes do


@job("people.changes", every=timedelta(minutes=1))
def do_changes(at: datetime) -> None:
    """Do the planned changes of units, posts and roles whose moment has come."""
    planned.do_due(at)


@job("people.reviews", every=timedelta(hours=6))
def remind_reviews(at: datetime) -> None:
    """Tell keepers which dossiers wait to be confirmed."""
    reminding.remind(at)


@job("people.register_reviews", every=timedelta(hours=6))
def remind_registers(at: datetime) -> None:
    """Tell keepers which registers have rows to confirm or to renew."""
    register_reviews.remind(at)
