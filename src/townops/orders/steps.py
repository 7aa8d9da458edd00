"""Taking a step, and saying which steps can be taken: the way of every page, client, job and the demo into `decide`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from townops.base.registry import answers
from townops.kernel.actors import SYSTEM_PERSON, Actor, Hat
from townops.kernel.refusal import Refused
from townops.orders import resolve, side, store, system, verifying
from townops.orders.domain.decide import allow, decide, forbid_same_hands, needs_of, permit
from townops.orders.domain.facts import Facts, Need, Parent, Party, Place, Standard, Subject, Value
from townops.orders.domain.flow import Authority
from townops.orders.domain.guards import GUARDS
from townops.orders.domain.order import Basis, Order
from townops.orders.domain.states import State
from townops.orders.domain.step import Step, said_of
from townops.orders.domain.steps import HIDDEN, STEPS
from townops.orders.domain.taken import AVOIDS, INFERRED, OVERRULES, Taken
from townops.orders.drafts import Draft, pointed, upon
from townops.orders.models import Order as Row
from townops.orders.models import OrderLink
from townops.orders.write import write
from townops.people import api as people

HANDLE = "orders.handle"
HANDING = frozenset({"dispatch", "designate", "decide_dispute"})
GRASSROOTS = frozenset({"village", "station"})
LONGEST_TRACE: Final = 4000
ANSWERED: Final = frozenset(
    one.value for one in (State.CHECKING, State.AWAITING_AUTHORITY, State.CLOSED, State.ARCHIVED)
)


@dataclass(frozen=True, slots=True)
class StepView:
    """A step as shown: whether this actor may take it now, and if not the code why; what it asks for."""

    name: str
    label: str
    allowed: bool
    code: str
    params: Mapping[str, object]
    needs: tuple[Need, ...]


def take(
    row: Row,
    name: str,
    *,
    actor: Actor,
    at: datetime,
    raw: Mapping[str, Any] | None = None,
    seq: int | None = None,
    recorded_at: datetime | None = None,
) -> Order:
    """Take one step on an order just read; children close with their parent. Refused(code) or the order after."""
    loaded = store.load(row)
    first = draft_step(loaded, name, actor=actor, at=at, raw=raw or {}, seq=seq)
    drafts = [first, *beside(first, at)]
    return write(drafts, recorded_at=recorded_at or at).orders[0]


def draft_step(
    loaded: store.Loaded,
    name: str,
    *,
    actor: Actor,
    at: datetime,
    raw: Mapping[str, Any],
    seq: int | None = None,
) -> Draft:
    """Everything `write` needs for this step, or Refused in the order of engine.md section 7."""
    step = STEPS.get(name)
    if step is None:
        raise Refused("step_unknown", step=name)
    order, flow = inheriting(loaded.value), loaded.flow
    hat = permit(flow, order, step, actor)
    here = resolve.around(order, at, actor.person)
    found = resolve.resolve(needs_of(flow, order, step), raw, here)
    if seq is not None and seq != order.seq:
        raise Refused("stale_version", seq=order.seq, given=seq)
    allow(flow, order, step)
    _can_work(step, found.facts)
    proven, columns = _moved(step, raw)
    facts = {**found.facts, **proven, **_added(order, step, hat, found.facts, here)}
    if order.avoid != loaded.value.avoid:
        facts[AVOIDS] = order.avoid
    decision = decide(flow, order, name, facts, actor, at)
    draft = upon(loaded, decision)
    return replace(draft, texts=found.texts, files=tuple(found.files), columns=columns)


def inheriting(order: Order) -> Order:
    """回避 goes over to whoever took over from the unit complained about."""
    if order.avoid is None:
        return order
    heir = people.heir(order.avoid).id
    return order if heir == order.avoid else order.now(avoid=heir)


def _can_work(step: Step, facts: Facts) -> None:
    """Nobody hands an order, or a part of it, to a unit where no post could ever take it up. Refused("unit_cannot_handle")."""
    if step.name not in HANDING:
        return
    assisting = facts.get("assisting")
    for party in (facts.get("unit"), *(assisting if isinstance(assisting, tuple) else ())):
        if isinstance(party, Party) and not can_handle(party.unit):
            raise Refused("unit_cannot_handle", name=people.unit_by_id(party.unit).name)


def can_handle(unit: int) -> bool:
    """Whether the unit has a post that takes up orders and gives opinions on others'."""
    return people.has_post_with(unit, HANDLE)


