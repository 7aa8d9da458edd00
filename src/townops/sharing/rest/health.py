"""GET /health: what /healthz does not tell, for whoever runs the installation."""

from django.db import connection
from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema

from townops.base import calendars, jobs, outbox
from townops.base.access import OPERATE
from townops.sharing.rest.callers import Token
from townops.sharing.rest.problems import Problem

router = Router(tags=["health"])


class Health(Schema):
    """`ok` unless work died, news cannot be delivered or a year lacks its calendar; names, no contents."""

    ok: bool
    database: str
    dead_jobs: list[str]
    failing_news: int
    years_without_calendar: list[int]


@router.get(
    "/health", auth=Token(OPERATE), response={200: Health, 401: Problem, 403: Problem}, operation_id="health"
)
def health(request: HttpRequest) -> Health:
    """Details of how the installation does."""
    dead = [row.name for row in jobs.dead()]
    failing = len(outbox.failing())
    years = calendars.warn_missing(timezone.localdate())
    return Health(
        ok=not (dead or failing or years),
        database=connection.vendor,
        dead_jobs=dead,
        failing_news=failing,
        years_without_calendar=years,
    )
