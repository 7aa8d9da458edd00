"""`./townops bench`: the budgets of the house, measured on the shipped server. README.md says how to read it."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from unittest.mock import patch

SOURCE = Path(__file__).resolve().parents[1] / "src"
sys.path.insert(0, str(SOURCE))

import measures  # noqa: E402
from figures import Figure, show  # noqa: E402
from measures import Place  # noqa: E402

from townops.commands import postgres  # noqa: E402

DURABLE = ("max_connections=60", "shared_buffers=256MB", "work_mem=16MB", "random_page_cost=1.1")


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, help="also write JSON")
    parser.add_argument(
        "--orders", type=int, default=100_000, help="synthetic orders the lists are measured over"
    )
    parser.add_argument("--rows", type=int, default=10_000, help="rows of the imported sheet")
    parser.add_argument("--seconds", type=float, default=5.0, help="of each of three runs of creating")
    parser.add_argument("--pg", action="store_true", help="PostgreSQL beside SQLite, in a cluster of its own")
    parser.add_argument("--only", default="", help=f"comma separated: {' '.join(measures.PARTS)}")
    parser.add_argument("--data", type=Path, help="keep the SQLite town here and use it again")
    return parser.parse_args()


@contextmanager
def places(chosen: argparse.Namespace) -> Iterator[list[Place]]:
    """The databases to measure: a data folder each."""
    with ExitStack() as stack:
        found = [Place("sqlite", {"DATABASE_URL": ""}, folder(stack, chosen.data))]
        if chosen.pg:
            with patch.object(postgres, "FAST", DURABLE):
                url = stack.enter_context(postgres.cluster())
            found.append(Place("postgresql", {"DATABASE_URL": url}, folder(stack, None)))
        yield found


def folder(stack: ExitStack, kept: Path | None) -> Path:
    if kept is None:
        return Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="townops-bench-")))
    kept.mkdir(parents=True, exist_ok=True)
    return kept.resolve()


def machine() -> Figure:
    """How much of a core we really get: work of one second against the clock. Below 0.9 the figures mean little."""
    began, used = time.perf_counter(), time.process_time()
    while time.process_time() - used < 1:
        sum(range(1000))
    return Figure(
        "machine: share of a core we got", 1 / (time.perf_counter() - began), "", budget=0.9, at_least=True
    )


def main() -> int:
    chosen = options()
    wanted = chosen.only.split(",") if chosen.only else list(measures.PARTS)
    figures: list[Figure] = [machine()]
    show(figures)
    with places(chosen) as found:
        for place in found:
            for figure in measure(place, wanted, chosen):
                show([figure])
                figures.append(figure)
    last = machine()
    show([last])
    if chosen.out:
        content = {"cores": os.cpu_count(), "figures": [one.json() for one in [*figures, last]]}
        chosen.out.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 1 if any(one.kept is False for one in figures) else 0


def measure(place: Place, wanted: Sequence[str], chosen: argparse.Namespace) -> Iterator[Figure]:
    if not (place.folder / "keys").exists():
        place.inside("build")
    for name in wanted:
        yield from measures.PARTS[name](place, chosen)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except subprocess.CalledProcessError as failed:
        sys.stderr.write((failed.stderr or "") + f"\n{failed}\n")
        sys.exit(2)
