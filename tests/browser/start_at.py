"""`houqin start` with its clock set: start_at.py <moment> start --port … ; the house asks only Django what time it is."""

import sys
from datetime import UTC, datetime

from django.utils import timezone

real = timezone.now
shift = datetime.fromisoformat(sys.argv[1]) - datetime.now(UTC)
timezone.now = lambda: real() + shift

from houqin.config.cli import main  # noqa: E402 - after the clock is set

if __name__ == "__main__":
    sys.exit(main(sys.argv[2:]))
