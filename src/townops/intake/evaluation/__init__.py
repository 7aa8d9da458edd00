"""Measures the classifier against the messages labelled by reading (README.md beside this file)."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from townops.intake.classify import THRESHOLD
from townops.intake.corpus import labels, message, rows
from townops.intake.domain import demand
from townops.intake.domain.linear import LinearModel
from townops.kernel.refusal import Refused

LABELS: Final = "labels_300"
TOP: Final = 3


@dataclass(frozen=True)
class Judged:
    """One labelled message: what it is, the first three suggestions, how sure, and both demand types."""

    true: str
    found: tuple[str, ...]
    confidence: float
    true_demand: str
    found_demand: str


@dataclass(frozen=True)
class Evaluation:
    """Judged messages, and the figures that follow."""

    judged: tuple[Judged, ...]
    about: str
    threshold: float = THRESHOLD

    @property
    def automatic(self) -> tuple[Judged, ...]:
        return tuple(one for one in self.judged if one.confidence >= self.threshold)

    @property
    def precision(self) -> float:
        """Share of automatic classes that are right."""
        return share(self.automatic, lambda one: one.found[0] == one.true)

    @property
    def coverage(self) -> float:
        """Share of messages classed without a person."""
        return len(self.automatic) / len(self.judged)


def share(judged: Sequence[Judged], holds: Callable[[Judged], bool]) -> float:
    """How many of them hold; 0 of none."""
    return sum(map(holds, judged)) / len(judged) if judged else 0.0


def evaluate(
    model: LinearModel, file: Path, *, name: str = LABELS, threshold: float = THRESHOLD
) -> Evaluation:
    """Judge every labelled message found in `file` (the board's csv).
    Refused("evaluation_missing") without the file.
    """
    if not file.is_file():
        raise Refused("evaluation_missing", file=file.name)
    known = labels(name)
    texts = {row["留言编号"]: message(row) for row in rows(file) if row["留言编号"] in known}
    numbers = sorted(texts)
    found = model.probabilities([texts[number] for number in numbers])
    order = np.argsort(-found, axis=1)[:, :TOP]
    sure = model.confidence(found.max(axis=1))
    judged = tuple(
        Judged(
            known[number][0],
            tuple(model.classes[place] for place in places),
            float(confidence),
            known[number][1],
            demand.infer(texts[number])[0],
        )
        for number, places, confidence in zip(numbers, order, sure, strict=True)
    )
    return Evaluation(judged, model.about, threshold)


def table(found: Evaluation) -> str:
    """The figures and the confusion tables as Markdown."""
    judged = found.judged
    figures = [
        ("labelled messages", f"{len(judged)}"),
        ("right at the first suggestion", f"{share(judged, lambda one: one.found[0] == one.true):.1%}"),
        ("right among three", f"{share(judged, lambda one: one.true in one.found):.1%}"),
        (
            "right 大类 at the first suggestion",
            f"{share(judged, lambda one: one.found[0][:4] == one.true[:4]):.1%}",
        ),
        ("automatic threshold (calibrated confidence)", f"{found.threshold:.2f}"),
        ("precision at the threshold", f"{found.precision:.1%}"),
        ("coverage at the threshold", f"{found.coverage:.1%}"),
        (
            "right 诉求类型 (inferred)",
            f"{share(judged, lambda one: one.found_demand == one.true_demand):.1%}",
        ),
    ]
    lines = [f"Model: {found.about}", "", "| figure | value |", "|---|---|"]
    lines += [f"| {label} | {value} |" for label, value in figures]
    lines += [
        "",
        "大类, rows true, columns suggested:",
        "",
        *confusion([(one.true[:4], one.found[0][:4]) for one in judged]),
    ]
    lines += ["", "诉求类型, rows true, columns inferred:", ""]
    return "\n".join(lines + confusion([(one.true_demand, one.found_demand) for one in judged]))


def confusion(pairs: Sequence[tuple[str, str]]) -> list[str]:
    """A confusion table; a dot is none."""
    counted = Counter(pairs)
    names = sorted({name for pair in pairs for name in pair})
    lines = ["| | " + " | ".join(names) + " |", "|---|" + "---|" * len(names)]
    return lines + [
        f"| {true} | " + " | ".join(str(counted[true, found] or "·") for found in names) + " |"
        for true in names
    ]
