"""The upward side of orders (X0): what waits for the district, by file, adapter or hand; its receipts, answers and lists.

Nothing is silently unsent: a message waits until it is marked, receipted or answered, and says why an adapter failed.
"""

from townops.orders.upward.adapters import FILE_DROP, Receipt, adapter
from townops.orders.upward.carrying import retry, send, sweep
from townops.orders.upward.incoming import ImportReport, RowResult, broken_sheet, import_answers
from townops.orders.upward.messages import TASK, Failure, Message, ready_text, waiting
from townops.orders.upward.reconciling import Difference, Differences, reconcile
from townops.orders.upward.sending import (
    HOWS,
    Batch,
    batch_file,
    batches,
    export,
    make_batch,
    mark_sent,
    mark_unsent,
    unsent_older_than,
)
from townops.orders.upward.wording import KINDS, NOT_YET, Prepared

__all__ = [
    "FILE_DROP",
    "HOWS",
    "KINDS",
    "NOT_YET",
    "TASK",
    "Batch",
    "Difference",
    "Differences",
    "Failure",
    "ImportReport",
    "Message",
    "Prepared",
    "Receipt",
    "RowResult",
    "adapter",
    "batch_file",
    "batches",
    "broken_sheet",
    "export",
    "import_answers",
    "make_batch",
    "mark_sent",
    "mark_unsent",
    "ready_text",
    "reconcile",
    "retry",
    "send",
    "sweep",
    "unsent_older_than",
    "waiting",
]
