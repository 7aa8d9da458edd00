"""What areas do by themselves: borders published for a day begin on it, their tiles are made, old uploads go."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils import timezone

from townops.areas.layers import LEVELS
from townops.areas.places import follow_borders
from townops.areas.publishing import begin_due
from townops.areas.stamps import CHANGED
from townops.areas.uploads import purge_uploads
from townops.base import tiles
from townops.base.jobs import enqueue, job, task
from townops.base.outbox import Piece, subscriber

TILES: Final = "areas.tiles"
FOLLOW: Final = "areas.follow_places"


@job("areas.begin", every=timedelta(minutes=1))
def begin_borders(at: datetime) -> None:
    """Versions whose day has come hold with their words."""
    begin_due(at)


@job("areas.purge_uploads", every=timedelta(days=1))
def purge(at: datetime) -> None:
    """Survey files are kept a week."""
    purge_uploads(at)


@subscriber(CHANGED, name="areas.tiles")
def borders_changed(news: Sequence[Piece]) -> None:
    """Whoever opens the map first after new borders does not wait for their tiles."""
    enqueue(TILES, run_at=max(one.at for one in news))


@subscriber(CHANGED, name="areas.places")
def places_follow(news: Sequence[Piece]) -> None:
    """Key places lie in the blocks of today."""
    for one in news:
        enqueue(FOLLOW, {"town": one.body["town"]}, run_at=one.at)


@task(FOLLOW)
def follow(payload: dict[str, Any], at: datetime) -> None:
    """May run twice: a place that lies right already stays."""
    follow_borders(payload["town"], at)


@task(TILES)
def make_tiles(_payload: dict[str, Any], at: datetime) -> None:
    """Tiles of the far zooms; those of earlier borders go."""
    keep_tiles(at)


@job("areas.keep_tiles", every=timedelta(hours=1))
def keep_tiles(at: datetime) -> None:
    """What a fresh machine or a restored copy lacks is made too."""
    today = timezone.localdate(at)
    for layer in LEVELS:
        tiles.warm(layer, today)
    tiles.forget({one.read(today, today).stamp for one in LEVELS})
