"""Whether the installation is well: one verdict for /healthz, open to all, and for the details behind a token."""

import logging
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db import DatabaseError, connection

from townops.base import calendars, jobs, outbox

LATE: Final = timedelta(minutes=15)  # six attempts have failed by then
log = logging.getLogger("townops.health")


@dataclass(frozen=True, slots=True)
class State:
    """What is wrong, and what will be unless somebody acts: a year without its calendar leaves due times provisional.

    News that failed is tried again by itself; only what is `late` is a failure.
    """

    dead_jobs: tuple[str, ...]
    failing_news: int
    late_news: int
    years_without_calendar: tuple[int, ...]

    @property
    def ok(self) -> bool:
        """Nothing failed for good; a warning, and what will be tried again, is no failure."""
        return not (self.dead_jobs or self.late_news)


def state(today: date, at: datetime) -> State:
    """How it does; DatabaseError when not even that can be asked."""
    dead = tuple(row.name for row in jobs.dead())
    failing = outbox.failing()
    late = sum(row.at <= at - LATE for row in failing)
    return State(dead, len(failing), late, tuple(calendars.warn_missing(today)))


def well(today: date, at: datetime) -> bool:
    """The verdict alone; a database that does not answer is not well."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return state(today, at).ok
    except DatabaseError:
        log.exception("the database does not answer")
        return False
