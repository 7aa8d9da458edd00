"""Five thousand defects in one draft: listed, filtered, gone to, without drawing more than is seen (U8-U11)."""

import shapely
from django.utils import timezone

from tests.stories.test_editor import DESK, Ground, ground, pytestmark, sit
from townops.areas import api as areas
from townops.base.models import Account
from townops.kernel.partition.tests.making import lattice_town
from townops.people import api as people

__all__ = ["ground", "pytestmark", "sit"]
SIDE = 72


def holed(shape):
    """With a small hole in the middle: ground that nobody has."""
    at = shape.representative_point()
    return shapely.difference(shape, shapely.box(at.x - 2e-5, at.y - 2e-5, at.x + 2e-5, at.y + 2e-5))


def broken(draft: int) -> int:
    """Every block of a town of 5,184 with a hole, in place of what the draft had."""
    actor = people.actor_for(Account.objects.get(username="director").pk, timezone.now())
    features = [
        areas.Feature(
            one.code,
            level.name,
            one.code,
            (holed(one.shape) if level.name == "block" else one.shape).wkb,
            one.parent,
            "other" if level.name == "block" else "",
        )
        for level in lattice_town(SIDE, village=6, grid=36)
        for one in level.features
    ]
    words = {"based_on": 0, "actor": actor, "at": timezone.now()}
    return areas.put_features(
        draft, features=features, removed=list(areas.draft_held(draft).features), **words
    )


def test_five_thousand_defects_are_listed_filtered_and_gone_to(sit, ground: Ground):
    broken(ground.draft)
    hand = sit()
    count = int(hand.page.get_attribute("[data-border-draft]", "data-defects"))
    assert count >= 5000
    hand.page.click("#tab-defects")
    assert hand.page.locator(".border-line").count() < 40
    hand.page.evaluate(
        "() => { const list = document.querySelector('.border-scroll'); list.scrollTop = list.scrollHeight; }"
    )
    hand.page.wait_for_selector(f".border-line[aria-posinset='{count}']")
    assert hand.page.locator(".border-line").count() < 40
    hand.page.select_option("[aria-label=全部类型]", "gap")
    hand.page.select_option("[aria-label=全部层级]", "block")
    hand.page.click(".border-line >> nth=3 >> .border-fault")
    hand.page.wait_for_function(f"() => {DESK}.map.getZoom() > 15 && {DESK}.area()?.properties.exact")
    assert hand.page.evaluate(f"{DESK}.map.getBounds().contains({DESK}.area().geometry.coordinates[0][0])")
    hand.page.goto(f"/grid/drafts/{ground.draft}/defects?type=gap")
    assert hand.page.locator("tbody tr").count() == 50
    hand.page.click("text=下一页")
    assert hand.page.locator("tbody tr").count() == 50
