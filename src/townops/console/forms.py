"""A form for any step, made from what the step says it needs; what was typed comes back whole when it is refused."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from django.http import HttpRequest

from townops.base.models import Attachment
from townops.console import choices, labels, uploads
from townops.console.doors import Desk
from townops.console.saying import exact
from townops.kernel.refusal import Refused
from townops.kernel.workdays import SHANGHAI
from townops.orders import api as orders
from townops.orders.api import wordings

TRIPLE_ONLY: Final = frozenset(
    {"demand_type", "class", "time_class", "fact_finding", "demand_finding", "finding_reason"}
)
CONDITION_ONLY: Final = frozenset({"condition"})
ALWAYS_SEEN: Final = frozenset(
    {"evidence", "unit", "reply", "opinion", "note", "method", "result", "new_due"}
)
LISTS: Final = {"unit": "units", "class": "classes", "condition": "conditions", "area": "areas"}
ASSISTING: Final = 3
FEW: Final = 4
CLASSED: Final = frozenset({"file", "quick_reply"})
SHORT: Final = frozenset({"who", "told", "to", "receipt", "incident", "cited_rule"})


@dataclass(frozen=True, slots=True)
class Ready:
    """A wording offered for a text, its blanks filled for this order."""

    code: str
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Field:
    """One input: `kind` is text line bool instant enum list int file order; `values` are what stands in it."""

    name: str
    label: str
    kind: str
    required: bool
    values: tuple[str, ...] = ()
    options: tuple[tuple[str, str], ...] = ()
    listing: str = ""
    kept: tuple[Attachment, ...] = ()
    wordings: tuple[Ready, ...] = ()

    @property
    def value(self) -> str:
        return next(iter(self.values), "")

    @property
    def few(self) -> bool:
        """Few enough options to show them all."""
        return self.required and len(self.options) <= FEW


@dataclass(frozen=True, slots=True)
class StepForm:
    """A step with its inputs: those always seen, and those folded away as optional."""

    name: str
    label: str
    seen: tuple[Field, ...]
    folded: tuple[Field, ...]
    said: str = ""
    stale: bool = False
    allowed: bool = True

    @property
    def fields(self) -> tuple[Field, ...]:
        return (*self.seen, *self.folded)

    @property
    def sends_files(self) -> bool:
        return any(field.kind == "file" for field in self.fields)

    @property
    def bare(self) -> bool:
        """Nothing has to be said: one button takes the step."""
        return not any(field.required for field in self.fields)


@dataclass(frozen=True, slots=True)
class Given:
    """What a person sent for a step: values as typed, files already stored, the first thing wrong with a file."""

    step: str
    values: Mapping[str, tuple[str, ...]]
    files: Mapping[str, tuple[Attachment, ...]]
    wrong: Refused | None = None


@dataclass(frozen=True, slots=True)
class Around:
    """What forms need to know: the order, who asks, and whether it is filed by type, class and time (诉求) or by a condition.

    `chosen_class`: the suggestion a person picked, as he would type it.
    """

    order: orders.OrderView
    desk: Desk
    triple: bool
    chosen_class: str = ""


def form_of(step: orders.StepView, around: Around, *, given: Given | None = None, said: str = "") -> StepForm:
    """The form of a step for this order, filled with what is known or was typed."""
    known = given.values if given else prefilled(step.name, around)
    files = given.files if given else {}
    fields = [_field(step.name, need, known, files, around) for need in concerned(step, around)]
    seen = [one for one in fields if one.required or one.values or one.kept or one.name in ALWAYS_SEEN]
    return StepForm(
        name=step.name,
        label=step.label,
        seen=tuple(seen),
        folded=tuple(one for one in fields if one not in seen),
        said=said,
        allowed=step.allowed,
    )


def concerned(step: orders.StepView, around: Around) -> Iterator[orders.Need]:
    """The needs that make sense for how this order is filed: 诉求 three-part for the hotline, else a condition row."""
    strange = CONDITION_ONLY if around.triple else TRIPLE_ONLY
    return (need for need in step.needs if need.required or need.name not in strange)


def prefilled(step: str, around: Around) -> dict[str, tuple[str, ...]]:
    """What the desk can type for a person, because the order says it."""
    order, desk = around.order, around.desk
    progress = order.value.progress
    known = {
        "condition": choices.condition_said(order.condition, order.source) if step == "close" else "",
        "class": around.chosen_class or choices.class_said(order.class_code, desk.at)
        if step in CLASSED
        else "",
        "demand_type": order.demand_type,
        "time_class": order.time_class,
        "fact_finding": progress.fact_finding,
        "demand_finding": progress.demand_finding,
        "outcome": progress.outcome,
        "when": desk.at.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M"),
        "who": "诉求人" if step == "contact" else "",
        "kind": "closing" if step == "answer_up" and order.state is orders.State.AWAITING_AUTHORITY else "",
    }
    if step == "reclassify":
        return {"class": (around.chosen_class,)} if around.chosen_class else {}
    return {name: (value,) for name, value in known.items() if value}


def _field(
    step: str,
    need: orders.Need,
    known: Mapping[str, tuple[str, ...]],
    files: Mapping[str, tuple[Attachment, ...]],
    around: Around,
) -> Field:
    values = known.get(need.name, ())
    kind = need.type.value
    options: tuple[tuple[str, str], ...] = ()
    if kind == "enum":
        options = tuple((code, labels.CHOICES.get(code, code)) for code in need.choices)
    if kind == "bool":
        options = tuple(zip(("true", "false"), labels.YES_NO.get(need.name, ("是", "否")), strict=True))
    if kind in LISTS and need.many:
        values = (*values, *[""] * ASSISTING)[:ASSISTING]
    return Field(
        name=need.name,
        label=labels.fact_label(step, need.name),
        kind=_kind(kind, need.name),
        required=need.required,
        values=values,
        options=options,
        listing=LISTS.get(kind, ""),
        kept=files.get(need.name, ()),
        wordings=ready(step, need.name, around) if kind == "text" else (),
    )


def ready(step: str, fact: str, around: Around) -> tuple[Ready, ...]:
    """The wordings that fit here, as they would read in this order."""
    order = around.order
    found = wordings.offered(
        wordings.in_force(around.desk.at),
        step=step,
        fact=fact,
        class_code=order.class_code or "",
        state=order.state.value,
    )
    return tuple(Ready(one.code, one.name, wordings.filled(one.body, blanks(around))) for one in found)


def blanks(around: Around) -> dict[str, str]:
    """What the desk can write into the blanks of a wording, because the order says it."""
    order, desk = around.order, around.desk
    place = order.place_text or next((one.name for one in (order.block, order.village) if one), "")
    return {
        "编号": order.number,
        "标题": order.title.strip("…"),
        "类别": choices.class_said(order.class_code, desk.at).partition(" ")[2],
        "地点": place,
        "来源": dict(orders.every_source()).get(order.source, order.source),
        "收到时间": spoken_day(order.received_at),
        "责任单位": order.responsible.name,
        "本单位": desk.units[0].name if desk.units else "",
        "到期时间": exact(order.due_at),
        "今天": spoken_day(desk.at),
    }


def spoken_day(at: datetime) -> str:
    """11月25日."""
    local = at.astimezone(SHANGHAI)
    return f"{local.month}月{local.day}日"


def _kind(kind: str, name: str) -> str:
    if kind in LISTS:
        return "list"
    if kind == "text":
        return "line" if name in SHORT else "text"
    return "enum" if kind == "bool" else kind


def read(request: HttpRequest, step: orders.StepView, desk: Desk) -> Given:
    """What was sent; files are stored here, before the step is tried."""
    values, files, wrong = {}, {}, None
    for need in step.needs:
        if need.type.value == "file":
            found, refused = uploads.take(request, need.name, desk)
            files[need.name] = tuple(found)
            wrong = wrong or refused
        else:
            values[need.name] = tuple(one for one in request.POST.getlist(need.name) if one.strip())
    return Given(step.name, values, files, wrong)


def written(given: Given, fact: str, chosen: str, around: Around) -> Given:
    """What was sent, with a chosen wording written into one of its texts, after what already stands there."""
    text = next((one.text for one in ready(given.step, fact, around) if one.code == chosen), "")
    before = next(iter(given.values.get(fact, ())), "").rstrip()
    joined = f"{before}\n{text}" if before and text else before or text
    return replace(given, values={**given.values, fact: (joined,)})


def facts_of(step: orders.StepView, given: Given, town: str) -> dict[str, object]:
    """The facts as the door of orders reads them: codes for what was chosen from a list."""
    facts: dict[str, object] = {}
    for need in step.needs:
        if need.type.value == "file":
            facts[need.name] = [one.pk for one in given.files.get(need.name, ())]
            continue
        told = [_plain(need.type.value, one, town) for one in given.values.get(need.name, ())]
        facts[need.name] = told if need.many else next(iter(told), "")
    return {name: value for name, value in facts.items() if value not in ("", [])}


def _plain(kind: str, value: str, town: str) -> str:
    if kind == "unit":
        return choices.unit_code(value, town)
    if kind == "area":
        return choices.area_code(value, town)
    return choices.code_of(value) if kind in {"class", "condition", "order"} else value.strip()