def _moved(step: Step, raw: Mapping[str, Any]) -> tuple[dict[str, Value], dict[str, object]]:
    """The digest and the columns of the point the step names."""
    area = raw.get("area")
    if step.name != "relocate":
        return {}, {}
    # a code names no point, and the old one may lie elsewhere
    point = resolve.point_of(area) if isinstance(area, Mapping) else (None, None)
    digest, columns = pointed(point)
    return {"point": digest}, columns


def _added(order: Order, step: Step, hat: Hat, facts: Facts, here: resolve.Around) -> dict[str, Value]:
    """Facts the rules need and nobody types: the proposal of the dispatch table, the actor's unit, the fallback."""
    if step.name == "dispatch":
        return _dispatched(order, facts, here)
    if step.name in {"reclassify", "relocate"}:
        return _moved_unit(order, facts, here)
    if step.name == "fall_back":
        return {"unit": fallback_of(order, here)}
    if step.name == "request_verification":
        return verifying.asked(order, facts.get("unit"), here)
    if step.name == "classify" and here.person == SYSTEM_PERSON and "demand_type" in facts:
        return {INFERRED: True}
    return _known(order, step, hat)


def _known(order: Order, step: Step, hat: Hat) -> dict[str, Value]:
    """Facts of the actor and of what is stored beside the order."""
    if step.name in {"handle_on_spot", "quick_reply"}:
        return {"own_unit": resolve.party(people.unit_by_id(hat.unit))}
    if step.name == "reply_up" and order.state is State.MERGED:
        return {"parent_answered": _answered(order.parent)}
    if step.name == "receipt_up":
        return {"message_seq": side.newest_waiting(order.id)}
    return {}


def _answered(parent: int | None) -> bool:
    """Whether the order it is merged into, through others if need be, has a result that was reviewed; at night none was."""
    row = Row.objects.filter(id=parent).first() if parent else None
    if row is None or row.state not in ANSWERED | {State.MERGED.value}:
        return False
    value = store.load(row).value
    if value.state is State.MERGED:
        return _answered(value.parent)
    return value.state is not State.CHECKING or not value.progress.provisional


def fallback_of(order: Order, here: resolve.Around) -> Party:
    """The class's named unit; the center where it names none."""
    chosen = order.standard or order.subject
    named = chosen.fallback if chosen else None
    if named and (heir := people.heir(named.unit)).id != named.unit:  # the unit named then ended since
        named = resolve.party(heir)
    if named and (
        named.unit == order.avoid or (order.needs_power and not named.power and named.kind in GRASSROOTS)
    ):
        named = None
    return named or resolve.party(people.center(town=here.town_code))


def _dispatched(order: Order, facts: Facts, here: resolve.Around) -> dict[str, Value]:
    given = facts.get("unit")
    if order.avoid is not None:
        return _to_leader(order, given) | {"assisting": _with_accused(order, facts)}
    try:
        proposal = propose(order, order.place, order.class_code, condition_of(order), here)
    except Refused:
        if given is None:
            raise
        return {"basis": Basis.RULE.value}
    chosen = given if isinstance(given, Party) else resolve.party(people.unit_by_id(proposal.unit_id))
    same = chosen.unit == proposal.unit_id
    added: dict[str, Value] = {"unit": chosen, "basis": proposal.basis if same else Basis.RULE.value}
    if same and proposal.limit:
        added["limit"] = proposal.limit
    if not same:
        rules = people.unit_by_id(proposal.unit_id).name
        other = f"✗ 派遣员另选：按规则应为{rules}"
        added[OVERRULES] = _is_overruled(order, proposal)
        return added | {"trace": "\n".join((other, trace_of(proposal)))[:LONGEST_TRACE]}
    return added | {"trace": trace_of(proposal)}


