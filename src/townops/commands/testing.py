"""`test`: every test there is, in rounds: quick and slow on SQLite, the same on PostgreSQL, then what drives a browser.

A test skipped in one round that ran in another counts as run. With CI=true one that ran nowhere is a failure.
"""

import os
import sys
import tempfile
from argparse import Namespace
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from townops.commands import debian, frontend, postgres
from townops.commands.shell import FINDINGS, PASS, Commands, Unusable, add, run, say

QUICK: Final = ("-m", "not slow and not browser", "-n", "2")
SLOW: Final = ("-m", "slow and not browser", "-n", "2")
BROWSER: Final = ("-m", "browser")
NOTHING_COLLECTED: Final = 5


@dataclass
class Tally:
    """What all rounds together found."""

    passed: int = 0
    failed: int = 0
    ran: set[str] = field(default_factory=set)
    skipped: dict[str, str] = field(default_factory=dict)
    lost: dict[str, str] = field(default_factory=dict)

    def absent(self) -> dict[str, str]:
        """Tests that ran in no round, and those of a round that could not be held, each with its reason."""
        return {name: why for name, why in self.skipped.items() if name not in self.ran} | self.lost

    def closing_line(self) -> str:
        return f"{self.passed} passed, {self.failed} failed, {len(self.absent())} skipped"


def register(commands: Commands) -> None:
    test = add(
        commands,
        "test",
        run_tests,
        "运行全部测试，其余选项交给 pytest / every test; other options pass to pytest",
    )
    test.set_defaults(passes_on=True)


def run_tests(options: Namespace) -> int:
    """Hold five rounds and count. Exit 1 on a failure, with CI=true also on a test that ran nowhere."""
    tally = Tally()
    given = tuple(options.rest)
    no_browser = debian.provide("chromium") or debian.provide("fonts-noto-cjk")
    bring_frontend()
    hold("SQLite", (*QUICK, *given), tally, DATABASE_URL="")
    hold("slow, SQLite", (*SLOW, *given), tally, DATABASE_URL="")
    postgresql_rounds(given, tally)
    hold("browser", (*BROWSER, *given), tally, DATABASE_URL="", TOWNOPS_TEST_NO_BROWSER=no_browser)
    return conclude(tally)


def conclude(tally: Tally) -> int:
    """Print why tests did not run, then the closing line alone."""
    absent = tally.absent()
    for why in sorted(set(absent.values())):
        say(f"skipped {sum(reason == why for reason in absent.values())}: {why}")
    strict = os.environ.get("CI") == "true" and absent
    if strict:
        say("CI=true: a test that did not run is a failure")
    if not tally.passed and not tally.failed:
        raise Unusable("没有运行任何测试。", "No test was run.")
    say(tally.closing_line())
    return FINDINGS if tally.failed or strict else PASS


def postgresql_rounds(given: tuple[str, ...], tally: Tally) -> None:
    """What touches the database once more on PostgreSQL, slow or not; without a server these are lost, and counted."""
    missing = debian.provide("postgresql")
    server = nullcontext("") if missing else postgres.cluster()
    with server as url:
        told = {"TOWNOPS_TEST_SKIP": missing} if missing else {"DATABASE_URL": url}
        for name, chosen in (("PostgreSQL", QUICK), ("slow, PostgreSQL", SLOW)):
            hold(name, (*chosen, *given), tally, TOWNOPS_TEST_ONLY="database", **told)


def hold(name: str, arguments: tuple[str, ...], tally: Tally, **variables: str) -> None:
    """One round of pytest in a data folder of its own, added to the tally."""
    say(f"\n== {name}")
    with tempfile.TemporaryDirectory(prefix="townops-round-") as folder:
        report = Path(folder) / "report.xml"
        env = {**os.environ, **variables, "TOWNOPS_DATA": f"{folder}/data", "PYTHONDONTWRITEBYTECODE": "1"}
        code = run([sys.executable, "-m", "pytest", f"--junitxml={report}", *arguments], env=env)
        count(report, tally, lost=bool(variables.get("TOWNOPS_TEST_SKIP")))
    if code not in (PASS, FINDINGS, NOTHING_COLLECTED):
        say(f"pytest ended with {code}")
        tally.failed += 1


def count(report: Path, tally: Tally, *, lost: bool) -> None:
    """Add pytest's own report of a round."""
    for name, outcome, reason in outcomes(report):
        if outcome == "skipped":
            (tally.lost if lost else tally.skipped)[f"{'lost ' if lost else ''}{name}"] = reason
            continue
        tally.ran.add(name)
        tally.passed += outcome == "passed"
        tally.failed += outcome == "failed"


def outcomes(report: Path) -> Iterator[tuple[str, str, str]]:
    """(test, passed | failed | skipped, reason) of every test in a JUnit report."""
    from defusedxml import ElementTree

    if not report.exists():
        return
    for case in ElementTree.parse(report).iter("testcase"):
        name = f"{case.get('classname')}::{case.get('name')}"
        skipped = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            yield name, "failed", ""
        elif skipped is not None and skipped.get("type") != "pytest.xfail":
            yield name, "skipped", skipped.get("message") or "no reason given"
        else:
            yield name, "passed", ""


def bring_frontend() -> None:
    """Browser tests look at the real parts; without internet the others still run."""
    try:
        frontend.bring()
    except Unusable as answer:
        say(str(answer))
