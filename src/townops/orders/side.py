"""What else a step leaves: merge links, messages to the district, precedents (X0, U12)."""

from collections.abc import Sequence
from datetime import datetime

from townops.orders.domain.facts import Parent, Party
from townops.orders.domain.guards import waits_for_session
from townops.orders.domain.states import State
from townops.orders.drafts import Draft
from townops.orders.models import OrderLink, Precedent, Upward

RUNGS = {"designate": "designate", "decide_dispute": "decide", "dispatch": "redispatch"}
SESSION = "session"


def side_rows(drafts: Sequence[Draft], recorded_at: datetime) -> None:
    """Rows beside the order for the steps that make some."""
    for draft in drafts:
        name = draft.decision.taken.step
        if name == "merge" or (draft.decision.before.parent and not draft.decision.after.parent):
            _link(draft)
        if name in {"reply_up", "ask_up"}:
            _message(draft, recorded_at)
        elif name in {"receipt_up", "answer_up"}:
            _answer(draft, recorded_at)
        elif name in RUNGS and draft.decision.before.state is State.RETURNED:
            _precedent(draft)


def _link(draft: Draft) -> None:
    taken, child = draft.decision.taken, draft.decision.after
    if taken.step == "merge":
        parent = taken.need("parent", Parent).order
        OrderLink.objects.update_or_create(
            order_id=parent, kind="child", other=child.id, defaults={"active": True}
        )
        return
    OrderLink.objects.filter(kind="child", other=child.id, order_id=draft.decision.before.parent or 0).update(
        active=False
    )


def _message(draft: Draft, recorded_at: datetime) -> None:
    taken, order = draft.decision.taken, draft.decision.after
    kind = "reply" if taken.step == "reply_up" else taken.word("kind")
    Upward.objects.create(
        order_id=order.id,
        seq=order.seq,
        town=order.town,
        source=order.source,
        kind=kind,
        round=order.round,
        status="ready",
        made_at=recorded_at,
        sent_by=taken.word("channel"),
    )


def _answer(draft: Draft, recorded_at: datetime) -> None:
    """A receipt closes the newest message; an answer closes the question it answers, and a closing answer the reply too."""
    taken, order = draft.decision.taken, draft.decision.after
    waiting = Upward.objects.filter(order_id=order.id).exclude(status="answered")
    if taken.step == "receipt_up":
        newest = waiting.order_by("-seq").first()
        if newest:
            text = draft.texts["receipt"].text[:120]
            Upward.objects.filter(order_id=order.id, seq=newest.seq).update(
                status="received", receipt=text, sent_at=newest.sent_at or recorded_at
            )
        return
    kind = taken.word("kind")
    kinds = [kind, "reply"] if kind == "closing" else [kind]
    waiting.filter(kind__in=kinds).update(
        status="answered", answered_at=recorded_at, granted=bool(taken.get("granted", bool))
    )


def _rung(draft: Draft) -> str:
    decision = draft.decision
    if decision.taken.step == "decide_dispute" and waits_for_session(decision.flow, decision.before):
        return SESSION
    return RUNGS[decision.taken.step]


def _precedent(draft: Draft) -> None:
    taken, order = draft.decision.taken, draft.decision.after
    Precedent.objects.create(
        order_id=order.id,
        seq=order.seq,
        town=order.town,
        class_code=order.class_code or "",
        village=order.place.village,
        block=order.place.block,
        unit=taken.need("unit", Party).unit,
        rung=_rung(draft),
        decided_at=taken.at,
    )
