"""A draft is repaired as one operation that can be undone like any other (U8-U11)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from townops.areas.domain.mending import mend
from townops.areas.versions import apply_changes, features_of, load_version, lock_draft, may_draft
from townops.base import db
from townops.kernel.actors import Actor
from townops.kernel.partition import Choices, Proof
from townops.kernel.refusal import Refused


@dataclass(frozen=True, slots=True)
class Repaired:
    """The draft's revision now, the codes that changed, and the proofs before and after."""

    revision: int
    codes: tuple[str, ...]
    before: Proof
    after: Proof


def repair_draft(
    version_id: int,
    *,
    only: Collection[str] | None = None,
    choices: Choices | None = None,
    actor: Actor,
    at: datetime,
) -> Repaired:
    """Repair a whole draft, or the defects with these keys (`key_of`) and what cannot be parted from them.

    Of two areas that overlap `choices` names the keeper. Nothing to repair changes nothing and is no operation.
    Refused: version_published, nothing_to_prove, draft_stale when somebody edited the draft meanwhile.
    """
    may_draft(actor)
    row = load_version(version_id)
    if row.number is not None:
        raise Refused("version_published")
    done = mend(features_of(row.pk), only, choices)
    if not done.changes:
        return Repaired(row.revision, (), done.before, done.after)
    with db.write():
        locked = lock_draft(version_id, actor)
        if locked.revision != row.revision + 1:
            raise Refused("draft_stale", codes="、".join(sorted(done.changes)[:5]))
        revision = apply_changes(locked, done.changes, "edit", actor, at)
    return Repaired(revision, tuple(sorted(done.changes)), done.before, done.after)
