"""The plumbing's own recurring work."""

from datetime import datetime, timedelta

from townops.base import drafts, idempotency, journal, outbox, seals
from townops.base.jobs import job


@job("base.seal_journal", every=timedelta(minutes=1))
def seal_journal(at: datetime) -> None:
    """Seal what was journalled since; catch up the file outside."""
    while journal.seal_unsealed(at):
        pass
    seals.write_out(journal.CHAIN)


@job("base.purge", every=timedelta(days=1))
def purge(at: datetime) -> None:
    """Drop answers, delivered news and drafts nobody needs any more."""
    idempotency.purge(at)
    outbox.purge(at)
    drafts.purge(at)
