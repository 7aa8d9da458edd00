"""Tunables: declared where they are used, read within their range, tried, set from now on, journalled."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import townops
from townops.base import inbox, journal, tunables, tuning
from townops.base.access import SECURITY, TUNE
from townops.base.tunables import Part, Tunable
from townops.base.tuning import Change, Counted
from townops.kernel.actors import Actor, Hat
from townops.kernel.refusal import Refused

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
DECLARED = re.compile(r"value_at\(([A-Za-z_]+)\.key, [a-z]+, default=\1\.default\)")
KEEPER = Actor(7, "安全员", (Hat(1, 1, frozenset({SECURITY})),))
PAIR = Tunable("x.pair", "4 1.50", "一对", "", TUNE, (Part("前", "分钟", 1, 60), Part("后", "", 0, 2, 2)))
SET = Tunable("x.set", "", "一组", "", TUNE, choices=lambda: (("a", "甲"), ("b", "乙")))
DAYS = Change(inbox.KEPT_KEY, "30", "按留存规定", inbox.KEPT_DAYS)


def refused(code: str):
    return pytest.raises(Refused, match=code)


def test_what_is_typed_is_read_by_parts_and_said_with_its_units():
    assert tunables.read(PAIR, ["5", "1.2"]) == "5 1.20"
    assert tunables.said(PAIR, "5 1.20") == "前 5 分钟，后 1.20"
    assert tunables.read(SET, ["b", "a"]) == "a,b"
    assert (tunables.said(SET, "a,b"), tunables.said(SET, "")) == ("甲、乙", "没有")


@pytest.mark.parametrize(
    "typed",
    [["0", "1"], ["61", "1"], ["5"], ["5.5", "1"], ["-5", "1"], ["５", "1"], ["5", "1.234"], ["", ""]],
)
def test_a_number_out_of_its_range_or_shape_is_refused(typed):
    with refused("tunable_malformed"):
        tunables.read(PAIR, typed)


def test_a_choice_that_is_not_offered_is_refused():
    with refused("tunable_choice_unknown"):
        tunables.read(SET, ["c"])


def test_a_value_is_in_force_from_the_moment_it_is_set_and_journalled():
    tuning.save(DAYS, actor=KEEPER, at=AT)
    one = tuning.known(inbox.KEPT_KEY)
    assert tuning.in_force(one, AT - timedelta(seconds=1)) == inbox.KEPT_DAYS
    assert tuning.in_force(one, AT) == "30"
    assert journal.history("tunable", inbox.KEPT_KEY)[-1].body == {
        "value": "30",
        "before": "90",
        "note": "按留存规定",
    }


def test_a_trial_counts_what_would_go_and_writes_nothing(django_user_model):
    account = django_user_model.objects.create(username="reader", password_changed_at=AT)
    told = [inbox.Told(account.pk, "step", "1", n, "某人", AT - timedelta(days=40 * n)) for n in (1, 2, 3)]
    inbox.tell(told)
    assert tuning.foresee(DAYS, AT).figures == (Counted("要清除的消息", 1, 3),)
    assert tuning.in_force(tuning.known(inbox.KEPT_KEY), AT) == "90"


def test_the_second_of_two_is_refused_and_told_what_the_first_changed():
    tuning.save(DAYS, actor=KEEPER, at=AT)
    with refused("tunable_stale") as found:
        tuning.save(Change(DAYS.key, "60", "另一个", DAYS.over), actor=KEEPER, at=AT + timedelta(minutes=1))
    assert found.value.params["note"] == "安全员：按留存规定"


def test_setting_needs_the_permission_a_reason_and_a_difference():
    with refused("not_permitted"):
        tuning.save(DAYS, actor=Actor(8, "别人", (Hat(1, 1, frozenset({TUNE})),)), at=AT)
    with refused("tunable_note_missing"):
        tuning.foresee(Change(DAYS.key, "30", " ", DAYS.over), AT)
    with refused("tunable_unchanged"):
        tuning.foresee(Change(DAYS.key, "90", "没变", "90"), AT)
    with refused("tunable_unknown"):
        tuning.foresee(Change("no.such", "1", "没有", ""), AT)


def test_every_default_lies_in_its_own_range_and_says_what_it_means():
    for one in tunables.declared().values():
        parts = one.default.split() if one.choices is None else []
        assert tunables.read(one, parts) == one.default
        assert one.label
        assert one.meaning


def test_every_file_that_reads_a_value_declares_it_or_takes_it_from_a_declaration():
    root = Path(townops.__file__).parent
    own = {"base/tunables.py", "base/tuning.py"}
    code = {
        path: path.relative_to(root).as_posix() for path in root.rglob("*.py") if "tests" not in path.parts
    }
    reading = {name: path.read_text("utf-8") for path, name in code.items() if name not in own}
    bare = [
        name
        for name, text in reading.items()
        if "value_at(" in text and "tunables.declare(" not in text and not DECLARED.search(text)
    ]
    assert bare == []
