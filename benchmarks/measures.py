"""The measures, each a function of a place (database and data folder) that yields figures."""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asking
from figures import Figure, median, percentile
from server import Server, serving

INSIDE = Path(__file__).with_name("inside.py")
SOURCE = Path(__file__).resolve().parents[1] / "src"
CLIENTS = 4
RUNS = 3
BAD = 400
BUDGETS = {"search": 300}
RATES = {"sqlite": 200, "postgresql": 300}


@dataclass(frozen=True, slots=True)
class Place:
    """One database under measure."""

    name: str
    database: dict[str, str]
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        extra = {"TOWNOPS_DATA": str(self.folder), "PYTHONPATH": str(SOURCE)}
        settings = os.environ.get("DJANGO_SETTINGS_MODULE", "townops.settings")
        path = os.pathsep.join(filter(None, (str(SOURCE), os.environ.get("PYTHONPATH"))))
        return extra | self.database | {"DJANGO_SETTINGS_MODULE": settings, "PYTHONPATH": path}

    def inside(self, part: str, count: int = 0, given: object = None) -> dict[str, Any]:
        """Run a part of inside.py in its own process, `given` on its stdin; `CalledProcessError` when it fails."""
        done = subprocess.run(  # noqa: S603
            [sys.executable, INSIDE, part, str(count)], input=json.dumps(given),
            env={**os.environ, **self.environment}, capture_output=True, text=True, check=True,
        )  # fmt: skip
        return dict(json.loads(done.stdout))

    def say(self, what: str, value: float, unit: str, **more: Any) -> Figure:
        return Figure(what, value, unit, self.name, **more)


def creating(place: Place, chosen: argparse.Namespace) -> Iterator[Figure]:
    """Start, memory, creating by four clients, reading and moving what was created."""
    town = place.inside("describe")
    asked = [asking.report(town, number) for number in range(400)]
    with serving(place.environment) as server:
        yield place.say("cold start to the first page", server.cold, "s", budget=5)
        server.load(asked, threads=CLIENTS, seconds=2)
        runs = [_rate(server, asked, chosen.seconds) for _ in range(RUNS)]
        yield from _created(place, runs)
        yield from _touching(place, server, town)
        yield place.say("memory of the web process", server.memory(), "MB", budget=400)


def _rate(server: Server, asked: list[dict[str, Any]], seconds: float) -> dict[str, float]:
    before = server.processor_seconds()
    seen = server.load(asked, threads=CLIENTS, seconds=seconds)
    spent = server.processor_seconds() - before
    times = sorted(row[1] * 1000 for row in seen["samples"])
    refused = [row for row in seen["samples"] if row[2] >= BAD]
    if refused:
        raise RuntimeError(f"{len(refused)} of {len(times)} refused: {refused[0][3]}")
    shares = {f"p{share}": percentile(times, share / 100) for share in (50, 95, 99)}
    return {
        "rate": len(times) / seen["seconds"],
        "cpu": 1000 * spent / len(times),
        "max": times[-1],
        **shares,
    }


def _created(place: Place, runs: list[dict[str, float]]) -> Iterator[Figure]:
    middle = {name: median([run[name] for run in runs]) for name in runs[0]}
    note = "runs: " + " ".join(f"{run['rate']:.0f}/s" for run in runs)
    rate = RATES.get(place.name, 200)
    yield place.say(
        "create by HTTP, 4 clients, jobs on", middle["rate"], "/s", budget=rate, at_least=True, note=note
    )
    yield place.say("create p50", middle["p50"], "ms")
    yield place.say("create p95", middle["p95"], "ms")
    yield place.say("create p99", middle["p99"], "ms", budget=100, note=f"max {middle['max']:.0f} ms")
    yield place.say("create: processor, web and jobs together", middle["cpu"], "ms")


def _touching(place: Place, server: Server, town: dict[str, Any]) -> Iterator[Figure]:
    numbers = _numbers(server, town)
    looks = [asking.get(town, f"/api/v1/orders/{number}") for number in numbers]
    yield from _times(place, "GET /orders/{n}", server.load(looks, threads=CLIENTS, seconds=0))
    histories = [asking.get(town, f"/api/v1/orders/{number}/steps") for number in numbers]
    yield from _times(place, "GET /orders/{n}/steps", server.load(histories, threads=CLIENTS, seconds=0))
    steps = [asking.accept(town, number) for number in numbers]
    yield from _times(place, "POST a step", server.load(steps, threads=CLIENTS, seconds=0))


def _numbers(server: Server, town: dict[str, Any]) -> list[str]:
    """Orders just created that nobody has touched yet."""
    answer = server.ask(asking.get(town, "/api/v1/orders?source=hotline&state=reported&limit=200"))
    return [item["number"] for item in answer["items"] if item["seq"] == 1]


def _times(place: Place, what: str, seen: dict[str, Any], budget: float | None = None) -> Iterator[Figure]:
    times = sorted(row[1] * 1000 for row in seen["samples"])
    refused = [row for row in seen["samples"] if row[2] >= BAD]
    note = f"p50 {percentile(times, 0.5):.0f}, p99 {percentile(times, 0.99):.0f}, {len(times)} requests"
    note += f", {len(refused)} refused: {refused[0][3]}" if refused else ""
    yield place.say(f"{what} p95", percentile(times, 0.95), "ms", budget=budget, note=note)


