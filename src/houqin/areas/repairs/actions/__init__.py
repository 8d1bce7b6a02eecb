"""报修: reporting, giving, repairing, accepting. Every write of the area is here; each is one transaction.

A step asks in this order: may he (403), is it still there (409), does a rule forbid it (422).
"""

from .accepting import (
    cancel,
    chase,
    close_by_office,
    nudge,
    rate,
    remind,
    remind_and_close,
    reopen,
    sign,
    time_out,
    unanswered,
)  # fmt: skip
from .cards import (
    FAULT_TYPE_FIELDS,
    change_fault_type,
    change_priority,
    close_fault_type,
    enter_fault_type,
    lay_out,
    restore_fault_type,
)  # fmt: skip
from .contracting import agree, ask_contractor, recall, refuse, remind_deciders
from .maintaining import (
    call_off,
    change_plan,
    close_plan,
    enter_plan,
    finish_job,
    hand_on,
    open_turns,
)  # fmt: skip
from .merging import merge
from .repairing import arrive, decline, dispatch, finish, grade, pass_on, pause, resume, serve, take
from .reporting import ask, enter_slip, join, note_slip, report, report_unlogged
from .visiting import draw_up, lay_out_round, visit_fine, visit_fix, visit_report

__all__ = [
    "FAULT_TYPE_FIELDS", "agree", "arrive", "ask", "ask_contractor", "call_off", "cancel",
    "change_fault_type", "change_plan", "change_priority", "chase", "close_by_office", "close_fault_type",
    "close_plan", "decline", "dispatch", "draw_up", "enter_fault_type", "enter_plan", "enter_slip",
    "finish", "finish_job", "grade", "hand_on", "join", "lay_out", "lay_out_round", "merge", "note_slip",
    "nudge", "open_turns", "pass_on", "pause", "rate", "recall", "refuse", "remind", "remind_and_close",
    "remind_deciders", "reopen", "report", "report_unlogged", "restore_fault_type", "resume", "serve",
    "sign", "take", "time_out", "unanswered", "visit_fine", "visit_fix", "visit_report",
]  # fmt: skip
