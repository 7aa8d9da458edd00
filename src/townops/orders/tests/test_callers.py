"""Who called before: found by hash, seen within one's own, whistleblowers tied to nothing, searches journalled."""

from datetime import timedelta

import pytest

from townops.base import journal
from townops.base.models import JournalEntry
from townops.kernel.refusal import Refused
from townops.orders import api
from townops.orders.models import OrderContact
from townops.orders.tests.test_query_counts import counted

pytestmark = pytest.mark.django_db
PHONE, OTHER = "13800001234", "13900005678"


def refused(code: str):
    return pytest.raises(Refused, match=rf"^{code}\b")


def calls(town, phone: str = PHONE, **given) -> str:
    town.later(minutes=5)
    return town.report("hotline", user="hotline", contact_phone=phone, **given)


def whistle(town) -> str:
    """In the hands of 城建, from the usual telephone."""
    number = calls(town)
    town.takes("hotline", number, "accept")
    town.takes("hotline", number, "file", demand_type="whistleblow", time_class="5", **{"class": "H-05-02"})
    town.takes("dispatch", number, "dispatch", unit="chengjian", reason="按现场情况")
    return number


def numbers(page: api.Page) -> list[str]:
    return [row.number for row in page.rows]


def test_the_other_orders_of_a_reporter_come_newest_first_however_the_number_was_written(town):
    first, second, third = calls(town), calls(town, "138-0000 1234"), calls(town)
    calls(town, OTHER)
    clerk = town.who("hotline")
    assert numbers(api.same_reporter(clerk, first)) == [third, second]
    assert numbers(api.orders_of_caller(clerk, "138 0000 1234", at=town.at)) == [third, second, first]


def test_an_order_without_a_telephone_has_nothing_beside_it(town):
    calls(town, "")
    assert numbers(api.same_reporter(town.who("hotline"), calls(town, ""))) == []


def test_pages_follow_by_key(town):
    made = [calls(town) for _ in range(5)]
    clerk = town.who("hotline")
    first = api.same_reporter(clerk, made[0], limit=3)
    second = api.same_reporter(clerk, made[0], limit=3, cursor=first.next)
    assert numbers(first) + numbers(second) == made[:0:-1]
    assert (first.total, second.next) == (4, "")


def test_only_open_ones_when_asked_for(town):
    first, second = calls(town), calls(town)
    ended = town.report("resident", user="shift", contact_phone=PHONE)
    town.takes("hotline", ended, "withdraw", reason="来电人撤回")
    assert numbers(api.same_reporter(town.who("hotline"), first, open_only=True)) == [second]


def test_a_unit_finds_only_what_it_was_ever_asked(town):
    ours, theirs = [town.dispatched("hotline", unit, contact_phone=PHONE) for unit in ("chengjian", "shefa")]
    also_ours = town.dispatched("hotline", contact_phone=PHONE)
    unit = town.who("u_chengjian")
    assert numbers(api.same_reporter(unit, ours)) == [also_ours]
    assert theirs in numbers(api.same_reporter(town.who("hotline"), ours))
    with refused("order_unknown"):
        api.same_reporter(unit, theirs)


def test_no_list_ties_a_whistleblower_to_his_other_calls(town):
    plain, hidden = town.dispatched("hotline", contact_phone=PHONE), whistle(town)
    unit, center = town.who("u_chengjian"), town.who("hotline")
    assert numbers(api.same_reporter(unit, plain)) == []
    assert numbers(api.orders_of_caller(town.who("grid"), PHONE, at=town.at)) == [plain]
    with refused("reporter_hidden"):
        api.same_reporter(unit, hidden)
    assert numbers(api.same_reporter(center, hidden)) == [plain]


def test_a_search_by_number_is_journalled_without_the_number(town):
    calls(town)
    api.orders_of_caller(town.who("hotline"), PHONE, at=town.at)
    (entry,) = JournalEntry.objects.filter(kind="caller")
    (said,) = journal.history("caller", entry.key)
    assert (said.action, said.body) == ("search", {"found": 1})
    assert PHONE not in entry.key
    assert OrderContact.objects.get().phone_hash.startswith(entry.key)


def test_half_a_number_and_who_may_not_ask_by_telephone_are_refused(town):
    with refused("phone_too_short"):
        api.orders_of_caller(town.who("hotline"), "1380", at=town.at)
    for user in ("resident", "u_chengjian", "dispatch"):
        with refused("not_permitted"):
            api.orders_of_caller(town.who(user), PHONE, at=town.at)
    assert not JournalEntry.objects.filter(kind="caller").exists()


def test_what_was_erased_is_found_no_more(town):
    first, second = calls(town), calls(town)
    api.erase_texts(town.row(second).id, actor=town.who("hotline"), at=town.at)
    assert numbers(api.same_reporter(town.who("hotline"), first)) == []


def test_the_calls_of_a_reporter_cost_as_many_statements_for_many_as_for_few(town):
    first, _ = calls(town), calls(town)
    clerk, unit = town.who("hotline"), town.who("u_chengjian")
    few = counted(lambda: api.same_reporter(clerk, first))
    for _ in range(8):
        calls(town)
    assert len(counted(lambda: api.same_reporter(clerk, first))) == len(few) == 4
    town.at += timedelta(minutes=1)
    ours = town.dispatched("hotline", contact_phone=PHONE)
    town.dispatched("hotline", contact_phone=PHONE)
    assert len(counted(lambda: api.same_reporter(unit, ours))) == 5
