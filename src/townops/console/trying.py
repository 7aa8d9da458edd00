"""What was tried on a settings page: only exactly that is saved, anything else is tried first."""

from collections.abc import Mapping

from townops.base import crypto
from townops.base.canonical import dump


def mark(typed: Mapping[str, str]) -> str:
    """A short sign of everything typed; it guards against a slip, not against malice: saving checks all of it again."""
    return crypto.sm3(dump(dict(typed)).encode()).hex()
