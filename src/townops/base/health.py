"""Whether the installation is well: one verdict for /healthz, open to all, and for the details behind a token."""

import logging
from dataclasses import dataclass
from datetime import date

from django.db import DatabaseError, connection

from townops.base import calendars, jobs, outbox

log = logging.getLogger("townops.health")


@dataclass(frozen=True, slots=True)
class State:
    """What is wrong, and what will be unless somebody acts: a year without its calendar leaves due times provisional."""

    dead_jobs: tuple[str, ...]
    failing_news: int
    years_without_calendar: tuple[int, ...]

    @property
    def ok(self) -> bool:
        """Nothing failed; a warning is no failure."""
        return not (self.dead_jobs or self.failing_news)


def state(today: date) -> State:
    """How it does; DatabaseError when not even that can be asked."""
    dead = tuple(row.name for row in jobs.dead())
    return State(dead, len(outbox.failing()), tuple(calendars.warn_missing(today)))


def well(today: date) -> bool:
    """The verdict alone; a database that does not answer is not well."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return state(today).ok
    except DatabaseError:
        log.exception("the database does not answer")
        return False
