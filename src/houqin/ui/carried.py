"""带着的: what one person may read and fill where there is no net.

His open matters that have a step for it, the blank forms of those steps, what can be opened anew, and how the
labels on the walls are called. The phone decides nothing by it: every step is asked again when it is sent.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from django.template.loader import render_to_string

from houqin.kernel.act import Act
from houqin.kernel.area import Slip, areas, flow_of, offers_at, slip_for
from houqin.kernel.matters.flow import Flow, Step
from houqin.kernel.matters.models import Event, Matter
from houqin.kernel.places.models import Place
from houqin.kernel.places.queries import labelled, stop_of

from .addresses import opening_url
from .slips import OPEN

MOST, MOST_LABELS = 100, 3000


class Blanks:
    """Forms without a word in them; the same one is carried once, drawn once if its choices are plain."""

    def __init__(self) -> None:
        self.forms: dict[str, str] = {}
        self.known: dict[Any, str] = {}

    def of(self, step: Step, slip: Slip, row: Matter, act: Act) -> str:
        choices = slip.choices(act, row)
        try:
            said = json.dumps(choices, sort_keys=True)
        except TypeError:  # rows to choose from, asked of the database: this matter's own
            said = str(row.pk)
        key = (row.kind, step.key, said)
        if key not in self.known:
            self.known[key] = self.add(step.label, step.icon, slip.form(choices=choices))
        return self.known[key]

    def add(self, title: str, icon: str, form: Any) -> str:
        submit = {"label": title, "icon": icon}
        slip = {"title": title, "action": "", "submit": submit, "keeps": {"next": "/"}}
        text = render_to_string("ui/parts/sheet.html", {"slip": slip, "form": form, "op": "blank"})
        mark = sha256(text.encode()).hexdigest()[:12]
        self.forms[mark] = text
        return mark


def packet(act: Act) -> dict[str, Any]:
    blanks = Blanks()
    rows = list(_matters(act))
    done = _done_since(rows)
    matters = [line for row in rows if (line := _matter(row, blanks, done[row.pk], act))]
    return {
        "made_at": act.at.isoformat(), "matters": matters,
        "openings": _openings(blanks, act), "offers": _offers(blanks, act),
        "flows": {kind: _flow(flow_of(kind)) for kind in sorted({row.kind for row in rows})},
        "labels": {_mark(code): name for code, name in labelled(MOST_LABELS)}, "forms": blanks.forms,
    }  # fmt: skip


def _matters(act: Act) -> Iterable[Matter]:
    """What is in his hands, in the order in which he walks past."""
    rows = Matter.objects.in_hands_of(act.by, act.at).select_related("place__parent", "holder")
    return rows.order_by("place__walk", "due_at", "pk")[:MOST]


def _done_since(rows: list[Matter]) -> dict[int, set[str]]:
    """The steps that were taken since each matter came into its present state."""
    done: dict[int, set[str]] = defaultdict(set)
    events = Event.objects.filter(matter__in=[row.pk for row in rows]).order_by("pk")
    for matter, step, was, now in events.values_list("matter", "step", "from_state", "to_state"):
        if was != now:
            done[matter] = set()
        done[matter].add(step)
    return done


def _matter(row: Matter, blanks: Blanks, done: set[str], act: Act) -> dict[str, Any] | None:
    forms = {}
    for step, slip in _steps(flow_of(row.kind)):
        if step.may(act, row) and not (step.end == "" and step.key in done):
            forms[step.key] = blanks.of(step, slip, row, act)
    if not forms:
        return None
    return {
        "number": row.number, "kind": row.kind, "title": row.title, "state": row.state, "forms": forms,
        "place": row.place.full_name if row.place else "", "stop": stop_of(row.place),
        "due_at": row.due_at.isoformat(),
    }  # fmt: skip


def _steps(flow: Flow) -> Iterable[tuple[Step, Slip]]:
    for step in flow.steps:
        slip = slip_for(flow.kind, step.key)
        if slip and slip.offline:
            yield step, slip


def _flow(flow: Flow) -> dict[str, Any]:
    """The part of the table that the phone needs to know what comes after what."""
    return {
        "states": {
            one.key: {"label": one.label, "tone": one.tone, "icon": one.icon, "end": bool(one.end)}
            for one in flow.states
        },
        "steps": [
            {"key": step.key, "label": step.label, "icon": step.icon, "start": step.start, "end": step.end,
             "main": step.main}
            for step, _ in _steps(flow)
        ],
    }  # fmt: skip


def _openings(blanks: Blanks, act: Act) -> list[dict[str, str]]:
    """What can be opened anew where the place is chosen by hand."""
    found = []
    for area in areas():
        for (kind, step), slip in area.slips.items():
            if step == OPEN and slip.offline and slip.may(act):
                flow = flow_of(kind)
                form = blanks.add(flow.name, flow.icon, slip.form(choices=slip.choices(act, None)))
                found.append({"label": flow.name, "icon": flow.icon, "url": opening_url(kind), "form": form})
    return found


def _offers(blanks: Blanks, act: Act) -> list[dict[str, str]]:
    """What can be opened at a label, whatever it hangs on."""
    some = Place.objects.filter(closed_on=None, kind="room").order_by("pk").first()
    offers = offers_at(some, act.by).values() if some else ()
    found = []
    for one in offers:
        if one.blank:
            form = blanks.add(one.label, one.icon, one.blank(act))
            found.append({"key": one.key, "label": one.label, "icon": one.icon, "form": form})
    return found


def _mark(code: str) -> str:
    """A label's code as the phone looks it up: what it has scanned it finds, no other can be guessed."""
    return sha256(code.encode()).hexdigest()[:16]
