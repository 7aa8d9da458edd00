"""People at the desk of a standing town."""

import pytest

from townops.console.tests.browser import Browser
from townops.demo.town import Town


@pytest.fixture
def town(standing_town: Town, db: None) -> Town:
    """The demo town without orders."""
    return standing_town


@pytest.fixture
def registered(town: Town) -> str:
    """The number of a grid order just registered."""
    clerk = Browser("grid").open("/register")
    clerk.send(
        "登记",
        source="grid",
        text="高桥北街路口井盖缺失，行人有跌落危险",
        address="北街路口",
        block=town_block(),
    )
    return clerk.number


def town_block() -> str:
    """The code of a block that is not of the demo village."""
    from townops.areas import api as areas

    return areas.areas_of(areas.towns()[0].code, "block")[-1].code
