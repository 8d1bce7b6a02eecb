"""The term's plan of 青禾小学: read in from its text, bound, shared out, brought into force, read and signed by
most, its tasks in every state. Everything is made by the actions, at past times.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random

from django.db import transaction
from django.utils import timezone

from houqin.kernel.act import Act
from houqin.kernel.matters.models import Matter
from houqin.kernel.people.models import Person
from houqin.kernel.terms import queries as terms

from .. import actions, queries
from ..models import Binding, CatalogueClause, Plan, PlanClause, PlanTask
from ..pure import outline, reading
from .sharing import OWNERS, TASKS, UNREAD, UNSIGNED, Deed

TEXT = Path(__file__).parents[1] / "seed" / "demo_plan.txt"


@transaction.atomic
def fill(people: dict[str, Person], rng: Random, *, until: datetime) -> Plan:
    """The plan of the term that `until` lies in, as it stands then."""
    return Office(people, rng, until).run()


class Office:
    """The office over one term: acts by role and day, none of them after `until`."""

    def __init__(self, people: dict[str, Person], rng: Random, until: datetime):
        self.people, self.rng, self.until = people, rng, until
        term = terms.term_on(timezone.localtime(until).date())
        assert term is not None
        self.term = term

    def act(self, by: str, on: date, at: time = time(16, 0)) -> Act:
        moment = datetime.combine(on, at, timezone.get_default_timezone()) + timedelta(
            minutes=self.rng.randint(0, 60)
        )
        return Act(by=self.people[by], at=min(moment, self.until - timedelta(minutes=5)), via="demo")

    def day(self, n: int) -> date:
        """The n-th day of the term; Sundays and Saturdays become the Monday after."""
        on = self.term.starts_on + timedelta(days=n)
        return on + timedelta(days=(7 - on.weekday()) if on.weekday() > 4 else 0)

    def run(self) -> Plan:
        text = TEXT.read_text(encoding="utf-8")
        nodes = list(outline.nodes_of(reading.read(reading.lines_of(text)).items))
        first = self.term.starts_on
        plan = actions.open_plan(
            term=self.term,
            name=f"{self.term.name}后勤工作计划",
            source=text,
            nodes=nodes,
            act=self.act("director", first, time(9, 0)),
        )
        clauses = dict(zip(CatalogueClause.objects.order_by("rank"), queries.carried_out(plan), strict=True))
        self.bind(plan, clauses)
        self.share(plan, clauses)
        actions.bring(
            plan.matter, note="校务会通过", act=self.act("director", first + timedelta(days=1), time(10, 0))
        )
        self.read_and_sign(Plan.objects.select_related("matter").get(pk=plan.pk))
        by_code = {row.code: clause for row, clause in clauses.items()}
        for deed in TASKS:
            self.task(PlanClause.objects.select_related("plan__matter").get(pk=by_code[deed.code].pk), deed)
        return plan

    def bind(self, plan: Plan, clauses: dict[CatalogueClause, PlanClause]) -> None:
        """What is alike is confirmed at once, the rest is looked at one by one, and two are tied by hand."""
        act = self.act("director", self.term.starts_on, time(14, 0))
        actions.confirm_sure(plan, act=act)
        left = list(queries.undecided(plan).select_related("catalogue"))
        right = [one for one in left if clauses[one.catalogue].pk == one.clause_id]
        actions.decide(plan, confirmed=right, shown=left, act=act)
        bound = set(Binding.objects.filter(state=Binding.CONFIRMED).values_list("catalogue", flat=True))
        for row, clause in clauses.items():
            if row.pk not in bound:
                actions.bind(clause, catalogue=row, act=act)

    def share(self, plan: Plan, clauses: dict[CatalogueClause, PlanClause]) -> None:
        """Each clause to the one whose work it is; due at the term's end, some before."""
        for row, clause in clauses.items():
            owner, checker, days = next(found for head, *found in OWNERS if row.code.startswith(str(head)))
            due = self.term.ends_on if days is None else self.day(int(days))
            actions.assign(
                plan, under=clause, owner=self.people[str(owner)], checker=self.people[str(checker)],
                from_on=self.term.starts_on, to_on=due,
                act=self.act("director", self.term.starts_on, time(15, 0)),
            )  # fmt: skip

    def read_and_sign(self, plan: Plan) -> None:
        """Most have read within the week and signed within two; some never did."""
        owners = set(queries.carried_out(plan).values_list("owner__code", flat=True))
        readers = plan.readers.select_related("person").order_by("pk")
        acts = [self.act(reader.person.code, self.day(self.rng.randint(2, 9))) for reader in readers]
        for n, act in sorted(enumerate(acts), key=lambda one: one[1].at):
            if act.at.date() >= self.until.date():
                continue
            if act.by.code in owners and act.by.code not in UNSIGNED:
                actions.sign(plan, act=act)
            elif n % UNREAD:
                actions.acknowledge(plan, act=act)

    # ── tasks ───────────────────────────────────────────────────────────────────────────────────────────────

    def task(self, clause: PlanClause, deed: Deed) -> None:
        """Given, done, checked, as far as it has come by now."""
        given, due = self.day(deed.given), self.day(deed.due)
        if given >= timezone.localtime(self.until).date():
            return
        made = actions.give(
            clause=clause, title=deed.title, doer=self.people[deed.doer], checker=self.people[deed.checker],
            due_on=due,
            act=self.act("director", given, time(8, 30)),
        )  # fmt: skip
        for step, on in self.way(deed, given, due):
            if on >= timezone.localtime(self.until).date():
                return
            self.take(made, deed, step, on)

    def way(self, deed: Deed, given: date, due: date) -> Iterator[tuple[str, date]]:
        """Which steps when: in time, late, sent back once, or never."""
        middle = given + (due - given) / 2
        if deed.heir:
            yield "hand_over_task", middle
        if deed.fate != "idle":
            yield "note", middle
        if deed.fate in ("idle", "stuck"):
            return
        done = due + timedelta(days=6) if deed.fate == "late" else due - timedelta(days=1)
        yield "report", done
        if deed.fate == "unchecked":
            return
        if deed.fate == "back":
            yield "send_back", done + timedelta(days=1)
            yield "report", done + timedelta(days=4)
            yield "check", done + timedelta(days=5)
        else:
            yield "check", done + timedelta(days=2)

    def take(self, made: PlanTask, deed: Deed, step: str, on: date) -> None:
        matter = Matter.objects.get(pk=made.pk)
        if step == "hand_over_task":
            receiver, act = self.people[deed.heir], self.act(deed.doer, on)
            actions.hand_over_task(matter, receiver=receiver, note="外出培训三周", act=act)
            return
        said = {
            "note": deed.way,
            "report": deed.result,
            "send_back": deed.lacking,
            "check": "看过现场和记录",
        }[step]
        by = deed.checker if step in ("check", "send_back") else deed.doer
        getattr(actions, step)(matter, note=said, act=self.act(by, on))
