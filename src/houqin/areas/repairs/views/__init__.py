"""What repairs show beside the kit's pages."""

from .figures import figures
from .scanning import blank, choices_anywhere, join, look, notice, panel
from .working import jobs

__all__ = ["blank", "choices_anywhere", "figures", "join", "jobs", "look", "notice", "panel"]
