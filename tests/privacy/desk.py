"""People of the standing town as machines with tokens and as browsers."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from townops.base import accounts
from townops.base.models import Account
from townops.kernel.actors import Actor
from townops.orders import api as orders
from townops.people import api as people


@dataclass
class Caller:
    """One account: `api` speaks with a token, `page` with a session."""

    user: str
    api: Client = field(default_factory=Client)
    page: Client = field(default_factory=Client)
    keys: int = 0

    def __post_init__(self) -> None:
        self.account = Account.objects.get(username=self.user)
        self.token = accounts.issue_token(self.user)
        self.page.force_login(self.account)

    @property
    def actor(self) -> Actor:
        return people.actor_for(self.account.pk, timezone.now())

    def get(self, path: str, **query: Any) -> HttpResponse:
        return self.api.get(
            f"/api/v1{path}", query or None, headers={"Authorization": f"Bearer {self.token}"}
        )

    def post(self, path: str, body: object, *, key: str = "") -> HttpResponse:
        headers = {"Authorization": f"Bearer {self.token}"} | ({"Idempotency-Key": key} if key else {})
        return self.api.post(f"/api/v1{path}", json.dumps(body), "application/json", headers=headers)

    def step(self, number: str, step: str, **facts: object) -> dict[str, Any]:
        """Take a step over the API at the order's present seq."""
        self.keys += 1
        seq = orders.load_order(id_of(number)).value.seq
        answer = self.post(
            f"/orders/{number}/steps/{step}", {"seq": seq, "facts": facts}, key=f"{self.user}{self.keys}"
        )
        assert answer.status_code == 200, (step, answer.content.decode())
        found: dict[str, Any] = answer.json()
        return found


def id_of(number: str) -> int:
    from townops.orders.models import OrderNumber

    return OrderNumber.objects.get(number=number).order_id


def ago(**spans: float) -> str:
    """An instant before now, as clients send it."""
    return (timezone.now() - timedelta(**spans)).isoformat()


def report(caller: Caller, source: str, text: str = "楼道灯不亮", **given: Any) -> HttpResponse:
    return caller.post("/reports", {"source": source, "text": text, "received_at": ago(hours=1), **given})


def reported(user: str, source: str, at: datetime | None = None, **given: Any) -> str:
    """The number of an order reported without the edges."""
    now = at or timezone.now()
    facts: dict[str, Any] = {"text": "楼道灯不亮", "received_at": now - timedelta(hours=2)} | given
    incoming = orders.IncomingReport(source=source, **facts)
    return orders.receive_reports([incoming], actor=Caller(user).actor, at=now)[0].number
