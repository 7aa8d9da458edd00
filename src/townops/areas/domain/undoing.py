"""What a person can take back in a draft: operations are kept, taking back is one more operation. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Operation:
    """One kept operation of one person: kind edit, undo or redo."""

    revision: int
    kind: str


@dataclass(frozen=True, slots=True)
class Stacks:
    """Revisions whose reversal is the next undo and the next redo; 0 when there is none."""

    undo: int
    redo: int


def stacks(operations: Iterable[Operation]) -> Stacks:
    """A fresh edit forgets what could be done again, as every editor has it."""
    undo: list[int] = []
    redo: list[int] = []
    for one in operations:
        if one.kind == "undo":
            undo.pop()
            redo.append(one.revision)
            continue
        if one.kind == "redo":
            redo.pop()
        else:
            redo.clear()
        undo.append(one.revision)
    return Stacks(undo[-1] if undo else 0, redo[-1] if redo else 0)
