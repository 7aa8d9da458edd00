"""What areas do by themselves: borders published for a day begin on it, old uploads go."""

from datetime import datetime, timedelta

from townops.areas.publishing import begin_due
from townops.areas.uploads import purge_uploads
from townops.base.jobs import job


@job("areas.begin", every=timedelta(minutes=1))
def begin_borders(at: datetime) -> None:
    """Versions whose day has come hold with their words."""
    begin_due(at)


@job("areas.purge_uploads", every=timedelta(days=1))
def purge(at: datetime) -> None:
    """Survey files are kept a week."""
    purge_uploads(at)
