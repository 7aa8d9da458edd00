"""Finding by any two characters in a row: a bigram index, rechecked against the text.

Trigram search finds nothing for the two-character words Chinese is made of. Texts and questions are
normalised (NFKC, lower case); a part of a number is found like a word. SQLite has FTS5 (no positions,
contentless), PostgreSQL a GIN over text[].
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np
from django.db import connection
from django.db.models import Exists, Lookup, OuterRef, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan
from numpy.typing import NDArray

from townops.base import driver, sql
from townops.base.db import is_sqlite, write
from townops.base.models import SearchText
from townops.kernel.refusal import Refused

SHORTEST: Final = 2
LONGEST_QUESTION: Final = 100
CHUNK: Final = 500
LONGEST_GRAM: Final = 4
_LATIN: Final = re.compile(r"[a-z0-9]{2,}")
_UPSERT: Final = (
    "INSERT INTO base_searchtext(kind, key, text, grams) VALUES (%s, %s, %s, %s)"
    " ON CONFLICT (kind, key) DO UPDATE SET text = excluded.text, grams = excluded.grams"
)
_SURE: Final = re.compile("[a-z0-9\u4e00-\u9fff]+")  # signs that every index keeps as they are
Parameter = str | list[str]


def index(kind: str, key: int, text: str) -> None:
    """Make one object findable by this text, instead of any earlier one."""
    index_many(kind, {key: text})


def index_many(kind: str, texts: Mapping[int, str]) -> None:
    """Make many objects findable, in the caller's transaction."""
    pairs = [(key, normal(text)) for key, text in texts.items()]
    with write():
        for start in range(0, len(pairs), CHUNK):
            _index_chunk(kind, dict(pairs[start : start + CHUNK]))


def remove(kind: str, keys: Iterable[int]) -> None:
    """Make objects unfindable."""
    with write():
        gone = list(SearchText.objects.filter(kind=kind, key__in=list(keys)))
        _take_out(gone)
        SearchText.objects.filter(pk__in=[row.pk for row in gone]).delete()


def keys(kind: str, q: str, limit: int = 200) -> list[int]:
    """Keys of objects whose text has every word of `q`, latest indexed first. Refused: `query_too_short`."""
    text, params = _select(kind, q)
    order = "base_search_grams.rowid" if is_sqlite() else "t.id"
    with connection.cursor() as cursor:
        cursor.execute(f"{text} ORDER BY {order} DESC LIMIT %s", [*params, limit])
        return [row[0] for row in cursor.fetchall()]


def every_key(kind: str, q: str) -> NDArray[np.int64]:
    """All of `keys`, in no order. Refused: `query_too_short`."""
    return sql.integers_of(*_select(kind, q))


def matching(kind: str, q: str) -> RawSQL:
    """The same as a subquery: `Thing.objects.filter(id__in=search.matching("thing", q))`.

    Refused: `query_too_short`.
    """
    text, params = _select(kind, q)
    return RawSQL(text, params)  # noqa: S611  (the SQL is ours, the question is a parameter)


def holding(kind: str, q: str, *, column: str = "pk") -> Exists:
    """The search asked of each row's own text, for rows that something else finds; a place is sooner found than LIKE answers.

    Refused: `query_too_short`.
    """
    words, _ = _question(q)
    rows = SearchText.objects.filter(kind=kind, key=OuterRef(column))
    held: list[Lookup[int]] = [GreaterThan(StrIndex("text", Value(word)), 0) for word in words]
    return Exists(rows.filter(*held))


def at_most(kind: str, q: str, most: int) -> int:
    """How many texts may answer, counted to `most` in the index alone: never fewer than there are.

    Refused: `query_too_short`.
    """
    _, needles = _question(q)
    if is_sqlite():
        text = "SELECT rowid FROM base_search_grams WHERE base_search_grams MATCH %s"
        params: list[Parameter] = [_match(needles)]
    else:
        text, params = (
            "SELECT 1 FROM base_searchtext WHERE grams @> %s::text[] AND kind = %s",
            [needles, kind],
        )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM ({text} LIMIT %s) counted", [*params, most])  # noqa: S608
        return int(cursor.fetchone()[0])


def normal(text: str) -> str:
    """What is compared: full-width signs narrowed, lower case, white space in one piece."""
    sound = text.replace("\0", " ").encode("utf-8", "ignore").decode()
    return " ".join(unicodedata.normalize("NFKC", sound).lower().split())


