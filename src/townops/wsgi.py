"""The web process. On SQLite it also runs the jobs as a thread, because one process owns the file."""

import os
import signal
import sys
import threading
import time
from multiprocessing.util import Finalize
from typing import Final

from django.core.wsgi import get_wsgi_application

LOOKED_AFTER_SECONDS: Final = 0.5
PATIENCE_SECONDS: Final = 5
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "townops.settings")
sys.setswitchinterval(
    0.0005
)  # a thread that holds the write lock is not kept waiting 5 ms for the interpreter
application = get_wsgi_application()

from townops.base import startup  # noqa: E402  (the models are there only now)
from townops.orders import api as orders  # noqa: E402

startup.keep_what_is_loaded()
orders.read_ground_ahead()


def end_with_parent() -> None:
    """A worker whose master was killed keeps neither the port nor the data from the next start."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(LOOKED_AFTER_SECONDS)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(PATIENCE_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, name="parent", daemon=True).start()


if os.environ.get("TOWNOPS_JOBS") == "thread":
    from townops.base import jobs

    jobs.start_thread()
    end_with_parent()
    Finalize(None, jobs.stop_thread, exitpriority=10)  # the server ends its worker without running atexit
