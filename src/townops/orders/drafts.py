"""A decision together with everything that is stored beside its event: texts, files, contact, columns of the row."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from townops.base import crypto, sql
from townops.orders import store
from townops.orders.domain.decide import Decision
from townops.orders.domain.facts import Digest
from townops.orders.models import OrderContact, OrderText
from townops.orders.proof import FIRST, point_text, shown_text, text_digest

SALT = 16
Point = tuple[float | None, float | None]


@dataclass(frozen=True, slots=True)
class Given:
    """A free text with the salt its digest was made with."""

    text: str
    salt: bytes

    @property
    def digest(self) -> Digest:
        return Digest(text_digest(self.salt, self.text))


@dataclass(frozen=True, slots=True)
class Draft:
    """What `write` commits for one decision.

    `columns` are fields of the row that are not of the rules (title, point); `fired` and `look` are the marks and the
    next look of the row the decision was made on.
    """

    decision: Decision
    texts: Mapping[str, Given] = field(default_factory=dict)
    files: tuple[tuple[str, int], ...] = ()
    contact: OrderContact | None = None
    columns: Mapping[str, object] = field(default_factory=dict)
    prev_hash: bytes = FIRST
    fired: frozenset[tuple[int, int, int]] = frozenset()
    look: datetime | None = None


def upon(loaded: store.Loaded, decision: Decision) -> Draft:
    """The draft of a decision on a stored order. Its event says how many marks had fired, so that none can vanish."""
    if loaded.fired:
        facts = {**decision.taken.facts, "marks": len(loaded.fired)}
        decision = replace(decision, taken=replace(decision.taken, facts=facts))
    return Draft(decision, prev_hash=loaded.prev_hash, fired=loaded.fired, look=loaded.row.next_mark_at)


def given(text: str) -> Given:
    return Given(text, secrets.token_bytes(SALT))


def text_rows(draft: Draft) -> list[OrderText]:
    order, seq = draft.decision.after.id, draft.decision.after.seq
    return [
        sql.fresh(OrderText, order_id=order, seq=seq, name=name, salt=one.salt, text=one.text)
        for name, one in draft.texts.items()
    ]


def shown(title: str, place_text: str) -> tuple[Digest, dict[str, object]]:
    """The digest of what the row shows of a report, and the row's columns."""
    one = given(shown_text(title, place_text))
    return one.digest, {"title": title, "place_text": place_text, "shown_salt": one.salt}


def pointed(point: Point) -> tuple[Digest, dict[str, object]]:
    """The digest of a point, and the row's columns."""
    one = given(point_text(*point))
    return one.digest, {"lng": point[0], "lat": point[1], "point_salt": one.salt}


def contact(order: int, seq: int, name: str, phone: str) -> OrderContact | None:
    """Who reported, sealed; None when nobody said."""
    if not (name or phone):
        return None
    place = f"order:{order}:{seq}"
    return sql.fresh(
        OrderContact,
        order_id=order,
        seq=seq,
        name=crypto.seal(name, f"{place}:name") if name else b"",
        phone=crypto.seal(phone, f"{place}:phone") if phone else b"",
        phone_hash=crypto.keyed_hash(phone) if phone else "",
        salt=secrets.token_bytes(SALT),
    )
