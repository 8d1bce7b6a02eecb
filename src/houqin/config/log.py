"""The text log: one line an event, in the data folder, turned over by size;
its failure never fails a request.
"""

import logging
import logging.handlers
from pathlib import Path
from typing import Any

SIZE, KEPT = 5_000_000, 10


class OneLine(logging.Formatter):
    """A message stays on its line whatever stands in it; only a traceback has lines of its own."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        return super().formatMessage(record).replace("\r", "\\r").replace("\n", "\\n")


class File(logging.handlers.RotatingFileHandler):
    """Opened at the first line; a full or read-only disk is not the request's trouble."""

    def __init__(self, filename: str):
        super().__init__(filename, maxBytes=SIZE, backupCount=KEPT, encoding="utf-8", delay=True)

    def _open(self) -> Any:
        Path(self.baseFilename).parent.mkdir(parents=True, exist_ok=True)
        return super()._open()

    def handleError(self, record: logging.LogRecord) -> None:
        """Said nowhere: there is no better place than the log."""


def plan(folder: Path) -> dict[str, Any]:
    """Django's LOGGING: everything of weight into log/houqin.log."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {"()": OneLine, "format": "{asctime} {levelname} {name} {message}", "style": "{"}
        },
        "handlers": {
            "file": {"()": File, "filename": str(folder / "log" / "houqin.log"), "formatter": "line"}
        },
        "loggers": {
            "django": {"handlers": ["file"], "level": "WARNING", "propagate": False},
            "houqin": {"handlers": ["file"], "level": "INFO", "propagate": False},
        },
    }
