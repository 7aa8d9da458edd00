"""Accounts, passwords, bearer tokens and the lock after five failures (C2, U29; domain 5).

Passwords: ten characters or more, three of four kinds, not the user name, not one of the last five, renewed
every 90 days. Sign-in: five failures of one name within thirty minutes lock it for the rest of them; a
right password does not help meanwhile. Tokens: shown once, kept as SM3 digest.
"""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from django.contrib.auth.hashers import check_password, make_password
from django.db.models import Count
from django.utils import timezone

from townops.base import crypto, sql, tunables, tuning
from townops.base.access import SECURITY
from townops.base.db import write
from townops.base.models import Account, ApiToken, FailedSignIn, PasswordHistory, SecondFactor
from townops.base.tunables import Part, Tunable, value_at
from townops.kernel.refusal import Refused

SHORTEST: Final = 10
KINDS_NEEDED: Final = 3
REMEMBERED: Final = 5
FAILURES: Final = 5
LOCKED: Final = timedelta(minutes=30)
LONGEST_NAME: Final = 64
DAYS_KEY: Final = "password.days"
DAYS: Final = "90"
tunables.declare(
    Tunable(DAYS_KEY, DAYS, "密码有效期", "密码用满这些天须更换", SECURITY, (Part("", "天", 7, 365),))
)
_SAFE: Final = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789"


def create_account(
    username: str,
    *,
    password: str,
    display_name: str = "",
    must_change: bool = True,
    at: datetime | None = None,
) -> Account:
    """A new account; the first password is changed at the first sign-in unless told otherwise."""
    username = username.strip()
    if not username or len(username) > LONGEST_NAME:
        raise Refused("username_malformed", longest=LONGEST_NAME)
    _check_strength(username, password)
    with write():
        if Account.objects.filter(username=username).exists():
            raise Refused("username_taken", username=username)
        account = Account(
            username=username, display_name=display_name or username, must_change_password=must_change
        )
        account.created_at = at or timezone.now()
        _store(account, password, account.created_at)
        return account


def set_password(
    account: Account, password: str, *, must_change: bool = False, at: datetime | None = None
) -> Account:
    """Change a password.

    Refused: `password_short`, `password_simple`, `password_has_username`, `password_used_before`.
    """
    _check_strength(account.username, password)
    former = PasswordHistory.objects.filter(account=account).order_by("-set_at", "-id")[:REMEMBERED]
    if any(check_password(password, row.password) for row in former):
        raise Refused("password_used_before", count=REMEMBERED)
    with write():
        account.must_change_password = must_change
        _store(account, password, at or timezone.now())
        FailedSignIn.objects.filter(username=_name_hash(account.username)).delete()
    return account


def random_password() -> str:
    """A first password that keeps the rules, without letters that look alike."""
    return "".join(secrets.choice(_SAFE) for _ in range(12)) + "-" + secrets.choice("23456789") + "aA"


def sign_in(username: str, password: str, *, at: datetime | None = None, address: str = "") -> Account:
    """The account when name and password are right.

    Refused: `account_locked` (minutes), `sign_in_failed` (never says which).
    """
    at, name = at or timezone.now(), _name_hash(username.strip())
    check_lock(username.strip(), at)
    account = Account.objects.filter(username=username.strip()).first()
    right = check_password(password, account.password if account else _nobody())
    if account is None or not right or not account.is_active:
        note_failure(username.strip(), address=address, at=at)
        raise Refused("sign_in_failed")
    with write():
        if not SecondFactor.objects.filter(account=account, confirmed_at__isnull=False).exists():
            FailedSignIn.objects.filter(username=name).delete()  # a right password forgives no wrong codes
        account.last_login = at
        account.save(update_fields=["last_login"])
    return account


def by_id(account: int) -> Account | None:
    """An account while it is active."""
    return Account.objects.filter(pk=account, is_active=True).first()


def must_renew(account: Account, at: datetime) -> bool:
    """Whether the password has to be changed before anything else: a first one, or older than
    `password.days` (90).
    """
    days = int(value_at(DAYS_KEY, at, default=DAYS))
    return account.must_change_password or (at - account.password_changed_at) > timedelta(days=days)


@tuning.on_trial(DAYS_KEY)
def try_days(before: str, after: str, at: datetime) -> tuning.Trial:
    """How many active accounts would have to renew their password at once."""
    active = Account.objects.filter(is_active=True)
    counts = (
        active.filter(password_changed_at__lt=at - timedelta(days=int(days))).count()
        for days in (before, after)
    )
    return tuning.Trial((tuning.Counted("马上要改密码的账号", *counts),))


