"""What the clients ask for: reports, steps, and the twelve named filters of the list alone and in fours."""

import itertools
import random
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

TEXT = "小区门口路灯不亮已经三天了，晚上很黑，老人出行不便，希望尽快派人修复"
Asked = dict[str, Any]


def report(town: Asked, number: int) -> Asked:
    """A message as a platform sends it: own number, place, contact."""
    lng, lat = town["points"][number * 7919 % len(town["points"])]
    body = {
        "source": "hotline",
        "text": TEXT,
        "received_at": datetime.now(UTC).isoformat(),
        "external_number": "B{n}",
        "place": {"lng": lng, "lat": lat, "address": "和平路12号"},
        "contact": {"name": "演示", "phone": "13800001234"},
    }
    return {"method": "POST", "path": "/api/v1/reports", "token": town["tokens"]["hotline"], "body": body}


def filters(town: Asked, now: datetime) -> dict[str, list[str]]:
    """Name -> values a clerk would choose: frequent and rare ones."""
    days = [(now - timedelta(days=back)).strftime("%Y-%m-%d") for back in (900, 400, 60)]
    return {
        "source": ["hotline", "video"],
        "state": ["handling", "archived", "not_filed"],
        "unit": town["units"],
        "area": town["areas"],
        "class": town["classes"],
        "overdue": ["true", "false"],
        "open": ["true", "false"],
        "received_from": [f"{days[0]}T00:00:00Z"],
        "received_to": [f"{days[1]}T00:00:00Z"],
        "received": [f"{days[1]}..{days[2]}"],
        "q": town["words"],
        "sort": ["due", "received"],
    }


def lists(town: Asked, user: str, now: datetime) -> tuple[list[Asked], list[str]]:
    """Every filter alone with every value, and all combinations of four with some value each; the addresses beside."""
    known, dice = filters(town, now), random.Random(4)  # noqa: S311
    alone = [{name: value} for name, values in known.items() for value in values]
    fours = [{name: dice.choice(known[name]) for name in names} for names in itertools.combinations(known, 4)]
    queries = [urlencode(one) for one in [{}, *alone, *fours]]
    token = town["tokens"][user]
    asked = [
        {"method": "GET", "path": f"/api/v1/orders?limit=50&{query}", "token": token} for query in queries
    ]
    return asked, queries


def get(town: Asked, path: str, user: str = "shift") -> Asked:
    return {"method": "GET", "path": path, "token": town["tokens"][user]}


def accept(town: Asked, number: str) -> Asked:
    """One step that every clerk takes all day."""
    return {
        "method": "POST",
        "path": f"/api/v1/orders/{number}/steps/accept",
        "token": town["tokens"]["hotline2"],
        "body": {"seq": 1, "facts": {}},
        "key": "K{n}",
    }
