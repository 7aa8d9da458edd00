"""What may be done with an order, and doing it. Checked: 401, 404, 403, 400/422, key, stale, step, facts."""

from collections.abc import Iterator, Mapping
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import Field

from townops.base import words
from townops.kernel.refusal import Refused
from townops.orders import api as orders
from townops.sharing.rest import files, once, shapes
from townops.sharing.rest.callers import Caller, Token, caller_of
from townops.sharing.rest.problems import Problem
from townops.sharing.rest.reports import Strict

NOBODY_SAW = -1
REQUIRED_KEY = {
    "parameters": [
        {
            "in": "header",
            "name": once.HEADER,
            "required": True,
            "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
        }
    ]
}
router = Router(tags=["steps"])


class Taken(Strict):
    """`seq` is what the sender saw; `facts` by the names and types of the step's `needs`."""

    seq: Annotated[int, Field(strict=True, ge=0, lt=2**31)]
    facts: dict[str, object] = Field({}, max_length=50)


def _known(request: HttpRequest, caller: Caller) -> None:
    """404 before 403 before the body: order_unknown, step_unknown, not_permitted (held by no post)."""
    named: Mapping[str, str] = request.resolver_match.kwargs if request.resolver_match else {}
    orders.children_of(caller.actor, named["number"])
    step = orders.STEPS.get(named["step"])
    if step is None:
        raise Refused("step_unknown", step=named["step"][:40])
    if not any(map(caller.actor.holds, step.permissions)):
        raise Refused("not_permitted", step=step.name)


@router.get(
    "/orders/{number}/steps",
    auth=Token(),
    response={200: list[shapes.Step], 401: Problem, 403: Problem, 404: Problem},
    operation_id="listSteps",
)
def list_steps(request: HttpRequest, number: str) -> list[shapes.Step]:
    """Every step: whether the caller may take it now, why not, and what it needs."""
    caller = caller_of(request)
    return [
        shapes.Step(
            name=one.name,
            label=one.label,
            allowed=one.allowed,
            code=one.code,
            reason=words.render(Refused(one.code, **one.params)) if one.code else "",
            needs=[
                shapes.Need(name=n.name, type=n.type_name, required=n.required, many=n.many)
                for n in one.needs
            ],
        )
        for one in orders.steps_for(caller.actor, number, at=caller.at)
    ]


@router.post(
    "/orders/{number}/steps/{step}",
    auth=Token(check=_known),
    response={200: shapes.Receipt, **dict.fromkeys((400, 401, 403, 404, 409, 413, 422), Problem)},
    operation_id="takeStep",
    openapi_extra=REQUIRED_KEY,
)
def take_step(request: HttpRequest, number: str, step: str, body: Taken) -> HttpResponse:
    """Take one step. The same key and body get the stored answer; of two at once the second is stale."""
    caller, key = caller_of(request), once.key_of(request)
    if key is None:
        raise Refused("key_missing")
    try:
        return once.once(request, key, lambda: _taken(caller, number, step, body))
    except Refused as refused:
        if refused.code == "key_reused":
            _malformed_first(caller, number, step, body)
        raise _as_fact(refused) from None


def _taken(caller: Caller, number: str, step: str, body: Taken) -> tuple[int, str]:
    given = list(_files(step, body.facts))
    if len(set(given)) != len(given):
        raise Refused("fact_repeated", id=next(one for one in given if given.count(one) > 1))
    files.check(caller, given)
    order = orders.take_step(number, step, actor=caller.actor, at=caller.at, facts=body.facts, seq=body.seq)
    files.hang(given, order.number)
    return 200, once.encoded(shapes.Receipt.of(order).model_dump(mode="json"))


def _malformed_first(caller: Caller, number: str, step: str, body: Taken) -> None:
    """403 and 422 come before key_reused: a try with a seq nobody saw stops before the step."""
    try:
        orders.take_step(number, step, actor=caller.actor, at=caller.at, facts=body.facts, seq=NOBODY_SAW)
    except Refused as refused:
        if refused.code != "stale_version":
            raise _as_fact(refused) from None


def _as_fact(refused: Refused) -> Refused:
    """The order itself is known by now: another one named in the facts is a wrong fact, no missing page."""
    if refused.code != "order_unknown":
        return refused
    return Refused("fact_malformed", fact="parent", type="order", value=refused.params.get("number", ""))


def _files(step: str, facts: Mapping[str, object]) -> Iterator[int]:
    """Ids of the attachments a step is given; what is no id is left for the door to refuse."""
    for need in orders.STEPS[step].needs:
        if need.type.value == "file":
            given = facts.get(need.name)
            for one in given if isinstance(given, list) else [given]:
                if isinstance(one, int | str) and not isinstance(one, bool) and str(one).isdecimal():
                    yield int(one)
