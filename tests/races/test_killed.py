"""kill -9 at random moments: nothing half done, nothing acknowledged lost, the proof holds, work goes on."""

import signal
from random import Random
from subprocess import Popen
from time import monotonic, sleep

import pytest

from tests.races.processes import here

pytestmark = [pytest.mark.usefixtures("town"), pytest.mark.slow]

KILLS = 5


def worked_and_killed(process: "Popen[str]", seconds: float) -> dict[str, int]:
    """What it said it had committed before it was killed, so long after its first word."""
    assert process.stdout and process.stderr
    first = process.stdout.readline()
    sleep(seconds)
    process.send_signal(signal.SIGKILL)
    rest, errors = process.communicate(timeout=30)
    assert first, errors
    assert "Traceback" not in errors, errors[-3000:]
    said: dict[str, int] = {}
    for line in (first + rest).splitlines():
        words = line.split()
        if len(words) == 2 and line in (first + rest).split("\n")[:-1]:
            said[words[0]] = max(int(words[1]), said.get(words[0], 0))
    return said


def test_a_town_killed_again_and_again_stays_whole(tmp_path):
    place, draw, said = here(tmp_path), Random(), dict[str, int]()  # noqa: S311
    for _ in range(KILLS):
        for order, seq in worked_and_killed(place.start("work"), draw.uniform(0.05, 1.2)).items():
            said[order] = max(seq, said.get(order, 0))
    found = place.told("inspect")
    assert len(said) > KILLS and found["seals"] > 0
    assert (found["before"], found["after"], found["wrong"]) == ([], [], [])
    orders, numbers, kept = found["numbers"]
    assert orders == numbers == kept
    lost = {order: seq for order, seq in said.items() if found["seqs"].get(order, 0) < seq}
    assert lost == {}, "committed, said so, and gone"
    assert found["left"] == [], "the lease of the dead is taken over"


def test_borders_are_published_wholly_or_not_at_all_whenever_the_process_is_killed(tmp_path):
    place, draw, said, span = here(tmp_path), Random(), 0, 0.0  # noqa: S311
    for _ in range(KILLS):
        process = place.start("redraw")
        assert process.stdout
        assert process.stdout.readline().startswith("ready")
        if not span:  # how long a publication takes: the later kills fall into one
            begun = monotonic()
            said = int(process.stdout.readline().split()[1])
            span = monotonic() - begun
        sleep(draw.uniform(0.0, 1.1 * span))
        process.send_signal(signal.SIGKILL)
        rest, errors = process.communicate(timeout=60)
        assert "Traceback" not in errors, errors[-3000:]
        said = max([said, *(int(line.split()[1]) for line in rest.splitlines() if line[:4] == "publ")])
        found = place.told("borders")
        assert found["same"], "what holds is what the last version says"
        assert found["numbers"] == list(range(1, len(found["numbers"]) + 1))
        assert found["told"] == found["numbers"][1:] == found["lineage"], (
            "each with its journal and its lineage"
        )
        assert len(found["numbers"]) >= said, "published, said so, and gone"
        assert (found["applied"], found["ended_with_ground"]) == (True, 0)
        assert found["news"] == len(found["told"])
