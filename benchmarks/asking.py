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


def pages(town: Asked, user: str, numbers: list[str]) -> dict[str, list[Asked]]:
    """What a clerk opens on the desk, each page with several addresses."""
    village, grid, _block = town["areas"]
    wide, close = "121.49868,31.33090,121.59652,31.39111", "121.540,31.355,121.556,31.364"
    lists = [
        urlencode(dict(zip(("state", "source", "area"), one, strict=True)) | {"open": "1"})
        for one in itertools.product(("handling", "archived"), ("hotline", "grid"), (village, grid))
    ]
    found = {
        "home": ["/"] * 20,
        "list, three filters": [f"/orders?{one}" for one in lists] * 3,
        "list, open": ["/orders?open=1", "/orders?open=1&sort=due", "/orders?late=overdue&open=1"] * 8,
        "order page": [f"/orders/{number}" for number in numbers],
        "search": [f"/orders?{urlencode({'q': one})}" for one in (*town["words"], "井盖", "垃圾 夜间", "BRW-1", "13800001234")] * 4,
        "map data": [
            f"/map/orders?{query}&z={zoom}&view={view}"
            for query in ("open=1", "", "state=handling&source=hotline")
            for zoom, view in ((12, wide), (16, close))
        ] * 4,
        "live poll": ["/live"] * 20,
    }  # fmt: skip
    cookie = town["cookies"][user]
    return {
        name: [{"method": "GET", "path": one, "cookie": cookie} for one in addresses]
        for name, addresses in found.items()
    }


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
