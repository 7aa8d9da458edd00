"""A long table fifty rows a page: which rows an address asks for, and the addresses of the page before and after."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from django.http.request import QueryDict

from townops.console.given import whole

ROWS: Final = 50
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Paged(Generic[Row]):
    """The rows of one page, and where it stands; `before` and `after` are queries, "" where there is none."""

    rows: Sequence[Row]
    at: int
    last: int
    before: str
    after: str


def paged(every: Sequence[Row], given: QueryDict) -> Paged[Row]:
    """The page an address asks for; past the end it is empty."""
    at, last = max(1, whole(given.get("page", ""))), -(-len(every) // ROWS)
    before, after = (_address(given, number) if 1 <= number <= last else "" for number in (at - 1, at + 1))
    return Paged(every[ROWS * (at - 1) : ROWS * at], at, last, before, after)


def _address(given: QueryDict, number: int) -> str:
    query = given.copy()
    query["page"] = str(number)
    return query.urlencode()