def _is_overruled(order: Order, proposal: Any) -> bool:
    """Not where nothing was ruled, nor where the unit by the rule has just returned the order."""
    return bool(proposal.basis != Basis.UNSETTLED.value and proposal.unit_id != order.progress.returned_by)


def _to_leader(order: Order, given: Value) -> dict[str, Value]:
    """回避: the leader in charge of the unit complained about holds it; about the center, 党政办; else says why."""
    by_rule = _avoiding(order)
    if isinstance(given, Party) and given != by_rule["unit"]:
        return {"basis": Basis.DESIGNATED.value, OVERRULES: True}
    return by_rule


def _avoiding(order: Order) -> dict[str, Value]:
    accused = people.unit_by_id(order.avoid or 0)
    if accused.kind == "center" or accused.leader_post_id is None:
        return {"unit": resolve.party(people.unit("dangzheng", town=accused.town)), "basis": Basis.RULE.value}
    post = people.post_by_id(accused.leader_post_id)
    held = resolve.party(people.unit_by_id(post.unit_id))
    return {"unit": held, "leader_post": post.id, "basis": Basis.RULE.value}


def _with_accused(order: Order, facts: Facts) -> tuple[Party, ...]:
    """The unit complained about gives its 会办意见 and signs nothing."""
    given = facts.get("assisting")
    asked = tuple(one for one in given if isinstance(one, Party)) if isinstance(given, tuple) else ()
    if order.avoid is None or any(one.unit == order.avoid for one in asked):
        return asked
    return (*asked, resolve.party(people.unit_by_id(order.avoid)))


def trace_of(proposal: Any) -> str:
    """The dispatch trace as stored: what was looked at and why it matched or not."""
    lines = (f"{'✓' if line.matched else '✗'} {line.rule}：{line.reason}" for line in proposal.trace)
    return "\n".join(lines)[:LONGEST_TRACE]


def condition_of(order: Order) -> int | None:
    """The row of the catalogue it was filed under, if it was."""
    return order.standard.condition if order.standard else None


def propose(
    order: Order, place: Place, class_code: str | None, condition: int | None, here: resolve.Around
) -> Any:
    """Ask whoever answers for dispatch which unit should have it (分级分层、案例、智能 派单)."""
    return answers.ask(
        "dispatch.propose",
        town_id=order.town,
        class_code=class_code or "",
        condition_id=condition,
        catalogue_version=here.catalogue,
        village_id=place.village,
        block_id=place.block,
        source=order.source,
        severity=order.severity,
        at=here.at,
    )


def _moved_unit(order: Order, facts: Facts, here: resolve.Around) -> dict[str, Value]:
    if order.main is None:
        return {}
    place = facts.get("area")
    standard, subject = facts.get("condition"), facts.get("class")
    code = order.class_code
    if isinstance(standard, Standard):
        code = standard.class_code
    elif isinstance(subject, Subject):
        code = subject.class_code
    condition = standard.condition if isinstance(standard, Standard) else condition_of(order)
    where = place if isinstance(place, Place) else order.place
    proposal = propose(order, where, code, condition, here)
    if proposal.basis == Basis.UNSETTLED.value:
        return {"proposed": order.main}
    return {"proposed": resolve.party(people.unit_by_id(proposal.unit_id)), "trace": trace_of(proposal)}


def beside(first: Draft, at: datetime) -> Iterator[Draft]:
    """What a step takes along: a signed quick reply goes up, a parent notes its child, children follow or close with it."""
    if replies_by_itself(first):
        yield replying(first, at)
    if first.decision.taken.step == "merge":
        yield gaining(first, at)
    yield from children_closing(first, at)


