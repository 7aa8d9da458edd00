"""Any two characters find what was indexed, on both databases, and nothing else."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from townops.base import search
from townops.base.models import SearchText, Setting
from townops.kernel.refusal import Refused

AT = datetime(2026, 3, 2, tzinfo=UTC)
pytestmark = pytest.mark.django_db
TEXTS = {
    1: "高桥镇张杨北路窨井盖缺失 2611R000123",
    2: "小区电动自行车飞线充电",
    3: "张家弄 井盖异响，路灯不亮",
    4: "桥高 ＡＢＣ１２３ Straße",
}


@pytest.fixture(autouse=True)
def indexed(db):
    search.index_many("thing", TEXTS)
    search.index("other", 1, "井盖")


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("井盖", [3, 1]),
        ("窨井盖", [1]),
        ("盖井", []),
        ("高桥", [1]),
        ("飞线充电", [2]),
        ("R0", [1]),
        ("2611", [1]),
        ("000123", [1]),
        ("r000123", [1]),
        ("abc１２３", [4]),
        ("井盖 路灯", [3]),
        ("井盖 不亮 路", [3]),
        ("井盖 飞线", []),
        ("弄 井盖", [3]),
        ("异响，路灯", [3]),
        ("盖异响路", []),
        ("strasse", []),
        ("str", [4]),
    ],
)
def test_a_question_finds_exactly_the_texts_that_have_its_words(q, expected):
    assert search.keys("thing", q) == expected


@pytest.mark.parametrize("q", ["", "井", "a", "  ", "，。", "井 盖", "a-b"])
def test_less_than_two_characters_in_a_row_is_refused(q):
    with pytest.raises(Refused, match="query_too_short"):
        search.keys("thing", q)


@pytest.mark.parametrize(
    "q", ['井盖" OR "路灯', "井盖*", "grams:井盖", "井盖' --", "NOT 井盖", "%井盖%", "{井盖}"]
)
def test_signs_of_a_query_language_are_only_signs(q):
    assert search.keys("thing", q) == []


def test_all_bigrams_without_the_word_is_not_found():
    search.index("thing", 9, "东海海西西东")
    assert search.keys("thing", "东海西东") == []


def test_a_new_text_replaces_the_old_one():
    search.index("thing", 1, "完全不同")
    assert search.keys("thing", "窨井") == []
    assert search.keys("thing", "不同") == [1]
    assert SearchText.objects.filter(kind="thing", key=1).count() == 1


def test_the_same_text_again_writes_nothing(django_assert_num_queries):
    with django_assert_num_queries(3):  # savepoint, look, release
        search.index("thing", 1, TEXTS[1])


def test_what_is_removed_is_not_found():
    search.remove("thing", [1, 3])
    assert search.keys("thing", "井盖") == []
    assert search.keys("other", "井盖") == [1]


def test_a_larger_query_takes_the_search_as_a_condition():
    rows = [Setting.objects.create(key=str(n), value="x", effective_from=AT) for n in (1, 2)]
    search.index("setting", rows[0].pk, "垃圾分类")
    found = Setting.objects.filter(pk__in=search.matching("setting", "垃圾"), value="x")
    assert list(found) == [rows[0]]


def test_rows_found_otherwise_are_asked_for_their_own_text():
    rows = [Setting.objects.create(key=str(n), value="x", effective_from=AT) for n in range(4)]
    search.index_many("setting", {rows[n].pk: f"垃圾 No.{n}{n}{n} 100%_x" for n in range(3)})
    assert Setting.objects.filter(search.holding("setting", "垃圾")).count() == 3
    assert list(Setting.objects.filter(search.holding("setting", "垃圾 no.111"))) == [rows[1]]
    assert Setting.objects.filter(search.holding("setting", "100%_X")).count() == 3
    assert Setting.objects.filter(search.holding("setting", "100_%x")).count() == 0


@pytest.mark.parametrize("q", ["井盖", "井盖 路灯", "窨井盖", "r000123", "盖异响路", "完全没有"])
def test_no_fewer_are_counted_than_are_found(q):
    assert search.at_most("thing", q, 10) >= len(search.keys("thing", q))


def test_counting_stops_at_the_most_that_is_asked_for():
    search.index_many("many", {n: "同样的字" for n in range(1, 30)})
    assert search.at_most("many", "同样", 10) == 10


@pytest.mark.parametrize(
    ("q", "rechecked"),
    [
        ("井盖", []),
        ("井盖 路灯", []),
        ("r0 000", []),
        ("窨井盖", ["窨井盖"]),
        ("r000123 井盖", ["r000123"]),
        ("路,灯亮", ["路,灯亮"]),
        ("é1", ["é1"]),
    ],
)
def test_a_text_is_read_again_only_for_words_that_one_gram_does_not_decide(q, rechecked):
    words, _ = search._question(q)
    assert search._unsure(words) == rechecked


@given(
    text=st.text(st.sampled_from("井盖路灯ab12 ，-Ａ"), max_size=30),
    word=st.text("井盖路灯ab12", min_size=2, max_size=4),
)
def test_a_word_that_is_one_gram_is_in_a_text_exactly_when_its_gram_is(text, word):
    text = search.normal(text)
    if not search._unsure([word]):
        assert (word in text) == (word in search.grams(text))


@given(text=st.text(st.sampled_from("井盖路灯ab12 ，-Ａ"), max_size=30), data=st.data())
def test_every_part_of_a_text_is_surely_among_its_grams(text, data):
    text = search.normal(text)
    start = data.draw(st.integers(0, len(text)))
    part = search.normal(text[start : start + data.draw(st.integers(0, 12))])
    assert set(search.wanted(part)) <= set(search.grams(text))


def test_signs_a_database_cannot_store_do_no_harm():
    search.index("thing", 8, "路灯\0损坏\ud800 12")
    assert search.keys("thing", "损坏\ud800") == [8]


def test_the_newest_come_first_up_to_the_limit():
    search.index_many("many", {n: "同样的字" for n in range(1, 601)})
    assert search.keys("many", "同样", limit=3) == [600, 599, 598]


def test_the_index_and_not_a_scan_answers():
    search.index_many("thing", {n: f"同样的字 {n}" for n in range(1000, 4000)})
    sql, params = search._select("thing", "窨井盖")
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT gin_clean_pending_list('base_search_grams')")
            cursor.execute("ANALYZE base_searchtext; SET LOCAL enable_seqscan = off")
            cursor.execute("EXPLAIN " + sql, params)
        else:
            cursor.execute("EXPLAIN QUERY PLAN " + sql, params)
        plan = str(cursor.fetchall())
    assert "base_search_grams" in plan
    assert "SCAN t" not in plan


def test_where_the_grams_decide_no_text_is_read():
    sql, params = search._select("thing", "井盖 路灯")
    assert "t.text" not in sql
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN QUERY PLAN " + sql, params)
        grams, keys = [row[3] for row in cursor.fetchall()]
    assert grams.startswith("SCAN base_search_grams VIRTUAL TABLE INDEX")
    assert keys == "SEARCH t USING COVERING INDEX base_search_keys (id=? AND kind=?)"
