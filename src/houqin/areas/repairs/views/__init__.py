"""What repairs show beside the kit's pages."""

from .figures import COUNTS, figures, repeated
from .life import life
from .rounds import SEEN, calendar, visit_panel, walk
from .scanning import blank, choices_anywhere, choices_of_life, join, look, notice, panel
from .working import jobs

__all__ = [
    "COUNTS", "SEEN", "blank", "calendar", "choices_anywhere", "choices_of_life", "figures", "join", "jobs",
    "life", "look", "notice", "panel", "repeated", "visit_panel", "walk",
]  # fmt: skip
