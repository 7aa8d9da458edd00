"""The load: a process of its own with one keep-alive connection per thread. Plan on stdin, samples on stdout, both JSON.

Plan: {"port", "threads", "seconds" or 0 for "once through", "requests": [{"method", "path", "token" or "cookie", "body"?, "key"?}]}.
Each thread takes every n-th request. "{n}" in path, body and key becomes a number never used before.
"""

import http.client
import itertools
import json
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

NEW = itertools.count(time.time_ns())
Sample = tuple[
    int, float, int, str, int
]  # request number, seconds, status, what was refused, bytes of the answer


def send(link: http.client.HTTPConnection, asked: dict[str, Any]) -> tuple[float, int, str, int]:
    """One request as a client does it; the clock stops when the last byte is read."""
    fresh = str(next(NEW))
    body = json.dumps(asked["body"]).replace("{n}", fresh) if "body" in asked else None
    heads = {"Cookie": asked["cookie"], "Accept-Encoding": "gzip"} if "cookie" in asked else {}
    if "token" in asked:
        heads = {"Authorization": f"Bearer {asked['token']}", "Content-Type": "application/json"}
    if "key" in asked:
        heads["Idempotency-Key"] = asked["key"].replace("{n}", fresh)
    began = time.perf_counter()
    link.request(asked["method"], asked["path"].replace("{n}", fresh), body, heads)
    answer = link.getresponse()
    content = answer.read()
    took = time.perf_counter() - began
    refused = "" if answer.status in {200, 201} else content.decode(errors="replace")[:200]
    return took, answer.status, refused, len(content)


def work(plan: dict[str, Any], number: int, start: threading.Barrier) -> list[Sample]:
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
    return found


def main() -> None:
    """Read the plan, run it, write what was seen."""
    plan = json.load(sys.stdin)
    many = plan["threads"]
    start = threading.Barrier(many + 1)
    with ThreadPoolExecutor(many) as pool:
        clients = [pool.submit(work, plan, number, start) for number in range(many)]
        start.wait()
        began = time.perf_counter()
        samples = [sample for client in clients for sample in client.result()]
        seconds = time.perf_counter() - began
    json.dump({"seconds": seconds, "samples": samples}, sys.stdout)


if __name__ == "__main__":
    main()
