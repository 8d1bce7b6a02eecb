"""A table's lines are the same from either engine: what they say of its columns is what matters, no more."""

import json

from houqin.config import rows


def test_every_table_can_be_read_and_names_its_columns_alike(db):
    """Seen to fail with kinds as the engine names them; what PostgreSQL computes was seen in
    `tests/fault/test_engines.py`.
    """
    heads = {}
    for table in rows.tables():
        first, *_ = rows.lines(table)
        heads[table] = json.loads(first)
    assert {kind for head in heads.values() for kind in head.values()} <= rows.WRITTEN_APART | {rows.PLAIN}
    assert heads["kernel_searchrow"] == {
        "at": "DateTimeField", "id": "plain", "key": "plain", "kind": "plain", "title": "plain",
        "words": "plain",
    }  # fmt: skip
    assert heads["kernel_tickrun"] == {
        "claimed_until": "DateTimeField", "id": "plain", "job": "plain", "last_error": "plain",
        "last_run_at": "DateTimeField",
    }  # fmt: skip
    assert {heads["kernel_event"][name] for name in ("facts", "at", "note")} == {
        "JSONField", "DateTimeField", "plain"
    }  # fmt: skip
