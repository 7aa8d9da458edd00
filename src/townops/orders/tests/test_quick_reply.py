"""A 咨询 answered at once through the door: two persons, one message to the district, or closed (ADR 5)."""

import pytest

from townops.kernel.refusal import Refused
from townops.orders import api
from townops.orders.models import Order, OrderEvent, Upward

pytestmark = pytest.mark.django_db
SAID = {"reply": "社保卡在社区事务受理中心办理", "class": "H-05-02"}
FOUND = {"who": "来电人", "fact_finding": "true", "demand_finding": "reasonable"}


def asked(town, source: str = "hotline", **given) -> str:
    return town.report(source, user="hotline", text="社保卡在哪里办", **given)


def steps_of(number: str) -> list[str]:
    found = OrderEvent.objects.filter(order_id__in=Order.objects.filter(number=number).values("id"))
    return list(found.order_by("seq").values_list("step", flat=True))


def test_a_hotline_question_is_answered_signed_and_on_its_way_to_the_district(town):
    number = asked(town, external_number="Q1")
    town.takes("hotline", number, "quick_reply", **SAID, **FOUND)
    order = town.takes("assess", number, "review_center")
    assert (order.state, order.basis, order.value.progress.replied) == (
        "awaiting_authority",
        "first_asked",
        True,
    )
    assert steps_of(number) == ["report", "quick_reply", "review_center", "reply_up"]
    (message,) = Upward.objects.filter(order_id=order.id)
    assert (message.kind, message.status) == ("reply", "ready")
    text = api.upward.ready_text(town.who("hotline"), number, message.seq)
    assert "答复：社保卡在社区事务受理中心办理" in text
    assert "先行联系：联系来电人，已当场答复" in text
    assert "结果：解释说明" in text
    done = town.takes("hotline", number, "answer_up", kind="closing", granted=True)
    assert (done.state, done.value.result) == ("closed", "explained")
    assert api.verify_journal() == []


def test_a_resident_s_question_is_closed_by_the_center_s_signature(town):
    number = asked(town, "resident")
    town.takes("hotline", number, "quick_reply", **SAID, who="来电人")
    order = town.takes("assess", number, "review_center")
    assert (order.state, order.value.result) == ("closed", "explained")
    assert api.verify_journal() == []


def test_the_clerk_who_answered_signs_nothing(town):
    number = asked(town, "resident")
    town.takes("hotline", number, "quick_reply", **SAID, who="来电人")
    with pytest.raises(Refused, match="not_permitted"):
        town.takes("hotline", number, "review_center")


def test_an_answer_the_district_does_not_accept_comes_back_to_the_center(town):
    number = asked(town, external_number="Q2")
    town.takes("hotline", number, "quick_reply", **SAID, **FOUND)
    town.takes("assess", number, "review_center")
    order = town.takes("hotline", number, "answer_up", kind="closing", granted=False, reason="答复不完整")
    assert (order.state, order.responsible.code) == ("rework", "center")
    again = town.takes("hotline", number, "quick_reply", **SAID, **FOUND)
    assert again.state == "center_review"


def test_what_is_merged_into_an_answered_order_closes_with_it(town):
    parent, child = asked(town, "resident"), asked(town, "resident")
    town.takes("hotline", child, "merge", parent=parent)
    town.takes("hotline", parent, "quick_reply", **SAID, who="来电人")
    town.takes("assess", parent, "review_center")
    assert (town.view(child).state, town.view(child).value.result) == ("closed", "merged")


def test_the_answer_of_the_district_itself_is_no_place_for_it(town):
    number = town.report("district", user="hotline", external_number="D1")
    with pytest.raises(Refused, match="step_not_allowed"):
        town.takes("hotline", number, "quick_reply", **SAID)
