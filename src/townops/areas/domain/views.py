"""What other contexts see of an area: values without a database."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class AreaView:
    """One area's identity. `kind` is town, grid, village or block; `block_type` is empty unless a block; it holds
    from the day `since` and ends on the day `until`.
    """

    id: int
    code: str
    name: str
    kind: str
    block_type: str = ""
    parent_id: int | None = None
    town: str = ""
    directly_managed: bool = False
    detached_allowed: bool = False
    until: date | None = None
    since: date | None = None

    def ended(self, on: date) -> bool:
        """Whether it is only history on that day."""
        return self.until is not None and self.until <= on

    def stands(self, on: date) -> bool:
        """Whether it holds on that day: begun, and not ended."""
        return (self.since is None or self.since <= on) and not self.ended(on)


@dataclass(frozen=True, slots=True)
class Location:
    """Where a point lies. Under a directly-managed area (直管区) there is no village; outside every town
    all are None.
    """

    inside: bool
    block: AreaView | None = None
    village: AreaView | None = None
    grid: AreaView | None = None
    town: AreaView | None = None
    direct_managed: AreaView | None = None


@dataclass(frozen=True, slots=True)
class Near:
    """An area and how far its nearest edge is from the point asked for; 0 when the point is inside."""

    area: AreaView
    metres: float


OUTSIDE = Location(inside=False)
