"""A05, A14, A31: every step of every flow in every state it can stand in, tried by everyone of the school.

steps.csv says by hand who may take a step and in which states, states.csv in whose hands a matter is
in each; both come from the manual and domain/roles.md, not from flow.py. Whatever they do not allow is
refused with a sentence, and nothing is changed. Seen to fail with `resume` given to anyone, with `approving`
among the states from which is passed on, with a task checked by its doer, and with the state no longer asked
in `matters.check`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from houqin.areas.plans import actions as plans
from houqin.areas.repairs import actions as repairs
from houqin.kernel.act import Act
from houqin.kernel.area import areas
from houqin.kernel.errors import Refused
from houqin.kernel.matters.models import Event, Matter
from houqin.kernel.notices.models import Notice
from houqin.kernel.school.models import School
from houqin.ui import access
from tests.cast import NAMES
from tests.contract.states import EVERY, NODES, STATES, Way, laid_out
from tests.contract.steps import (
    CLOCK,
    DONE,
    EVERYONE,
    SENTENCE,
    STANDS,
    STEPS,
    Scene,
    in_process,
    sent,
    taken_back,
    through_the_web,
)  # fmt: skip


def tried(scene: Scene, door: Callable[..., tuple[int, str]], people: list[str], which: int = 1) -> int:
    """Everyone of them at every step of the flow; of strangers, and on the web of steps that are another's,
    each so many-th."""
    rows = [row for row in STEPS if row["flow"] == scene.kind and row["step"] != "open"]
    wrong, count = [], 0
    expected = scene.expected if door is in_process else scene.expected_on_the_web
    before = scene.stands()
    for n, person in enumerate(people):
        for at, row in enumerate(rows):
            mine = person in scene.people if door is in_process else scene.is_(person, row["who"])
            if (n + at) % which and not mine:
                continue
            count += 1
            wanted = expected(row, person)
            with taken_back():
                status, sentence = door(scene, row, person)
                after = scene.stands()
            changed = (after != before, after[2] - before[2])
            if (status, *changed) != (wanted, wanted == DONE, int(wanted == DONE)):
                wrong.append((row["step"], person, wanted, status, changed))
            elif wanted != DONE and not SENTENCE.search(sentence):
                wrong.append((row["step"], person, "no sentence", sentence[:80]))
    assert wrong == []
    return count


def others(kind: str, state: str) -> list[dict[str, str]]:
    """Who else may have a part in it: openers, workers, checkers, one more who waits for it."""
    if kind in ("repairs.repair", "repairs.service"):
        may_open = [role for role in NAMES if role != "inspector"]
        found = [{"worker": "electrician"}]
        unmade = ("reported", "unverified", "cancelled", "declined", "merged")
        if kind == "repairs.repair" and state not in unmade:
            found += [{"worker": "gardener"}] if state != "fixed_on_spot" else [{"worker": "director"}]
        if state not in ("unverified", "declined", "fixed_on_spot"):
            found += [{"opener": role} | WORKER.get(role, {}) for role in may_open]
        if kind == "repairs.repair" and state in (
            "unverified",
            "reported",
            "assigned",
            "waiting",
            "approving",
        ):
            found += [{"joined": role} for role in ("teacher", "principal", "nurse", "assets-keeper")]
        return found
    if kind == "repairs.maintenance":
        return [{"worker": "electrician"}]
    if kind == "plans.plan":
        return [{"worker": role} for role in NAMES if role not in ("class-teacher", "repairman")]
    return [{"worker": role} for role in NAMES if role not in ("class-teacher", "repairman")] + [
        {"checker": role} for role in NAMES if role not in ("class-teacher", "repairman")
    ]


WORKER = {"repairman": {"worker": "electrician"}}  # who reports it does not repair it
# by whom and to whom: test_hands_web.py and plans' test_handing.py
HANDED_OVER = {("plans.plan", "hand_over"), ("plans.task", "hand_over")}
CASES = [(kind, state, who) for kind, state in EVERY for who in [{}, *others(kind, state)]]


def sampled(n: int, who: dict[str, str]) -> bool:
    """In every run: the plain scene of each state, and every twentieth with other people in it."""
    return not who or n % 20 == 0


of_case = pytest.mark.parametrize(
    ("kind", "state", "who"),
    [
        pytest.param(
            kind, state, who, id="-".join((kind, state, *(f"{part}={role}" for part, role in who.items()))),
            marks=() if sampled(n, who) else pytest.mark.long,
        )
        for n, (kind, state, who) in enumerate(CASES)
    ],
)  # fmt: skip
of_state = pytest.mark.parametrize(("kind", "state"), EVERY, ids=["-".join(one) for one in EVERY])


@of_case
def test_in_process(kind, state, who, cast):
    scene = Scene.of(cast, kind, state, **who)
    tried(scene, in_process, sorted(set(who.values())) if who else [*EVERYONE, CLOCK], 1 if who else 8)


@of_state
def test_through_the_web(kind, state, web, monkeypatch):
    """Those who have a part in it, and some who have none."""
    scene = opened(web, monkeypatch, kind, state)
    strangers = [role for role in EVERYONE if role not in scene.people]
    tried(scene, through_the_web(web), [*sorted(scene.people), *strangers[::12]], 6)


@pytest.mark.long
@of_state
def test_everyone_in_process(kind, state, cast):
    tried(Scene.of(cast, kind, state), in_process, [*EVERYONE, CLOCK])


@pytest.mark.long
@of_state
def test_everyone_through_the_web(kind, state, web, monkeypatch):
    tried(opened(web, monkeypatch, kind, state), through_the_web(web), list(EVERYONE))


def opened(web, monkeypatch, kind: str, state: str) -> Scene:
    School.objects.update(is_demo=True)  # elsewhere `admin` is first asked for a second factor
    web.as_("admin")  # has his written down before anything is compared
    scene = Scene.of(web.cast, kind, state)
    monkeypatch.setattr(
        access, "clock", lambda: scene.at
    )  # it stands still: nobody is asked for his password again
    return scene


# ── who opens one ───────────────────────────────────────────────────────────────────────────────────────────


def opening(cast, kind: str) -> tuple[str, dict[str, Any]]:
    """Where one of this kind is opened, and what is sent: for a task under a clause of the repairman's."""
    if kind == "plans.task":
        clause = Way(cast).to("plans.plan", "in_force").plan.clauses.order_by("place")[0]
        who = {"doer": cast["teacher"], "checker": cast["class-teacher"]}
        return "/plans/task/new/", {"clause": clause, "title": "查一遍", "due_on": cast.now.date(), **who}
    way = Way(cast)
    said = laid_out(way, "W18" if kind == "repairs.repair" else "S09")
    return f"/{kind.replace('.', '/')}/new/", said


