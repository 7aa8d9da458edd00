"""Which steps the page of an order puts first: the one that moves it on, then the others, then those that are not open."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, TypeVar

from townops.console.saying import sentence
from townops.kernel.refusal import Refused
from townops.orders import api as orders

S = orders.State
T = TypeVar("T")
RECEIPT: Final = "receipt_up"
NEXT: Final[dict[orders.State, tuple[str, ...]]] = {
    S.REPORTED: ("accept",),
    S.VERIFYING: ("answer_verification",),
    S.REFUSAL_REVIEW: ("confirm_refusal",),
    S.ACCEPTED: ("file",),
    S.FILED: ("dispatch",),
    S.RETURNED: ("decide_dispute", "designate", "dispatch"),
    S.ACKNOWLEDGING: ("acknowledge",),
    S.HANDLING: (
        "decide_extension",
        "decide_suspension",
        "contact",
        "submit",
        "handle_on_spot",
        "add_opinion",
    ),
    S.REWORK: ("decide_extension", "decide_suspension", "contact", "submit", "quick_reply"),
    S.SUSPENDED: ("resume",),
    S.UNIT_REVIEW: ("review_unit",),
    S.CENTER_REVIEW: ("review_center",),
    S.CHECKING: ("check", "close", "reply_up", "add_opinion"),
    S.AWAITING_AUTHORITY: ("reply_up", "answer_up"),
    S.MERGED: ("reply_up", "close"),
    S.TRANSFERRED: ("close", "take_back"),
    S.CLOSED: ("decide_appeal", "reply_up", "record_satisfaction"),
}
UPWARD: Final = frozenset(
    {"report_interim", "reply_up", "receipt_up", "ask_up", "answer_up", "link_incident", "raise_level"}
)
RARE: Final = frozenset(
    {
        "refuse", "refuse_filing", "reclassify", "relocate", "transfer", "take_back", "withdraw", "provisional_close",
        "unmerge", "merge", "adopt", "archive", "record_satisfaction", "send_back", "appeal",
    }
)  # fmt: skip
CONSULT: Final = "consult"
OF_NO_INTEREST: Final = frozenset(
    {"not_permitted", "step_not_allowed", "nothing_to_adopt"}
)  # all but history
BY_SYSTEM: Final = frozenset({"orders.system"})


@dataclass(frozen=True, slots=True)
class NotNow:
    """A step that is not open to this person now, and why not."""

    label: str
    why: str


@dataclass(frozen=True, slots=True)
class Sorted:
    """Steps of a page: `first` is the one primary action, `foreign` are those of other posts, by label only."""

    first: orders.StepView | None
    others: tuple[orders.StepView, ...]
    not_now: tuple[NotNow, ...]
    foreign: tuple[str, ...]


def arranged(steps: Iterable[orders.StepView], order: orders.OrderView, *, went_up: bool) -> Sorted:
    """The steps in the order in which a person wants them; `went_up`: a message to the district waits, so a receipt may come."""
    shown = [
        one
        for one in steps
        if orders.STEPS[one.name].permissions != BY_SYSTEM and (went_up or one.name != RECEIPT)
    ]
    allowed = {one.name: one for one in shown if one.allowed}
    waits = any(one.code == "contact_missing" for one in shown)
    first = next((allowed[name] for name in _next(order, contact=waits) if name in allowed), None)
    return Sorted(
        first=first,
        others=tuple(one for one in allowed.values() if one is not first),
        not_now=tuple(
            NotNow(one.label, sentence(Refused(one.code, **one.params)))
            for one in shown
            if not one.allowed and one.code not in OF_NO_INTEREST
        ),
        foreign=tuple(
            one.label
            for one in shown
            if one.code == "not_permitted" and order.state in orders.STEPS[one.name].sources
        ),
    )


def grouped(steps: Iterable[T], name: Callable[[T], str]) -> list[tuple[str, list[T]]]:
    """Under 常用, 上报 and 其他, those that have any; one group alone needs no name."""
    groups: dict[str, list[T]] = {"常用": [], "上报": [], "其他": []}
    for one in steps:
        code = name(one)
        groups["上报" if code in UPWARD else "其他" if code in RARE else "常用"].append(one)
    found = [(label, many) for label, many in groups.items() if many]
    return found if len(found) > 1 else [("", many) for _, many in found]


def _next(order: orders.OrderView, *, contact: bool) -> tuple[str, ...]:
    """`contact`: the reporter must be spoken to before the result may be sent. A 咨询 is best answered at once."""
    done = set() if contact else {"contact"}
    if order.value.progress.replied:
        done.add("reply_up")
    quick = ("quick_reply",) if order.demand_type == CONSULT else ()
    return tuple(name for name in (*quick, *NEXT.get(order.state, ())) if name not in done)
