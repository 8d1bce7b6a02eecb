"""The database knows how large its tables are: counted after much came in, and by the clock."""

import pytest
from django.db import connection

from houqin.config import ticks
from houqin.kernel import tuning


def counted() -> bool:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT count(*) FROM sqlite_master WHERE name = 'sqlite_stat1'")
            if not cursor.fetchone()[0]:
                return False
            cursor.execute("SELECT count(*) FROM sqlite_stat1 WHERE tbl = 'kernel_person'")
        else:
            cursor.execute("SELECT count(*) FROM pg_stats WHERE tablename = 'kernel_person'")
        return cursor.fetchone()[0] > 0


def test_the_tables_are_counted(db):
    tuning.refresh()
    assert counted()


@pytest.mark.sqlite
def test_what_did_not_grow_is_not_counted_again(db):
    """Seen to fail with a plain ANALYZE, which counts everything each time."""
    tuning.refresh()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE sqlite_stat1 SET stat = '25 1' WHERE tbl = 'kernel_place'")
        tuning.refresh()
        cursor.execute("SELECT DISTINCT stat FROM sqlite_stat1 WHERE tbl = 'kernel_place'")
        assert cursor.fetchall() == [("25 1",)]


def test_it_is_one_of_the_clocks_jobs():
    assert [job.call for job in ticks.jobs() if job.code == "kernel.tune"] == [ticks.tune]
