"""What a process does that publishes borders until it is killed, and how a town's borders are judged afterwards."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.utils import timezone

from townops.areas import api as areas
from townops.areas.models import Area, AreaShape, Lineage, Version
from townops.areas.versions import standing
from townops.base import journal
from townops.base.models import OutboxRow
from townops.kernel.actors import Actor, Hat
from townops.people import api as people

MAY = frozenset({"areas.draft", "areas.publish"})
REDRAWN = 200


def redraw(say: Callable[..., None]) -> None:
    """Version after version: two hundred blocks end and begin again under other codes, every other one renamed."""
    keeper = Actor(1, "演示甲", (Hat(1, 1, MAY),))
    while True:
        town, at = people.first_town(), timezone.now()
        made = areas.begin_draft(town, note="改编码", actor=keeper, at=at)
        blocks = [one for one in areas.features_of(made.id) if one.kind == "block"]
        recoded = [replace(one, code=_other(one.code)) for one in blocks[:REDRAWN]]
        renamed = [replace(one, name=f"{one.name[:30]}{made.id}") for one in blocks[REDRAWN::2]]
        gone = [one.code for one in blocks[:REDRAWN]]
        how = {"actor": keeper, "at": at}
        revision = areas.put_features(made.id, based_on=0, features=[*recoded, *renamed], removed=gone, **how)
        assert areas.check_draft(made.id, **how).passed
        say("ready", made.id)
        done = areas.publish_borders(made.id, revision=revision, on=timezone.localdate(), **how)
        say("published", done.number)


def _other(code: str) -> str:
    return code.removesuffix("x") if code.endswith("x") else f"{code}x"


def borders() -> dict[str, Any]:
    """Everything that must hold of borders that were published wholly or not at all."""
    town = people.first_town()
    published = list(Version.objects.filter(number__isnull=False).order_by("number"))
    told = [one.body["number"] for one in journal.history("borders", town) if one.action == "publish"]
    last = published[-1] if published else None
    news = OutboxRow.objects.filter(topic="areas.changed", key__in=[str(one.pk) for one in published])
    ended = Area.objects.filter(valid_until__isnull=False)
    return {
        "numbers": [one.number for one in published],
        "told": told,
        "same": last is None or standing(town) == areas.features_of(last.pk),
        "applied": all(one.applied for one in published),
        "news": news.values("key").distinct().count(),
        "lineage": sorted(set(Lineage.objects.values_list("version__number", flat=True))),
        "ended_with_ground": AreaShape.objects.filter(area__in=ended, valid_until=None).count(),
    }
