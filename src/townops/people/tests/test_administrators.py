"""System, security and audit administrators are apart; accounts and roles change only by those who keep them."""

import pytest

from townops.base.models import Account, JournalEntry
from townops.base.permissions import permissions_of
from townops.kernel.actors import Actor
from townops.kernel.refusal import Refused
from townops.people import api
from townops.people.tests.conftest import ADMIN, moment

NOON = "2026-06-01 12:00"
AT = moment(NOON)


@pytest.fixture
def staff(town):
    """A system administrator 甲 and a security administrator 乙, who may sign in."""
    api.load_roles()
    town.appoints("甲", "system.sysadmin")
    town.appoints("乙", "system.security")
    return town


def code_of(call, *args, **facts) -> str:
    with pytest.raises(Refused) as refusal:
        call(*args, **facts)
    return refusal.value.code


@pytest.mark.parametrize(
    ("name", "post"), [("甲", "system.security"), ("乙", "system.auditadmin"), ("甲", "system.auditor")]
)
def test_nobody_becomes_a_second_administrator(staff, name, post):
    assert code_of(staff.appoints, name, post) == "administrators_apart"


def test_nobody_stands_in_for_another_administrator(staff):
    security = api.appointments(api.post("system.security").id)[0].id
    assert code_of(staff.delegates, security, "甲", "2026-06-01", "2026-06-08") == "administrators_apart"
    staff.delegates(security, "丙", "2026-06-01", "2026-06-08")
    assert code_of(staff.appoints, "丙", "system.sysadmin", "2026-06-07") == "administrators_apart"
    staff.appoints("丙", "system.sysadmin", "2026-06-08")


def test_an_administrator_may_change_sides_once_the_first_post_has_ended(staff):
    staff.ends(api.appointments(api.post("system.sysadmin").id)[0].id, "2026-05-01")
    staff.appoints("甲", "system.security", "2026-05-01")


def test_nobody_appoints_himself_or_hands_his_right_to_himself(staff):
    own = staff.actor("甲", NOON)
    person = staff.person("甲")
    assert (
        code_of(api.appoint, api.post("shift").id, person, starts=AT, actor=own, at=AT) == "own_appointment"
    )


def test_the_system_administrator_opens_and_disables_accounts_and_it_is_on_record(staff):
    own = staff.actor("甲", NOON)
    made = api.enroll("丁", "ding", actor=own, at=AT, phone="10000000009")
    api.disable_account("ding", actor=own, at=AT)
    account = Account.objects.get(username="ding")
    assert not account.is_active
    assert api.person(made.person_id).name == "丁"
    entries = JournalEntry.objects.filter(kind="account", key=str(account.pk)).order_by("seq")
    assert list(entries.values_list("action", flat=True)) == ["open", "disable"]
    assert code_of(api.disable_account, "ding", actor=own, at=AT) == "account_disabled"
    assert code_of(api.disable_account, "甲", actor=own, at=AT) == "own_account"
    assert api.renew_password("ding", actor=own, at=AT)
    assert Account.objects.get(username="ding").is_active


def test_somebody_registered_without_an_account_gets_one(staff):
    own = staff.actor("甲", NOON)
    who = api.add_person("戊", actor=own, at=AT)
    api.open_account(who, "wu", actor=own, at=AT)
    assert api.person(who).account_id == Account.objects.get(username="wu").pk
    assert code_of(api.open_account, who, "wu2", actor=own, at=AT) == "person_unknown"


def test_accounts_are_not_the_security_administrator_s_and_roles_not_the_system_administrator_s(staff):
    system, security = staff.actor("甲", NOON), staff.actor("乙", NOON)
    nobody = Actor(99, "丙", ())
    for other in (security, nobody):
        assert code_of(api.enroll, "丁", "ding", actor=other, at=AT) == "not_permitted"
        assert code_of(api.disable_account, "甲", actor=other, at=AT) == "not_permitted"
    for other in (system, nobody):
        assert code_of(keep, "shift", {"orders.view"}, other) == "not_permitted"


def keep(code: str, permits: set[str], actor: Actor) -> None:
    api.keep_role(code, name="某角色", permits=permits, actor=actor, at=AT)


def test_a_role_permits_what_the_security_administrator_says(staff):
    keep("shift", {"orders.view_all", "orders.accept"}, staff.actor("乙", NOON))
    assert permissions_of(["shift"]) == {"orders.view_all", "orders.accept"}
    entry = JournalEntry.objects.get(kind="role", key="shift")
    assert entry.action == "keep"
    assert next(one for one in api.roles() if one.code == "shift").name == "某角色"


def test_a_role_never_mixes_administrations_and_is_taken_back_where_a_person_would(staff):
    security = staff.actor("乙", NOON)
    assert code_of(keep, "mixed", {"base.accounts", "base.roles"}, security) == "role_mixed"
    staff.appoints("甲", "center.shift")
    assert code_of(keep, "shift", {"base.security"}, security) == "administrators_apart"
    assert "base.security" not in permissions_of(["shift"])
    assert code_of(keep, "shift", {"base.nothing"}, security) == "permission_unknown"
    assert code_of(keep, "上", {"base.security"}, security) == "role_malformed"


def test_a_nameless_person_is_refused(staff):
    assert code_of(api.add_person, " ", actor=ADMIN, at=AT) == "person_name_malformed"
