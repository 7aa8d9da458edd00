"""A worker process of its own, to be killed by the tests: `python worker.py STEP DATA SECONDS_LATER`."""

import os
import signal
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import django
from django.conf import settings

STEP, DATA, LATER = sys.argv[1], Path(sys.argv[2]), float(sys.argv[3])
settings.configure(
    DATA=DATA,
    USE_TZ=True,
    AUTH_USER_MODEL="base.Account",
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    INSTALLED_APPS=["townops.base"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": DATA / "town.sqlite3",
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL",
            },
        }
    },
)
django.setup()

from django.core.management import call_command  # noqa: E402

from townops.base import jobs  # noqa: E402
from townops.base.models import Job  # noqa: E402


@jobs.task("test.slow")
def slow(payload, at):
    with (DATA / "runs").open("a") as file:
        file.write(payload["mark"])
    time.sleep(payload["seconds"] if LATER == 0 else 0)


@jobs.task("test.poison")
def poison(payload, at):
    os.kill(os.getpid(), signal.SIGKILL)


def main():
    at = datetime(2026, 3, 2, 9, 0, tzinfo=UTC) + timedelta(seconds=LATER)
    if STEP == "prepare":
        call_command("migrate", verbosity=0)
    elif STEP == "work":
        jobs.run_due(at)
    else:
        jobs.enqueue(STEP, {"mark": "x", "seconds": 60}, at)
    sys.stdout.write(
        ",".join(f"{row.name}:{row.state}:{row.attempts}" for row in Job.objects.filter(schedule=""))
    )


if __name__ == "__main__":
    main()
