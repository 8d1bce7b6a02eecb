"""What the database knows of its tables' sizes, by which it chooses its way to the rows."""

from django.db import connection

CHANGED = (
    0x10002  # SQLite: look at every table, count those that grew tenfold or were never counted, by samples
)


def refresh() -> None:
    """Count anew where it has become wrong: after much came in, and once a day. Cheap where nothing grew."""
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA optimize({CHANGED})" if connection.vendor == "sqlite" else "ANALYZE")
