"""What steps.csv and states.csv say of a step, and the doors by which it is tried; test_steps.py tries."""

from __future__ import annotations

import copy
import csv
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import transaction

from houqin.areas.plans import actions as plans
from houqin.areas.repairs import actions as repairs
from houqin.areas.repairs.actions import accepting, contracting, maintaining
from houqin.areas.repairs.models import FaultType
from houqin.kernel.act import Act
from houqin.kernel.area import flow_of
from houqin.kernel.attachments.models import Attachment
from houqin.kernel.audit.models import Change
from houqin.kernel.errors import NotThere, Refused
from houqin.kernel.matters import actions as matters
from houqin.kernel.matters.models import Event, Matter
from houqin.kernel.notices.models import Notice
from tests.cast import NAMES, looked_at, system
from tests.contract.states import Way, answers


def table(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(Path(__file__).with_name(name).read_text(encoding="utf-8").splitlines()))


STEPS = table("steps.csv")
STANDS = {(row["flow"], row["state"]): row for row in table("states.csv")}
OVERSEE = {  # who sees all of an area; everybody else what he asked for, has in hand or had a part in
    "repairs": {"principal", "vice-principal", "director", "inspector", "assets-keeper"},
    "plans": {"principal", "vice-principal", "director", "inspector"},
}
EVERYONE = (*NAMES, "teacher-2")
CLOCK = "clock"
DONE = 200
SENTENCE = re.compile(r"[一-鿿].*。")


@dataclass
class Scene:
    """A matter in a state, and which person has what part in it."""

    way: Way
    kind: str
    state: str
    matter: Matter
    at: Any
    parts: dict[str, str] = field(default_factory=dict)  # of several persons: with a space between
    twin: str = "BX"  # the number of another report of the same fault, while this one may be merged into it

    @classmethod
    def of(cls, cast, kind: str, state: str, joined: str = "", **who: str) -> Scene:
        way = Way(cast, **who)
        matter = way.to(kind, state)
        parts = {"worker": way.worker, "director": "director"}
        if kind in ("repairs.repair", "repairs.service") and state not in ("unverified", "declined"):
            parts["opener"] = way.worker if state == "fixed_on_spot" else way.opener
        if kind == "plans.task":
            parts["checker"] = way.checker
        if kind == "plans.plan":
            parts["owner"] = way.worker
        if state == "approving":
            above = way.opener == "director"  # nobody decides what he reported
            parts |= {"approver": "principal vice-principal" if above else "director", "asker": way.worker}
        if joined:
            repairs.join(matter, act=cast.act(joined))
            parts["joined"] = joined
        twin = cls.twin_of(way, kind, state, joined)
        return cls(way, kind, state, matter, cast.act("director").at, parts, twin)

    @staticmethod
    def twin_of(way: Way, kind: str, state: str, joined: str) -> str:
        """In the same hands and of the same people, so that merging carries nobody over."""
        row = next(row for row in STEPS if row["step"] == "merge")
        if (kind, state in row["from"].split()) != (row["flow"], True):
            return "BX"
        matter = way.to(kind, "assigned")
        if joined:
            repairs.join(matter, act=way.act(joined))
        return matter.number

    def act(self, person: str, step: str = "") -> Act:
        if person == CLOCK:
            return system(self.matter.due_at if step == "time_out" else self.at)
        return Act(by=self.way.cast[person], at=self.at, via="test")

    def again(self) -> None:
        self.matter = Matter.objects.get(pk=self.matter.pk)

    @property
    def people(self) -> set[str]:
        """Who has a part in it."""
        return {person for part in self.parts.values() for person in part.split()}

    # ── what the tables say ──

    def is_(self, person: str, tokens: str) -> bool:
        """Whether the person is one of those that are named: by role, by part, by having it in hand."""
        for token in tokens.split():
            meant = STANDS[self.kind, self.state]["in hand"] if token == "holder" else token
            if token == "everyone" and person in EVERYONE and person != "inspector":
                return True
            if person in (meant, *self.parts.get(meant, "").split()):
                return True
        return False

    def sees(self, person: str) -> bool:
        stands = STANDS[self.kind, self.state]
        known = person in OVERSEE[self.kind.partition(".")[0]]
        return known or self.is_(person, f"{stands['in hand']} {stands['took part']} opener joined")

    def expected(self, row: dict[str, str], person: str) -> int:
        """In the order of refusals: not there for him, not his, no longer there, against a rule."""
        able = self.is_(person, row["who"]) and not self.is_(person, row["but not"])
        here = self.state in row["from"].split()
        had = self.is_(person, STANDS[self.kind, self.state]["before"])
        if row["door"] not in ("place", "card") and person != CLOCK and not self.sees(person):
            return 404
        if not able and (here or not had):
            return 403
        if not here:
            return 409
        return 422 if row["step"] == "join" and self.is_(person, "joined") else DONE

    def expected_on_the_web(self, row: dict[str, str], person: str) -> int:
        """What has no door of its own is as if it were not there; two are behind other doors."""
        if row["door"] == "none":
            return 404
        if row["door"] == "place" and STANDS[self.kind, self.state]["in hand"] == "":
            return 404
        if row["door"] == "card" and self.state != "in_force":
            return 409 if self.state == "ended" or person in OVERSEE["plans"] else 404
        return self.expected(row, person)

    # ── the try ──

    def said(self, step: str) -> dict[str, Any]:
        """What the step is told: enough that nothing but right and state can be against it."""
        other = self.way.cast["electrician" if self.way.worker == "repairman" else "repairman"]
        why = {"note": "说明一句"}
        if (self.kind, step) == ("repairs.maintenance", "finish"):
            return {"answers": answers(self.matter)}
        if step == "merge":
            return {"number": self.twin}
        if step in ("take", "grade"):
            kind = {"fault_type": FaultType.objects.get(code="W18")}
            return (
                kind if step == "take" else kind | {"service": "admin", "urgency": "plain", "impact": "none"}
            )
        told: dict[str, dict[str, Any]] = {
            "decline": why, "dispatch": {"worker": other},
            "finish": {"cause": "wear", "fix": "换新"}, "serve": {"fix": "搬好了"}, "pause": {"reason": "parts"},
            "pass_on": {"worker": other} | why, "hand_on": {"worker": other} | why,
            "ask_contractor": {"contractor": "城东电器", "cost_fen": 50_000} | why,
            "agree": {"step": looked_at(self.matter)}, "refuse": why | {"step": looked_at(self.matter)},
            "reopen": why, "close_by_office": why, "rate": {"rating": 5}, "cancel": why,
            "call_off": why, "recall": why, "drop": why, "report": why, "note": why, "send_back": why,
        }  # fmt: skip
        return told.get(step, {})

    def stands(self) -> tuple[Any, ...]:
        """All that a step could change."""
        particulars = getattr(self.matter, PARTICULARS[self.kind])
        kept = type(particulars).objects.filter(pk=particulars.pk).values_list()[0]
        written = (model.objects.count() for model in (Event, Notice, Attachment, Change))
        return (Matter.objects.filter(pk=self.matter.pk).values_list()[0], kept, *written)


