"""The bigram index beside base_searchtext: FTS5 on SQLite, an array under GIN on PostgreSQL."""

from django.db import migrations

from townops.base.search import grams

SQLITE = (
    "CREATE VIRTUAL TABLE base_search_grams USING fts5(grams, content='', detail=none, columnsize=0,"
    " tokenize=\"unicode61 remove_diacritics 0\")",
)
POSTGRESQL = (
    "ALTER TABLE base_searchtext ADD COLUMN grams text[] NOT NULL DEFAULT '{}'",
    "CREATE INDEX base_search_grams ON base_searchtext USING gin (grams)",
)
BACK = {
    "sqlite": ("DROP TABLE base_search_grams",),
    "postgresql": ("DROP INDEX base_search_grams", "ALTER TABLE base_searchtext DROP COLUMN grams"),
}


FILL = {
    "sqlite": "INSERT INTO base_search_grams(rowid, grams) VALUES (%s, %s)",
    "postgresql": "UPDATE base_searchtext SET grams = string_to_array(%s, ' ') WHERE id = %s",
}


def make(apps, editor):
    vendor = editor.connection.vendor
    for statement in SQLITE if vendor == "sqlite" else POSTGRESQL:
        editor.execute(statement)
    for pk, text in apps.get_model("base", "SearchText").objects.values_list("pk", "text").iterator():
        pair = (pk, " ".join(grams(text)))
        editor.execute(FILL[vendor], pair if vendor == "sqlite" else pair[::-1])


def undo(apps, editor):
    for statement in BACK[editor.connection.vendor]:
        editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("base", "0001_initial")]
    operations = [migrations.RunPython(make, undo)]
