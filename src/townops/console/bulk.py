"""What can be done with many orders at once from the list: which steps, what each asks, and which orders are meant."""

from dataclasses import dataclass
from typing import Final

from django.http.request import QueryDict

from townops.base import batches
from townops.console import choices, filters
from townops.console.doors import Desk
from townops.kernel.refusal import Refused
from townops.orders import api as orders

EXPORT: Final = "orders.export"
EXPORT_KIND: Final = "console.export"
WHOLE: Final = "filter"
LONGEST: Final = 16  # of an order's number


@dataclass(frozen=True, slots=True)
class Action:
    """A step for many: the fact its field asks for ("" none), the words of the field and of its button; `beside` a second
    fact that may be needed, and its words.
    """

    step: str
    label: str
    fact: str = ""
    asks: str = ""
    required: bool = False
    listing: str = ""
    beside: str = ""
    beside_asks: str = ""


ACTIONS: Final = (
    Action(
        "dispatch",
        "派遣",
        "unit",
        "派给（空着就按派遣建议）",
        listing="units",
        beside="reason",
        beside_asks="理由（不按规则派时必填）",
    ),
    Action("remind", "催办", "message", "催办内容", required=True),
    Action("supervise", "督办", "message", "督办要求", required=True),
    Action("merge", "并案", "parent", "并入主单编号", required=True),
    Action("archive", "归档"),
)
BY_STEP: Final = {one.step: one for one in ACTIONS}


def offered(desk: Desk) -> tuple[Action, ...]:
    """Those some post of the person may take."""
    return tuple(one for one in ACTIONS if desk.may(*orders.STEPS[one.step].permissions))


def label_of(kind: str, step: str) -> str:
    """What a batch does, in words."""
    named = {EXPORT_KIND: "导出", orders.calendar_trial.KIND: "试算工作日历"}
    return named.get(kind) or (BY_STEP[step].label if step in BY_STEP else step)


def asked(given: QueryDict) -> Action:
    """The step of the button; without one (Enter, Ctrl+Enter) the step whose field alone is filled in.

    Refused: step_not_in_bulk, bulk_step_unclear.
    """
    if wanted := given.get("do", ""):
        if wanted not in BY_STEP:
            raise Refused("step_not_in_bulk", step=wanted[:20])
        return BY_STEP[wanted]
    filled = [one for one in ACTIONS if typed(given, one)]
    if len(filled) != 1:
        raise Refused("bulk_step_unclear")
    return filled[0]


def typed(given: QueryDict, action: Action) -> str:
    """What stands in the field beside the button."""
    return given.get(f"{action.step}-{action.fact}", "").strip() if action.fact else ""


def typed_beside(given: QueryDict, action: Action) -> str:
    """What stands in its second field."""
    return given.get(f"{action.step}-{action.beside}", "").strip() if action.beside else ""


def meant(desk: Desk, given: QueryDict) -> list[batches.Item]:
    """The orders ticked, with the version that was seen, or all the filter finds. Refused: bulk_rows_malformed."""
    if given.get("scope") == WHOLE:
        found = orders.found_keys(desk.actor, wanted(desk, given), at=desk.at, most=batches.MOST + 1)
        return [batches.Item(number, seq) for number, seq in found]
    return [_item(one) for one in dict.fromkeys(given.getlist("row"))]


def wanted(desk: Desk, given: QueryDict) -> orders.Filter:
    """The filter the list stood under."""
    return filters.address_of(QueryDict(given.get("query", "")), desk.town).filter()


def _item(row: str) -> batches.Item:
    number, _, seq = row.partition(":")
    if not (
        number.isascii() and number.isalnum() and len(number) <= LONGEST and seq.isascii() and seq.isdigit()
    ):
        raise Refused("bulk_rows_malformed")
    return batches.Item(number, int(seq))


def facts(desk: Desk, given: QueryDict, action: Action) -> dict[str, str]:
    """What was typed beside the button; a unit by name becomes its code. Refused: facts_missing."""
    words = typed(given, action)
    if action.required and not words:
        raise Refused("facts_missing", step=action.step, facts=[action.fact])
    more = {action.beside: said} if (said := typed_beside(given, action)) else {}
    if action.fact == "unit" and words:
        return {"unit": choices.unit_code(words, desk.town), **more}
    return {action.fact: words, **more} if words else more


def to_confirm(given: QueryDict, found: int) -> bool:
    """Whether the asker has not yet agreed to so many: a step on the whole of a filter says first how many it finds."""
    sure = given.get("sure", "")
    return given.get("scope") == WHOLE and not (sure.isascii() and sure.isdigit() and found <= int(sure))
