"""The town that is measured: the demo's without orders, tokens for the clients, and names that filters can use."""

import json
from datetime import UTC, datetime
from http import HTTPStatus

from django.core.management import call_command
from django.db import connection
from django.test import Client

from townops.areas import api as areas
from townops.base import accounts
from townops.catalogue import api as catalogue
from townops.demo.base import PASSWORD, build_base
from townops.people import api as people

USERS = ("shift", "hotline", "hotline2", "unit", "village", "sysadmin")


def build() -> None:
    """Tables and the town; once per data folder."""
    call_command("migrate", verbosity=0)
    build_base(at=datetime.now(UTC))


def described() -> str:
    """What a client needs to know, as JSON. Tokens are new each time."""
    known = {one.username for one in accounts.Account.objects.all()}
    town = people.first_town()
    blocks, villages = areas.areas_of(town, "block"), areas.areas_of(town, "village")
    found = {
        "cookies": {user: _cookie(user) for user in USERS if user in known},
        "tokens": {user: accounts.issue_token(user) for user in USERS if user in known},
        "points": [point for block in blocks if (point := areas.point_within(block.id))],
        "units": _units(),
        "areas": [villages[3].code, areas.areas_of(town, "grid")[1].code, blocks[100].code],
        "classes": _classes(),
        "words": ["路灯", "电梯 老人 夜间"],
    }
    return json.dumps(found)


def _cookie(user: str) -> str:
    """Signed in through the door, as a browser is."""
    browser = Client(HTTP_HOST="127.0.0.1")
    answer = browser.post("/signin", {"username": user, "password": PASSWORD})
    if answer.status_code != HTTPStatus.FOUND:
        raise RuntimeError(f"{user} cannot sign in: {answer.status_code}")
    return "; ".join(f"{name}={one.value}" for name, one in browser.cookies.items())


def _units() -> list[str]:
    """The busiest unit, the twentieth, and a quiet one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT main_unit_id FROM orders_order WHERE main_unit_id IS NOT NULL GROUP BY 1 ORDER BY COUNT(*) DESC"
        )
        busy = [row[0] for row in cursor.fetchall()]
    found = [busy[place] for place in (0, 20, 80) if place < len(busy)]
    return [people.unit_by_id(one).code for one in found] or ["chengguan", "chengjian", "pingan"]


def _classes() -> list[str]:
    every = catalogue.classes(catalogue.version_at(datetime.now(UTC)))
    return [every[0].code[:4], every[30].code]
