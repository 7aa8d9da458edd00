"""What a class needs to know: asked while registering, kept with the report under the proof, masked and erased as its text is."""

import pytest

from townops.kernel.refusal import Refused
from townops.orders import api
from townops.orders.domain.asked import packed, unpacked
from townops.orders.erasing import erase_texts
from townops.orders.models import OrderEvent, OrderText

pytestmark = pytest.mark.django_db
ANSWERS = (("井盖缺失，有坠落危险", "缺失，已放锥桶"), ("谁先发现", "保安，电话13812345678"))


def test_answers_are_packed_line_by_line_and_come_out_as_they_went_in():
    assert unpacked(packed(ANSWERS)) == ANSWERS
    assert packed([("问", " "), ("", "答"), ("两行\n的问", "有\t制表")]) == "两行 的问\t有 制表"
    assert unpacked("（已清除）") == ()


def test_answers_stand_on_the_order_and_in_its_proven_history(town):
    number = town.report(answers=ANSWERS)
    assert town.view(number).asked[0] == ANSWERS[0]
    row = town.row(number)
    assert "answers" in OrderEvent.objects.get(order_id=row.id, seq=1).body
    assert [one for one in api.verify_journal() if one.order == row.id] == []
    OrderText.objects.filter(order_id=row.id, name="answers").update(text="谁先发现\t没有人")
    assert [one for one in api.verify_journal() if one.order == row.id] != []


def test_numbers_of_persons_in_an_answer_are_masked_as_in_the_text(town):
    number = town.report(answers=ANSWERS)
    plain = api.order_for(town.who("auditor"), number, at=town.at)
    assert "13812345678" not in plain.answers
    assert "保安" in plain.answers


def test_answers_are_erased_with_the_texts(town):
    number = town.report(answers=ANSWERS)
    erase_texts(town.row(number).id, actor=town.who("shift"), at=town.at)
    assert town.view(number).asked == ()


def test_too_many_or_too_long_answers_are_refused(town):
    for answers in ((("问", "答" * 201),), tuple((f"问{n}", "答") for n in range(11))):
        with pytest.raises(Refused, match="answers_too_many"):
            town.report(answers=answers)


def test_the_next_round_brings_answers_of_its_own(town):
    number = town.report(external_number="G-1", user="grid", answers=ANSWERS[:1])
    town.later(hours=1)
    town.report(external_number="G-1", user="grid", answers=ANSWERS[1:], received_at=town.at)
    assert town.view(number).asked[0][0] == ANSWERS[1][0]
