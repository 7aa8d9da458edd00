"""Bad input at the door of orders: refused with a code, never stored half, never a crash."""

import base64
from datetime import timedelta

import pytest

from townops.base import attachments
from townops.kernel.refusal import Refused
from townops.orders import api

pytestmark = pytest.mark.django_db


def refused(code: str):
    return pytest.raises(Refused, match=rf"^{code}\b")


def uploaded(town, user: str) -> int:
    return attachments.store("一页".encode(), "a.txt", town.who(user), town.at).pk


def test_a_superscript_is_no_condition(town):
    number = town.report()
    town.takes("grid", number, "accept")
    with refused("condition_unknown"):
        town.takes("grid", number, "file", condition="²")


@pytest.mark.parametrize(
    "key", ['["2026-01-01T00:00:00+00:00", 1e999]', '["0001-01-01T00:00:00+08:00", 1]', "[]", "x"]
)
def test_a_forged_cursor_is_refused(town, key):
    cursor = base64.urlsafe_b64encode(key.encode()).decode()
    with refused("cursor_unreadable"):
        api.find_orders(town.who("grid"), api.Filter(), at=town.at, cursor=cursor)


@pytest.mark.parametrize("moment", ["0001-01-01T09:00:00", "9999-12-31T23:59:59+08:00", "明天"])
def test_an_absurd_instant_is_refused(town, moment):
    with refused("fact_malformed"):
        town.takes("assess", town.report(), "supervise", message="请办理", by=moment)


def test_blanks_are_no_reason(town):
    with refused("facts_missing"):
        town.takes("grid", town.report(), "refuse", reason="   ")


def test_half_a_sign_is_refused(town):
    with refused("fact_malformed"):
        town.takes("grid", town.report(), "accept", note="\ud83d")


@pytest.mark.parametrize(
    "given", [{"text": "a\x00b"}, {"external_number": "9" * 65}, {"contact_name": "\ud83d"}]
)
def test_a_report_no_database_can_keep_is_refused(town, given):
    with refused("report_malformed"):
        town.report(**given)


def test_a_file_of_somebody_else_cannot_be_given(town):
    foreign = uploaded(town, "unit")
    with refused("attachment_unknown"):
        town.takes("grid", town.report(), "add_evidence", evidence=[foreign])
    with refused("attachment_unknown"):
        town.report(attachments=(foreign,))
    with refused("attachment_unknown"):
        town.report(attachments=(999_999_999,))


def test_the_same_file_twice_is_once(town):
    own = uploaded(town, "grid")
    number = town.report()
    town.takes("grid", number, "add_evidence", evidence=[own, own])
    assert api.events_of(town.who("grid"), number, at=town.at)[-1].files == (own,)


def test_files_of_a_later_round_are_kept(town):
    number = town.report("hotline", user="hotline", external_number="B1")
    own = uploaded(town, "hotline")
    town.later(days=1)
    town.report("hotline", user="hotline", external_number="B1", attachments=(own,))
    assert api.events_of(town.who("hotline"), number, at=town.at)[-1].files == (own,)


def test_an_order_moved_by_code_has_no_point_that_contradicts_it(town):
    lng, lat = town.point()
    number = town.report(lng=lng, lat=lat)
    order = town.takes("grid", number, "relocate", reason="地址有误", area="310115104041")
    assert (order.village.code, order.lng, order.lat) == ("310115104041", None, None)


def test_a_message_from_tomorrow_is_refused(town):
    with refused("received_in_the_future"):
        town.report(received_at=town.at + timedelta(days=1))
