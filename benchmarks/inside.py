"""Measures inside a process of the product: `inside.py PART [N]`, with TOWNOPS_DATA and DATABASE_URL set; JSON on stdout."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import django

sys.path.insert(0, str(Path(__file__).parent))
django.setup()

import drafts  # noqa: E402
import filler  # noqa: E402
import numpy as np  # noqa: E402
import partition  # noqa: E402
import postgis  # noqa: E402
import town  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from townops.areas import api as areas  # noqa: E402
from townops.base.models import Account  # noqa: E402
from townops.intake import api as intake  # noqa: E402
from townops.orders import api as orders  # noqa: E402
from townops.people import api as people  # noqa: E402

Found = dict[str, object]


def build(_count: int) -> Found:
    town.build()
    return {}


def describe(_count: int) -> Found:
    return dict(json.loads(town.described()))


def fill(count: int) -> Found:
    """Synthetic orders for lists."""
    began = time.perf_counter()
    filler.fill(count)
    return {"seconds": time.perf_counter() - began}


def locate(count: int) -> Found:
    """Points spread over town and surroundings."""
    dice = np.random.default_rng(3)
    lngs, lats = dice.uniform(121.499, 121.596, count), dice.uniform(31.331, 31.391, count)
    areas.locate_many(lngs[:10], lats[:10])
    began = time.perf_counter()
    found = areas.locate_many(lngs, lats)
    return {"seconds": time.perf_counter() - began, "inside": int((found[:, 0] > 0).sum())}


def bring(count: int) -> Found:
    """A sheet of the grid platform with this many rows, from bytes to orders."""
    now = datetime.now(UTC)
    content = "\n".join(["任务号,问题描述,发现时间,经度,纬度,上报人,联系电话", *_rows(count, now)]).encode()
    began = time.perf_counter()
    summary = intake.bring_in(content, source="grid", channel="sheet", at=now, file_name="grid.csv")
    return {"seconds": time.perf_counter() - began, "made": summary.made, "broken": summary.broken}


def _rows(count: int, now: datetime) -> Iterator[str]:
    lngs = np.random.default_rng(5).uniform(121.51, 121.58, count)
    for number in range(count):
        at = f"{now - timedelta(minutes=number % 500):%Y-%m-%d %H:%M:%S}+00:00"
        yield f"BRW-{now:%H%M%S}-{number},井盖破损影响通行，第{number}处,{at},{lngs[number]:.6f},31.36,演示,13800001234"


def watch(_count: int) -> Found:
    """One look over every order whose acceptance is late, and one when nothing is due."""
    at = datetime.now(UTC) + timedelta(days=3)
    began = time.perf_counter()
    looked = len(orders.watch(at, most=1000))
    busy = time.perf_counter() - began
    early = datetime.now(UTC) - timedelta(days=3650)
    idle = _timed(lambda: orders.watch(early))
    return {"looked": looked, "seconds": busy, "idle": idle}


def queries(_count: int) -> Found:
    """Statements of a list under four filters, the caller's own look-up apart."""
    at = datetime.now(UTC)
    clerk = people.actor_for(Account.objects.get(username="shift").pk, at)
    wanted = orders.Filter(sources=("hotline",), area=_village(), class_prefix="H", q="路灯")
    return {"list": _counted(lambda: orders.find_orders(clerk, wanted, at=at))}


def asked(_count: int) -> Found:
    """Statements of each page given on stdin, opened a second time."""
    pages, found = json.load(sys.stdin), {}
    for name, one in pages.items():
        browser = Client(HTTP_HOST="127.0.0.1", HTTP_COOKIE=one["cookie"])
        browser.cookies.load(one["cookie"])
        found[name] = _counted(lambda browser=browser, path=one["path"]: browser.get(path))
    return found


def _village() -> str:
    return areas.areas_of(people.first_town(), "village")[3].code


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _counted(work: Callable[[], object]) -> int:
    work()
    with CaptureQueriesContext(connection) as seen:
        work()
    return len(seen)


PARTS: dict[str, Callable[[int], Found]] = {
    "build": build, "describe": describe, "fill": fill, "locate": locate, "bring": bring, "watch": watch,
    "queries": queries, "asked": asked, "partition": partition.measured,
    "postgis": postgis.measured, "drafts": drafts.measured,
}  # fmt: skip

if __name__ == "__main__":
    json.dump(PARTS[sys.argv[1]](int(sys.argv[2]) if len(sys.argv) > 2 else 0), sys.stdout)  # noqa: PLR2004
