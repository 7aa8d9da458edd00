"""The demo town's dossiers: plausible, some incomplete, some overdue."""

import pytest
from django.utils import timezone

from townops.areas import api as areas
from townops.demo import dossiers

pytestmark = pytest.mark.django_db


def test_most_dossiers_are_complete_and_some_are_not(standing_town):
    at = timezone.now()
    blocks = areas.areas_of(standing_town.code, "block")
    made = dossiers.build_dossiers(standing_town.code, at=at)
    assert len(blocks) * 0.95 < made < len(blocks) + 10
    assert dossiers.build_dossiers(standing_town.code, at=at) < len(blocks) - made + 10
    found = areas.summary(areas.states(blocks, at))
    assert 85 < found.percent < 100 and found.overdue and found.soon


def test_a_few_blocks_have_nobody_to_answer_for_them(standing_town):
    codes = [one.code for one in areas.areas_of(standing_town.code, "block")]
    assert 0 < sum(map(dossiers.is_unanswered, codes)) < len(codes) * 0.03


def test_two_towns_of_a_district_share_no_component():
    one, other = dossiers.Serials("310115104000"), dossiers.Serials("310115901000")
    codes = [serials.code("0101") for serials in (one, other) for _ in range(900)]
    assert len(set(codes)) == 1800 and all(len(code) == 16 for code in codes)
