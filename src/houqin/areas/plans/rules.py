"""Who may do what with a plan and its tasks."""

from __future__ import annotations

from houqin.kernel.act import Act
from houqin.kernel.matters.models import Matter
from houqin.kernel.people.models import Person
from houqin.kernel.people.queries import duty_codes, has_duty

from .models import SEE as SEE
from .models import ClauseSigned, PlanClause

OFFICE, OVERSEER, READS_ONLY = "office", "overseer", "read-only"


def keeps(act: Act, matter: Matter) -> bool:
    """Whoever runs the office keeps the plan."""
    return has_duty(act.by, OFFICE, act.day)


def gives(act: Act) -> bool:
    """Whom 派任务 is offered to; the owner of a clause gives them from its card."""
    return has_duty(act.by, OFFICE, act.day)


def owes_signature(act: Act, matter: Matter) -> bool:
    """Owns a clause of this plan that he has not signed for yet."""
    signed = ClauseSigned.objects.filter(person=act.by, clause__plan=matter.pk).values("clause")
    mine = PlanClause.objects.filter(plan=matter.pk, owner=act.by, heading=False)
    return mine.exclude(pk__in=signed).exists()


def in_hand(act: Act, matter: Matter) -> bool:
    return matter.holder_id == act.by.pk


def checks(act: Act, matter: Matter) -> bool:
    """The checker named in the task, and never who did it."""
    task = matter.plan_task
    return act.by.pk == task.checker_id and act.by.pk != task.doer_id


def may_remind(act: Act, matter: Matter) -> bool:
    return keeps(act, matter) and not in_hand(act, matter)


def hands_over(act: Act, matter: Matter) -> bool:
    """Who has it in hand, who runs the office, who oversees."""
    return in_hand(act, matter) or not {OFFICE, OVERSEER}.isdisjoint(duty_codes(act.by, act.day))


def hands_over_task(act: Act, matter: Matter) -> bool:
    """The same; but nobody chooses who looks at his own work."""
    own = matter.state == "done" and act.by.pk in doers(matter)
    return hands_over(act, matter) and not own


def doers(matter: Matter) -> frozenset[int]:
    """Everyone in whose hands a task was to be done, those before a handing over too."""
    way = matter.events.all()
    return frozenset(e.to_holder_id for e in way if e.to_state == "open" and e.to_holder_id)


def is_reader(person: Person, act: Act) -> bool:
    """Everyone of the school but those who only look on."""
    return not person.built_in and not has_duty(person, READS_ONLY, act.day)
