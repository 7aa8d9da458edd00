"""A role may ask for a second factor: binding a phone, codes that serve once, the lock, recovery codes, being reset."""

import base64
import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from townops.base import accounts, secondfactor
from townops.base.journal import history
from townops.base.models import Account, RecoveryCode, SecondFactor
from townops.base.permissions import forget
from townops.console.tests.browser import Browser
from townops.kernel.refusal import Refused
from townops.people import api as people

pytestmark = pytest.mark.django_db
PASSWORD = "Townops-demo-2026"
BEGUN = datetime(2026, 11, 23, 3, tzinfo=UTC)


@pytest.fixture
def clock(town):
    with time_machine.travel(BEGUN, tick=False) as moved:
        yield moved
    forget()


@pytest.fixture
def asked(clock):
    """The grid clerk's role asks for a second factor."""
    people.ask_second_factor("grid_clerk", wanted=True, actor=actor("security"), at=BEGUN)


def actor(username):
    return people.actor_for(Account.objects.get(username=username).pk, datetime.now(UTC))


def code_of(key, at):
    return TOTP(base64.b32decode(key), 6, SHA1(), 30).generate(int(at.timestamp())).decode()  # noqa: S303


def bound(username="grid"):
    """(key, recovery codes) of an account that has bound its phone now."""
    account = Account.objects.get(username=username)
    key = secondfactor.begin(account)
    return key, secondfactor.confirm(account, code_of(key, datetime.now(UTC)), at=datetime.now(UTC))


def signing_in(username="grid"):
    """A visitor who has typed the right password."""
    return Browser("").open("/signin").send("登录", username=username, password=PASSWORD)


def test_who_has_such_a_role_binds_a_phone_before_anything_else(asked):
    clerk = signing_in()
    assert clerk.open("/orders").at == "/second-factor"
    key = re.search(r"([A-Z2-7]{4}(?: [A-Z2-7]{4}){7})", clerk.page.text)[1].replace(" ", "")
    clerk.send("绑定", code="000000" if code_of(key, BEGUN) != "000000" else "111111")
    assert "验证码不对" in clerk.page.text
    clerk.send("绑定", code=code_of(key, BEGUN))
    assert len(re.findall(r"[A-Z2-9]{5}-[A-Z2-9]{5}", clerk.page.text)) == 10
    assert clerk.open("/orders").at == "/orders"


def test_who_has_no_such_role_is_not_asked(asked):
    assert signing_in("unit").open("/orders").at == "/orders"


def test_a_role_that_asks_from_now_on_stops_sessions_that_have_not_shown_one(clock):
    clerk = Browser("grid").open("/orders")
    people.ask_second_factor("grid_clerk", wanted=True, actor=actor("security"), at=BEGUN)
    assert clerk.open("/orders").at == "/second-factor"


def test_signing_in_asks_for_a_code_after_the_password_and_lets_nobody_in_before(asked, clock):
    key, _ = bound()
    clock.shift(timedelta(minutes=1))
    clerk = signing_in()
    assert clerk.at == "/signin/code"
    assert clerk.open("/orders").at.startswith("/signin?next=")
    clerk.open("/signin/code").send("登录", code=code_of(key, datetime.now(UTC)))
    assert clerk.open("/orders").at == "/orders"


def test_one_code_never_works_twice_nor_one_before_it(asked, clock):
    account = Account.objects.get(username="grid")
    key, _ = bound()
    clock.shift(timedelta(minutes=5))
    now = datetime.now(UTC)
    secondfactor.check(account, code_of(key, now), at=now)
    for before in (0, 30):
        with pytest.raises(Refused) as refused:
            secondfactor.check(account, code_of(key, now - timedelta(seconds=before)), at=now)
        assert refused.value.code == "second_factor_wrong"


def test_a_code_is_taken_a_moment_early_or_late_and_not_later(asked, clock):
    account = Account.objects.get(username="grid")
    key, _ = bound()
    for off, taken in ((-30, True), (-60, False), (30, True), (90, False)):
        clock.shift(timedelta(minutes=10))
        now = datetime.now(UTC)
        typed = code_of(key, now + timedelta(seconds=off))
        if taken:
            secondfactor.check(account, typed, at=now)
        else:
            with pytest.raises(Refused):
                secondfactor.check(account, typed, at=now)


