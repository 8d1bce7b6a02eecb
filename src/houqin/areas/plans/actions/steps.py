"""What the steps of plans and tasks share: the order of their refusals, and writing the particulars."""

from __future__ import annotations

from typing import Any

from django.db import models

from houqin.kernel.act import Act
from houqin.kernel.errors import Refused
from houqin.kernel.matters import actions as matters
from houqin.kernel.matters.flow import Flow
from houqin.kernel.matters.models import Matter

from ..flow import PLAN
from ..models import Plan


def take_up(flow: Flow, matter: Matter, key: str, act: Act) -> None:
    """Lock the matter and ask its right and state before the step's own rules."""
    matter.refresh_from_db(from_queryset=Matter.objects.select_for_update())
    step = flow.step(key)
    assert step is not None
    matters.check(flow, matter, step, act)


def note(row: models.Model, **values: Any) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=list(values))


def outside(plan: Plan, what: str) -> str:
    """What may leave the house of a notice about a plan: kind, number, what is to be done."""
    return f"{PLAN.name} {plan.matter.number} {what}"


def want(text: str, sentence: str) -> None:
    if not text.strip():
        raise Refused(sentence, field="note")
