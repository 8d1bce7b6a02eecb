"""`houqin start` with its clock set: start_at.py <moment>[!] start --port … ; with ! it stands still.

The house asks only Django what time it is. It ends when whoever started it is gone, killed or not.
"""

import os
import signal
import sys
import threading
import time
from datetime import UTC, datetime

from django.utils import timezone

moment = datetime.fromisoformat(sys.argv[1].rstrip("!"))
real, shift = timezone.now, moment - datetime.now(UTC)
timezone.now = (lambda: moment.astimezone(UTC)) if sys.argv[1].endswith("!") else (lambda: real() + shift)

from houqin.config.cli import main  # noqa: E402 - after the clock is set


def end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    threading.Thread(target=end_with, args=(os.getppid(),), daemon=True).start()
    sys.exit(main(sys.argv[2:]))
