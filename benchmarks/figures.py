"""What a measure says: one line of the table, one object of the JSON."""

import statistics
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured value beside its budget; `at_least` says on which side of it is good. No budget: for information."""

    what: str
    value: float
    unit: str
    database: str = "sqlite"
    budget: float | None = None
    at_least: bool = False
    note: str = ""

    @property
    def kept(self) -> bool | None:
        """Whether the budget is kept; None without one."""
        if self.budget is None:
            return None
        return self.value >= self.budget if self.at_least else self.value <= self.budget

    def json(self) -> dict[str, object]:
        return asdict(self) | {"kept": self.kept}


def line(figure: Figure) -> str:
    sign = "" if figure.budget is None else f"{'>=' if figure.at_least else '<='} {figure.budget:g}"
    said = {True: "ok", False: "MISSED", None: ""}[figure.kept]
    value = f"{figure.value:,.1f}" if abs(figure.value) < 1000 else f"{figure.value:,.0f}"  # noqa: PLR2004
    return f"{figure.database:<11}{figure.what:<46}{value:>10} {figure.unit:<6}{sign:>10}  {said:<7}{figure.note}".rstrip()


def show(figures: Sequence[Figure]) -> None:
    for figure in figures:
        sys.stdout.write(line(figure) + "\n")
    sys.stdout.flush()


def percentile(sorted_values: Sequence[float], share: float) -> float:
    """The value below which this share of them lies."""
    return sorted_values[min(len(sorted_values) - 1, int(len(sorted_values) * share))]


def median(values: Sequence[float]) -> float:
    return statistics.median(values)
