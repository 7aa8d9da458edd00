"""The load: a process of its own with one keep-alive connection per thread. Plan on stdin, samples on stdout, both JSON.

Plan: {"port", "threads", "seconds" or 0 for "once through", "requests": [{"method", "path", "token", "body"?, "key"?}]}.
Each thread takes every n-th request. "{n}" in path, body and key becomes a number never used before.
"""

import http.client
import itertools
import json
import sys
import threading
import time
from dataclasses import dataclass, field
from typing import Any

NEW = itertools.count(time.time_ns())
Sample = tuple[int, float, int, str]


@dataclass
class Samples:
    """(request number, seconds, status, the queries the server counted or what it refused)."""

    rows: list[Sample] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, rows: list[Sample]) -> None:
        with self.lock:
            self.rows += rows


def send(link: http.client.HTTPConnection, asked: dict[str, Any]) -> tuple[float, int, str]:
    """One request as a client does it; the clock stops when the last byte is read."""
    fresh = str(next(NEW))
    body = json.dumps(asked["body"]).replace("{n}", fresh) if "body" in asked else None
    heads = {"Authorization": f"Bearer {asked['token']}", "Content-Type": "application/json"}
    if "key" in asked:
        heads["Idempotency-Key"] = asked["key"].replace("{n}", fresh)
    began = time.perf_counter()
    link.request(asked["method"], asked["path"].replace("{n}", fresh), body, heads)
    answer = link.getresponse()
    content = answer.read()
    took = time.perf_counter() - began
    return took, answer.status, "" if answer.status < 400 else content.decode()[:200]  # noqa: PLR2004


def work(plan: dict[str, Any], number: int, start: threading.Barrier, samples: Samples) -> None:
    """One client: its share of the requests, once or over and over until the time is up."""
    mine = list(enumerate(plan["requests"]))[number :: plan["threads"]]
    link = http.client.HTTPConnection("127.0.0.1", plan["port"], timeout=60)
    link.connect()
    found: list[Sample] = []
    start.wait()
    until = time.perf_counter() + plan["seconds"]
    for place, asked in itertools.cycle(mine) if plan["seconds"] else mine:
        if plan["seconds"] and time.perf_counter() > until:
            break
        found.append((place, *send(link, asked)))
    samples.add(found)


def main() -> None:
    """Read the plan, run it, write what was seen."""
    plan = json.load(sys.stdin)
    samples, start = Samples(), threading.Barrier(plan["threads"] + 1)
    clients = [
        threading.Thread(target=work, args=(plan, number, start, samples)) for number in range(plan["threads"])
    ]
    for client in clients:
        client.start()
    start.wait()
    began = time.perf_counter()
    for client in clients:
        client.join()
    json.dump({"seconds": time.perf_counter() - began, "samples": samples.rows}, sys.stdout)


if __name__ == "__main__":
    main()
