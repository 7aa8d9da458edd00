"""Stories of orders: a clerk, a unit and leaders of the standing town, and a clock that moves only when told."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from townops.areas import api as areas
from townops.base.models import Account
from townops.kernel.actors import Actor
from townops.orders import api
from townops.orders.models import Order
from townops.people import api as people

TAKERS = {"ejiayuan": "grid", "leader": "shift", "district": "shift"}
MONDAY = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai


@dataclass
class Story:
    """One town, one clock."""

    at: datetime = MONDAY
    files: list[int] = field(default_factory=list)

    def who(self, user: str) -> Actor:
        return people.actor_for(Account.objects.get(username=user).pk, self.at)

    def later(self, **spans: float) -> datetime:
        self.at += timedelta(**spans)
        return self.at

    def report(self, source: str = "grid", user: str = "", **given: Any) -> str:
        facts: dict[str, Any] = {"text": "小区门口路灯不亮", "received_at": self.at} | given
        made = api.receive_reports(
            [api.IncomingReport(source=source, **facts)],
            actor=self.who(user or TAKERS.get(source, source)),
            at=self.at,
        )
        return made[0].number

    def takes(self, user: str, number: str, step: str, **facts: Any) -> api.OrderView:
        self.at += timedelta(minutes=1)
        return api.take_step(number, step, actor=self.who(user), at=self.at, facts=facts)

    def row(self, number: str) -> Order:
        return Order.objects.get(number=number)

    def view(self, number: str) -> api.OrderView:
        return api.order_for(self.who("shift"), number, at=self.at)

    def point(self) -> tuple[float, float]:
        block = areas.areas_of(people.first_town(), "block")[100]
        found = areas.point_within(block.id)
        assert found
        return found

    def filed(self, source: str = "grid", **given: Any) -> str:
        """A grid order filed under a street lamp's condition, or a hotline order under its triple."""
        number = self.report(source, **given)
        clerk = "hotline" if source == "hotline" else "grid"
        self.takes(clerk, number, "accept")
        facts: Mapping[str, Any] = {"condition": "C-01-37.2"}
        if source == "hotline":
            facts = {"demand_type": "help", "class": "H-05-02", "time_class": "5"}
        self.takes(clerk, number, "file", **facts)
        return number

    def dispatched(self, source: str = "grid", unit: str = "chengjian", **given: Any) -> str:
        number = self.filed(source, **given)
        self.takes("dispatch", number, "dispatch", unit=unit, reason="按现场情况")
        return number

    def handling(self, source: str = "grid", unit: str = "chengjian", **given: Any) -> str:
        number = self.dispatched(source, unit, **given)
        self.takes(f"u_{unit}", number, "acknowledge")
        return number

    def submitted(self, number: str, unit: str = "chengjian") -> api.OrderView:
        if self.row(number).source == "hotline":
            self.takes(
                f"u_{unit}", number, "contact", who="诉求人", when=self.at.isoformat(), result="已联系"
            )
            more: dict[str, Any] = {"fact_finding": "true", "demand_finding": "reasonable"}
        else:
            more = {"evidence": [self.photo()]}
        return self.takes(f"u_{unit}", number, "submit", result="已修复", outcome="solved", **more)

    def photo(self) -> int:
        from townops.demo.play import evidence

        return evidence(self.at)

    def closed(self) -> str:
        number = self.handling()
        self.submitted(number)
        self.takes("h_chengjian", number, "review_unit")
        self.takes("assess", number, "review_center")
        self.takes("check", number, "check", passed=True)
        self.takes("grid", number, "close", condition="C-01-37.2", outcome="solved")
        return number


@pytest.fixture
def town(standing_town: object, db: None) -> Story:
    return Story()
