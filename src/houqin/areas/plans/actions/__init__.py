"""计划: reading in, assigning, bringing into force, reading, signing, giving tasks and checking them."""

from .binding import bind, confirm_sure, decide, propose
from .carrying import acknowledge, bring, drop, end, sign
from .clauses import assign, change_clause, enter_clause
from .handing import hand_over_plan, hand_over_task
from .importing import lay_out, open_plan
from .tasks import cancel, check, give, note, nudge, report, send_back

__all__ = [
    "acknowledge", "assign", "bind", "bring", "cancel", "change_clause", "check", "confirm_sure", "decide",
    "drop", "end", "enter_clause", "give", "hand_over_plan", "hand_over_task", "lay_out", "note", "nudge",
    "open_plan", "propose", "report", "send_back", "sign",
]  # fmt: skip
