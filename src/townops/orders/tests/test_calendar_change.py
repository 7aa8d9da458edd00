"""A change of the working calendar: said beforehand, published once, followed by the open orders."""

from dataclasses import replace
from datetime import timedelta

import pytest

from townops.base import calendars, jobs, journal
from townops.base.models import Account
from townops.kernel.actors import Actor, Hat
from townops.kernel.refusal import Refused
from townops.kernel.workdays import SHANGHAI
from townops.orders import api, calendar_trial
from townops.orders.calendar import DayChange, follow, foresee, publish, replayed
from townops.orders.models import OrderEvent

pytestmark = pytest.mark.django_db
KEEPER = Actor(7, "日历员", (Hat(1, 1, frozenset({"orders.edit_calendar"})),))


def refused(code: str):
    return pytest.raises(Refused, match=code)


@pytest.fixture
def change(town):
    number = town.handling()
    day = town.row(number).due_at.astimezone(SHANGHAI).date()
    return DayChange((day,), "holiday", "台风停工", calendars.current().version)


def test_what_is_foreseen_is_what_happens_and_looking_writes_nothing(town, change):
    before, at = OrderEvent.objects.count(), town.later(minutes=1)
    seen = foresee(change, at)
    assert seen.count == len(seen.first) > 0
    assert (calendars.current().version, OrderEvent.objects.count()) == (change.over, before)
    publish(change, actor=KEEPER, at=at)
    api.recalendar(at=at)
    assert {one.number: one.after for one in seen.first} == {
        one.number: town.row(one.number).due_at for one in seen.first
    }


def test_the_list_is_bounded_and_the_count_exact(town, change):
    town.handling()
    seen = foresee(change, town.at, most=1)
    assert (seen.count, len(seen.first)) == (2, 1)


def test_the_second_of_two_is_refused_and_told_what_the_first_changed(town, change):
    made = publish(change, actor=KEEPER, at=town.at)
    with refused("calendar_stale") as found:
        publish(replace(change, note="另一个"), actor=KEEPER, at=town.at)
    assert found.value.params == {"version": made, "note": "日历员：台风停工"}


def test_a_day_gone_by_is_not_changed(town, change):
    yesterday = town.at.astimezone(SHANGHAI).date() - timedelta(days=1)
    with refused("calendar_past"):
        foresee(replace(change, days=(yesterday,)), town.at)


def test_a_change_says_why(town, change):
    with refused("calendar_note_missing"):
        foresee(replace(change, note=" "), town.at)


def test_publishing_needs_its_permission_and_is_journalled(town, change):
    with refused("not_permitted"):
        publish(change, actor=Actor(8, "别人", ()), at=town.at)
    publish(change, actor=KEEPER, at=town.at)
    last = journal.history("calendar", "town")[-1]
    assert (last.name, last.body["note"], last.body["days"]) == (
        "日历员",
        "台风停工",
        [change.days[0].isoformat()],
    )


def test_the_job_moves_every_open_order_through_the_queue_also_one_stepped_before_it_ran(town, change):
    stepped = town.handling()
    seen = {one.number: one.after for one in foresee(change, town.at).first}
    assert stepped in seen
    publish(change, actor=KEEPER, at=town.at)
    town.takes("u_chengjian", stepped, "contact", who="诉求人", when=town.at.isoformat(), result="已联系")
    jobs.run_due(town.later(minutes=1))
    assert {number: town.row(number).due_at for number in seen} == seen
    assert steps_of(town, stepped)[-2:] == ["contact", "recalendar"]
    assert jobs.dead() == []


def test_an_order_stepped_while_the_job_holds_it_is_decided_again_and_keeps_its_step(town, change):
    number = town.handling()
    publish(change, actor=KEEPER, at=town.at)
    newest, at = calendars.current(), town.later(minutes=5)
    held = {loaded.row.number: (loaded, decision) for loaded, decision in replayed(newest, at)}
    town.takes("u_chengjian", number, "contact", who="诉求人", when=town.at.isoformat(), result="已联系")
    assert follow(*held[number], newest, recorded_at=town.at)
    assert steps_of(town, number)[-2:] == ["contact", "recalendar"]
    assert number not in {loaded.row.number for loaded, _ in replayed(newest, town.at)}


def test_an_order_another_run_moved_meanwhile_is_left_alone(town, change):
    number = town.handling()
    publish(change, actor=KEEPER, at=town.at)
    newest = calendars.current()
    held = {loaded.row.number: (loaded, decision) for loaded, decision in replayed(newest, town.at)}
    api.recalendar(at=town.at)
    assert not follow(*held[number], newest, recorded_at=town.at)


def steps_of(town, number: str) -> list[str]:
    rows = OrderEvent.objects.filter(order_id=town.row(number).pk).order_by("seq")
    return list(rows.values_list("step", flat=True))


def test_a_trial_over_many_orders_runs_as_a_job_and_sees_what_the_quick_one_sees(
    town, change, tmp_path, settings
):
    settings.DATA = tmp_path
    owner, at = Account.objects.get(username="deputy"), town.later(minutes=1)
    typed = {"first": change.days[0].isoformat(), "note": change.note}
    number = calendar_trial.ask(change, typed, owner, at)
    found = calendar_trial.look(owner, number)
    assert (found.typed, found.seen, found.total) == (typed, foresee(change, at), 1)
    with refused("batch_unknown"):
        calendar_trial.look(Account.objects.get(username="director"), number)


def test_a_trial_that_is_stopped_leaves_nothing(town, change):
    assert foresee(change, town.at, advance=lambda done: False) is None


def test_a_trial_of_a_calendar_that_changed_meanwhile_comes_to_nothing(town, change, tmp_path, settings):
    settings.DATA = tmp_path
    owner = Account.objects.get(username="deputy")
    publish(change, actor=KEEPER, at=town.at)
    with refused("calendar_stale"):
        calendar_trial.ask(change, {}, owner, town.at)