def issue_token(username: str, *, days: int = 365, label: str = "", at: datetime | None = None) -> str:
    """A new bearer token, returned this once. Refused: `account_unknown`."""
    at = at or timezone.now()
    account = Account.objects.filter(username=username, is_active=True).first()
    if account is None:
        raise Refused("account_unknown", username=username)
    token = "tot_" + secrets.token_urlsafe(32)
    with write():
        ApiToken.objects.create(
            digest=_digest(token),
            account=account,
            label=label,
            created_at=at,
            expires_at=at + timedelta(days=days),
        )
    return token


def account_for_token(token: str, *, at: datetime | None = None) -> Account | None:
    """Whose token this is, while it is neither expired nor revoked and the account is active.

    Looked up by digest.
    """
    at, digest = at or timezone.now(), _digest(token)
    row = ApiToken.objects.filter(digest=digest, revoked_at__isnull=True).select_related("account").first()
    if row is None or not crypto.same(row.digest, digest):
        return None
    return row.account if row.expires_at > at and row.account.is_active else None


def account_id_for_token(token: str, *, at: datetime | None = None) -> int | None:
    """The same for machines, which need only the id: one light query, as every call pays it."""
    found = sql.values(_LIVE_OWNER, [_digest(token), at or timezone.now()])
    return int(found[0][0]) if found else None


def revoke_token(token: str, *, at: datetime | None = None) -> bool:
    """End a token now; whether it was valid until now."""
    rows = ApiToken.objects.filter(digest=_digest(token), revoked_at__isnull=True)
    with write():
        return rows.update(revoked_at=at or timezone.now()) == 1


def revoke_tokens_of(account: Account, *, at: datetime | None = None) -> int:
    """End every token of an account; returns how many."""
    with write():
        rows = ApiToken.objects.filter(account=account, revoked_at__isnull=True)
        return rows.update(revoked_at=at or timezone.now())


def deactivate(account: Account, *, at: datetime | None = None) -> None:
    """Close the door: no sign-in, no token. The account stays, for what it did stays."""
    with write():
        account.is_active = False
        account.save(update_fields=["is_active"])
        revoke_tokens_of(account, at=at)


def _check_strength(username: str, password: str) -> None:
    if len(password) < SHORTEST:
        raise Refused("password_short", shortest=SHORTEST)
    kinds = (str.islower, str.isupper, str.isdigit)
    held = sum(any(kind(sign) for sign in password) for kind in kinds)
    held += any(not (sign.isascii() and sign.isalnum()) for sign in password)
    if held < KINDS_NEEDED:
        raise Refused("password_simple", kinds=KINDS_NEEDED)
    if username.lower() in password.lower():
        raise Refused("password_has_username")


def _store(account: Account, password: str, at: datetime) -> None:
    account.set_password(password)
    account.password_changed_at = at
    account.save()
    PasswordHistory.objects.create(account=account, password=account.password, set_at=at)


def note_failure(username: str, *, address: str, at: datetime) -> None:
    """One more wrong password or code of a name."""
    with write():
        FailedSignIn.objects.create(username=_name_hash(username), address=address[:64], at=at)


def forgive(username: str) -> None:
    """Whoever came in begins with no failures."""
    FailedSignIn.objects.filter(username=_name_hash(username)).delete()


def check_lock(username: str, at: datetime) -> None:
    """Refused("account_locked") after five failures within the half hour."""
    recent = FailedSignIn.objects.filter(username=_name_hash(username), at__gt=at - LOCKED).order_by("-at")
    times = list(recent.values_list("at", flat=True)[:FAILURES])
    if len(times) >= FAILURES:
        left = times[0] + LOCKED - at
        raise Refused("account_locked", minutes=max(1, -(-int(left.total_seconds()) // 60)))


def locked(usernames: Iterable[str], at: datetime) -> frozenset[str]:
    """Those of the names that five failures within the half hour have locked; one query for any number of them."""
    rows = (
        FailedSignIn.objects.filter(at__gt=at - LOCKED).values_list("username").annotate(failed=Count("id"))
    )
    shut = {name for name, failed in rows if failed >= FAILURES}
    return frozenset(one for one in usernames if _name_hash(one) in shut) if shut else frozenset()


def _nobody() -> str:
    """A hash nobody's password has, so that an unknown name costs the same time as a known one."""
    return _NOBODY.setdefault("hash", make_password(secrets.token_urlsafe(16)))


_NOBODY: Final[dict[str, str]] = {}


def _name_hash(username: str) -> str:
    return crypto.keyed_hash(f"sign-in/{username.casefold()}")


_LIVE_OWNER: Final = (
    "SELECT t.account_id FROM base_apitoken t JOIN base_account a ON a.id = t.account_id AND a.is_active"
    " WHERE t.digest = %s AND t.revoked_at IS NULL AND t.expires_at > %s"
)


def _digest(token: str) -> str:
    return crypto.sm3(token.encode()).hex()