def listing(place: Place, chosen: argparse.Namespace) -> Iterator[Figure]:
    """The list over many orders: a clerk of the center, a unit, a village; queries counted."""
    count, town = filled(place, chosen), place.inside("describe")
    yield place.say("queries of a list with four filters", place.inside("queries")["list"], "", budget=8)
    with serving(place.environment) as server:
        for user in ("shift", "unit", "village"):
            asked, queries = asking.lists(town, user, datetime.now(UTC))
            server.load(asked[:40], threads=1, seconds=0)
            seen = server.load(asked, threads=1, seconds=0)
            worst = max(seen["samples"], key=lambda row: row[1])
            what = f"list of {count:,} orders, {user}"
            yield from _times(place, what, seen, budget=150)
            yield place.say(f"{what}: slowest", worst[1] * 1000, "ms", note=queries[worst[0]])
        yield place.say(f"memory with {count:,} orders", server.memory(), "MB", budget=400)


def desk(place: Place, chosen: argparse.Namespace) -> Iterator[Figure]:
    """Pages of the desk over many orders, for who sees the town, a unit, a village: time, bytes as sent, queries."""
    count = filled(place, chosen)
    town = place.inside("describe")
    with serving(place.environment) as server:
        server.load([asking.report(town, number) for number in range(30)], threads=1, seconds=0)
        for user in ("shift", "unit", "village"):
            numbers = _numbers(server, town)[:20] if user == "shift" else []
            asked = {name: them for name, them in asking.pages(town, user, numbers).items() if them}
            queries = place.inside("asked", given={name: them[0] for name, them in asked.items()})
            for name, them in asked.items():
                seen = server.load(them, threads=1, seconds=0)
                sizes = sorted(row[4] for row in seen["samples"])
                what = f"{name}, {user}, {count:,} orders"
                yield from _times(place, what, seen, budget=BUDGETS.get(name, 200))
                yield place.say(f"{what}: bytes", sizes[-1] / 1000, "kB", note=f"{queries[name]} queries")


def filled(place: Place, chosen: argparse.Namespace) -> int:
    """How many synthetic orders stand in the place; made when there are none."""
    marker = place.folder / "filled"
    if not marker.exists():
        place.inside("fill", chosen.orders)
        marker.write_text(str(chosen.orders))
    return int(marker.read_text())


def importing(place: Place, chosen: argparse.Namespace) -> Iterator[Figure]:
    """A sheet from bytes to orders, then the watch over the orders it left open."""
    seen = place.inside("bring", chosen.rows)
    note = f"{seen['made']:,} rows in {seen['seconds']:.1f} s"
    yield place.say(
        "import of 100,000 rows", seen["seconds"] * 100_000 / chosen.rows, "s", budget=60, note=note
    )
    looked = place.inside("watch")
    if looked["looked"]:
        note = f"{looked['looked']} orders late at once"
        yield place.say("watch: one late order", 1000 * looked["seconds"] / looked["looked"], "ms", note=note)
    yield place.say("watch: nothing is due", 1000 * looked["idle"], "ms")


def locating(place: Place, _chosen: argparse.Namespace) -> Iterator[Figure]:
    """A million points in the town's blocks."""
    seen = place.inside("locate", 1_000_000)
    yield place.say(
        "locate 1,000,000 points", seen["seconds"], "s", budget=3, note=f"{seen['inside']:,} inside"
    )


def partitioning(place: Place, chosen: argparse.Namespace) -> Iterator[Figure]:
    """A grid of four levels proven and repaired, ten times as much proven, points located in the town's blocks."""
    seen = place.inside("partition")
    if not seen["right"]:
        raise RuntimeError("an exact grid did not pass, or a repaired one")
    for name, what, budget in (
        ("prove", "prove 20,164 blocks in 4 levels", 5),
        ("faulty", f"prove them with {seen['defects']} defects", 5),
        ("repair", "repair them, proofs before and after included", 10),
        ("large", "prove 200,704 blocks in 4 levels", 60),
    ):
        clock, processor = seen[name]
        yield place.say(what, clock, "s", budget=budget, note=f"processor {processor:.1f} s")
    yield place.say("memory of that", seen["memory"], "MB", budget=4000)
    yield from drafting(place)
    yield from beside_postgis(place)
    yield from locating(place, chosen)


def drafting(place: Place) -> Iterator[Figure]:
    """One edit of a border among 5,041 blocks: saved, with the proof of what it touched."""
    seen = place.inside("drafts", 60)
    if not seen["right"]:
        raise RuntimeError("an edit of an exact grid left a defect")
    for name, what in (("edit", "edit a border among 5,041 blocks, p95"), ("undo", "take it back, p95")):
        times = seen[name]
        half = 1000 * times[len(times) // 2]
        yield place.say(
            what, 1000 * times[int(len(times) * 0.95)], "ms", budget=300, note=f"half within {half:.0f} ms"
        )
    yield place.say("prove the whole draft", seen["whole"], "s")


def beside_postgis(place: Place) -> Iterator[Figure]:
    """How many times as long PostGIS takes for the same answers; nothing where it cannot be installed."""
    seen = place.inside("postgis")
    if not seen:
        return
    if not seen["same"]:
        raise RuntimeError("PostGIS and the kernel disagree about the same town")
    for name, what in (
        ("proof", "PostGIS: the same proof of 20,164 blocks"),
        ("faulty", "PostGIS: that there are defects"),
        ("locate", "PostGIS: 1,000,000 points in these blocks"),
    ):
        ours, theirs = seen[name]
        yield place.say(what, theirs, "s", note=f"ours {ours:.1f} s, ratio {theirs / ours:.1f}")


PARTS: dict[str, Callable[[Place, argparse.Namespace], Iterator[Figure]]] = {
    "create": creating,
    "import": importing,
    "locate": locating,
    "list": listing,
    "desk": desk,
    "grid": partitioning,
}
