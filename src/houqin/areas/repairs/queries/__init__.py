"""Reading repairs: `finding` for the steps and screens of today, `figures` for counting,
`checks` for what must be true."""

from .checks import agree_with_events, lessons_are_honest, parts_add_up, signed_are_signed
from .figures import (
    ON_TIME,
    Counted,
    Line,
    Repeat,
    adding_up,
    by_month,
    by_person,
    by_place,
    by_service,
    by_trade,
    closed_apart,
    counted,
    in_figures,
    of_worker,
    reached,
    repeats,
    whole,
)
from .finding import (
    SHIPPED_TIERS,
    held,
    jobs,
    lessons_lost,
    lessons_so_far,
    look_up_code,
    looked_up,
    open_duplicates,
    paused,
    priorities,
    recent,
    reminder_due,
    repeated,
    shipped_fault_types,
    shown_one,
    sign_by,
    told_by_visitor,
    types,
    unanswered,
    visible_to,
    waiting_for_signature,
    worker_for,
    workers,
)
from .grading import Grading, as_graded, clocks, graded, priority, received_on, told
from .life import catalogue
from .morning import alerts, first_steps

__all__ = [
    "ON_TIME", "SHIPPED_TIERS", "Counted", "Grading", "Line", "Repeat", "adding_up", "agree_with_events",
    "alerts", "as_graded", "by_month", "by_person", "by_place", "by_service", "by_trade", "catalogue",
    "clocks", "closed_apart", "counted", "first_steps", "graded", "held", "in_figures", "jobs",
    "lessons_are_honest", "lessons_lost", "lessons_so_far", "look_up_code", "looked_up", "of_worker",
    "open_duplicates", "parts_add_up", "paused", "priorities", "priority", "reached", "received_on",
    "recent", "reminder_due", "repeated", "repeats", "shipped_fault_types", "shown_one", "sign_by",
    "signed_are_signed", "told", "told_by_visitor", "types", "unanswered", "visible_to",
    "waiting_for_signature", "whole", "worker_for", "workers",
]  # fmt: skip
