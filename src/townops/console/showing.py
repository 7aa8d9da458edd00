"""What stands on the page of an order: history, clocks, responsibility, proposal, in words; masked as the viewer's posts demand."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from townops.base import masking
from townops.base.filetypes import is_image
from townops.base.models import Attachment
from townops.catalogue import api as catalogue
from townops.console import choices, labels, uploads
from townops.console.doors import Desk
from townops.console.saying import exact, explained, sentence
from townops.dispatch import api as dispatch
from townops.intake import api as intake
from townops.kernel.refusal import Refused
from townops.orders import api as orders
from townops.people import api as people

UNSAID: Final = frozenset(
    {
        "trace",
        "calendar",
        "limit",
        "text_digest",
        "confidence",
        "own_unit",
        "proposed",
        "leader_post",
        "evidence",
        "attachments",
    }
)
CHOSEN: Final = frozenset(
    need.name for step in orders.TABLE for need in step.needs if need.type.value == "enum"
)
MERGED: Final = {"parent": "主单", "child": "并入的单"}
GRANTS: Final = {"True": 0, "False": 1}
OUTWARD: Final = frozenset({("quick_reply", "reply"), ("submit", "reply"), ("reply_up", "reply")})
INWARD: Final = frozenset({"note", "opinion", "message", "question", "report", "reason"})


@dataclass(frozen=True, slots=True)
class Said:
    """A labelled word or text; `order` is the number of the order it names. `tone` public for what the reporter gets to
    read, internal for what he never does.
    """

    label: str
    text: str
    tone: str = ""
    typed: bool = False
    order: str = ""


@dataclass(frozen=True, slots=True)
class FileView:
    """A file of an event; pictures are shown, others offered."""

    id: int
    name: str
    picture: bool


@dataclass(frozen=True, slots=True)
class Happened:
    """One event of the history. `hands` says from whom to whom when it changed hands."""

    event: orders.EventView
    look: str
    hands: str
    said: tuple[Said, ...]
    texts: tuple[Said, ...]
    files: tuple[FileView, ...]

    @property
    def tones(self) -> frozenset[str]:
        return frozenset(one.tone for one in self.texts if one.tone)


@dataclass(frozen=True, slots=True)
class ClockLine:
    """A clock with its limit in words and why it ends when it does."""

    view: orders.ClockView
    label: str
    limit: str
    why: tuple[str, ...]
    state: str


@dataclass(frozen=True, slots=True)
class ProposalView:
    """What the dispatch table says, or why it cannot say anything."""

    unit: str
    basis: str
    rule: str
    limit: str
    trace: tuple[tuple[bool, str, str], ...] = ()
    precedents: tuple[orders.PrecedentView, ...] = ()
    broken: str = ""


def history(desk: Desk, events: Sequence[orders.EventView]) -> list[Happened]:
    """The newest first."""
    files = uploads.by_id(one for event in events for one in event.files)
    named = [int(event.facts[name]) for event in events for name in MERGED if event.facts.get(name)]
    numbers = orders.numbers_of(desk.actor, named)
    return [_happened(event, files, numbers, desk) for event in reversed(events)]


def trace_of(past: list[Happened], desk: Desk) -> tuple[str, ...]:
    """The lines of the newest dispatch trace, with names for its codes; first why another unit than the rule's was picked."""
    event = next((one.event for one in past if one.event.facts.get("trace")), None)
    if event is None:
        return ()
    why = event.texts.get("reason", "") if event.step == "dispatch" else ""
    lines = dispatch.in_words(event.facts["trace"], town=desk.town, at=desk.at).splitlines()
    return (f"另选的理由：{why}", *lines) if why else tuple(lines)


def _happened(
    event: orders.EventView, files: Mapping[int, Attachment], numbers: Mapping[int, str], desk: Desk
) -> Happened:
    texts = (
        Said(labels.fact_label(event.step, name), text.replace("\t", "："), _tone(event.step, name))
        for name, text in event.texts.items()
        if text
    )
    moved = event.from_unit != event.to_unit
    return Happened(
        event=event,
        look=orders.LOOKS[event.state].word,
        hands=f"{event.from_unit} → {event.to_unit}" if moved and event.from_unit else "",
        said=(*_merges(event, numbers), *_facts(event, desk.at)),
        texts=tuple(texts),
        files=tuple(_file(files[one]) for one in event.files if one in files),
    )


def _tone(step: str, name: str) -> str:
    """Words for the reporter and words among officials are never taken for one another."""
    if (step, name) in OUTWARD:
        return "public"
    return "internal" if name in INWARD else ""


def _file(row: Attachment) -> FileView:
    return FileView(row.pk, masking.mask_text(row.name), is_image(row.media_type))


# say: 退单依据
# say: 涉及工作作风的单位
# say: 把握
# say: 证据
# say: 核实单位
# say: 代哪个单位填写
# say: 答复了谁
# say: 拟答复内容
# say: 另选单位的理由
def _facts(event: orders.EventView, at: datetime) -> Iterator[Said]:
    for name, value in event.facts.items():
        if name not in UNSAID and name not in MERGED and name in labels.FACTS:
            said = _fact(name, value, at)
            label = labels.fact_label(event.step, name).partition("（")[0]
            yield Said(label, said, typed=said == value and name not in CHOSEN)