def replies_by_itself(signed: Draft) -> bool:
    """Nothing is left to do but send it: the last signature under a quick reply whose closing is the district's."""
    after = signed.decision.after
    waits = after.state is State.AWAITING_AUTHORITY and not after.progress.replied
    return waits and after.progress.quick


def replying(signed: Draft, at: datetime) -> Draft:
    """The message to the district, by the system for the center: it says what was answered."""
    done = signed.decision
    decision = decide(done.flow, done.after, "reply_up", {}, system.actor(done.flow.center), at)
    return Draft(decision, fired=signed.fired)


def gaining(merge: Draft, at: datetime) -> Draft:
    """The parent's event: it moves the parent's seq, so that nobody closes it without seeing the new child."""
    parent = merge.decision.taken.need("parent", Parent)
    loaded = store.load(Row.objects.get(id=parent.order))
    if loaded.value.responsible.unit != parent.unit or loaded.value.state.value != parent.state:
        raise Refused("stale_version", seq=loaded.value.seq)
    center = system.actor(loaded.flow.center)
    decision = decide(loaded.flow, loaded.value, "gain", {"child": merge.decision.after.id}, center, at)
    return upon(loaded, decision)


def children_closing(parent: Draft, at: datetime) -> Iterator[Draft]:
    """What a parent's step does to what is merged into it: close with it, or change hands with it.

    A child whose closing is the district's waits for its own reply.
    """
    before, after = parent.decision.before, parent.decision.after
    closing = after.state is State.CLOSED and before.state is not State.CLOSED
    if not closing and before.responsible == after.responsible:
        return
    for row in merged_into(after.id):
        loaded = store.load(row)
        center = system.actor(loaded.flow.center)
        if closing and loaded.flow.options.closing is Authority.DISTRICT:
            continue
        child = (
            draft_step(loaded, "close", actor=center, at=at, raw={"result": "随主单结案"})
            if closing
            else following(loaded, after, center, at)
        )
        yield child
        yield from children_closing(child, at)


def merged_into(parent: int) -> list[Row]:
    """Rows of the orders merged into one."""
    others = OrderLink.objects.filter(order_id=parent, kind="child", active=True).values_list(
        "other", flat=True
    )
    return list(Row.objects.filter(id__in=list(others), state=State.MERGED.value).order_by("id"))


def following(loaded: store.Loaded, parent: Order, center: Actor, at: datetime) -> Draft:
    """The child under the parent's new holder."""
    held = parent.responsible
    facts: dict[str, Value] = {
        "parent": Parent(parent.id, None, parent.state.value, parent.main, held.unit, held.post)
    }
    decision = decide(loaded.flow, loaded.value, "follow", facts, center, at)
    return upon(loaded, decision)


def views(loaded: store.Loaded, *, actor: Actor, at: datetime) -> list[StepView]:
    """Every step with whether this actor may take it now and, if not, why not."""
    return [_view(loaded, step, actor, at) for name, step in STEPS.items() if name not in HIDDEN]


def _view(loaded: store.Loaded, step: Step, actor: Actor, at: datetime) -> StepView:
    needs = needs_of(loaded.flow, loaded.value, step)
    label = said_of(step, signed=loaded.value.progress.center_signed)
    try:
        _try(loaded, step, actor, at)
    except Refused as refused:
        return StepView(step.name, label, False, refused.code, refused.params, needs)
    return StepView(step.name, label, True, "", {}, needs)


def _try(loaded: store.Loaded, step: Step, actor: Actor, at: datetime) -> None:
    """As `decide`, as far as it can be told without the facts."""
    order, flow = inheriting(loaded.value), loaded.flow
    hat = permit(flow, order, step, actor)
    allow(flow, order, step)
    forbid_same_hands(order, step, actor)
    taken = Taken(step.name, order.seq + 1, actor.person, hat.unit, hat.post or None, hat.rank, at, {})
    for guard in GUARDS.get(step.name, ()):
        try:
            guard(flow, order, taken)
        except LookupError:  # needs a fact that is not there yet
            continue
        except Refused as refused:
            if refused.code != "facts_missing":
                raise
