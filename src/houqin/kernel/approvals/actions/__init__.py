"""Writing about approvals: tiers (`tiers`), the way of a paper (`routes`), giving one's decisions away
(`delegating`)."""

from .delegating import delegate, end_delegation
from .routes import decide, recall, still_open, submit
from .tiers import COLLECTIVE, Range, change_rules, issue_rules

__all__ = [
    "COLLECTIVE", "Range", "change_rules", "decide", "delegate", "end_delegation", "issue_rules", "recall",
    "still_open", "submit",
]  # fmt: skip
