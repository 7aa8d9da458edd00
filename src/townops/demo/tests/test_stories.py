"""Even a small town shows every state, every basis and every step, through the real engine."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from pytest_django.plugin import DjangoDbBlocker

from townops.demo.play import Play, evidence
from townops.demo.stories import stories
from townops.demo.town import Town
from townops.orders.api import STEPS, State, verify_journal
from townops.orders.domain.order import Basis
from townops.orders.models import Order, OrderContact, OrderEvent, Upward

NOW = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
FEW, ALL = 31, 62
# orders from before, a corrected calendar, a unit that ended, borders that moved
UNPLAYED = {"adopt", "recalendar", "succeed", "follow_borders"}
TODAY = {
    "make_safe", "report_interim", "remind", "supervise", "link_incident", "provisional_close", "relocate", "resume",
    "raise_level", "merge", "unmerge", "gain", "follow", "resend", "reopen", "reclassify", "take_back", "ask_up", "answer_up",
    "receipt_up", "add_opinion", "add_evidence", "classify", "fall_back", "deem_acknowledged", "designate", "decide_dispute",
    "request_extension", "decide_extension", "request_suspension", "decide_suspension",
}  # fmt: skip
pytestmark = pytest.mark.django_db


def play(town: Town, orders: int) -> None:
    assert Play(town=town.code, count_=orders, until=NOW, evidence=evidence(NOW)).run(print) == orders


@pytest.fixture(scope="module")
def told(standing_town: Town, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A town with every story told, in the transaction of the town."""
    with django_db_blocker.unblock():
        play(standing_town, ALL)
        yield


def steps_of(**wanted: object) -> set[str]:
    orders = Order.objects.filter(**wanted).values("id")
    return set(OrderEvent.objects.filter(order_id__in=orders).values_list("step", flat=True))


def test_every_story_fits_into_the_town_of_these_tests():
    assert FEW <= len(stories()) <= ALL


def test_only_what_was_written_in_the_last_hours_still_waits_to_be_sent_up(told):
    ages = [NOW - one.made_at for one in Upward.objects.filter(status="ready")]
    assert ages
    assert max(ages) < timedelta(hours=17)
    sent = Upward.objects.filter(status="sent")
    assert all(one.made_at < one.sent_at < NOW for one in sent)


def test_every_state_and_every_basis_has_an_order(told):
    assert set(Order.objects.values_list("state", flat=True)) == {one.value for one in State}
    bases = Counter(Order.objects.filter(is_open=True).values_list("basis", flat=True))
    assert set(bases) == {one.value for one in Basis} - {"last"}
    assert min(bases[one] for one in ("designated", "fallback")) > 1


def test_every_step_of_the_table_was_taken_and_most_of_them_on_orders_open_today(told):
    assert set(STEPS) - steps_of() == UNPLAYED
    assert TODAY - steps_of(is_open=True) == set()


def test_special_hands_are_there_today(told):
    open_ = Order.objects.filter(is_open=True)
    assert open_.filter(demand_type="whistleblow").exists()
    assert open_.filter(round__gt=1).exists()
    leader = OrderEvent.objects.filter(order_id__in=open_.values("id"), step="acknowledge", rank__gte=2)
    assert leader.exists()  # 回避: the leader in charge holds it
    calls = Counter(OrderContact.objects.exclude(phone_hash="").values_list("phone_hash", flat=True))
    assert calls.most_common(1)[0][1] >= 3


def test_a_child_closed_with_its_parent(told):
    child = Order.objects.filter(state="closed", result="merged").get()
    assert Order.objects.get(id=child.parent).state == "closed"


def test_messages_to_the_district_wait_and_are_answered(told):
    kinds = set(Upward.objects.values_list("kind", "status"))
    assert {"extension", "return"} <= {kind for kind, status in kinds if status in {"ready", "sent"}}
    assert ("reply", "received") in kinds
    assert {("extension", "answered"), ("return", "answered"), ("closing", "answered")} <= kinds


def test_an_appeal_waits_and_another_was_granted_by_two(told):
    assert Order.objects.filter(application="appeal").exists()
    assert OrderEvent.objects.filter(step="decide_appeal").count() == 2


def test_the_played_history_is_proven(told):
    assert verify_journal() == []


def test_thirty_orders_are_enough_for_every_state_and_basis(standing_town):
    before = set(Order.objects.values_list("id", flat=True))
    play(standing_town, FEW)
    mine = Order.objects.exclude(id__in=before)
    assert set(mine.values_list("state", flat=True)) == {one.value for one in State}
    assert set(mine.values_list("basis", flat=True)) == {one.value for one in Basis}
