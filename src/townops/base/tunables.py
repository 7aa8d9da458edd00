"""Values a town changes while it runs, each from one moment on (`Setting`).

Code names the key and its default.
"""

from datetime import datetime

from townops.base.db import write
from townops.base.models import Setting


def value_at(key: str, at: datetime, *, default: str) -> str:
    """The value in force at that moment."""
    rows = Setting.objects.filter(key=key, effective_from__lte=at).order_by("-effective_from")
    found = rows.values_list("value", flat=True).first()
    return default if found is None else found


def set_value(key: str, value: str, *, effective_from: datetime) -> None:
    """Set the value from a moment on; the same moment again replaces it."""
    with write():
        Setting.objects.update_or_create(key=key, effective_from=effective_from, defaults={"value": value})
