"""The house with the yard beside it: the same server, session, CSRF, CSP and page frame."""

from pathlib import Path

from houqin.config.settings import *  # noqa: F403
from houqin.config.settings import MIDDLEWARE, TEMPLATES

ROOT_URLCONF = "bench.urls"
TEMPLATES[0]["DIRS"] = [Path(__file__).parent / "templates"]
MIDDLEWARE.insert(0, "bench.counting.Count")
