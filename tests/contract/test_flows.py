"""What every flow of every area promises, read off the declarations."""

import re
from pathlib import Path

import pytest

from houqin.kernel.act import Act
from houqin.kernel.area import areas, slip_for
from houqin.kernel.checks import check_areas, keywords, reaching_an_end
from houqin.kernel.matters.flow import Flow, Step
from houqin.kernel.people.queries import VISITOR, built_in
from houqin.ui.fields import SlipForm
from houqin.ui.templatetags.kit import TONES, icon_names
from tests.contract.makers import MAKERS

MANUAL = Path(__file__).parents[2] / "docs" / "manual"
FLOWS = [flow for area in areas() for flow in area.flows]
STEPS = [(flow, step) for flow in FLOWS for step in flow.steps]
SLIPS = [(kind, step, slip) for area in areas() for (kind, step), slip in area.slips.items()]

of_flow = pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.kind)
of_step = pytest.mark.parametrize(("flow", "step"), STEPS, ids=[f"{f.kind}/{s.key}" for f, s in STEPS])
of_slip = pytest.mark.parametrize(("kind", "step", "slip"), SLIPS, ids=[f"{k}/{s}" for k, s, _ in SLIPS])


def test_there_are_flows_to_look_at():
    assert FLOWS, "no area declares a flow"
    assert check_areas() == []


@of_flow
def test_from_every_state_there_is_a_way_to_an_end(flow: Flow):
    assert {state.key for state in flow.states} - reaching_an_end(flow) == set()


@of_flow
def test_nothing_leads_out_of_an_end_and_the_clock_stands_only_while_open(flow: Flow):
    left = [step.key for step in flow.steps if step.end and set(step.start) & flow.ends]
    assert left == []
    assert [state.key for state in flow.states if state.end and state.stops_clock] == []


@of_flow
def test_states_are_drawn_in_the_house_s_tones_and_icons(flow: Flow):
    assert {s.tone for s in flow.states} <= {*TONES, "grey"}
    assert {s.icon for s in (*flow.states, *flow.steps)} | {flow.icon} <= icon_names()


@of_flow
def test_numbers_of_two_kinds_do_not_share_a_head(flow: Flow):
    assert [other.kind for other in FLOWS if other.prefix == flow.prefix] == [flow.kind]


@of_step
def test_every_shown_step_has_its_slip_and_a_verb_of_the_office(flow: Flow, step: Step):
    assert (slip_for(flow.kind, step.key) is not None) or not step.shown
    assert 1 <= len(step.label) <= 4
    assert not re.search(r"[!！]|请|提交|确定", step.label)


@of_slip
def test_the_fields_of_a_slip_are_the_keywords_of_its_action(kind: str, step: str, slip):
    assert set(slip.form.base_fields) == keywords(slip.action)
    assert issubclass(slip.form, SlipForm)


def test_each_kind_has_a_maker():
    assert sorted(MAKERS) == sorted(flow.kind for flow in FLOWS)


@of_step
def test_a_step_is_refused_to_the_stranger(flow: Flow, step: Step, cast):
    """A visitor may take no step; someone of the school with no part in it none that leads anywhere."""
    matter = MAKERS[flow.kind](cast)
    matter.state = step.start[0]
    assert not step.may(Act(by=built_in(VISITOR), at=cast.now, via="test"), matter)
    if step.end:
        assert not step.may(Act(by=cast["gardener"], at=cast.now, via="test"), matter)


def test_the_manual_names_every_button():
    """In the pages of the manual that are written."""
    pages = {flow.area: MANUAL / f"{flow.area}.md" for flow in FLOWS}
    written = {area: page.read_text(encoding="utf-8") for area, page in pages.items() if page.exists()}
    shown = [(flow, step) for flow, step in STEPS if step.shown and flow.area in written]
    assert [f"{flow.kind}/{step.key}" for flow, step in shown if step.label not in written[flow.area]] == []
