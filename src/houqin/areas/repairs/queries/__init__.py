"""Reading repairs: `finding` for the steps and screens of today, `figures` for counting, `checks` for what must be true."""

from .checks import agree_with_events, parts_add_up, signed_are_signed
from .figures import by_month, by_person, by_place, by_trade, closed_apart, of_worker, reached
from .finding import (
    SHIPPED_TIERS,
    jobs,
    look_up_code,
    looked_up,
    open_duplicates,
    paused,
    recent,
    reminder_due,
    repeated,
    shipped_fault_types,
    sign_by,
    types,
    visible_to,
    waiting_for_signature,
    worker_for,
    workers,
)

__all__ = [
    "SHIPPED_TIERS", "agree_with_events", "by_month", "by_person", "by_place", "by_trade", "closed_apart", "jobs",
    "look_up_code", "looked_up", "of_worker", "open_duplicates", "parts_add_up", "paused", "reached", "recent",
    "reminder_due", "repeated", "shipped_fault_types", "sign_by", "signed_are_signed", "types", "visible_to",
    "waiting_for_signature", "worker_for", "workers",
]  # fmt: skip
