"""`train`: the model learns from classes the town's own people confirmed, and from local files if
any are given.
"""

import csv
import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from townops.intake import classify
from townops.intake.corpus import held_out
from townops.intake.suggesting import SOURCES
from townops.kernel.refusal import Refused
from townops.orders import api as orders

FEWEST: Final = 20


@dataclass(frozen=True, slots=True)
class Trained:
    """Where the model lies, what it learnt from."""

    path: Path
    confirmed: int
    about: str

    def __str__(self) -> str:
        return f"模型已更新：本镇已确认的工单{self.confirmed}件。{self.about}"


def run(files: Sequence[Path] = ()) -> Trained:
    """Train DATA/models/hotline.npz in a child. Refused: file_unknown, nothing_to_learn, model_missing.

    Confirmed are orders of living people that were closed with a class: whoever filed them chose
    or accepted it.
    """
    for path in files:
        if not path.is_file():
            raise Refused("file_unknown", file=str(path))
    rows = list(confirmed())
    if not files and len(rows) < FEWEST:
        raise Refused("nothing_to_learn", found=len(rows), fewest=FEWEST)
    target = classify.models_folder() / classify.MODEL
    own = _write(rows) if rows else None
    try:
        classify.learn_in_child(target, [*files, *([own] if own else [])])
    finally:
        if own:
            own.unlink(missing_ok=True)
    return Trained(target, len(rows), classify.current().about)


def forget() -> bool:
    """Go back to the shipped model; whether there was another."""
    path = classify.models_folder() / classify.MODEL
    there = path.exists()
    path.unlink(missing_ok=True)
    return there


def confirmed() -> Iterator[tuple[str, str]]:
    """(class code, text) of closed orders, those of the evaluation and of the demo left out."""
    for one in orders.confirmed(SOURCES, without=held_out()):
        yield one.class_code, one.text


def _write(rows: Sequence[tuple[str, str]]) -> Path:
    """A file for the child, readable by nobody else, removed afterwards."""
    folder = classify.models_folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(dir=folder, suffix=".csv")
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["class_code", "text"])
        writer.writerows(rows)
    return Path(name)
