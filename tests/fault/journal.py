"""What the clients sent and what they heard, written before and after;
the judge of what must be in the database.
"""

import json
import os
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ACKED, REJECTED, UNKNOWN = "acked", "rejected", "unknown"


@dataclass
class Intent:
    """One thing one client wants, under one `op`."""

    op: str
    role: str
    path: str
    fields: dict[str, Any]
    state: str = UNKNOWN
    names: str = ""  # the object that the answer named
    status: int = 0


@dataclass
class Journal:
    """Append-only and on disk before the wire is touched."""

    path: Path
    intents: dict[str, Intent] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def sending(self, intent: Intent) -> None:
        with self.lock:
            self.intents[intent.op] = intent
            self._line({"sending": intent.op, "role": intent.role, "path": intent.path, **intent.fields})

    def heard(self, intent: Intent) -> None:
        with self.lock:
            self._line(
                {"heard": intent.op, "state": intent.state, "names": intent.names, "status": intent.status}
            )

    def _line(self, said: dict[str, Any]) -> None:
        handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        try:
            os.write(handle, json.dumps(said, ensure_ascii=False).encode() + b"\n")
        finally:
            os.close(handle)

    def of(self, state: str) -> list[Intent]:
        with self.lock:
            return [intent for intent in self.intents.values() if intent.state == state]


LOOK = """
import django; django.setup()
import json
from collections import defaultdict
from houqin.areas.repairs.models import Repair
from houqin.kernel.doors.models import Operation
from houqin.kernel.matters.models import Event, Matter
from houqin.kernel.notices.models import Notice
found = defaultdict(lambda: {"events": [], "operations": [], "whole": True})
numbers = dict(Matter.objects.values_list("pk", "number"))
states = dict(Matter.objects.values_list("pk", "state"))
repairs = set(Repair.objects.values_list("matter_id", flat=True))
by_matter = defaultdict(list)
for e in Event.objects.order_by("pk").values("op", "step", "matter_id", "to_state"):
    by_matter[e["matter_id"]].append(e)
    if e["op"]:
        found[e["op"]]["events"].append([e["step"], numbers[e["matter_id"]]])
for matter, events in by_matter.items():
    if matter not in repairs or events[0]["step"] != "open" or events[-1]["to_state"] != states[matter]:
        for e in events:
            found[e["op"]]["whole"] = False
lonely = sorted(numbers[pk] for pk in numbers if pk not in by_matter or pk not in repairs)
for o in Operation.objects.values("op", "kind", "key"):
    named = numbers.get(int(o["key"]), "") if o["key"].isdigit() else ""
    found[o["op"]]["operations"].append([o["kind"], named])
series = defaultdict(list)
for prefix, year, serial in Matter.objects.order_by("serial").values_list("prefix", "year", "serial"):
    series[f"{prefix}{year}"].append(serial)
gaps = [name for name, serials in series.items() if serials != list(range(1, len(serials) + 1))]
print(json.dumps({"ops": found, "lonely": lonely, "matters": len(numbers), "gaps": gaps}))
"""


def wrong(journal: Journal, look: dict[str, Any]) -> list[str]:
    """Every promise that is broken: N1 acked exactly once, N2 rejected not at all, N3 unknown once or not,
    N4 whole.
    """
    found = [f"N4 {number} stands without its events or particulars" for number in look["lonely"]]
    found += [f"N4 the numbers of {series} have a gap" for series in look["gaps"]]
    for intent in journal.intents.values():
        effect = look["ops"].get(intent.op, {"events": [], "operations": [], "whole": True})
        sizes = (len(effect["events"]), len(effect["operations"]))
        if intent.state == ACKED and sizes != (1, 1):
            found.append(f"N1 {intent.op} acked as {intent.names}: {sizes} effects")
        if intent.state == ACKED and effect["events"] and effect["events"][0][1] != intent.names:
            found.append(f"N1 {intent.op} acked as {intent.names} made {effect['events'][0][1]}")
        if intent.state == REJECTED and sizes != (0, 0):
            found.append(f"N2 {intent.op} rejected with {intent.status}: {sizes} effects")
        if intent.state == UNKNOWN and sizes not in ((0, 0), (1, 1)):
            found.append(f"N3 {intent.op} unknown: {sizes} effects")
        if not effect["whole"]:
            found.append(f"N4 {intent.op} is not whole")
    return found