def grams(text: str) -> list[str]:
    """What a normalised text is indexed by: every two letters or digits side by side, once each, sorted.

    Latin letters and digits also by threes and fours: pairs of digits are in every number and tell nothing.
    """
    found = {run[start : start + 2] for run in _runs(text) for start in range(len(run) - 1)}
    for run in _LATIN.findall(text):
        found |= {run[start : start + size] for size in (3, 4) for start in range(len(run) - size + 1)}
    return sorted(found)


def wanted(text: str) -> list[str]:
    """What a text that answers this normalised question is surely indexed by: the longest grams there are."""
    pairs = {run[start : start + 2] for run in _runs(text) for start in range(len(run) - 1)}
    for run in _LATIN.findall(text):
        size = min(LONGEST_GRAM, len(run))
        pairs -= {run[start : start + 2] for start in range(len(run) - 1)}
        pairs |= {run[start : start + size] for start in range(len(run) - size + 1)}
    return sorted(pairs)


def _runs(text: str) -> list[str]:
    return "".join(sign if sign.isalnum() else " " for sign in text).split()


def _question(q: str) -> tuple[list[str], list[str]]:
    """Its words, and the grams every answer is indexed by."""
    words = normal(q[:LONGEST_QUESTION]).split()
    needles = wanted(" ".join(words))
    if not needles:
        raise Refused("query_too_short", shortest=SHORTEST)
    return words, needles


def _unsure(words: Sequence[str]) -> list[str]:
    """Words longer than a gram: to have all their grams is not yet to have them."""
    return [word for word in words if not (_SURE.fullmatch(word) and wanted(word) == [word])]


def _match(needles: Sequence[str]) -> str:
    return " ".join(f'"{gram}"' for gram in needles)


def _select(kind: str, q: str) -> tuple[str, list[Parameter]]:
    """Keys of texts. CROSS JOIN keeps SQLite from going through all texts first; where the grams decide alone, the
    narrow index of keys is read instead of the texts.
    """
    words, needles = _question(q)
    unsure = _unsure(words)
    if is_sqlite():
        by = "" if unsure else " INDEXED BY base_search_keys"
        source = (
            f"base_search_grams CROSS JOIN base_searchtext t{by} ON t.id = base_search_grams.rowid"
            " WHERE base_search_grams MATCH %s"
        )
        holds = "instr(t.text, %s) > 0"
        needle: Parameter = _match(needles)
    else:
        source, needle = "base_searchtext t WHERE t.grams @> %s::text[]", needles
        holds = "position(%s in t.text) > 0"
    exact = " ".join(f"AND {holds}" for _ in unsure)
    return f"SELECT t.key FROM {source} AND t.kind = %s {exact}", [needle, kind, *unsure]  # noqa: S608


def _index_chunk(kind: str, texts: dict[int, str]) -> None:
    places = ", ".join(["%s"] * len(texts))
    found = sql.select(SearchText, f"WHERE kind = %s AND key IN ({places})", [kind, *texts])
    old = {row.key: row for row in found}
    changed = {key: row for key, row in old.items() if row.text != texts[key]}
    fresh = {key: text for key, text in texts.items() if key not in old}
    if is_sqlite():
        _take_out(list(changed.values()))
        for key, row in changed.items():
            row.text = texts[key]
        if changed:
            SearchText.objects.bulk_update(changed.values(), ["text"])
        _put_in([(row.pk, row.text) for row in changed.values()] + _stored(kind, fresh))
        return
    _many(_UPSERT, [(kind, key, texts[key], grams(texts[key])) for key in [*changed, *fresh]])


def _stored(kind: str, texts: Mapping[int, str]) -> list[tuple[int, str]]:
    """(row, text) of texts stored for the first time; rows are numbered as they are put in."""
    if not texts:
        return []
    values = ", ".join(["(%s, %s, %s)"] * len(texts))
    text = f"INSERT INTO base_searchtext(kind, key, text) VALUES {values} RETURNING id, text"  # noqa: S608
    return [
        (row[0], row[1])
        for row in sql.values(text, [one for key in texts for one in (kind, key, texts[key])])
    ]


def _put_in(rows: Sequence[tuple[int, str]]) -> None:
    text = "INSERT INTO base_search_grams(rowid, grams) VALUES (%s, %s)"
    _many(text, [(key, " ".join(grams(words))) for key, words in rows])


def _take_out(rows: Sequence[SearchText]) -> None:
    if is_sqlite():
        text = "INSERT INTO base_search_grams(base_search_grams, rowid, grams) VALUES ('delete', %s, %s)"
        _many(text, [(row.pk, " ".join(grams(row.text))) for row in rows])


def _many(text: str, rows: Sequence[tuple[int | str | list[str], ...]]) -> None:
    if rows:
        driver.execute_many(text, rows)