def test_five_wrong_codes_lock_the_name_and_the_right_password_forgives_none(asked, clock):
    key, _ = bound()
    clock.shift(timedelta(minutes=1))
    for _ in range(4):
        signing_in().send("登录", code="abc")
    clerk = signing_in()
    assert clerk.at == "/signin/code"
    clerk.send("登录", code="abc")
    clerk.send("登录", code=code_of(key, datetime.now(UTC)))
    assert "账号已锁定" in clerk.page.text
    with pytest.raises(Refused) as refused:
        accounts.sign_in("grid", PASSWORD, at=datetime.now(UTC))
    assert refused.value.code == "account_locked"


def test_a_recovery_code_opens_once(asked, clock):
    _, codes = bound()
    clock.shift(timedelta(minutes=1))
    typed = codes[3].lower().replace("-", " ")
    assert signing_in().send("登录", code=typed).open("/orders").at == "/orders"
    again = signing_in().send("登录", code=typed)
    assert "验证码不对" in again.page.text
    assert secondfactor.codes_left(Account.objects.get(username="grid")) == 9


def test_the_half_open_door_closes_after_five_minutes(asked, clock):
    key, _ = bound()
    clock.shift(timedelta(minutes=1))
    clerk = signing_in()
    clock.shift(timedelta(minutes=6))
    clerk.open("/signin/code")
    assert clerk.at == "/signin"
    assert key


def test_neither_secret_nor_recovery_code_is_in_the_database(asked):
    key, codes = bound()
    row = SecondFactor.objects.get(account__username="grid")
    assert base64.b32decode(key) not in bytes(row.secret)
    kept = set(RecoveryCode.objects.values_list("digest", flat=True))
    assert not kept & {one.replace("-", "") for one in codes} | kept & set(codes)
    assert len(kept) == 10


def test_another_administrator_resets_it_and_the_journal_tells(asked):
    bound()
    account = Account.objects.get(username="grid")
    people.reset_second_factor("grid", actor=actor("sysadmin"), at=BEGUN)
    assert not secondfactor.enrolled(account)
    assert history("account", account.pk)[-1].action == "reset_second_factor"
    assert signing_in().open("/orders").at == "/second-factor"


def test_nobody_resets_his_own_nor_one_that_is_not_there(asked):
    bound("sysadmin")
    for username, code in (("sysadmin", "own_second_factor"), ("unit", "second_factor_missing")):
        with pytest.raises(Refused) as refused:
            people.reset_second_factor(username, actor=actor("sysadmin"), at=BEGUN)
        assert refused.value.code == code
    with pytest.raises(Refused):
        people.reset_second_factor("sysadmin", actor=actor("grid"), at=BEGUN)


def test_what_is_bound_is_not_bound_again_without_a_reset(asked):
    bound()
    with pytest.raises(Refused) as refused:
        secondfactor.begin(Account.objects.get(username="grid"))
    assert refused.value.code == "second_factor_present"


def test_the_security_administrator_asks_for_it_on_the_roles_page_and_the_journal_tells(clock):
    keeper = Browser("security").open("/roles/grid_clerk")
    keeper.send("试算", second_factor="1", note="要求").send("确认发布")
    assert next(one for one in people.roles() if one.code == "grid_clerk").second_factor
    keeper.open("/roles/grid_clerk").send("试算", second_factor="", note="免去").send("确认发布")
    assert not next(one for one in people.roles() if one.code == "grid_clerk").second_factor
    assert [one.body["second_factor"] for one in history("role", "grid_clerk")] == [True, False]
    with pytest.raises(Refused):
        people.ask_second_factor("grid_clerk", wanted=True, actor=actor("grid"), at=BEGUN)


def test_tokens_of_machines_need_none(asked):
    bound()
    token = accounts.issue_token("grid", at=BEGUN)
    found = accounts.account_for_token(token, at=BEGUN)
    assert found is not None
    assert found.username == "grid"
