"""Large sheets of registers, tried and written by a job for whoever brought them."""

from datetime import datetime
from typing import Final

from townops.base import accounts, batches
from townops.base.ledger import bringing, seeing
from townops.base.ledger.declaring import Ledger
from townops.base.models import SheetUpload
from townops.kernel.refusal import Refused
from townops.people import api as people

TRY: Final = "ledger.try"
APPLY: Final = "ledger.apply"


def try_later(asked: batches.Asked, at: datetime) -> str:
    """Try a sheet row by row; it can be stopped."""
    viewer, ledger, row = _opened(asked, at)
    bringing.attempt(ledger, row, viewer=viewer, advance=lambda done: batches.advance(asked.batch, done))
    return ""


def apply_later(asked: batches.Asked, at: datetime) -> str:
    """Write a sheet that was tried, whole or not at all."""
    viewer, ledger, row = _opened(asked, at)
    bringing.apply(ledger, row, viewer=viewer, at=at)
    return ""


def _opened(asked: batches.Asked, at: datetime) -> tuple[seeing.Viewer, Ledger, SheetUpload]:
    """With the rights its owner has now, not those he had when he asked."""
    account = accounts.by_id(asked.owner)
    if account is None:
        raise Refused("not_permitted")
    viewer = seeing.Viewer(people.actor_for(account.pk, at), str(asked.payload["town"]))
    ledger = seeing.ledger_for(viewer, str(asked.payload["register"]))
    return viewer, ledger, bringing.upload_for(ledger, account, int(asked.payload["upload"]))
