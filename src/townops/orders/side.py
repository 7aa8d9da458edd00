"""What else a step leaves: merge links, messages to the district, precedents (X0, U12)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from townops.orders.domain.facts import Parent, Party
from townops.orders.domain.flow import Flow
from townops.orders.domain.guards import waits_for_session
from townops.orders.domain.order import Order
from townops.orders.domain.states import State
from townops.orders.domain.taken import Taken
from townops.orders.drafts import Draft
from townops.orders.models import OrderLink, Precedent, Upward

LONGEST_RECEIPT = 120
RUNGS = {"designate": "designate", "decide_dispute": "decide", "dispatch": "redispatch"}
SESSION = "session"
BY_ANSWER, OVERTAKEN = "answer", "overtaken"  # ways of messages that nobody marked as sent


def side_rows(drafts: Sequence[Draft], recorded_at: datetime) -> None:
    """Rows beside the order for the steps that make some."""
    for draft in drafts:
        name = draft.decision.taken.step
        if name == "merge" or (draft.decision.before.parent and not draft.decision.after.parent):
            _link(draft)
        if name in {"reply_up", "ask_up"}:
            _message(draft)
        elif name == "receipt_up":
            _receipt(draft)
        elif name == "answer_up":
            _answer(draft, recorded_at)
        elif name in RUNGS:
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


def _message(draft: Draft) -> None:
    message_of(draft.decision.after, draft.decision.taken).save(force_insert=True)


def message_of(order: Order, taken: Taken) -> Upward:
    """The message a step makes."""
    return Upward(
        order_id=order.id,
        seq=order.seq,
        town=order.town,
        source=order.source,
        kind="reply" if taken.step == "reply_up" else taken.word("kind"),
        round=order.round,
        status="ready",
        made_at=taken.at,
        sent_by=taken.word("channel"),
    )


def naming(draft: Draft, seq: int) -> Draft:
    """A receipt with the message it is for under the hash."""
    taken = draft.decision.taken
    taken = replace(taken, facts={**taken.facts, "message_seq": seq})
    return replace(draft, decision=replace(draft.decision, taken=taken))


def naming_own(drafts: Sequence[Draft]) -> Sequence[Draft]:
    """Receipts in one write with the message they are for: when they were decided it was not stored yet."""
    if len(drafts) == 1:
        return drafts
    made: dict[int, dict[int, str]] = {}
    return [_naming_own(one, made.setdefault(one.decision.after.id, {})) for one in drafts]


def _naming_own(draft: Draft, made: dict[int, str]) -> Draft:
    """`made`: kinds of the order's messages by seq that the drafts before made and nobody answered."""
    taken, order = draft.decision.taken, draft.decision.after
    if taken.step in {"reply_up", "ask_up"}:
        made[order.seq] = message_of(order, taken).kind
    elif taken.step == "answer_up":
        for seq in [seq for seq, kind in made.items() if kind in answered_kinds(taken)]:
            del made[seq]
    elif taken.step == "receipt_up" and made and (taken.get("message_seq", int) or 0) < max(made):
        return naming(draft, max(made))
    return draft


def newest_waiting(order: int) -> int | None:
    """The message a receipt is for when nobody says which."""
    waiting = Upward.objects.filter(order_id=order).exclude(status="answered")
    return waiting.order_by("-seq").values_list("seq", flat=True).first()


def _receipt(draft: Draft) -> None:
    """A receipt is written to the message its step names."""
    taken = draft.decision.taken
    mine = Upward.objects.filter(order_id=draft.decision.after.id, seq=taken.get("message_seq", int) or 0)
    mine.filter(sent_at=None).update(sent_at=taken.at)
    mine.exclude(status="answered").update(status="received")
    mine.update(receipt=draft.texts["receipt"].text[:LONGEST_RECEIPT])


def _answer(draft: Draft, recorded_at: datetime) -> None:
    """An answer closes the question it answers, and a closing answer the reply too.

    It proves that what nobody marked was sent; a message of an earlier round it only overtakes.
    """
    taken, order = draft.decision.taken, draft.decision.after
    waiting = Upward.objects.filter(order_id=order.id, kind__in=answered_kinds(taken)).exclude(
        status="answered"
    )
    unmarked = waiting.filter(sent_at=None)
    unmarked.filter(round__lt=order.round).update(sent_by=OVERTAKEN)
    unmarked.filter(round=order.round).update(sent_at=taken.at, sent_by=BY_ANSWER)
    waiting.update(status="answered", answered_at=recorded_at, granted=bool(taken.get("granted", bool)))


def answered_kinds(taken: Taken) -> list[str]:
    """The kinds of message an answer settles."""
    kind = taken.word("kind")
    return [kind, "reply"] if kind == "closing" else [kind]


def _precedent(draft: Draft) -> None:
    decision = draft.decision
    if made := precedent_of(decision.flow, decision.before, decision.after, decision.taken):
        made.save(force_insert=True)


def precedent_of(flow: Flow, before: Order, order: Order, taken: Taken) -> Precedent | None:
    """What the settling of a dispute leaves for later ones; None where nothing was disputed."""
    if taken.step not in RUNGS or before.state is not State.RETURNED:
        return None
    session = taken.step == "decide_dispute" and waits_for_session(flow, before)
    return Precedent(
        order_id=order.id,
        seq=order.seq,
        town=order.town,
        class_code=order.class_code or "",
        village=order.place.village,
        block=order.place.block,
        unit=taken.need("unit", Party).unit,
        rung=SESSION if session else RUNGS[taken.step],
        decided_at=taken.at,
    )
