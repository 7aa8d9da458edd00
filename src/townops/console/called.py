"""A telephone in the filter of a list: sealed for some hours, so that no address line, history or shared link tells it."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta
from typing import Final

from townops.base import crypto, masking
from townops.kernel.refusal import Refused

PLACE: Final = "console.called"
LASTS: Final = timedelta(hours=12)
LONGEST: Final = 32


def sealed(phone: str, at: datetime) -> str:
    """What stands in the address for the telephone."""
    told = f"{at.isoformat()} {phone[:LONGEST]}".encode()
    return urlsafe_b64encode(crypto.seal_bytes(told, PLACE)).decode().rstrip("=")


def opened(token: str, at: datetime) -> str:
    """The telephone; Refused: filter_phone_open (it stands in the address itself), filter_phone_stale."""
    if token.lstrip("+").replace("-", "").replace(" ", "").isdigit():
        raise Refused("filter_phone_open")
    try:
        told = crypto.unseal_bytes(urlsafe_b64decode(token + "=" * (-len(token) % 4)), PLACE).decode()
    except ValueError:
        raise Refused("filter_phone_stale") from None
    since, _, phone = told.partition(" ")
    if at - datetime.fromisoformat(since) > LASTS:
        raise Refused("filter_phone_stale")
    return phone


def masked(token: str, at: datetime) -> str:
    """The telephone as the list says it; empty when it is not to be read any more."""
    try:
        return masking.mask_phone(opened(token, at))
    except Refused:
        return ""
