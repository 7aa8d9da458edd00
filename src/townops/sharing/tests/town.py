"""A small town with every post held, and clients that call it as machines do."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import shapely
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from townops.areas import api as areas
from townops.base import accounts
from townops.demo import base as demo
from townops.demo import people as invented
from townops.people import api as people

BEGUN = datetime(2015, 1, 1, tzinfo=UTC)
INSIDE = {"lng": 121.505, "lat": 31.305}
OTHER_VILLAGE = {"lng": 121.515, "lat": 31.305}
OUTSIDE = {"lng": 120.0, "lat": 30.0}


def _area(row: int, kind: str, code: str, shape: shapely.Geometry, *under: str) -> areas.Candidate:
    parent, block = (*under, "", "")[:2]
    name = f"{code}居委会" if kind == "village" else code
    cells = {"kind": kind, "code": code, "name": name, "parent": parent, "block_type": block}
    return areas.Candidate(row, cells | {"detached_allowed": "", "directly_managed": ""}, shape)


WHOLE = shapely.box(121.5, 31.3, 121.52, 31.31)
WEST = shapely.box(121.5, 31.3, 121.51, 31.31)
EAST = shapely.box(121.51, 31.3, 121.52, 31.31)
ROWS = (
    _area(1, "town", "T", WHOLE),
    _area(2, "grid", "G1", WHOLE, "T"),
    _area(3, "village", "V001", WEST, "G1"),
    _area(4, "village", "V002", EAST, "G1"),
    _area(5, "block", "V001001", WEST, "V001", "estate"),
    _area(6, "block", "V002001", EAST, "V002", "hamlet"),
)


def build() -> None:
    """Areas, units, people, catalogue, flows and dispatch rules."""
    at = timezone.now()
    survey = areas.Survey("test", "T", ROWS, "cgcs2000")
    assert areas.take_survey(survey, valid_from=date(2015, 1, 1), actor=invented.BUILDER, at=at).errors == ()
    people.load_roles()
    invented.build_people(password="Longer-than-10", at=at, since=BEGUN, town="T")
    demo.load_data(at=at)


@dataclass
class Machine:
    """A client with one account's token; `number` counts its keys."""

    name: str
    token: str
    client: Client = field(default_factory=lambda: Client(raise_request_exception=False))
    number: int = 0

    def get(self, path: str, **query: object) -> HttpResponse:
        return self.client.get(f"/api/v1{path}", query or None, headers=self.headers())

    def post(self, path: str, body: object, key: str | None = None) -> HttpResponse:
        content = body if isinstance(body, str | bytes) else json.dumps(body)
        return self.client.post(f"/api/v1{path}", content, "application/json", headers=self.headers(key))

    def headers(self, key: str | None = None) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} | ({"Idempotency-Key": key} if key else {})

    def reports(self, **changes: object) -> dict[str, Any]:
        """The receipt of a report that is taken."""
        response = self.post("/reports", report(**changes))
        assert response.status_code in (200, 201), response.content.decode()
        return response.json()

    def takes(
        self, order: dict[str, Any], step: str, *, key: str = "", seq: int | None = None, **facts: object
    ) -> HttpResponse:
        """Takes a step at the seq of the receipt, under a fresh key unless one is given."""
        self.number += 1
        body = {"seq": order["seq"] if seq is None else seq, "facts": facts}
        return self.post(f"/orders/{order['number']}/steps/{step}", body, key or f"{self.name}-{self.number}")


def report(**changes: object) -> dict[str, Any]:
    """A report that is taken, an hour old."""
    received = (timezone.now() - timedelta(hours=1)).isoformat()
    place = {**INSIDE, "crs": "cgcs2000"}
    body = {"source": "grid", "text": "演示路口井盖破损", "received_at": received, "place": place}
    return {name: value for name, value in {**body, **changes}.items() if value is not None}


Machines = Callable[[str], Machine]


def machine(name: str) -> Machine:
    return Machine(name, accounts.issue_token(name))
