"""Making a change of rights known at once, to every thread and every process of this school.

A page asks neither the session nor the user table. What it remembers is thrown away when the stamp of one
small file in the data folder changes; on commit every change of rights, password or activity touches it.
"""

import os
from pathlib import Path

from django.conf import settings
from django.db import transaction

from . import queries


def changed() -> None:
    """Called by each action that changes what somebody may do."""
    queries.rights_changed()
    transaction.on_commit(_touch)


def stamp() -> tuple[int, int]:
    """What a remembered right is valid for: this process's generation and the file's time."""
    try:
        return queries.generation(), os.stat(_file()).st_mtime_ns
    except FileNotFoundError:
        return queries.generation(), 0


def _touch() -> None:
    queries.rights_changed()
    _file().write_text(str(queries.generation()))


def _file() -> Path:
    return Path(settings.DATA) / "rights"
