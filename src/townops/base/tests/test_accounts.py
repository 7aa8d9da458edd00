"""Doors: passwords, the lock, tokens."""

from datetime import UTC, datetime, timedelta

import pytest

from townops.base import accounts
from townops.base.models import Account, ApiToken, FailedSignIn
from townops.kernel.refusal import Refused

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
GOOD = "Gao-Qiao-2026"
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def quick(settings, tmp_path, db):
    settings.DATA = tmp_path
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def zhang():
    return accounts.create_account("zhang", password=GOOD, at=AT)


def refused(code):
    return pytest.raises(Refused, match=f"^{code}")


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("Ab1-short", "password_short"),
        ("onlylowercase", "password_simple"),
        ("lowerandUPPER", "password_simple"),
        ("My-Zhang-2026", "password_has_username"),
    ],
)
def test_a_weak_password_is_refused(zhang, password, code):
    with refused(code):
        accounts.set_password(zhang, password)


@pytest.mark.parametrize("password", ["lowerUPPER123", "lower-only-12", "密码密码密码密码ab1"])
def test_three_kinds_of_signs_are_enough(zhang, password):
    assert accounts.set_password(zhang, password).check_password(password)


def test_the_last_five_passwords_are_not_used_again_but_the_sixth_is(zhang):
    for number in range(4):
        accounts.set_password(zhang, f"Other-Pass-{number}", at=AT + MINUTE * (number + 1))
    with refused("password_used_before"):
        accounts.set_password(zhang, GOOD)
    accounts.set_password(zhang, "Other-Pass-4", at=AT + MINUTE * 9)
    assert accounts.set_password(zhang, GOOD).check_password(GOOD)


def test_a_first_password_and_an_old_one_have_to_be_renewed(zhang):
    assert accounts.must_renew(zhang, AT)
    accounts.set_password(zhang, "Another-Pass-1", at=AT)
    assert not accounts.must_renew(zhang, AT + timedelta(days=90))
    assert accounts.must_renew(zhang, AT + timedelta(days=90, seconds=1))


def test_a_random_password_keeps_the_rules(zhang):
    assert accounts.set_password(zhang, accounts.random_password())


def test_a_name_is_given_once(zhang):
    with refused("username_taken"):
        accounts.create_account("zhang", password=GOOD.replace("2026", "2027"))


def test_signing_in_does_not_say_whether_the_name_exists(zhang):
    for name in ("zhang", "nobody"):
        with refused("sign_in_failed"):
            accounts.sign_in(name, "wrong", at=AT)


def fail(times, name="zhang", at=AT):
    for number in range(times):
        with refused("sign_in_failed"):
            accounts.sign_in(name, "wrong", at=at + MINUTE * number)


def test_five_failures_lock_the_name_for_half_an_hour_even_for_the_right_password(zhang):
    fail(5)
    with refused("account_locked") as answer:
        accounts.sign_in("zhang", GOOD, at=AT + MINUTE * 5)
    assert answer.value.params == {"minutes": 29}
    with refused("account_locked"):
        accounts.sign_in(" ZHANG", GOOD, at=AT + MINUTE * 29)
    assert accounts.sign_in("zhang", GOOD, at=AT + MINUTE * 34) == zhang


def test_four_failures_and_a_success_start_the_count_anew(zhang):
    fail(4)
    accounts.sign_in("zhang", GOOD, at=AT + MINUTE * 4)
    fail(4, at=AT + MINUTE * 5)
    assert accounts.sign_in("zhang", GOOD, at=AT + MINUTE * 9) == zhang


def test_an_unknown_name_locks_just_the_same():
    fail(5, name="nobody")
    with refused("account_locked"):
        accounts.sign_in("nobody", GOOD, at=AT + MINUTE * 5)


def test_failed_names_are_not_kept_in_clear(zhang):
    fail(1)
    assert "zhang" not in FailedSignIn.objects.get().username


def test_an_inactive_account_does_not_open(zhang):
    token = accounts.issue_token("zhang", at=AT)
    accounts.deactivate(zhang)
    with refused("sign_in_failed"):
        accounts.sign_in("zhang", GOOD, at=AT)
    assert accounts.account_for_token(token, at=AT) is None


def test_a_token_opens_until_it_expires_or_is_revoked(zhang):
    token = accounts.issue_token("zhang", days=1, at=AT)
    assert accounts.account_for_token(token, at=AT + timedelta(hours=23)) == zhang
    assert accounts.account_for_token(token, at=AT + timedelta(hours=24)) is None
    assert accounts.account_for_token(token + "x", at=AT) is None
    assert accounts.revoke_token(token, at=AT)
    assert accounts.account_for_token(token, at=AT) is None
    assert not accounts.revoke_token(token)


def test_the_database_does_not_hold_the_token(zhang):
    token = accounts.issue_token("zhang", at=AT)
    assert token not in str(ApiToken.objects.values().get())


def test_a_token_needs_an_account():
    with refused("account_unknown"):
        accounts.issue_token("nobody")


def test_the_account_has_no_framework_permissions():
    assert not hasattr(Account, "user_permissions")
    assert not hasattr(Account, "is_superuser")
