"""The bigram index beside base_searchtext: FTS5 on SQLite, an array under GIN on PostgreSQL."""

from django.db import migrations

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


def make(apps, editor):
    for statement in SQLITE if editor.connection.vendor == "sqlite" else POSTGRESQL:
        editor.execute(statement)


def undo(apps, editor):
    for statement in BACK[editor.connection.vendor]:
        editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("base", "0001_initial")]
    operations = [migrations.RunPython(make, undo)]
