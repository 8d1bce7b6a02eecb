"""Taking numbers."""

from django.db import connection

from .models import Series

TAKE = """
    INSERT INTO {table} (prefix, year, last) VALUES (%s, %s, %s)
    ON CONFLICT (prefix, year) DO UPDATE SET last = {table}.last + excluded.last RETURNING last
"""


def take(prefix: str, year: int, n: int = 1) -> int:
    """The first of `n` consecutive serials under `prefix` in `year`.

    Call it inside the transaction that uses them, as late as can be: on PostgreSQL the series stays locked
    until the commit, and a roll-back gives the numbers back, so none is lost and none is doubled.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a number is taken inside the transaction that uses it")
    with connection.cursor() as cursor:
        cursor.execute(TAKE.format(table=Series._meta.db_table), [prefix, year, n])
        return cursor.fetchone()[0] - n + 1


def written(prefix: str, year: int, serial: int) -> str:
    """BX2026-0871: prefix, year, serial of at least four digits."""
    return f"{prefix}{year}-{serial:04d}"