def _merges(event: orders.EventView, numbers: Mapping[int, str]) -> Iterator[Said]:
    """The other order of a merge, by its number."""
    for name, label in MERGED.items():
        if told := event.facts.get(name):
            number = numbers.get(int(told), "")
            yield Said(label, number or "不在您范围内的一张工单", order=number)


def _fact(name: str, value: str, at: datetime) -> str:
    if value in GRANTS and name in labels.YES_NO:
        return labels.YES_NO[name][GRANTS[value]]
    if name in {"class", "condition"}:
        return choices.class_said(value, at)
    if name == "basis":
        return labels.BASES.get(value, (value, ""))[0]
    if value[:4].isdigit() and "T" in value:
        return exact(datetime.fromisoformat(value))
    return labels.CHOICES.get(value, value) if name in CHOSEN else value


def clocks(order: orders.OrderView, *, stopped: bool) -> list[ClockLine]:
    """The clocks of this round, the primary one first: those that have ended, or those that have not."""
    lines = [
        _line(view, catalogue.limit_text(named.clock.limit))
        for view, named in zip(order.clocks, order.value.clocks, strict=True)
        if view.round == order.round and (view.state == "stopped") is stopped
    ]
    return sorted(lines, key=lambda one: (not one.view.primary, one.view.due_at))


def _line(view: orders.ClockView, limit: str) -> ClockLine:
    words = {"running": "计时中", "paused": "已暂停", "stopped": "已完成"}
    return ClockLine(
        view=view,
        label=labels.CLOCKS.get(view.name, view.name),
        limit=limit,
        why=tuple(explained(view.explanation)),
        state=words[view.state],
    )


def proposal(desk: Desk, whole: orders.Whole) -> ProposalView | None:
    """The dispatch table's word for an order that waits for dispatch."""
    order = whole.order
    if order.state is not orders.State.FILED or not desk.may("orders.dispatch"):
        return None
    try:
        found = orders.propose_for(whole.loaded, at=desk.at)
    except Refused as refused:
        return ProposalView("", "", "", "", broken=sentence(refused))
    return ProposalView(
        unit=people.unit_by_id(found.unit_id).name,
        basis=labels.BASES.get(found.basis, (found.basis, ""))[0],
        rule=found.rule,
        limit=catalogue.limit_text(found.limit),
        trace=tuple(
            (line.matched, line.rule, dispatch.in_words(line.reason, town=desk.town, at=desk.at))
            for line in found.trace
        ),
        precedents=dispatch.precedents(query_of(order, desk.at)),
    )


def query_of(order: orders.OrderView, at: datetime) -> dispatch.Query:
    """The order as the dispatch table is asked about it."""
    return dispatch.Query(
        town_id=order.value.town,
        class_code=order.class_code or "",
        condition_id=order.condition,
        catalogue_version=catalogue.version_at(at),
        village_id=order.value.place.village,
        block_id=order.value.place.block,
        source=order.source,
        severity=order.severity,
        at=at,
    )


@dataclass(frozen=True, slots=True)
class SuggestedClass:
    """A class the model suggests, as it is typed into a form, with its confidence in percent."""

    code: str
    line: str
    confidence: int


def suggestions(desk: Desk, order: orders.OrderView) -> list[SuggestedClass]:
    """The three likeliest classes of an order nobody has classed yet, for whoever may class it."""
    if order.class_code or not order.is_open or not desk.may("orders.file"):
        return []
    return [
        SuggestedClass(one.class_code, choices.class_said(one.class_code, desk.at), one.confidence)
        for one in intake.suggested_classes(order.id, order.source)
    ]


def demand_said(order: orders.OrderView) -> str:
    """What kind of demand it is, and whether the system only inferred it."""
    word = labels.CHOICES.get(order.demand_type, "")
    return f"{word}（推断，待立案确认）" if word and order.value.inferred else word


def filed_as(order: orders.OrderView, at: datetime) -> list[Said]:
    """How it is classed and filed, as far as it is."""
    flow = orders.flows.flow(order.value.flow, order.value.town)
    found = [
        ("类别", choices.class_said(order.class_code, at) or "待归类"),
        *choices.standard_said(order.condition, order.source),
        ("诉求类型", demand_said(order)),
        ("答复时限", labels.CHOICES.get(order.time_class, "")),
        ("紧急程度", labels.CHOICES.get(order.severity, "") if order.severity != "general" else ""),
        ("结案归属", "由区级平台结案" if flow.options.closing.value == "district" else "由本镇结案"),
    ]
    return [Said(label, text) for label, text in found if text]


def marks(order: orders.OrderView) -> list[str]:
    """What is special about it, in words."""
    value = order.value
    counted = (
        ("退单", value.returns), ("返工", value.reworks), ("重办", value.reopened), ("催办", value.reminded),
        ("督办", value.supervised),
    )  # fmt: skip
    found = ["紧急"] if order.severity == "urgent" and order.is_open else []
    found += [f"{word} {number}" for word, number in counted if number]
    if value.application:
        found.append(f"{labels.APPLICATIONS.get(value.application.kind, '申请')}待批")
    if value.raised:
        found.append(f"上提：{labels.LEVELS[value.raised]}签批")
    if value.incident:
        found.append("已转突发事件")
    if value.avoid is not None:
        found.append(f"回避：{people.heir(value.avoid).name}")
    return found
