"""Keys never meet, sort by time, and codes are checked."""

import csv
import multiprocessing
import os
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import pytest

from townops.kernel import identifiers
from townops.kernel.refusal import Refused

VILLAGES = Path(__file__).parents[5] / "shared/data/places/pudong_villages_2023.csv"
PAST_MS = 1_750_000_000_000


def many(count: int) -> list[int]:
    return [identifiers.new_id() for _ in range(count)]


def test_keys_of_one_thread_grow_and_fit_63_bits():
    keys = many(20_000)
    assert all(a < b for a, b in pairwise(keys))
    assert keys[0] > 0 and keys[-1] < 1 << 63
    assert abs(identifiers.made_at_ms(keys[0]) - time.time() * 1000) < 1000


def test_keys_of_many_threads_never_meet():
    with ThreadPoolExecutor(8) as pool:
        keys = [key for part in pool.map(many, [2000] * 16) for key in part]
    assert len(set(keys)) == 32_000


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_keys_of_many_processes_never_meet(method):
    with multiprocessing.get_context(method).Pool(3) as pool:
        parts = pool.map_async(many, [3000] * 6, chunksize=1)
        keys = many(3000) + [key for part in parts.get(60) for key in part]
    assert len(set(keys)) == 21_000


def test_a_forked_child_makes_keys_under_another_slot():
    reading, writing = os.pipe()
    if not (child := os.fork()):
        os.write(writing, str(identifiers.new_id()).encode())
        os._exit(0)
    os.waitpid(child, 0)
    theirs, ours = int(os.read(reading, 100)), identifiers.new_id()
    assert (theirs >> 12) % 1024 != (ours >> 12) % 1024
    os.close(reading)
    os.close(writing)


def test_a_key_for_the_past_sorts_there_and_a_day_without_times_has_room():
    keys = [identifiers.new_id(PAST_MS) for _ in range(50_000)]
    assert len(set(keys)) == 50_000
    assert {identifiers.made_at_ms(key) for key in keys} == {PAST_MS}
    assert identifiers.new_id(PAST_MS + 1) > max(keys)


def test_a_key_for_a_time_before_the_first_is_still_positive_and_one_for_the_future_is_made_now():
    assert identifiers.new_id(0) > 0
    future = identifiers.new_id(int(time.time() * 1000) + 10**9)
    assert future < identifiers.new_id()


def test_a_component_code_is_taken_apart():
    code = identifiers.component_code(" 3205080101000001 ")
    assert (code.county, code.large, code.small, code.serial) == ("320508", "01", "01", "000001")
    assert str(code) == "3205080101000001"
    assert identifiers.component_code("3101150199000012").small == "99"


@pytest.mark.parametrize(
    "text",
    ["", "320508010100001", "32050801010000011", "3205080101000000", "32050801０1000001", "0005080101000001"],
)
def test_a_wrong_component_code_is_refused(text):
    with pytest.raises(Refused, match="component_code"):
        identifiers.component_code(text)


def test_a_village_code_knows_its_town():
    code = identifiers.village_code("310115104201")
    assert (code.county, code.town, str(code)) == ("310115", "310115104", "310115104201")


@pytest.mark.parametrize(
    "text", ["310115104", "310115104000", "310115000201", "990115104201", "310100104201", "31011510420x"]
)
def test_a_wrong_village_code_is_refused(text):
    with pytest.raises(Refused, match="village_code"):
        identifiers.village_code(text)


@pytest.mark.skipif(not VILLAGES.exists(), reason="real data absent: ../shared/data")
def test_every_real_village_code_of_the_district_is_accepted():
    with VILLAGES.open(encoding="utf-8-sig") as file:
        texts = [row["village_code"] for row in csv.DictReader(file)]
    assert len(texts) >= 1_500
    assert {identifiers.village_code(text).county for text in texts} == {"310115"}


def test_a_query_code_survives_being_typed():
    code = identifiers.new_query_code()
    typed = f"{code[:4].lower()}-{code[4:7]} {code[7:]}".replace("0", "o").replace("1", "l")
    assert identifiers.read_query_code(typed) == code
    assert len({identifiers.new_query_code() for _ in range(500)}) == 500


def test_a_query_code_with_one_wrong_sign_is_refused():
    code = identifiers.new_query_code()
    for place, sign in enumerate(code):
        wrong = "7" if sign != "7" else "8"
        with pytest.raises(Refused, match="query_code"):
            identifiers.read_query_code(code[:place] + wrong + code[place + 1 :])
    with pytest.raises(Refused, match="query_code"):
        identifiers.read_query_code("12345")
