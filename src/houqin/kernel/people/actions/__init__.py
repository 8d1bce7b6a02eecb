"""Writing about people: who comes, holds a post, leaves (`team`); what a post carries (`posts`); who may log
in, and does (`logins`), by whom (`keeping`).
"""

from .posts import add_duty, change_duty, change_post, end_duty
from .team import (
    Owed,
    assign,
    change_person,
    create_post,
    enrol,
    ensure_built_in,
    erase_due,
    form_group,
    initials_of,
    keep_detail,
    leave,
    release,
)

__all__ = [
    "Owed", "add_duty", "assign", "change_duty", "change_person", "change_post", "create_post", "end_duty",
    "enrol", "ensure_built_in", "erase_due", "form_group", "initials_of", "keep_detail", "leave", "release",
]  # fmt: skip
