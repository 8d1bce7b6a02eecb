"""Put the fixed SQLite in the standard module's place;
imported first thing in settings, before Django's backend.

The SQLite that most Pythons carry (3.7.0–3.51.2) has the WAL-reset fault; pysqlite3 carries a later one.
"""

import sys

import pysqlite3
from pysqlite3 import dbapi2

# Not in pysqlite3: the codes of two limits and SQLite's own defaults for them.
LIMITS = {"SQLITE_LIMIT_COLUMN": (2, 2000), "SQLITE_LIMIT_VARIABLE_NUMBER": (9, 32766)}
for _name, (_code, _) in LIMITS.items():
    setattr(pysqlite3, _name, _code)


class Connection(dbapi2.Connection):
    """What Django 6.1 asks of a connection and pysqlite3 does not offer."""

    def getlimit(self, category: int) -> int:
        return dict(LIMITS.values())[category]


sys.modules["sqlite3"], sys.modules["sqlite3.dbapi2"] = pysqlite3, dbapi2
