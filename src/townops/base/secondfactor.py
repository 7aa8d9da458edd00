"""The second factor: a six-digit code from the owner's phone (TOTP, RFC 6238), or one of ten recovery codes on paper.

The secret is sealed with the town's key, recovery codes are kept as keyed hashes. A code serves once: the time step it
belongs to is written down, and nothing up to it is taken again. Wrong codes count as wrong passwords do.
"""

import base64
import re
import secrets
from datetime import datetime
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from townops.base import accounts, crypto
from townops.base.db import write
from townops.base.models import Account, RecoveryCode, SecondFactor
from townops.kernel.refusal import Refused

ISSUER: Final = "TownOps"
DIGITS, SECONDS, BYTES = 6, 30, 20
EARLY_AND_LATE: Final = (-1, 0, 1)
CODES: Final = 10
_SIGNS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_HALF: Final = 5


def enrolled(account: Account) -> bool:
    """Whether the account has a second factor that counts."""
    return SecondFactor.objects.filter(account=account, confirmed_at__isnull=False).exists()


def accounts_with() -> frozenset[int]:
    """Ids of every account that has one."""
    rows = SecondFactor.objects.filter(confirmed_at__isnull=False)
    return frozenset(rows.values_list("account_id", flat=True))


def begin(account: Account) -> str:
    """The secret to be put into the phone, in letters; the same until it is confirmed. Refused("second_factor_present")."""
    with write():
        row = SecondFactor.objects.filter(account=account).first()
        if row is not None and row.confirmed_at is not None:
            raise Refused("second_factor_present")
        if row is None:
            sealed = crypto.seal_bytes(secrets.token_bytes(BYTES), _place(account))
            row = SecondFactor.objects.create(account=account, secret=sealed)
    return base64.b32encode(_secret(row)).decode()


def address(account: Account) -> str:
    """The same as an address that a QR code holds."""
    begin(account)
    return _totp(SecondFactor.objects.get(account=account)).get_provisioning_uri(account.username, ISSUER)


def confirm(account: Account, code: str, *, at: datetime, origin: str = "") -> list[str]:
    """The first code typed makes it count; the recovery codes, said this once.

    Refused: `second_factor_present`, `account_locked`, `second_factor_wrong`.
    """
    begin(account)
    accounts.check_lock(account.username, at)
    with write():
        right = _spend(account, _plain(code), at)
        if right:
            SecondFactor.objects.filter(account=account).update(confirmed_at=at)
            accounts.forgive(account.username)
            return _fresh_codes(account)
    accounts.note_failure(account.username, address=origin, at=at)
    raise Refused("second_factor_wrong")


def check(account: Account, code: str, *, at: datetime, origin: str = "") -> None:
    """Take a code of the phone or a recovery code. Refused: `account_locked`, `second_factor_wrong`."""
    accounts.check_lock(account.username, at)
    typed = _plain(code)
    with write():
        right = enrolled(account) and (_spend(account, typed, at) or _spend_recovery(account, typed, at))
        if right:
            accounts.forgive(account.username)
            return
    accounts.note_failure(account.username, address=origin, at=at)
    raise Refused("second_factor_wrong")


def codes_left(account: Account) -> int:
    """How many recovery codes are not used yet."""
    return RecoveryCode.objects.filter(account=account, used_at__isnull=True).count()


def forget(account: Account) -> bool:
    """Drop secret and recovery codes; whether there was anything. The caller holds the transaction."""
    RecoveryCode.objects.filter(account=account).delete()
    gone, _ = SecondFactor.objects.filter(account=account).delete()
    return gone > 0


def _spend(account: Account, typed: str, at: datetime) -> bool:
    """Whether it is a code of now, a moment ago or in a moment that was not used, nor any after it."""
    row = SecondFactor.objects.filter(account=account).first()
    if row is None or not re.fullmatch(f"[0-9]{{{DIGITS}}}", typed):
        return False
    totp, now = _totp(row), int(at.timestamp()) // SECONDS
    steps = [now + shift for shift in EARLY_AND_LATE]
    step = next((one for one in steps if crypto.same(totp.generate(one * SECONDS).decode(), typed)), None)
    if step is None:
        return False
    unused = SecondFactor.objects.filter(account=account, last_step__lt=step)
    return unused.update(last_step=step) == 1


def _spend_recovery(account: Account, typed: str, at: datetime) -> bool:
    unused = RecoveryCode.objects.filter(
        account=account, digest=_digest(account, typed), used_at__isnull=True
    )
    return unused.update(used_at=at) == 1


def _fresh_codes(account: Account) -> list[str]:
    RecoveryCode.objects.filter(account=account).delete()
    codes = ["".join(secrets.choice(_SIGNS) for _ in range(2 * _HALF)) for _ in range(CODES)]
    RecoveryCode.objects.bulk_create(
        [RecoveryCode(account=account, digest=_digest(account, one)) for one in codes]
    )
    return [f"{one[:_HALF]}-{one[_HALF:]}" for one in codes]


def _plain(code: str) -> str:
    """As it is compared: without blanks and strokes, in capitals."""
    return re.sub(r"[\s\-]", "", code).upper()


def _digest(account: Account, code: str) -> str:
    return crypto.keyed_hash(f"recovery/{account.pk}/{code}")


def _totp(row: SecondFactor) -> TOTP:
    return TOTP(_secret(row), DIGITS, SHA1(), SECONDS)  # noqa: S303  (what every phone application speaks)


def _secret(row: SecondFactor) -> bytes:
    return crypto.unseal_bytes(bytes(row.secret), f"second-factor/{row.account_id}")


def _place(account: Account) -> str:
    return f"second-factor/{account.pk}"
