"""Tables of readiness: one row each for what the town has prepared. Persistence only."""

from townops.readiness.models.drills import Campaign, Drill
from townops.readiness.models.facilities import (
    ArrivalTest,
    ChargingSite,
    FireFacility,
    FloodFacility,
    FloodInspection,
    MicroFireStation,
)
from townops.readiness.models.papers import Budget, Plan, Rule
from townops.readiness.models.shelters import Shelter
from townops.readiness.models.supplies import Agreement, FamilyKit, StockMove, Supply

__all__ = [
    "Agreement",
    "ArrivalTest",
    "Budget",
    "Campaign",
    "ChargingSite",
    "Drill",
    "FamilyKit",
    "FireFacility",
    "FloodFacility",
    "FloodInspection",
    "MicroFireStation",
    "Plan",
    "Rule",
    "Shelter",
    "StockMove",
    "Supply",
]
