"""Who answers for a block and whom to ask there: named, changed without overwriting anybody, reminded of dossiers that are due."""

import pytest
from django.utils import timezone

from townops.areas import api as areas
from townops.base.models import Account, Notice
from townops.kernel.refusal import Refused
from townops.people import api, reminding

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def block(standing_town):
    return areas.children(areas.villages(standing_town.code)[0].id)[0]


def who(user):
    return api.actor_for(Account.objects.get(username=user).pk, NOW)


def handling(block):
    return next(one for one in api.contacts_of(block.id, NOW) if one.kind == "handling")


def put(block, user, unit, post, over):
    wanted = api.Subject(block.id, "handling", unit, post, None)
    api.put_subject(wanted, over=over, actor=who(user), at=NOW)


def refused(code, work, *args):
    with pytest.raises(Refused) as found:
        work(*args)
    assert found.value.code == code


def test_a_contact_is_a_post_with_its_holder_and_a_masked_telephone(block):
    one = handling(block)
    assert one.unit and one.post and one.name.startswith("演示")
    assert "*" in one.phone and not one.phone.startswith("100")


def test_a_station_names_another_post_but_not_another_unit(block):
    one = handling(block)
    first, *_others = [post for post in api.posts_of(one.unit.id) if post.id != one.post.id]
    put(block, "station", one.unit.id, first.id, (one.unit.id, one.post.id))
    assert handling(block).post.id == first.id
    other = api.unit("chengjian").id
    refused("not_permitted", put, block, "station", other, None, (one.unit.id, first.id))
    refused("not_permitted", put, block, "unit", one.unit.id, one.post.id, (one.unit.id, first.id))
    put(block, "director", other, None, (one.unit.id, first.id))
    assert (handling(block).unit.id, handling(block).post) == (other, None)
    assert next((change.unit, change.post) for change in api.subject_changes(block.code)) == (
        api.unit("chengjian").name,
        "",
    )


def test_a_stale_choice_and_a_post_of_another_unit_are_refused(block):
    one = handling(block)
    other = next(post for post in api.posts_of(api.unit("dangzheng").id))
    refused("subject_stale", put, block, "director", one.unit.id, None, (0, 0))
    refused("post_of_another", put, block, "director", one.unit.id, other.id, (one.unit.id, one.post.id))
    refused("subject_unchanged", put, block, "director", one.unit.id, one.post.id, (one.unit.id, one.post.id))


def test_blocks_without_anybody_to_handle_or_to_ask_are_grave(block):
    one = handling(block)
    assert not areas.states([block], NOW)[0].grave
    put(block, "director", one.unit.id, None, (one.unit.id, one.post.id))
    assert [need.name for need in areas.states([block], NOW)[0].missing if need.grave] == ["contact"]


def test_whoever_confirms_a_dossier_confirms_who_answers(block):
    areas.confirm_dossier(block, over=0, actor=who("station"), at=NOW)
    assert {one.confirmed_on for one in api.contacts_of(block.id, NOW)} == {timezone.localdate(NOW)}


def test_keepers_are_reminded_once_a_week_of_their_own_village(block):
    assert reminding.remind(NOW) > 0
    reminding.remind(NOW)
    told = Notice.objects.filter(account__username="station", kind=reminding.NOTICE)
    assert [one.thing for one in told] == [areas.area_by_id(block.parent_id).code]
    assert not Notice.objects.filter(account__username__in=("shift", "unit", "resident")).exists()


def test_nobody_is_reminded_of_what_was_just_confirmed(block):
    for one in areas.children(block.parent_id):
        areas.confirm_dossier(one, over=0, actor=who("station"), at=NOW)
    reminding.remind(NOW)
    assert not Notice.objects.filter(account__username="station").exists()
