# ruff: noqa: S608 - the words put into the statements are our own
"""The index behind the search box, on both engines, declared on the model so that migrations make it.

SQLite: an FTS5 table without content, kept in step by triggers. Its row number is the moment (seconds since
2020) above the row's key, so that it is read newest first without sorting.
PostgreSQL: a stored `tsvector` and a GIN index.
"""

from typing import Any

from django.db import models

TABLE, INDEX = "kernel_searchrow", "kernel_search_fts"
START = 1_577_836_800  # 2020-01-01 UTC
KEY_BITS = 32

NUMBER = f"((unixepoch({{row}}.at) - {START}) << {KEY_BITS} | {{row}}.id)"
KIND = "replace({row}.kind, '.', '')"
NEW_NUMBER, NEW_KIND = NUMBER.format(row="NEW"), KIND.format(row="NEW")
PUT = f"INSERT INTO {INDEX} (rowid, words, kind) VALUES ({NEW_NUMBER}, NEW.words, {NEW_KIND});"
TAKE = f"DELETE FROM {INDEX} WHERE rowid = {NUMBER.format(row='OLD')};"
DIFFERS = "OLD.words <> NEW.words OR OLD.at <> NEW.at OR OLD.kind <> NEW.kind OR OLD.id <> NEW.id"
SQLITE = (
    f"CREATE VIRTUAL TABLE IF NOT EXISTS {INDEX} USING fts5(words, kind, content='', contentless_delete=1,"
    " prefix='1 2 3', tokenize='unicode61 remove_diacritics 0')",
    f"CREATE TRIGGER IF NOT EXISTS search_put AFTER INSERT ON {TABLE} BEGIN {PUT} END",
    f"CREATE TRIGGER IF NOT EXISTS search_take AFTER DELETE ON {TABLE} BEGIN {TAKE} END",
    f"CREATE TRIGGER IF NOT EXISTS search_change AFTER UPDATE ON {TABLE} WHEN {DIFFERS}"
    f" BEGIN {TAKE} {PUT} END",
)
TRIGGERS = ("search_put", "search_take", "search_change")
POSTGRES = (
    f"ALTER TABLE {TABLE} ADD COLUMN IF NOT EXISTS tokens tsvector"
    " GENERATED ALWAYS AS (to_tsvector('simple', words)) STORED",
    f"CREATE INDEX IF NOT EXISTS search_tokens ON {TABLE} USING gin (tokens)",
)
AGAIN = {  # make the index anew from the rows
    "sqlite": (
        f"INSERT INTO {INDEX}({INDEX}) VALUES ('delete-all')",
        f"INSERT INTO {INDEX} (rowid, words, kind)"
        f" SELECT {NUMBER.format(row='r')}, r.words, {KIND.format(row='r')} FROM {TABLE} r ORDER BY 1",
        f"INSERT INTO {INDEX}({INDEX}) VALUES ('optimize')",
    ),
    "postgresql": ("REINDEX INDEX search_tokens",),
}


class Phrases(models.Index):
    """The index itself; a table rebuild on SQLite puts its triggers up again with the other indexes."""

    def create_sql(self, model: Any, schema_editor: Any, using: str = "", **kwargs: Any) -> Any:
        if schema_editor.connection.vendor != "sqlite":
            return "; ".join(POSTGRES)
        schema_editor.deferred_sql.extend(SQLITE[:-1])  # one statement at a time
        return SQLITE[-1]

    def remove_sql(self, model: Any, schema_editor: Any, **kwargs: Any) -> Any:
        if schema_editor.connection.vendor != "sqlite":
            return f"ALTER TABLE {TABLE} DROP COLUMN IF EXISTS tokens"
        schema_editor.deferred_sql.extend(f"DROP TRIGGER IF EXISTS {trigger}" for trigger in TRIGGERS)
        return f"DROP TABLE IF EXISTS {INDEX}"
