"""Reading repairs: `finding` for the steps and screens of today, `figures` for counting,
`checks` for what must be true."""

from .checks import agree_with_events, parts_add_up, signed_are_signed
from .figures import (
    Line,
    by_month,
    by_person,
    by_place,
    by_trade,
    closed_apart,
    in_figures,
    of_worker,
    reached,
)
from .finding import (
    SHIPPED_TIERS,
    held,
    jobs,
    look_up_code,
    looked_up,
    open_duplicates,
    paused,
    recent,
    reminder_due,
    repeated,
    shipped_fault_types,
    shown_one,
    sign_by,
    told_by_visitor,
    types,
    visible_to,
    waiting_for_signature,
    worker_for,
    workers,
)
from .morning import alerts, first_steps

__all__ = [
    "SHIPPED_TIERS", "Line", "agree_with_events", "alerts", "by_month", "by_person", "by_place", "by_trade",
    "closed_apart", "first_steps", "held", "in_figures", "jobs", "look_up_code", "looked_up", "of_worker",
    "open_duplicates", "parts_add_up", "paused", "reached", "recent", "reminder_due", "repeated",
    "shipped_fault_types", "shown_one", "sign_by", "signed_are_signed", "told_by_visitor", "types",
    "visible_to", "waiting_for_signature", "worker_for", "workers",
]  # fmt: skip
