"""The machine API against itself: thousands of requests made from its own OpenAPI, good and bad, every check on.

Codes of this town (units, classes ...) cannot stand in the contract: well-formed requests are given ones that exist, so
that they must be accepted and not only well answered.
"""

from itertools import count

import pytest
import schemathesis
from django.core import signals
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from townops.areas import api as areas
from townops.orders import api as orders
from townops.people import api as people
from townops.sharing.ogc.asking import MOST
from townops.sharing.tests import town as small

EXAMPLES = 25
QUIET = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
    database=None,
)
PAST = st.datetimes(
    min_value=small.datetime(2016, 1, 1),
    max_value=small.datetime(2026, 11, 1),
).map(lambda at: at.isoformat() + "+08:00")


def codes_of(grid: small.Machine) -> dict[str, list[object]]:
    """What exists, by the name of the parameter or field that asks for it."""
    places = [one.code for kind in ("grid", "village", "block") for one in areas.areas_of("T", kind)]
    classes = [one["code"] for one in grid.get("/classes", branch="event").json()["items"]]
    return {
        "source": ["grid", "ejiayuan"],
        "unit": [one.code for one in people.units()],
        "area": places,
        "parent": places,
        "class": classes,
        "class_code": classes,
        "received": ["2026-01-01..2026-12-31", "2026-01-01T00:00:00+08:00..", ".."],
        "q": ["井盖", "演示 路口"],
        "cursor": [""],
        "attachments": [[]],
        "file": ["一页说明".encode()],
    }


def existing(stated: object, choices: list[object]) -> object:
    """One that exists for each that was made up, always the same for the same."""
    if isinstance(stated, list) and not isinstance(choices[0], list):
        return [existing(one, choices) for one in stated]
    return stated if stated is None else choices[len(repr(stated)) % len(choices)]


@pytest.fixture
def grid(db):
    small.build()
    machine = small.machine("grid")
    schemathesis.openapi.format("date-time", PAST)
    return machine


@pytest.fixture
def codes(grid):
    return codes_of(grid)


@pytest.fixture
def one_connection(codes):
    """The test's transaction lives as long as the test, not as a request; the test client connects these again."""
    for signal in (signals.request_started, signals.request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (signals.request_started, signals.request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def contract(one_connection):
    """The contract as the server gives it."""
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())


def name_what_exists(case, codes):
    """Well-formed requests name what exists; ill-formed ones stay as they are."""
    made_well = case.meta and case.meta.generation.mode.is_positive
    if not made_well or case.path.endswith("/due"):  # a unit of time is no unit of the town
        return
    for container in (case.query, case.body):
        for name in set(codes) & set(container if isinstance(container, dict) else ()):
            container[name] = existing(container[name], codes[name])


described = schemathesis.pytest.from_fixture("contract")


@described.parametrize()
@QUIET
def test_whatever_is_sent_is_answered_as_the_contract_says(case, grid, codes):
    name_what_exists(case, codes)
    case.call_and_validate(headers=grid.headers())


@described.parametrize()
@settings(QUIET, max_examples=8)
def test_without_a_token_nothing_is_told(case, grid):
    response = case.call()
    assert response.status_code in (401, 405, 404, 413)
    case.validate_response(
        response, excluded_checks=[schemathesis.checks.CHECKS.get_one("positive_data_acceptance")]
    )


@pytest.fixture
def features(one_connection, grid):
    """The contract of /ogc as this machine is given it."""
    return schemathesis.openapi.from_wsgi("/ogc/api", get_wsgi_application(), headers=grid.headers())


read_as_features = schemathesis.pytest.from_fixture("features")


@read_as_features.parametrize()
@QUIET
def test_whatever_is_asked_of_the_layers_is_answered_as_their_contract_says(case, grid):
    limit = str((case.query or {}).get("limit", ""))
    if limit.isdecimal() and int(limit) > MOST:
        return  # the standard: more than the most is no fault, only not given
    case.call_and_validate(
        headers={**grid.headers(), "Accept-Encoding": "identity"},
        excluded_checks=[schemathesis.checks.CHECKS.get_one("positive_data_acceptance")],
    )


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


def facts_of(step: str, codes: dict[str, list[object]]) -> st.SearchStrategy[dict[str, object]]:
    """Facts by the names the step asks for, some of them right."""
    right = st.sampled_from([*codes["unit"][:5], *codes["class"][:5], "2026-03-02T09:00:00", True, 1, "site"])
    return st.dictionaries(
        st.sampled_from([need.name for need in orders.STEPS[step].needs] or ["note"]), ANYTHING | right
    )


def test_every_step_bears_every_fact(grid, codes):
    number = grid.reports()["number"]
    machines = [small.machine(name) for name in ("shift", "deputy", "assess", "unit", "check")]
    keys = map(str, count())

    @settings(QUIET, max_examples=300)
    @given(st.data())
    def tried(data):
        step = data.draw(st.sampled_from(sorted(orders.STEPS)))
        body = {"seq": data.draw(st.integers(0, 9)), "facts": data.draw(facts_of(step, codes))}
        machine = data.draw(st.sampled_from(machines))
        response = machine.post(f"/orders/{number}/steps/{step}", body, next(keys))
        assert response.status_code in (200, 400, 403, 404, 409, 422), (step, body, response.content)

    tried()
