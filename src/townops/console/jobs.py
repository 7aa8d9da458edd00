"""What the desk does later: long exports."""

from townops.base import batches
from townops.console import bulk, exporting, ledger_work, surveys, taking

batches.whole(bulk.EXPORT_KIND)(exporting.run)
batches.whole(surveys.IMPORT)(surveys.take_in)
batches.whole(taking.EXPORT)(taking.run)
batches.whole(ledger_work.TRY)(ledger_work.try_later)
batches.whole(ledger_work.APPLY)(ledger_work.apply_later)
