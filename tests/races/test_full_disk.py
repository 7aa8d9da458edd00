"""No room left for the database's files: refused with an error, nothing half done, and work goes on when there is room."""

import pytest

from tests.races.processes import Place

ROOM = 200_000


@pytest.fixture(scope="module")
def outcome(tmp_path_factory):
    """SQLite in a folder of its own whatever DATABASE_URL says: PostgreSQL's files are another program's."""
    place = Place(tmp_path_factory.mktemp("full"))
    place.run("prepare")
    largest = max(file.stat().st_size for file in place.data.glob("townops.sqlite3*"))
    return place.told("full", largest + ROOM)


def test_a_full_disk_is_an_error_and_nothing_is_half_done(outcome):
    assert set(outcome["errors"]) == {"OperationalError"}
    made, at_the_time, _ = outcome["kept"]
    assert made == at_the_time > 1
    assert outcome["wrong"] == []


def test_with_room_again_work_goes_on_and_the_proof_holds(outcome):
    made, _, afterwards = outcome["kept"]
    assert (outcome["again"], afterwards) == ("done", made + 1)
    assert outcome["sealed"].startswith("done")
    assert outcome["breaks"] == "done"
