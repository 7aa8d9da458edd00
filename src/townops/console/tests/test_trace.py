"""Why an order went where it went, in names a person knows; what is stored keeps the codes."""

import re

import pytest

from townops.console.tests.browser import Browser
from townops.orders.tests.conftest import Story

pytestmark = pytest.mark.django_db
CODES = re.compile(r"分类[A-Z]-|不属[A-Z]-|来源是[a-z]|块类型是[a-z]|派往[a-z]")


def test_the_page_of_an_order_names_classes_sources_and_units_in_the_trace(town):
    story = Story()
    number = story.filed()
    before = Browser("dispatch").open(f"/orders/{number}")
    assert "条件全部相符，派往" in before.page.text
    assert not CODES.search(before.page.text)
    story.takes("dispatch", number, "dispatch")
    after = Browser("dispatch").open(f"/orders/{number}").page.text
    assert "条件全部相符，派往" in after
    assert not CODES.search(after)
    (event,) = [one for one in story_events(story, number) if one.step == "dispatch"]
    assert CODES.search(event.facts["trace"])


def test_the_reason_for_another_unit_stands_in_the_trace(town):
    story = Story()
    number = story.filed()
    story.takes("dispatch", number, "dispatch", unit="pingan", reason="当事人已到平安办")
    text = Browser("dispatch").open(f"/orders/{number}").page.text
    assert "另选的理由：当事人已到平安办" in text


def story_events(story: Story, number: str):
    from townops.orders import api

    return api.events_of(story.who("shift"), number, at=story.at)
