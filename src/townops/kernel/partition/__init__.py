"""Partitions: levels of areas of which each tiles the one above exactly, proven or repaired (U8-U11).

`prove` says of every level whether its features cover their parents without overlap, gap or a border that differs
by as much as one point, or names every fault once. `repair` makes a partition of what is nearly one. Shapes are in
degrees (EPSG:4490); nothing here knows files or databases.
"""

from townops.kernel.partition.proving import prove
from townops.kernel.partition.repairing import repair
from townops.kernel.partition.terms import (
    Change,
    Choices,
    Deed,
    Defect,
    Fault,
    Feature,
    Level,
    Proof,
    Repair,
    Severity,
    Tolerances,
)

__all__ = [
    "Change", "Choices", "Deed", "Defect", "Fault", "Feature", "Level", "Proof", "Repair", "Severity", "Tolerances",
    "prove", "repair",
]  # fmt: skip
