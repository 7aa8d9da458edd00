"""`bench`: measures the budgets of the house and prints them as a table, and as JSON for a file."""

import os
import sys
from argparse import Namespace
from pathlib import Path

from townops.commands.shell import PROJECT, Commands, Unusable, add, run


def register(commands: Commands) -> None:
    bench = add(
        commands,
        "bench",
        run_bench,
        "测量性能指标 / measure the budgets; other options pass to benchmarks/run.py",
    )
    bench.add_argument("--out", type=Path, help="另存为 JSON 文件 / also write JSON")
    bench.set_defaults(passes_on=True)


def run_bench(options: Namespace) -> int:
    """Run the benchmarks in a process of their own."""
    program = PROJECT / "benchmarks" / "run.py"
    if not program.exists():
        raise Unusable("本安装中没有 benchmarks/。", "This installation has no benchmarks/.")
    out = ["--out", str(options.out.resolve())] if options.out else []
    return run([sys.executable, program, *out, *options.rest], env=dict(os.environ))
