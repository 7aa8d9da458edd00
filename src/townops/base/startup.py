"""What must hold before a town is served: right arithmetic, known permissions, the keys this database was
sealed with.
"""

import gc
from datetime import UTC, datetime
from typing import Final

from django.db import connection

from townops.base import crypto, permissions
from townops.base.db import write
from townops.base.models import Setting

FINGERPRINT: Final = "keys.fingerprint"
ALWAYS: Final = datetime(1970, 1, 1, tzinfo=UTC)
YOUNG: Final = 20_000  # objects between two looks for garbage: a request makes some thousands


def check() -> None:
    """Stop start-up (`RuntimeError`, `ImproperlyConfigured`) when the town cannot be trusted to run.

    Cheap; call it anywhere.
    """
    crypto.self_test()
    permissions.check_roles()
    check_keys()


def keep_what_is_loaded() -> None:
    """What a process that lives long has loaded stays: looking for garbage, it never walks through it again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG)


def known_fingerprint() -> str:
    """The mark of the keys this database was sealed with; empty before there were any, or any tables."""
    if Setting._meta.db_table not in connection.introspection.table_names():
        return ""
    return Setting.objects.filter(key=FINGERPRINT).values_list("value", flat=True).first() or ""


def guard_keys() -> None:
    """Where the keys of a sealed database are absent, see to it that this process makes no others."""
    if not crypto.has_keys() and known_fingerprint():
        crypto.forbid_new_keys()


def check_keys() -> None:
    """Refuse a database whose keys are elsewhere; nothing is made in their stead. `KeyMissingError`."""
    known = known_fingerprint()
    if not known:
        with write():
            Setting.objects.get_or_create(
                key=FINGERPRINT, effective_from=ALWAYS, defaults={"value": crypto.fingerprint()}
            )
        return
    if not crypto.has_keys():
        raise crypto.KeyMissingError("DATA/keys holds no keys: bring them back from the key back-up")
    if known != crypto.fingerprint():
        raise crypto.KeyMissingError("DATA/keys holds the keys of another town")
