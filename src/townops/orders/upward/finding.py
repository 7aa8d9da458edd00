"""Finds the orders a list of the district speaks of, many at a time: (source, external number) is one order."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final

from townops.kernel.outernumbers import comparable
from townops.orders import flows
from townops.orders.models import Order, OrderReference
from townops.orders.upward import cells

AHEAD: Final = 500
Cells = Mapping[str, str]
Numbered = tuple[int, dict[str, str]]


class Finder:
    """Orders of the actor's towns by external number, of one source or (where the row says which) of any."""

    def __init__(self, towns: Sequence[int], source: str = "") -> None:
        self._towns = list(towns)
        self._source = source
        self._labels = {name: code for code, label in flows.sources() for name in (code, label)}
        self._known: dict[str, list[tuple[str, int]]] = {}

    def ahead(self, rows: Iterator[Numbered]) -> Iterator[Numbered]:
        """The same rows, their references read five hundred at a time."""
        while chunk := list(islice(rows, AHEAD)):
            self._known = self._read({comparable(one.get("上级编号", "")) for _, one in chunk} - {""})
            yield from chunk

    def id_of(self, given: Cells) -> int | None:
        """The order's id; None where nobody here knows the number. Refused: cell_..., external_ambiguous."""
        external = cells.filled(given, "上级编号")
        source = self._stated(given)
        fitting = [order for of, order in self._known.get(comparable(external), []) if source in {"", of}]
        if len(fitting) > 1:
            raise cells.fault("来源", "external_ambiguous", given=external[:40])
        return fitting[0] if fitting else None

    def order(self, given: Cells) -> Order:
        """The order as it is now; by our own number where the sheet has one. Refused: external_unknown."""
        rows = Order.objects.filter(town_id__in=self._towns)
        if not given.get("上级编号") and given.get("本镇编号"):
            found = rows.filter(number=given["本镇编号"]).first()
        else:
            found = rows.filter(id=self.id_of(given) or 0).first()
        if found is None:
            stated = given.get("上级编号") or given.get("本镇编号", "")
            raise cells.fault("上级编号", "external_unknown", given=stated[:40])
        return found

    def _stated(self, given: Cells) -> str:
        stated = given.get("来源", "")
        if not stated:
            return self._source
        if stated not in self._labels:
            raise cells.fault("来源", "cell_word_unknown", given=stated[:20], known=sorted(self._labels))
        return self._labels[stated]

    def _read(self, externals: Iterable[str]) -> dict[str, list[tuple[str, int]]]:
        rows = OrderReference.objects.filter(town__in=self._towns, external_number__in=externals)
        found: dict[str, list[tuple[str, int]]] = {}
        for external, source, order in rows.values_list("external_number", "source", "order_id"):
            found.setdefault(external, []).append((source, order))
        return found
