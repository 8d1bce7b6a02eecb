"""Many people at once: reports and finishes, each under an `op` of its own, some of them wrong on purpose."""

import random
import re
import threading
import time
import uuid

import httpx

from .journal import ACKED, REJECTED, UNKNOWN, Intent, Journal
from .server import Person

ROLES = ("teacher", "class-teacher", "director", "nurse", "room-keeper", "guard")
NEW = "/repairs/repair/new/"
WRONG = 0.1  # of the reports lack their place
LOST = 0.08  # of the answers get lost on the way (F16): done or not, the client does not know
NUMBER = re.compile(r"/matters/([^/]+)/")


class Load:
    """Threads of clients that go on until told to stop, over kills and restarts."""

    def __init__(self, base: str, journal: Journal, facts: dict[str, int], seed: int):
        self.base, self.journal, self.facts, self.seed = base, journal, facts, seed
        self.stop, self.pause = threading.Event(), 0.0
        self.open: list[str] = []
        self.lock = threading.Lock()

    def run(self, clients: int) -> list[threading.Thread]:
        roles = [("repairman" if n % 3 == 2 else ROLES[n % len(ROLES)]) for n in range(clients)]
        threads = [
            threading.Thread(target=self._live, args=(role, n), daemon=True) for n, role in enumerate(roles)
        ]
        for thread in threads:
            thread.start()
        return threads

    def _live(self, role: str, number: int) -> None:
        rng = random.Random(self.seed * 1000 + number)
        person = self._enter(role)
        while person and not self.stop.is_set():
            intent = self._finish(role) if role == "repairman" else self._report(role, rng)
            if intent is None:
                time.sleep(0.05)
                continue
            send(person, intent, self.journal, lost=rng.random() < LOST)
            if intent.state == ACKED and intent.path == NEW:
                with self.lock:
                    self.open.append(intent.names)
            if intent.state == UNKNOWN:
                self._wait_until_back()

    def _wait_until_back(self) -> None:
        """A phone without its server does not go on making up reports."""
        while not self.stop.is_set():
            try:
                if httpx.get(f"{self.base}/healthz", timeout=2).status_code == 200:
                    return
            except httpx.HTTPError:
                time.sleep(0.2)

    def _enter(self, role: str) -> Person | None:
        while not self.stop.is_set():
            try:
                return Person(self.base, role).enter()
            except httpx.HTTPError:
                time.sleep(0.2)
        return None

    def _report(self, role: str, rng: random.Random) -> Intent:
        op = str(uuid.UUID(int=rng.getrandbits(128), version=4))
        fields = {**self.facts, "detail": f"水龙头关不严 {op[:8]}"}
        if rng.random() < WRONG:
            fields.pop("place")
        return Intent(op, role, NEW, fields)

    def _finish(self, role: str) -> Intent | None:
        with self.lock:
            number = self.open.pop(0) if self.open else ""
        if not number:
            return None
        fields = {"cause": "wear", "fix": "换垫圈"}
        return Intent(str(uuid.uuid4()), role, f"/matters/{number}/finish/", fields)


def send(person: Person, intent: Intent, journal: Journal, *, lost: bool = False) -> None:
    """Send once, and write down what was heard; a broken connection, a server error and an answer that is
    `lost` say nothing of what was done.
    """
    journal.sending(intent)
    try:
        answer = person.post(intent.path, _op=intent.op, **intent.fields)
    except httpx.HTTPError:
        journal.heard(intent)
        return
    if lost:
        journal.heard(intent)
        return
    intent.status = answer.status_code
    named = NUMBER.search(answer.headers.get("Location", ""))
    if answer.status_code == 303 and named:
        intent.state, intent.names = ACKED, named.group(1)
    elif 400 <= answer.status_code < 500:
        intent.state = REJECTED
    journal.heard(intent)
