"""People at the desk of a standing town."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from townops.base.models import Account
from townops.console.tests.browser import PASSWORD, QUIET, Browser
from townops.demo.town import Town
from townops.orders import api as orders
from townops.people import api as people


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


@pytest.fixture
def number(transactional_db: None) -> str:
    from townops.demo.base import build_base

    at = timezone.now()
    build_base(at=at)
    clerk = people.actor_for(Account.objects.get(username="grid").pk, at)
    report = orders.IncomingReport(
        source="grid", text="北街路口井盖缺失", received_at=at - timedelta(minutes=5)
    )
    return orders.receive_reports([report], actor=clerk, at=at)[0].number


@pytest.fixture
def desk(number: str, live_server: Any, chromium: str) -> Iterator[Any]:
    """A page of the grid clerk who just signed in; what the browser complains of ends the test."""
    from playwright.sync_api import sync_playwright

    complaints: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        size = {"width": 1366, "height": 768}
        page = browser.new_context(base_url=live_server.url, viewport=size, locale="zh-CN").new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto("/orders")
        page.fill("#username", "grid")
        page.fill("#password", PASSWORD)
        page.click("text=登录")
        page.wait_for_url(lambda address: "/signin" not in address)  # loaded, scripts and all
        yield page
        browser.close()
    assert [one for one in complaints if "status of 4" not in one] == []
