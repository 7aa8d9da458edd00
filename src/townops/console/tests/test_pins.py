"""The pinned views: who sees which, with which numbers, and that each is the address of a list."""

from datetime import timedelta

import pytest

from townops.console.tests.browser import Browser
from townops.console.tests.test_listing import filled
from townops.orders.models import Order

pytestmark = pytest.mark.django_db


def pins(browser):
    """{label: (number, address)} as they stand in the page."""
    strip = browser.html.partition('id="pins"')[2].partition("</nav>")[0]
    found = {}
    for link in strip.split("<a ")[1:]:
        address = link.partition('href="')[2].partition('"')[0].replace("&amp;", "&")
        label = link.partition("<b>")[0].rpartition("</kbd>")[2].rpartition(">")[2]
        found[label] = (link.partition("<b>")[2].partition("</b>")[0], address)
    return found


def test_a_view_is_shown_to_whom_it_concerns_and_to_others_while_something_is_in_it(town):
    before = pins(Browser("grid").open("/orders"))
    assert "待受理" in before
    assert "待签批" not in before
    assert "督办" not in before
    number = filled(1)[0]
    Order.objects.filter(number=number).update(supervised=1)
    assert pins(Browser("grid").open("/orders"))["督办"][0] == "1"
    assert "待受理" not in pins(Browser("unit").open("/orders"))


def test_every_view_holds_as_many_orders_as_its_number_says(town):
    numbers = filled(5)
    now = Order.objects.get(number=numbers[0]).received_at
    Order.objects.filter(number=numbers[0]).update(due_at=now - timedelta(days=5))
    Order.objects.filter(number=numbers[1]).update(
        due_at=now - timedelta(hours=1), state="returned", returns=1
    )
    Order.objects.filter(number=numbers[2]).update(supervised=1, basis="unsettled")
    for user in ("shift", "deputy", "leader", "unit_head"):
        browser = Browser(user).open("/orders")
        for label, (total, address) in pins(browser).items():
            browser.open(address)
            assert f"{total} 件" in browser.page.text.partition("排序")[0], (user, label)


def test_who_decides_an_appeal_finds_it_at_home_and_above_the_list_though_the_order_is_closed(town):
    number = filled(1)[0]
    Order.objects.filter(number=number).update(state="closed", is_open=False, application="appeal")
    for user in ("deputy", "assess"):
        total, address = pins(Browser(user).open("/orders"))["申诉待审"]
        assert (total, number in Browser(user).open(address).html) == ("1", True)
        assert "申诉待审" in Browser(user).open("/").page.text
    assert "申诉待审" not in pins(Browser("village").open("/orders"))


def test_the_first_nine_have_a_digit_and_the_one_stood_under_is_marked(town):
    browser = Browser("shift").open("/orders?state=reported&sort=due")
    for digit in range(1, 10):
        assert f'data-pin="{digit}"' in browser.html
    assert 'data-pin="10"' not in browser.html
    strip = browser.html.partition('id="pins"')[2].partition("</nav>")[0]
    assert strip.count("aria-current") == 1
    assert "待受理" in strip.partition("aria-current")[2].partition("</a>")[0]


def test_a_digit_alone_leads_to_the_view_it_opens(town):
    filled(1)
    browser = Browser("shift").open("/orders")
    first = next(address for _, address in pins(browser).values())
    assert browser.open("/orders?pin=1").at == first
    assert browser.open("/orders?pin=x").status == 200


def test_a_unit_counts_what_is_its_own_and_the_center_what_is_the_towns(town):
    number = filled(1)[0]
    at_unit = pins(Browser("unit").open("/orders"))
    assert "unit=" in at_unit["待签收"][1]
    assert "unit=" not in pins(Browser("shift").open("/orders")).get("待签收", ("", ""))[1]
    assert at_unit["本单位"][0] == "0"
    assert pins(Browser("shift").open("/orders"))["本单位"][0] in {"0", "1"}
    assert Order.objects.get(number=number).is_open


def test_history_waits_in_a_view_of_its_own_and_stands_in_no_other(town):
    new, old = filled(2)
    Order.objects.filter(number=old).update(origin="history", due_at="2017-05-01T00:00:00Z")
    browser = Browser("shift").open("/orders")
    shown = pins(browser)
    assert (shown["历史待接管"][0], shown["待受理"][0], shown["严重超期"][0]) == ("1", "1", "0")
    assert "不计时" in browser.html
    for label, (total, address) in shown.items():
        browser.open(address)
        assert f"{total} 件" in browser.page.text.partition("排序")[0], label
    home = Browser("grid").open("/")
    assert old not in home.html
    assert "adopt=0" in home.html
    assert new in Browser("shift").open("/orders?state=reported&adopt=0").html
