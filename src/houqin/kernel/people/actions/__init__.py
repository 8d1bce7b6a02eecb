"""Writing about people: who comes, holds a post, leaves (`team`); who may log in, and does (`logins`)."""

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
    "Owed", "assign", "change_person", "create_post", "enrol", "ensure_built_in", "erase_due", "form_group",
    "initials_of", "keep_detail", "leave", "release",
]  # fmt: skip
