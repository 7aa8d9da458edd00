"""Whom a step concerns enough to be told (消息). Pure: a step in, kinds of notice and audiences out.

Queues show what waits; a notice says that something came, was decided or was pressed for. So what lies in everybody's
queue anyway, such as a new report, is nobody's notice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

DISPUTED: Final = 3


class Audience(StrEnum):
    """Who is told: whoever holds the order, its main unit, who may decide, or who took an earlier step."""

    HOLDER = "holder"
    MAIN = "main"
    DECIDERS = "deciders"
    TAKER = "taker"


@dataclass(frozen=True, slots=True)
class Notify:
    """`earlier`: of a TAKER, the steps the newest of which counts; `permission`: of DECIDERS, what they hold, and
    `in_charge`: it is first for the leader in charge of the unit that asks.
    """

    kind: str
    audience: Audience
    permission: str = ""
    in_charge: bool = False
    earlier: frozenset[str] = frozenset()


def _taker(kind: str, *earlier: str) -> Notify:
    return Notify(kind, Audience.TAKER, earlier=frozenset(earlier))


HOLDER, MAIN, DECIDERS = Audience.HOLDER, Audience.MAIN, Audience.DECIDERS
CAME: Final = Notify("came", HOLDER)
BACK: Final = Notify("reworked", HOLDER)
ASKED: Final = Notify("asked", DECIDERS, "orders.decide_application", in_charge=True)
REMINDED: Final = (Notify("reminded", HOLDER), Notify("reminded", MAIN))
SUPERVISED: Final = (Notify("supervised", HOLDER), Notify("supervised", MAIN))
REOPENED: Final = (_taker("reopened", "close", "reply_up", "answer_up", "quick_reply", "handle_on_spot"),)
TABLE: Final[Mapping[str, tuple[Notify, ...]]] = {
    "dispatch": (CAME,),
    "designate": (CAME,),
    "decide_dispute": (CAME,),
    "fall_back": (CAME,),
    "unmerge": (CAME,),
    "take_back": (CAME,),
    "send_back": (BACK,),
    "check": (BACK,),
    "request_extension": (ASKED,),
    "request_suspension": (ASKED,),
    "refuse": (Notify("refusal_asked", DECIDERS, "orders.confirm_refusal"),),
    "appeal": (Notify("appealed", DECIDERS, "orders.decide_appeal"),),
    "decide_extension": (_taker("decided", "request_extension"),),
    "decide_suspension": (_taker("decided", "request_suspension"),),
    "confirm_refusal": (_taker("decided", "refuse"),),
    "decide_appeal": (_taker("decided", "appeal"),),
    "remind": REMINDED,
    "supervise": SUPERVISED,
    "raise_level": (Notify("raised", HOLDER), Notify("raised", MAIN)),
    "reopen": REOPENED,
    "resend": REOPENED,
}
RETURNED: Final = ("orders.dispatch", "orders.designate", "orders.decide_dispute")
STEPS_TOLD: Final = frozenset(TABLE) | {"return", "answer_up"}
ONLY_IN: Final = {"check": "rework", "refuse": "refusal_review"}
ONLY_AGAIN: Final = frozenset({"resend"})


def notices(step: str, state: str, *, returns: int, again: bool) -> tuple[Notify, ...]:
    """What a step is told as; `state` it led to, `returns` so far, `again`: the order had been closed before.

    An order comes back to the center for the dispatcher first, then for whoever designates, then for the leader.
    """
    if step == "return":
        permission = RETURNED[min(max(returns, 1), DISPUTED) - 1]
        return (Notify("returned", HOLDER), Notify("returned", DECIDERS, permission))
    if step == "answer_up":
        return (_taker("decided", "ask_up"), *((BACK,) if state == "rework" else ()))
    if state != ONLY_IN.get(step, state) or (step in ONLY_AGAIN and not again):
        return ()
    return TABLE.get(step, ())
