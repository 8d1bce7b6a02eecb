"""Entries only grow, on both engines; a keyed hash shows a forced change."""

import pytest
from django.db import DatabaseError, connection, transaction

from houqin.kernel import entries
from houqin.kernel.audit import actions as audit
from houqin.kernel.audit import queries
from houqin.kernel.audit.models import Change
from houqin.kernel.errors import Overtaken
from houqin.kernel.places import actions as places

TABLE = Change._meta.db_table


@pytest.mark.parametrize(
    "statement",
    [f"UPDATE {TABLE} SET now = 'x' WHERE id = %s", f"DELETE FROM {TABLE} WHERE id = %s"],
)
def test_the_database_refuses_to_change_an_entry(cast, statement):
    key = Change.objects.order_by("pk").values_list("pk", flat=True)[0]
    with (
        pytest.raises(DatabaseError, match="entries only grow"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, [key])


@pytest.mark.sqlite
def test_replacing_is_changing(cast):
    """Without `recursive_triggers` and the insert guard SQLite lets INSERT OR REPLACE walk past
    a delete trigger."""
    with (
        pytest.raises(DatabaseError, match="entries only grow"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"INSERT OR REPLACE INTO {TABLE} SELECT * FROM {TABLE} ORDER BY id LIMIT 1")


def test_a_table_without_its_guard_is_named(cast):
    assert list(entries.unguarded()) == []
    with transaction.atomic(), connection.cursor() as cursor:
        drop = f"DROP TRIGGER {TABLE}_stays" + ("" if connection.vendor == "sqlite" else f" ON {TABLE}")
        cursor.execute(drop)
        assert f"{TABLE}: UPDATE" in list(entries.unguarded())
        transaction.set_rollback(True)


def test_a_forced_change_breaks_the_keyed_hash(cast):
    row = Change.objects.order_by("pk").first()
    assert entries.intact(row)
    row.now = "改过"
    assert not entries.intact(row)


def test_a_card_keeps_what_was(cast):
    room = cast.place("c32")
    act = cast.act("director")
    places.change_place(room, name="三(2)班", use="teaching", owner=room.owner, walk=124, act=act)
    changed = [(c.field, c.was, c.now, c.by.code, c.at) for c in queries.history(room)[:2]]
    assert changed == [
        ("full_name", "教学楼 2 层 三(2)班教室", "教学楼 2 层 三(2)班", "director", act.at),
        ("name", "三(2)班教室", "三(2)班", "director", act.at),
    ]


def test_a_form_that_showed_something_else_is_overtaken(cast):
    room = cast.place("c32")
    audit.change(room, name="三(2)班", act=cast.act("director"))
    with pytest.raises(Overtaken, match="“名称”刚被别人改过") as refused:
        audit.change(room, name="三二班", seen={"name": "三(2)班教室"}, act=cast.act("vice-principal"))
    assert (refused.value.field, cast.place("c32").name) == ("name", "三(2)班")
