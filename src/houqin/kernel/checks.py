"""Start-up checks: a mis-declared area does not even start."""

import inspect
from collections.abc import Iterator
from typing import Any

from django.core.checks import CheckMessage, Error

from .area import Area, areas
from .matters.flow import Flow, Step
from .people.granting import known_codes


def check_areas(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Every flow's states reach an end; every step has a slip; a slip's fields are its action's keywords;
    every duty that is asked for can be given.
    """
    return [Error(sentence, id=f"houqin.{code}") for area in areas() for code, sentence in _wrong(area)]


def _wrong(area: Area) -> Iterator[tuple[str, str]]:
    for flow in area.flows:
        yield from _wrong_flow(area, flow)
    for one in area.approvals:
        if one.kind not in {flow.kind for flow in area.flows}:
            yield "E08", f"{one.kind} is approved and is no flow of area {area.key}"
    for (kind, step), slip in area.slips.items():
        wants = keywords(slip.action)
        has = set(slip.form.base_fields) if hasattr(slip.form, "base_fields") else set()
        if has != wants:
            yield (
                "E02",
                f"{kind}/{step}: form fields {sorted(has)} are not the action's keywords {sorted(wants)}",
            )
    for code in sorted(duties_asked(area) - set(known_codes())):
        yield "E06", f"area {area.key} asks for the duty “{code}”, which no post of the seed carries"


def duties_asked(area: Area) -> set[str]:
    """The duty codes that the registers and pages of an area name."""
    declared: list[Any] = [*area.registers, *area.pages]
    for register in area.registers:
        parts = (register.slips, register.columns, (register.sheet, register.opening))
        declared += [part for of_kind in parts for part in of_kind if part]
    return {code for one in declared for code in one.duties}


def _wrong_flow(area: Area, flow: Flow) -> Iterator[tuple[str, str]]:
    states = {state.key for state in flow.states}
    if flow.area != area.key:
        yield "E01", f"{flow.kind} does not belong to area {area.key}"
    for step in flow.steps:
        if unknown := {*step.start, *([step.end] if step.end else [])} - states:
            yield "E03", f"{flow.kind}/{step.key} names unknown states {sorted(unknown)}"
        if step.shown and (flow.kind, step.key) not in area.slips:
            yield "E04", f"{flow.kind}/{step.key} has no slip"
        if step.hands and wrongly_handing(area, flow, step):
            yield "E07", f"{flow.kind}/{step.key}: its slip must ask for {step.hands} and note, no more"
    for key in sorted(states - reaching_an_end(flow)):
        yield "E05", f"{flow.kind}: no way from {key} to an end"


def wrongly_handing(area: Area, flow: Flow, step: Step) -> bool:
    """A leaver's page fills the slip of each of his matters, and asks for nothing else."""
    slip = area.slips.get((flow.kind, step.key))
    return slip is None or keywords(slip.action) != {step.hands, "note"}


def reaching_an_end(flow: Flow) -> set[str]:
    """The states from which some sequence of steps ends the matter."""
    reach = set(flow.ends)
    while more := {start for step in flow.steps if step.end in reach for start in step.start} - reach:
        reach |= more
    return reach


def keywords(action: Any) -> set[str]:
    """What an action wants besides its subject and the act."""
    parameters = inspect.signature(action).parameters.values()
    return {p.name for p in parameters if p.kind is p.KEYWORD_ONLY} - {"act"}
