"""The address under which `houqin start` last served, kept in the data folder for the commands beside it."""

from pathlib import Path

FILE = "address"
UNKNOWN = "http://127.0.0.1:8000"


def remember(data: Path, url: str) -> None:
    (data / FILE).write_text(f"{url}\n", encoding="utf-8")


def remembered(data: Path) -> str:
    """What HOUQIN_URL is when nobody says it."""
    try:
        return (data / FILE).read_text(encoding="utf-8").strip() or UNKNOWN
    except FileNotFoundError:
        return UNKNOWN