PARTICULARS = {
    "repairs.repair": "repair", "repairs.service": "repair", "repairs.maintenance": "maintenance_job",
    "plans.plan": "plan", "plans.task": "plan_task",
}  # fmt: skip
ACTIONS: dict[tuple[str, str], Callable[..., Any]] = {  # where the area's function has another name
    ("repairs.maintenance", "finish"): repairs.finish_job,
    ("repairs.maintenance", "miss"): maintaining.miss,
    ("plans.plan", "sign"): lambda matter, act: plans.sign(matter.plan, act=act),
    **{(kind, key): getattr(accepting, key) for kind in ("repairs.repair", "repairs.service")
       for key in ("unanswered", "remind", "time_out")},
    ("repairs.repair", "remind_decider"): contracting.remind_decider,
}  # fmt: skip
PARTS_OF = {"agreed", "late", "fix_on_spot"}  # taken within another step: tried at the kernel's own door


def in_process(scene: Scene, row: dict[str, str], person: str) -> tuple[int, str]:
    act, step = scene.act(person, row["step"]), row["step"]
    matter = copy.copy(scene.matter)
    try:
        seen = row["door"] in ("place", "card") or person == CLOCK
        if not seen and not Matter.objects.visible_to(act.by, act.at).filter(pk=matter.pk).exists():
            raise NotThere("不归你看。")
        if step in PARTS_OF:
            matters.move(flow_of(scene.kind), matter, step, act=act)
        else:
            area = repairs if scene.kind.startswith("repairs.") else plans
            (ACTIONS.get((scene.kind, step)) or getattr(area, step))(matter, **scene.said(step), act=act)
    except Refused as no:
        return no.status, str(no)
    return DONE, ""


def through_the_web(web) -> Callable[[Scene, dict[str, str], str], tuple[int, str]]:
    def take(scene: Scene, row: dict[str, str], person: str) -> tuple[int, str]:
        where = {
            "place": f"/repairs/join/{scene.matter.number}/",
            "card": f"/plans/plans/{scene.matter.pk}/sign/",
        }.get(row["door"], f"/matters/{scene.matter.number}/{row['step']}/")
        answer = web.as_(person).send(where, sent(scene.said(row["step"]), row["step"]))
        return (DONE if answer.status_code == 303 else answer.status_code), answer.content.decode()

    return take


def sent(said: dict[str, Any], step: str) -> dict[str, Any]:
    """The same as a browser sends it; of nothing it sends an empty field."""
    body = {key: "" if value is None else getattr(value, "pk", value) for key, value in said.items()}
    body.pop("answers", None)
    for at, row in enumerate(said.get("answers", ())):
        body |= {f"answers-{at}-{key}": value for key, value in row.items()}
    if "cost_fen" in body:
        body["cost_fen"] = "500.00"
    return body | ({"signature": "click"} if step == "sign" else {})


@contextmanager
def taken_back() -> Iterator[None]:
    """Whatever is done in it is undone; what is durable may begin in it, as in a test."""
    with (block := transaction.atomic()):
        block._from_testcase = True
        yield
        transaction.set_rollback(True)
