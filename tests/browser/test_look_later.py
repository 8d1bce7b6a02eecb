"""The pages of plans, clauses, rounds and the school's own settings: the promises of test_look.py."""

from __future__ import annotations

import pytest

from . import look
from .conftest import Window
from .house import House


def plan(house: House) -> str:
    """The plan that is in force."""
    sql = """SELECT p.matter_id FROM plans_plan p JOIN kernel_matter m ON m.id = p.matter_id
             WHERE m.state = 'in_force' ORDER BY p.matter_id"""
    return str(house.one(sql))


def text(house: House) -> str:
    return f"/plans/text/{plan(house)}/"


def card(house: House) -> str:
    return f"/plans/plans/{plan(house)}/"


def bindings(house: House) -> str:
    return f"/plans/bindings/{plan(house)}/?show=all"


def hands(house: House) -> str:
    """移交 on the card of whoever has a task to do."""
    sql = "SELECT holder_id FROM kernel_matter WHERE kind = 'plans.task' AND state = 'open' ORDER BY id DESC"
    return f"/house/people/{house.one(sql)}/hand_over/"


def task(house: House) -> str:
    sql = "SELECT number FROM kernel_matter WHERE kind = 'plans.task' AND closed_at IS NULL ORDER BY id DESC"
    return f"/matters/{house.one(sql)}/"


def merge(house: House) -> str:
    """并入, where another report of the same room is open."""
    sql = """SELECT m.number FROM kernel_matter m
             JOIN kernel_matter o ON o.place_id = m.place_id AND o.kind = m.kind AND o.id <> m.id
             WHERE m.kind = 'repairs.repair' AND m.state = 'assigned' AND o.state = 'assigned'
             ORDER BY m.id DESC"""
    return f"/matters/{house.one(sql)}/merge/"


PAGES: dict[str, tuple[str, look.Where]] = {
    "clauses": ("director", "/clauses/"),
    "clause": ("director", "/clauses/1.1.4d/"),
    "plans": ("director", "/plans/plans/"),
    "plan": ("director", card),
    "plan, text": ("repairman", text),
    "plan, import": ("director", "/plans/import/"),
    "plan, bindings": ("director", bindings),
    "plan, clauses": ("director", "/plans/clauses/"),
    "task": ("director", task),
    "hand over": ("director", hands),
    "merge": ("director", merge),
    "tiers": ("director", "/house/tiers/"),
    "tiers, new": ("director", "/house/tiers/new/"),
    "delegations": ("director", "/house/delegations/"),
    "delegation, new": ("director", "/house/delegations/new/"),
    "walk": ("repairman", "/repairs/walk/"),
    "calendar": ("director", "/repairs/calendar/"),
    "life": ("teacher", "/repairs/life/"),
    "repeated": ("director", "/repairs/repeated/"),
    "settings": ("director", "/house/settings/"),
    "figures": ("director", "/house/figures/"),
    "figure": ("director", "/house/figures/repairs.sign_days/"),
    "channels": ("admin", "/house/channels/"),
    "how one is told": ("teacher", "/me/notices/"),
    "outside accounts": ("teacher", "/me/outside/"),
    "phone": ("teacher", "/phone/"),
}


@pytest.mark.parametrize("name", PAGES)
def test_on_the_phone(window: Window, name: str) -> None:
    look.on_the_phone(window, *PAGES[name])


@pytest.mark.parametrize("name", PAGES)
def test_on_the_desk(window: Window, name: str) -> None:
    look.on_the_desk(window, *PAGES[name])
