"""Finding by any two characters in a row: a bigram index, rechecked against the text.

Trigram search finds nothing for the two-character words Chinese is made of. Texts and questions are
normalised (NFKC, lower case); a part of a number is found like a word. SQLite has FTS5 (no positions,
contentless), PostgreSQL a GIN over text[].
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from django.db import connection
from django.db.models.expressions import RawSQL

from townops.base.db import is_sqlite, write
from townops.base.models import SearchText
from townops.kernel.refusal import Refused

SHORTEST: Final = 2
LONGEST_QUESTION: Final = 100
CHUNK: Final = 500
Parameter = str | list[Any]


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
        _drop(list(SearchText.objects.filter(kind=kind, key__in=list(keys))))


def keys(kind: str, q: str, limit: int = 200) -> list[int]:
    """Keys of objects whose text has every word of `q`, latest indexed first. Refused: `query_too_short`."""
    sql, params = _select(kind, q)
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} ORDER BY t.id DESC LIMIT %s", [*params, limit])
        return [row[0] for row in cursor.fetchall()]


def matching(kind: str, q: str) -> RawSQL:
    """The same as a subquery: `Thing.objects.filter(id__in=search.matching("thing", q))`.

    Refused: `query_too_short`.
    """
    sql, params = _select(kind, q)
    return RawSQL(sql, params)  # noqa: S611  (the SQL is ours, the question is a parameter)


def normal(text: str) -> str:
    """What is compared: full-width signs narrowed, lower case, white space in one piece."""
    return " ".join(unicodedata.normalize("NFKC", text).lower().split())


def grams(text: str) -> list[str]:
    """Every two letters or digits that stand side by side in a normalised text, once each, sorted."""
    runs = "".join(sign if sign.isalnum() else " " for sign in text).split()
    return sorted({run[start : start + 2] for run in runs for start in range(len(run) - 1)})


def _select(kind: str, q: str) -> tuple[str, list[Parameter]]:
    words = normal(q[:LONGEST_QUESTION]).split()
    wanted = grams(" ".join(words))
    if not wanted:
        raise Refused("query_too_short", shortest=SHORTEST)
    holds = "instr(t.text, %s) > 0" if is_sqlite() else "position(%s in t.text) > 0"
    exact = " ".join(f"AND {holds}" for _ in words)
    if is_sqlite():
        source = (
            "base_search_grams JOIN base_searchtext t ON t.id = base_search_grams.rowid"
            " WHERE base_search_grams MATCH %s"
        )
        needle: Parameter = " ".join(f'"{gram}"' for gram in wanted)
    else:
        source, needle = "base_searchtext t WHERE t.grams @> %s::text[]", wanted
    return f"SELECT t.key FROM {source} AND t.kind = %s {exact}", [needle, kind, *words]  # noqa: S608


def _index_chunk(kind: str, texts: dict[int, str]) -> None:
    old = SearchText.objects.filter(kind=kind, key__in=texts)
    same = {row.key for row in old if row.text == texts[row.key]}
    _drop([row for row in old if row.key not in same])
    fresh = [SearchText(kind=kind, key=key, text=text) for key, text in texts.items() if key not in same]
    _add(SearchText.objects.bulk_create(fresh))


def _add(rows: Sequence[SearchText]) -> None:
    if is_sqlite():
        sql = "INSERT INTO base_search_grams(rowid, grams) VALUES (%s, %s)"
        _many(sql, [(row.pk, " ".join(grams(row.text))) for row in rows])
    else:
        _many(
            "UPDATE base_searchtext SET grams = %s WHERE id = %s", [(grams(row.text), row.pk) for row in rows]
        )


def _drop(rows: Sequence[SearchText]) -> None:
    if is_sqlite():
        sql = "INSERT INTO base_search_grams(base_search_grams, rowid, grams) VALUES ('delete', %s, %s)"
        _many(sql, [(row.pk, " ".join(grams(row.text))) for row in rows])
    SearchText.objects.filter(pk__in=[row.pk for row in rows]).delete()


def _many(sql: str, rows: Sequence[tuple[int | str | list[str], ...]]) -> None:
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(sql, rows)
