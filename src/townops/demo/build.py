"""Builds the demo: one town or a district of them, people, data, and a year of orders through the real engine."""

from collections.abc import Callable

from django.db import connection
from django.utils import timezone

from townops.base.db import is_sqlite
from townops.demo import dossiers, readiness
from townops.demo.base import build_base
from townops.demo.play import Play, evidence
from townops.demo.town import towns
from townops.orders import api

Progress = Callable[[str, int, int], None]


def build_demo(count: int, orders: int, progress: Progress) -> int:
    """Build `count` towns with `orders` orders between them; returns how many orders there are."""
    at = timezone.now()
    made = 0
    _hurry(on=True)
    try:
        for number, town in enumerate(towns(count)):
            build_base(
                at=at, town=town, suffix=f"@{number}" if number else "", unanswered=dossiers.is_unanswered
            )
            dossiers.build_dossiers(town.code, at=at)
            readiness.build_readiness(town.code, at=at)
            share = orders // count + (1 if number < orders % count else 0)
            play = Play(
                town=town.code,
                count_=share,
                until=at,
                evidence=evidence(at),
                suffix=f"@{number}" if number else "",
            )
            made += play.run(lambda done, all_, name=town.name: progress(name, done, all_))  # type: ignore[misc]
        api.index_everything()
        while api.seal(timezone.now()):
            pass
    finally:
        _hurry(on=False)
    return made


def _hurry(*, on: bool) -> None:
    """A demo that is interrupted is built anew, so its writes need not wait for the disk."""
    if is_sqlite():
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA synchronous={'OFF' if on else 'FULL'}")