@pytest.mark.parametrize("kind", ["repairs.repair", "repairs.service", "plans.task"])
def test_who_opens_one(kind, web, monkeypatch):
    """In process and through the web: who may not makes nothing."""
    School.objects.update(is_demo=True)
    where, said = opening(web.cast, kind)
    at = web.cast.act("director").at
    monkeypatch.setattr(access, "clock", lambda: at)
    act_of = {"repairs.repair": repairs.report, "repairs.service": repairs.ask, "plans.task": plans.give}[
        kind
    ]
    row = next(row for row in STEPS if (row["flow"], row["step"]) == (kind, "open"))
    named = set(row["who"].split())
    may = set(EVERYONE) - {"inspector"} if "everyone" in named else {"director", "repairman"}
    assert named in ({"everyone"}, {"director", "owner"})
    for person in EVERYONE:
        for door in ("process", "web"):
            before = (Matter.objects.count(), Event.objects.count(), Notice.objects.count())
            with taken_back():
                if door == "process":
                    status, _ = outcome(act_of, said, Act(by=web.cast[person], at=at, via="test"))
                else:
                    answer = web.as_(person).send(where, sent(said, "open"))
                    status = DONE if answer.status_code == 303 else answer.status_code
                after = (Matter.objects.count(), Event.objects.count(), Notice.objects.count())
            opened_one = person in may
            # another's clause is not even offered: on the page that is a choice refused beside its field
            refused = 422 if (kind, door) == ("plans.task", "web") else 403
            assert (person, door, status) == (person, door, DONE if opened_one else refused)
            assert (after[:2] == (before[0] + 1, before[1] + 1), after == before) == (
                opened_one,
                not opened_one,
            )


def test_who_brings_in_a_plan(cast):
    way = Way(cast)
    plan = way.to("plans.plan", "dropped").plan
    for person in EVERYONE:
        facts = {"term": plan.term, "name": "计划", "source": "", "nodes": NODES}
        before = Matter.objects.count()
        with taken_back():
            status, _ = outcome(plans.open_plan, facts, cast.act(person))
            made = Matter.objects.count() - before
        assert (person, status, made) == (person, *((DONE, 1) if person == "director" else (403, 0)))


def outcome(action: Callable[..., Any], said: dict[str, Any], act: Act) -> tuple[int, str]:
    try:
        action(**said, act=act)
    except Refused as no:
        return no.status, str(no)
    return DONE, ""


# ── the tables ──────────────────────────────────────────────────────────────────────────────────────────────


def test_the_tables_are_whole():
    """Each step of each flow has its row, each state too; nothing in them is of no flow, role or part."""
    flows = [flow for area in areas() for flow in area.flows]
    steps = {(flow.kind, step.key) for flow in flows for step in flow.steps}
    told = {(row["flow"], row["step"]) for row in STEPS if row["step"] != "open"}
    assert (told | HANDED_OVER, told & HANDED_OVER) == (steps, set())
    assert {row["flow"] for row in STEPS if row["step"] == "open"} == {
        "repairs.repair", "repairs.service", "plans.plan", "plans.task",
    }  # fmt: skip
    assert sorted(STANDS) == sorted(STATES) == sorted(EVERY)
    parts = {"opener", "worker", "checker", "owner", "approver", "asker", "joined", "holder"}
    parts |= {"everyone", CLOCK}
    said = {token for row in STEPS for column in ("who", "but not") for token in row[column].split()}
    said |= {token for row in STANDS.values() for column in ("in hand", "before", "took part")
             for token in row[column].split()}  # fmt: skip
    assert said - parts - set(NAMES) == set()
    assert {(row["flow"], state) for row in STEPS for state in row["from"].split()} - set(EVERY) == set()
    assert {row["door"] for row in STEPS} == {"new", "slip", "place", "card", "none"}
    assert (len(STEPS), len({(row["flow"], row["step"]) for row in STEPS}), len(EVERY)) == (59, 59, 33)
