"""What the town tells the district, in the district's field order: 先行联系、事实认定、诉求认定、结果、答复 (X0)."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Final

from townops.kernel.workdays import SHANGHAI
from townops.orders.domain.facts import Value

KINDS: Final = {"reply": "回复", "extension": "延期", "return": "退回", "closing": "结案"}
FACT_FINDINGS: Final = {"true": "属实", "partly_true": "部分属实", "untrue": "不属实"}
DEMAND_FINDINGS: Final = {"reasonable": "合理", "partly_reasonable": "部分合理", "unreasonable": "不合理"}
FINDING_REASONS: Final = {"beyond_power": "超职权", "unreachable": "无法联系"}
OUTCOMES: Final = {"solved": "实际解决", "explained": "解释说明"}
NOT_YET: Final = "（未登记）"
ERASED: Final = "（已清除）"
TELLING: Final = (
    "resend",
    "reopen",
    "contact",
    "submit",
    "handle_on_spot",
    "quick_reply",
    "close",
    "reply_up",
    "ask_up",
)
TEXTS: Final = ("who", "result", "reply", "reason")
Facts = Mapping[str, Value]
Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Prepared:
    """What one round of an order has to say; empty where nothing was recorded."""

    contact: str = ""
    fact: str = ""
    demand: str = ""
    result: str = ""
    reply: str = ""
    reason: str = ""
    wanted: datetime | None = None


@dataclass(frozen=True, slots=True)
class Telling:
    """An event as far as it has something to say upward."""

    seq: int
    step: str
    facts: Facts
    texts: Texts


def prepared(events: Iterable[Telling], *, until: int | None = None) -> Prepared:
    """What the events up to `until` say of their last round; the reply and reason are those of event `until`."""
    said = Prepared()
    for event in events:
        if until is not None and event.seq > until:
            break
        said = SAYING[event.step](said, event)
    return said


def with_parent(own: Prepared, parent: Prepared) -> Prepared:
    """A merged order answers under its own number with the parent's facts where it has none."""
    told = ("contact", "fact", "demand", "result", "reply")
    lacking = {name: getattr(parent, name) for name in told if not getattr(own, name)}
    return replace(own, **lacking)


def ready(said: Prepared, kind: str) -> str:
    """The ready-made text to copy: one field a line."""
    lines = _reply(said) if kind == "reply" else _question(said, kind)
    return "\n".join(f"{head}：{text or NOT_YET}" for head, text in lines)


def is_empty(said: Prepared) -> bool:
    return all(not getattr(said, one.name) for one in fields(said))


def moment(at: datetime | None) -> str:
    """2026-11-23 14:30 in Shanghai; empty for none."""
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if at else ""


def _reply(said: Prepared) -> list[tuple[str, str]]:
    return [
        ("先行联系", said.contact),
        ("事实认定", said.fact),
        ("诉求认定", said.demand),
        ("结果", said.result),
        ("答复", said.reply),
    ]


def _question(said: Prepared, kind: str) -> list[tuple[str, str]]:
    lines = [("申请事项", KINDS[kind]), ("申请理由", said.reason)]
    if kind == "extension":
        lines.append(("申请时限", moment(said.wanted)))
    return lines + ([("先行联系", said.contact)] if said.contact else [])


def _round(said: Prepared, event: Telling) -> Prepared:
    return Prepared()


def _contact(said: Prepared, event: Telling) -> Prepared:
    when = event.facts.get("when")
    stated = moment(when) if isinstance(when, datetime) else ""
    who, result = event.texts.get("who", ""), event.texts.get("result", "")
    return replace(said, contact=f"{stated} 联系{who}，{result}".strip())


def _handled(said: Prepared, event: Telling) -> Prepared:
    """The newest handling says everything anew; a result without a reply of its own is the reply."""
    found = _found(replace(said, fact="", demand="", result="", reply=""), event)
    return replace(found, reply=event.texts.get("reply") or event.texts.get("result", ""))


def _answered(said: Prepared, event: Telling) -> Prepared:
    """The answer was given to the caller himself: it is the contact, the result and the reply."""
    who = event.texts.get("who", "")
    handled = replace(_handled(said, event), result=OUTCOMES["explained"])
    return replace(handled, contact=f"联系{who}，已当场答复") if who else handled


def _found(said: Prepared, event: Telling) -> Prepared:
    fact, demand = (
        _word(event, "fact_finding", FACT_FINDINGS),
        _word(event, "demand_finding", DEMAND_FINDINGS),
    )
    why = _word(event, "finding_reason", FINDING_REASONS)
    demand = f"{demand}（{why}）" if demand and why else demand
    parts = (_word(event, "outcome", OUTCOMES), event.texts.get("result", ""))
    result = "。".join(part for part in parts if part)
    return replace(said, fact=fact or said.fact, demand=demand or said.demand, result=result or said.result)


def _closed(said: Prepared, event: Telling) -> Prepared:
    """Closing may correct the findings; its outcome without words does not replace the result."""
    if not event.texts.get("result"):
        facts = {name: value for name, value in event.facts.items() if name != "outcome"}
        event = replace(event, facts=facts)
    return _found(said, event)


def _replied(said: Prepared, event: Telling) -> Prepared:
    own = event.texts.get("reply", "")
    return replace(said, reply=own, reason="", wanted=None) if own else replace(said, reason="", wanted=None)


def _asked(said: Prepared, event: Telling) -> Prepared:
    wanted = event.facts.get("new_due")
    due = wanted if isinstance(wanted, datetime) else None
    return replace(said, reason=event.texts.get("reason", ""), wanted=due)


def _word(event: Telling, name: str, words: Mapping[str, str]) -> str:
    return words.get(str(event.facts.get(name) or ""), "")


SAYING: Final[Mapping[str, Callable[[Prepared, Telling], Prepared]]] = {
    "resend": _round,
    "reopen": _round,
    "contact": _contact,
    "submit": _handled,
    "handle_on_spot": _handled,
    "quick_reply": _answered,
    "close": _closed,
    "reply_up": _replied,
    "ask_up": _asked,
}
