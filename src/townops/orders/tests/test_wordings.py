"""答复模板: which fit, how their blanks are filled, how they change by date."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from townops.base.models import JournalEntry
from townops.kernel.actors import Actor, Hat
from townops.kernel.refusal import Refused
from townops.orders import wordings
from townops.orders.domain.wordings import Wording, check, filled, in_force, offered

TODAY = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
DAY = date(2026, 11, 25)
ONE = Wording("a", 1, "已解决", "submit", "reply", "", "", "{地点}已修好。", date(2026, 1, 1))
EDITOR = Actor(7, "模板员", (Hat(1, 1, frozenset({"orders.edit_wordings"})),))
CLASSES = {"H-01", "H-01-02", "C-01-01"}


def fitting(*found, step="submit", fact="reply", class_code="H-01-02", state="handling"):
    return [one.code for one in offered(found, step=step, fact=fact, class_code=class_code, state=state)]


def test_a_wording_is_offered_in_its_step_and_text_only():
    assert fitting(ONE) == ["a"]
    assert fitting(ONE, fact="result") == []
    assert fitting(ONE, step="reply_up") == []


def test_of_its_class_and_state_only_and_the_closest_first():
    narrow = replace(ONE, code="b", class_prefix="H-01")
    exact = replace(ONE, code="c", class_prefix="H-01", state="handling")
    other = replace(ONE, code="d", class_prefix="C-01")
    rework = replace(ONE, code="e", state="rework")
    assert fitting(ONE, narrow, exact, other, rework) == ["c", "b", "a"]


def test_blanks_are_filled_and_what_is_not_known_is_left_to_be_written():
    assert filled("{地点}于{今天}", {"地点": "北街", "今天": ""}) == "北街于＿＿＿"


def test_the_newest_version_begun_by_a_day_holds_and_a_withdrawn_one_is_gone():
    later = replace(ONE, version=2, body="新", effective_from=date(2026, 12, 1))
    gone = replace(ONE, version=3, offered=False, effective_from=date(2027, 1, 1))
    versions = [gone, later, ONE]
    assert in_force(versions, DAY) == (ONE,)
    assert in_force(versions, date(2026, 12, 1)) == (later,)
    assert in_force(versions, date(2027, 1, 1)) == ()


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"name": " "}, "wording_incomplete"),
        ({"body": "字" * 1001}, "wording_too_long"),
        ({"fact": "evidence"}, "wording_place_unknown"),
        ({"step": "classify", "fact": "class"}, "wording_place_unknown"),
        ({"state": "odd"}, "wording_state_unknown"),
        ({"class_prefix": "Z"}, "wording_class_unknown"),
        ({"body": "{电话}"}, "wording_blank_unknown"),
    ],
)
def test_a_wording_nobody_could_use_is_refused(changed, code):
    with pytest.raises(Refused) as refused:
        check(replace(ONE, **changed), classes=CLASSES)
    assert refused.value.code == code


@pytest.mark.django_db
class TestStored:
    @pytest.fixture(autouse=True)
    def catalogue(self, standing_town):
        pass

    def test_every_starting_wording_is_sound_and_written_once(self):
        for one in wordings.in_force(TODAY):
            wordings.verify(one, at=TODAY)
        assert wordings.every()
        assert wordings.load_starting() == 0

    def test_a_change_is_a_new_version_from_its_day_and_journalled(self):
        old = wordings.history("reply-solved")[0].wording
        made = wordings.publish(
            replace(old, body="已办结。", effective_from=date(2026, 12, 1)), actor=EDITOR, at=TODAY
        )
        assert made.version == 2
        assert old in wordings.in_force(TODAY)
        assert made in wordings.in_force(datetime(2026, 12, 2, tzinfo=UTC))
        assert wordings.history("reply-solved")[0].made_by == "模板员"
        assert JournalEntry.objects.filter(kind="wording", key="reply-solved").count() == 1

    @pytest.mark.parametrize(
        ("changed", "code"),
        [
            ({"effective_from": date(2026, 11, 24), "body": "x"}, "wording_backdated"),
            ({}, "wording_unchanged"),
            ({"code": "nobody"}, "wording_unknown"),
        ],
    )
    def test_what_is_past_is_never_rewritten(self, changed, code):
        old = replace(wordings.history("reply-solved")[0].wording, effective_from=DAY)
        with pytest.raises(Refused) as refused:
            wordings.publish(replace(old, **changed), actor=EDITOR, at=TODAY)
        assert refused.value.code == code

    def test_whoever_lacks_the_right_changes_nothing(self):
        with pytest.raises(Refused) as refused:
            wordings.publish(replace(ONE, code="", effective_from=DAY), actor=Actor(8, "旁人", ()), at=TODAY)
        assert refused.value.code == "not_permitted"
