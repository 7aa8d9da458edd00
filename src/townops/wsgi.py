"""The web process. On SQLite it also runs the jobs as a thread, because one process owns the file."""

import os
import sys
from multiprocessing.util import Finalize

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "townops.settings")
sys.setswitchinterval(
    0.0005
)  # a thread that holds the write lock is not kept waiting 5 ms for the interpreter
application = get_wsgi_application()

from townops.orders import api as orders  # noqa: E402  (the models are there only now)

orders.read_ground_ahead()
if os.environ.get("TOWNOPS_JOBS") == "thread":
    from townops.base import jobs

    jobs.start_thread()
    Finalize(None, jobs.stop_thread, exitpriority=10)  # the server ends its worker without running atexit
