"""A decision together with everything that is stored beside its event: texts, files, contact, columns of the row."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from townops.base import crypto, sql
from townops.orders.domain.decide import Decision
from townops.orders.domain.facts import Digest
from townops.orders.models import OrderContact, OrderText
from townops.orders.proof import FIRST, text_digest

SALT = 16


@dataclass(frozen=True, slots=True)
class Given:
    """A free text with the salt its digest was made with."""

    text: str
    salt: bytes

    @property
    def digest(self) -> Digest:
        return Digest(text_digest(self.salt, self.text))


@dataclass(frozen=True, slots=True)
class Caller:
    """Who reported; stored sealed, never in the chain."""

    name: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """What `write` commits for one decision. `columns` are fields of the row that are not of the rules (title, point);
    `reporter` a person who may see the order as its reporter (0: nobody).
    """

    decision: Decision
    texts: Mapping[str, Given] = field(default_factory=dict)
    files: tuple[tuple[str, int], ...] = ()
    caller: Caller | None = None
    columns: Mapping[str, object] = field(default_factory=dict)
    prev_hash: bytes = FIRST
    fired: frozenset[tuple[int, int, int]] = frozenset()
    reference: str = ""
    reporter: int = 0


def given(text: str) -> Given:
    return Given(text, secrets.token_bytes(SALT))


def text_rows(draft: Draft) -> list[OrderText]:
    order, seq = draft.decision.after.id, draft.decision.after.seq
    return [
        sql.fresh(OrderText, order_id=order, seq=seq, name=name, salt=one.salt, text=one.text)
        for name, one in draft.texts.items()
    ]


def contact_row(draft: Draft) -> OrderContact | None:
    caller = draft.caller
    if caller is None or not (caller.name or caller.phone):
        return None
    order, seq = draft.decision.after.id, draft.decision.after.seq
    place = f"order:{order}:{seq}"
    return sql.fresh(
        OrderContact,
        order_id=order,
        seq=seq,
        name=crypto.seal(caller.name, f"{place}:name") if caller.name else b"",
        phone=crypto.seal(caller.phone, f"{place}:phone") if caller.phone else b"",
        phone_hash=crypto.keyed_hash(caller.phone) if caller.phone else "",
        salt=secrets.token_bytes(SALT),
    )
