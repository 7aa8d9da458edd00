"""A process of its own that works on a town until it is killed: `python worker.py STEP`, town by TOWNOPS_DATA/DATABASE_URL.

After each commit it says "order seq" on a line; what was said must be there after any end.
"""

import json
import os
import resource
import signal
import sys
import threading
from datetime import datetime, timedelta
from random import Random

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "townops.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.utils import timezone  # noqa: E402

from tests.races.redrawing import borders, redraw  # noqa: E402
from tests.races.town import MONDAY, fresh, reported, wrong  # noqa: E402
from tests.races.wandering import SEALING, Time, one_move  # noqa: E402
from townops.base import jobs  # noqa: E402
from townops.base.models import Job, Seal  # noqa: E402
from townops.orders import api, proof  # noqa: E402
from townops.orders.models import Order, OrderEvent, OrderNumber  # noqa: E402


@jobs.task("races.slow")
def slow(payload: dict[str, str], at: datetime) -> None:
    """Holds its lease for ever in a process that will be killed; at once done in any other."""
    if payload["doomed"] == str(os.getpid()):
        say("leased")
        threading.Event().wait()


def say(*words: object) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def prepare() -> None:
    from townops.demo.base import build_base

    settings.DATA.mkdir(parents=True, exist_ok=True)
    call_command("migrate", verbosity=0)
    build_base(at=MONDAY)


def work() -> None:
    """Orders and steps as fast as it goes in two threads, sealing in a third, a job under lease in a fourth."""
    jobs.enqueue("races.slow", {"doomed": str(os.getpid())}, MONDAY)
    for act in (lambda: jobs.run_due(timezone.now()), sealing, creating, creating):
        threading.Thread(target=act, daemon=True).start()
    threading.Event().wait()


def sealing() -> None:
    while True:
        with SEALING:
            proof.seal(MONDAY)
        threading.Event().wait(0.02)


def creating() -> None:
    draw, time, orders = Random(), Time(MONDAY), []  # noqa: S311
    while True:
        row = reported("grid", "shift", text="随机")
        say(row.id, row.seq)
        orders = [row, *orders[:2]]
        for _ in range(6):
            one_move(draw, orders, time)
            for one in orders:
                now = fresh(one)
                say(now.id, now.seq)


def inspect() -> None:
    """The state of the town after a death, as JSON."""
    later = timezone.now() + timedelta(minutes=5)
    for _ in range(6):
        api.watch(MONDAY + timedelta(days=900))
    before = [f"{one.order} {one.seq} {one.reason}" for one in api.verify_journal()]
    while proof.seal(later):
        pass
    jobs.run_due(later)
    after = [f"{one.order} {one.seq} {one.reason}" for one in api.verify_journal()]
    rows = list(Order.objects.all())
    say(
        json.dumps(
            {
                "before": before,
                "after": after,
                "wrong": [what for row in rows for what in wrong(row)],
                "seqs": {str(row.id): row.seq for row in rows},
                "numbers": [len(rows), len({row.number for row in rows}), OrderNumber.objects.count()],
                "left": list(Job.objects.filter(name="races.slow").values_list("state", flat=True)),
                "seals": Seal.objects.count(),
                "events": OrderEvent.objects.count(),
            }
        )
    )


def full() -> None:
    """Orders until no byte more may be written, then what was refused, then room again."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    rows = [reported("grid", "shift", text="第一件")]
    proof.seal(MONDAY)
    limited(int(sys.argv[2]))
    errors: list[str] = []
    for _ in range(400):
        try:
            rows.append(reported("grid", "shift", text="满" * 2000))
        except Exception as error:  # noqa: BLE001  (which error is what is asked)
            errors.append(type(error).__name__)
            if len(errors) > 3:
                break
    count = Order.objects.count()
    refused_seal = tried(lambda: proof.seal(MONDAY))
    limited(resource.RLIM_INFINITY)
    made = len(rows)
    again = tried(lambda: rows.append(reported("grid", "shift", text="又有了")))
    sealed = tried(lambda: proof.seal(MONDAY))
    say(
        json.dumps(
            {
                "errors": errors,
                "kept": [made, count, Order.objects.count()],
                "refused_seal": refused_seal,
                "again": again,
                "sealed": sealed,
                "breaks": tried(lambda: [one.reason for one in api.verify_journal()]),
                "wrong": [what for row in Order.objects.all() for what in wrong(row)],
            }
        )
    )


def limited(size: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def tried(act: object) -> str:
    try:
        return f"done {act() or ''}".strip()  # type: ignore[operator]
    except Exception as error:  # noqa: BLE001  (which error is what is asked)
        return f"{type(error).__name__}: {error}"


if __name__ == "__main__":
    acts = {"prepare": prepare, "work": work, "inspect": inspect, "full": full}
    acts |= {"redraw": lambda: redraw(say), "borders": lambda: say(json.dumps(borders()))}
    acts[sys.argv[1]]()
