"""Registers that others link to: a row is said by its business key, and found by it again."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from townops.base.ledger import references
from townops.base.ledger.columns import Column
from townops.base.ledger.saying import Sayer
from townops.kernel.refusal import Refused

BETWEEN: Final = " / "
OFFERED: Final = 500


class _Rows(Mapping[str, int]):
    """Ids of a town's rows in use by the words of their business key; asked one by one, listed up to `OFFERED`."""

    def __init__(self, model: Any, keyed: tuple[Column, ...], town: str) -> None:
        self._keyed = keyed
        self._town = town
        self._rows = model._default_manager.filter(town=town, archived_at=None)

    def __getitem__(self, words: str) -> int:
        parts = words.split(BETWEEN) if len(self._keyed) > 1 else [words]
        if len(parts) != len(self._keyed):
            raise KeyError(words)
        try:
            values = [one.read(part, self._town) for one, part in zip(self._keyed, parts, strict=True)]
        except Refused:
            raise KeyError(words) from None
        names = [one.attribute for one in self._keyed]
        found = (
            self._rows.filter(**dict(zip(names, values, strict=True))).values_list("pk", flat=True).first()
        )
        if found is None:
            raise KeyError(words)
        return int(found)

    def __iter__(self) -> Iterator[str]:
        rows = list(self._rows.order_by("pk")[:OFFERED])
        sayer = Sayer(self._keyed, rows)
        return (BETWEEN.join(sayer.cells(row)) for row in rows)

    def __len__(self) -> int:
        return int(self._rows.count())


def declare(label: str, model: Any, keyed: tuple[Column, ...]) -> None:
    """Say how rows of a register are linked to: `label` is what one is called."""

    def names(ids: Iterable[int]) -> Mapping[int, str]:
        rows = list(model._default_manager.filter(pk__in=set(ids)))
        sayer = Sayer(keyed, rows)
        return {row.pk: BETWEEN.join(sayer.cells(row)) for row in rows}

    reference = references.Reference(
        label,
        names,
        lambda town: _Rows(model, keyed, town),
        lambda town: tuple(_Rows(model, keyed, town)),
        lambda row: frozenset({row}),
    )
    references.declare(model._meta.label, reference)
