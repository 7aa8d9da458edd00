"""Tables of the plumbing. Persistence only; the commands are in the modules beside this package."""

from townops.base.models.access import (
    Account,
    ApiToken,
    FailedSignIn,
    IdempotencyKey,
    PasswordHistory,
    RecoveryCode,
    Role,
    RolePermission,
    SecondFactor,
)
from townops.base.models.desk import Batch, BatchItem, SavedView
from townops.base.models.inbox import Glance, Notice, Presence
from townops.base.models.proof import JournalEntry, JournalLeaf, Seal
from townops.base.models.reference import (
    Attachment,
    CalendarDay,
    CalendarVersion,
    CalendarWindow,
    SearchText,
    Setting,
)
from townops.base.models.registers import FormerValues, Remark, SheetLine, SheetUpload
from townops.base.models.work import Draft, Job, OutboxRow, Schedule

__all__ = [
    "Account",
    "ApiToken",
    "Attachment",
    "Batch",
    "BatchItem",
    "CalendarDay",
    "CalendarVersion",
    "CalendarWindow",
    "Draft",
    "FailedSignIn",
    "FormerValues",
    "Glance",
    "IdempotencyKey",
    "Job",
    "JournalEntry",
    "JournalLeaf",
    "Notice",
    "OutboxRow",
    "PasswordHistory",
    "Presence",
    "RecoveryCode",
    "Remark",
    "Role",
    "RolePermission",
    "SavedView",
    "Schedule",
    "Seal",
    "SearchText",
    "SecondFactor",
    "Setting",
    "SheetLine",
    "SheetUpload",
]
