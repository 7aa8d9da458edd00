"""GET /health: what /healthz does not tell, for whoever runs the installation."""

from django.db import connection
from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema

from townops.base.access import OPERATE
from townops.base.health import state
from townops.sharing.rest.callers import Token
from townops.sharing.rest.problems import Problem

router = Router(tags=["health"])


class Health(Schema):
    """`ok` unless work died or news is late, as /healthz says; news that failed and will be tried again, and a year without
    its calendar, are warnings.

    Names, no contents.
    """

    ok: bool
    database: str
    dead_jobs: list[str]
    failing_news: int
    late_news: int
    years_without_calendar: list[int]


@router.get(
    "/health", auth=Token(OPERATE), response={200: Health, 401: Problem, 403: Problem}, operation_id="health"
)
def health(request: HttpRequest) -> Health:
    """Details of how the installation does."""
    found = state(timezone.localdate(), timezone.now())
    return Health(
        ok=found.ok,
        database=connection.vendor,
        dead_jobs=list(found.dead_jobs),
        failing_news=found.failing_news,
        late_news=found.late_news,
        years_without_calendar=list(found.years_without_calendar),
    )
