"""What readiness measures, of the town and of each 居村, shelter and firm."""

from townops.readiness.measures import facilities, town, village

__all__ = ["facilities", "town", "village"]
