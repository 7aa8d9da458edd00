"""The plumbing's own recurring work."""

from datetime import datetime, timedelta
from typing import Any

from townops.base import batches, drafts, idempotency, inbox, journal, outbox, presence, seals
from townops.base.jobs import job, task
from townops.base.ledger import bringing


@job("base.seal_journal", every=timedelta(minutes=1))
def seal_journal(at: datetime) -> None:
    """Seal what was journalled since; catch up the file outside."""
    while journal.seal_unsealed(at):
        pass
    seals.write_out(journal.CHAIN)


@job("base.purge", every=timedelta(days=1))
def purge(at: datetime) -> None:
    """Drop answers, delivered news, drafts, notices and brought sheets nobody needs any more."""
    idempotency.purge(at)
    outbox.purge(at)
    batches.purge(at)
    drafts.purge(at)
    inbox.purge(at)
    presence.purge(at)
    bringing.forget(at)


@task(batches.TASK)
def work_off(payload: dict[str, Any], at: datetime) -> None:
    """Work a batch off; one that was begun goes on where it stands."""
    batches.run(payload["batch"], at)
