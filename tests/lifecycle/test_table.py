"""Every cell of the expected lifecycle: source x state x step x role, table against `decide`."""

import csv
from functools import cache
from pathlib import Path

import pytest

from tests.lifecycle import cast
from tests.lifecycle.situations import NO_MAIN_UNIT, Situation, situations
from townops.kernel.actors import LEADER, MAIN_LEADER, Actor
from townops.kernel.refusal import Refused
from townops.orders.domain.decide import decide
from townops.orders.domain.facts import Party
from townops.orders.domain.flow import Flow
from townops.orders.domain.states import State
from townops.orders.domain.steps import STEPS

EXPECTED = Path(__file__).parent / "expected"
CODES = {"-": "step_not_allowed", "!": "not_authority"}
Row = dict[str, str]


@cache
def table(name: str) -> dict[str, Row]:
    with (EXPECTED / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return {row["step"]: row for row in csv.DictReader(file)}


def outcome(flow: Flow, situation: Situation, step: str, actor: Actor) -> str:
    """The state after the step, or the code of the refusal in brackets."""
    unit = next(iter(actor.units))
    facts = situation.facts
    if step in {"handle_on_spot", "quick_reply"}:
        facts = {**facts, "own_unit": Party(unit, "station", power=True)}
    try:
        return decide(flow, situation.order, step, facts, actor, situation.at).after.state.value
    except Refused as refused:
        return f"({refused.code})"


def expected(cell: str, state: State) -> set[str]:
    """What a cell of the table asks for: the set of outcomes."""
    if cell in CODES:
        return {f"({CODES[cell]})"}
    return {state.value if part == "=" else part for part in cell.split("|")}


def unit_for(may: str, situation: Situation) -> int | None:
    """Where somebody must belong to take the step: None is wherever his role is at home."""
    order = situation.order
    if may == "involved":
        return cast.ASSISTING_UNIT
    if may == "main":
        return order.main.unit if order.main else order.responsible.unit
    return None


def prepared(may: str, step: str, situation: Situation) -> Situation:
    """With the assisting unit asked, and the signature due from the raised leader where he is to sign."""
    order = situation.order
    if may == "involved":
        return situation.with_order(order.now(assisting=(cast.ASSISTING,)))
    if may == "sign":
        return situation.with_order(order.now(raised=LEADER).seen(center_signed=True))
    return situation


def allowed_in(cell: str, state: State, *, exists: bool) -> str:
    """The cell of roles.csv for one state: `x@state` counts only there, else `no` where the step exists."""
    if "@" not in cell:
        return cell
    here = {only: may for may, _, only in (part.partition("@") for part in cell.split())}
    return here.get(state.value, "no" if exists else "yes")


@cache
def seen(source: str, step: str, state: State) -> list[Situation]:
    return situations(cast.flows()[source], step, state)


def found_for(flow: Flow, step: str, state: State, role: str, may: str) -> set[str]:
    found = set()
    several = seen(flow.source, step, state)
    for plain in several[:1] if may == "no" else several:
        situation = prepared(may, step, plain)
        unit = unit_for(may, situation)
        if step == "handle_on_spot" and plain.order.main:
            unit = plain.order.main.unit
        found.add(outcome(flow, situation, step, cast.actor(role, unit)))
    return found


def wanted_for(cell: str, state: State, may: str) -> set[str]:
    if may == "no":
        return {"(not_permitted)"}
    if may == "sign" and cell not in CODES:
        return {cell.split("|")[0]}
    return expected(cell, state)


def disagreements(flow: Flow, step: str) -> list[str]:
    row, roles = table(f"steps_{flow.source}")[step], table("roles")[step]
    wrong = []
    for state in State:
        cell = row[state.value]
        for role in (name for name in roles if name != "step"):
            may = allowed_in(roles[role], state, exists=cell != "-")
            wanted, found = wanted_for(cell, state, may), found_for(flow, step, state, role, may)
            if wanted != found:
                wrong.append(f"{state.value} {role} ({may}): table {sorted(wanted)}, decide {sorted(found)}")
    return wrong


def test_the_tables_name_every_step_state_and_role() -> None:
    for source in cast.flows():
        assert set(table(f"steps_{source}")) == set(STEPS)
        columns = set(table(f"steps_{source}")["accept"])
        assert columns == {"step", "decided_by"} | {state.value for state in State}
    assert set(table("roles")) == set(STEPS)
    assert set(table("roles")["accept"]) == {"step"} | set(cast.permissions())


# Where table and code disagree and the contract is on the table's side. Each must be struck out once settled.
def cells() -> list[tuple[str, str]]:
    return [(source, step) for source in sorted(cast.flows()) for step in sorted(STEPS)]


@pytest.mark.parametrize(("source", "step"), cells())
def test_every_state_and_role_gives_what_the_table_says(source: str, step: str) -> None:
    assert disagreements(cast.flows()[source], step) == []


WITHIN = ("main", "involved")


def roles_that(may: str) -> list[tuple[str, str]]:
    return [
        (step, role) for step, row in table("roles").items() for role, cell in row.items()
        if may in (part.partition("@")[0] for part in cell.split())
    ]  # fmt: skip


def state_of(step: str, flow: Flow) -> State:
    """Some state in which the step is taken by the main unit."""
    row, only = table(f"steps_{flow.source}")[step], {"send_back": State.UNIT_REVIEW}
    possible = [state for state in State if row[state.value] not in CODES and state not in NO_MAIN_UNIT]
    return only.get(step, possible[0])


@pytest.mark.parametrize(("step", "role"), [pair for may in WITHIN for pair in roles_that(may)])
def test_a_role_bound_to_its_unit_may_not_act_for_another(step: str, role: str) -> None:
    flow = cast.flows()["grid"]
    situation = seen("grid", step, state_of(step, flow))[0]
    assert outcome(flow, situation, step, cast.actor(role, cast.OTHER_UNIT)) == "(not_permitted)"


@pytest.mark.parametrize(("step", "role"), roles_that("outside"))
def test_nobody_of_the_main_unit_checks_its_work(step: str, role: str) -> None:
    flow = cast.flows()["grid"]
    situation = seen("grid", step, State.CHECKING)[0]
    assert outcome(flow, situation, step, cast.actor(role, cast.MAIN_UNIT)) == "(not_permitted)"


@pytest.mark.parametrize("role", ["leader", "main_leader"])
def test_a_leader_does_not_sign_what_was_not_raised_to_him(role: str) -> None:
    flow = cast.flows()["grid"]
    situation = seen("grid", "review_center", State.CENTER_REVIEW)[0]
    assert outcome(flow, situation, "review_center", cast.actor(role)).startswith("(")


@pytest.mark.parametrize("role", ["leader", "main_leader"])
def test_a_leader_does_not_send_back_what_was_not_raised_to_him(role: str) -> None:
    flow = cast.flows()["grid"]
    situation = seen("grid", "send_back", State.CENTER_REVIEW)[0]
    assert outcome(flow, situation, "send_back", cast.actor(role)).startswith("(")


def test_an_order_raised_to_the_main_leader_is_not_signed_by_a_lesser_one() -> None:
    flow = cast.flows()["grid"]
    situation = seen("grid", "review_center", State.CENTER_REVIEW)[0]
    raised = situation.with_order(situation.order.now(raised=MAIN_LEADER).seen(center_signed=True))
    assert outcome(flow, raised, "review_center", cast.actor("leader")) == "(raised_leader_signs)"
    assert outcome(flow, raised, "review_center", cast.actor("main_leader")) == "checking"


def test_the_fourth_dispute_is_decided_by_the_main_leader_alone() -> None:
    flow = cast.flows()["grid"]
    situation = seen("grid", "decide_dispute", State.RETURNED)[0]
    fourth = situation.with_order(situation.order.seen(returns=4))
    assert outcome(flow, fourth, "decide_dispute", cast.actor("rota_leader")) == "(not_permitted)"
    assert outcome(flow, fourth, "decide_dispute", cast.actor("main_leader")) == "acknowledging"
