"""What the demo town has prepared goes in as a clerk would type it."""

from datetime import UTC, datetime

import pytest

from townops.demo import readiness
from townops.readiness import models

AT = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)


@pytest.mark.django_db
def test_every_register_of_readiness_is_filled_once_and_has_gaps(standing_town, db):
    assert readiness.build_readiness(standing_town.code, at=AT) > 500
    assert readiness.build_readiness(standing_town.code, at=AT) == 0
    held = models.Drill.objects.filter(scope="full").exclude(held_on=None)
    assert any(one.missing_parts() for one in held) and not all(one.missing_parts() for one in held)
    assert models.FloodFacility.objects.filter(sound=False).exists()
    assert {code for code, _ in models.Plan.Topic.choices} - set(
        models.Plan.objects.values_list("topic", flat=True)
    ) == {"terror"}
