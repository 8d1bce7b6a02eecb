"""事项 on screen: who has it and until when, what it is about, the way so far, what is next; any kind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.db import OperationalError
from django.db.models import Exists, OuterRef, Q
from django.http import HttpResponse
from django.shortcuts import render

from houqin.kernel import wording
from houqin.kernel.act import OFFLINE, Act
from houqin.kernel.approvals import queries as approvals
from houqin.kernel.approvals.models import ApprovalRoute, ApprovalStep
from houqin.kernel.area import Fact, area_of, flow_of
from houqin.kernel.attachments.models import Attachment
from houqin.kernel.attachments.queries import WITHDRAWS, in_sight
from houqin.kernel.matters import queries as matters
from houqin.kernel.matters.flow import Flow, Step
from houqin.kernel.matters.models import Event, Link, Matter
from houqin.kernel.notices import actions as notices
from houqin.kernel.notices.queries import unread
from houqin.kernel.people.queries import duty_codes, duty_names

from . import access, slips
from .addresses import file_url, find, paper_url, signature_url, slip_url, url_of, withdraw_url

AT_MOST = 2  # buttons in the bar (ui.md, Components); the rest stand in the page


@access.login
def page(request: access.Request, number: str) -> HttpResponse:
    """/matters/<number>/"""
    act = access.act(request)
    this = OuterRef("pk")
    matter = find(
        request, number, told=Exists(unread(act.by).filter(matter=this)),
        routed=Exists(ApprovalRoute.objects.filter(matter=this)),
        linked=Exists(Link.objects.filter(Q(matter=this) | Q(waits_for=this))),
    )  # fmt: skip
    if matter.told:  # type: ignore[attr-defined]
        with suppress(OperationalError):  # the page is worth more than the tick beside it
            notices.read_about(matter, act=act)
    return render(request, "ui/matter.html", shown(matter, act))


def shown(matter: Matter, act: Act) -> dict[str, Any]:
    """Everything the page prints."""
    flow = flow_of(matter.kind)
    steps = flow.steps_for(act, matter)
    facts, tags = particulars(matter, act)
    way = list(matters.way(matter))
    duties = duty_names(({event.to_duty for event in way} | {matter.duty}) - {""})
    main = steps[0] if steps and steps[0].main else None
    dock = slips.docked(matter, main, steps[1] if len(steps) > 1 else None, act) if main else None
    return {
        "matter": matter, "flow": flow, "state": flow.state(matter.state), "tags": tags, "facts": facts,
        **hands(flow, matter, duties, act),
        "steps": [button(matter, step, main=step is main) for step in reversed(steps[:AT_MOST])],
        "more": [button(matter, step) for step in steps[AT_MOST:]], "dock": dock, "docked": True,
        "events": [*now_line(flow, matter, duties, act), *event_lines(flow, way, duties, act)],
        "counted": counted(way),
        "approval": approval(matter) if matter.routed else None,  # type: ignore[attr-defined]
        "links": links(matter, act) if matter.linked else [],  # type: ignore[attr-defined]
        "paper": paper_url(matter) if matter.kind in area_of(matter.kind).papers else "",
        "top_title": f"{flow.name} {matter.number}", "back": {"url": "/"}, "now": act.at,
    }  # fmt: skip


def button(matter: Matter, step: Step, *, main: bool = False) -> dict[str, Any]:
    return {
        "label": step.label,
        "url": slip_url(matter, step),
        "icon": step.icon,
        "main": main,
        "sheet": True,
    }


# ── head ──────────────────────────────────────────────────────────────────────────────────────────────────


def hands(flow: Flow, matter: Matter, duties: dict[str, str], act: Act) -> dict[str, str]:
    """在谁手上，到何时: the name in bold and the sentence around it."""
    if not matter.is_open:
        closed = wording.when(matter.closed_at, act.at)  # type: ignore[arg-type]
        return {"holder": "", "before": "", "line": f"{closed} {flow.state(matter.state).label}"}
    what = "或".join(awaited(flow, matter, act)) or "办"
    if matter.paused_at:
        line = f"{flow.state(matter.state).label}，时限从{wording.when(matter.paused_at, act.at)} 起停着"
    else:
        line = f"{wording.before(matter.due_at, act.at)}{what}"
        if matter.due_at < act.at:
            line += f"，已{wording.late(act.at - matter.due_at)}"
    if matter.holder:
        return {"holder": matter.holder.name, "before": "在", "line": f"手上，{line}"}
    return {"holder": duties[matter.duty], "before": "等", "line": f"接办，{line}"}


def awaited(flow: Flow, matter: Matter, act: Act) -> list[str]:
    """The verbs the holder is awaited for: the main steps open to whoever has it in hand."""
    if matter.holder is None:
        able = [s for s in flow.steps if s.shown and s.main and matter.state in s.start]
    else:
        able = flow.steps_for(Act(by=matter.holder, at=act.at, via=act.via), matter)
    return [step.label for step in able[:AT_MOST] if step.end]


def particulars(matter: Matter, act: Act) -> tuple[list[Fact], list[str]]:
    """The area's facts, else what every matter has; facts that are marked so become tags beside the state."""
    told = area_of(matter.kind).particulars.get(matter.kind)
    facts = told(matter, act) if told else common_facts(matter, act.at)
    tags = [str(fact.value) for fact in facts if fact.tag]
    if matter.safety:
        tags.insert(0, "涉及安全")
    return [fact for fact in facts if not fact.tag], tags


def common_facts(matter: Matter, at: datetime) -> list[Fact]:
    return [
        Fact("地点", matter.place.full_name if matter.place else ""),
        Fact("提出人", matter.opened_by.name),
        Fact("提出时间", wording.when(matter.opened_at, at)),
    ]


# ── way so far ────────────────────────────────────────────────────────────────────────────────────────────

HOUSE_STEPS = {  # taken by the house, not named by any flow
    "escalate": ("督办", "alert-triangle", "bad"),
}


def now_line(flow: Flow, matter: Matter, duties: dict[str, str], act: Act) -> list[dict[str, Any]]:
    """What it waits for now, on top of the way."""
    if not matter.is_open:
        return []
    state = flow.state(matter.state)
    who = matter.holder.name if matter.holder else duties[matter.duty]
    verbs = "或".join(awaited(flow, matter, act))
    if matter.paused_at:
        return [{"label": state.label, "who": who, "icon": state.icon, "tone": "wait", "text": "时限停着"}]
    text = wording.deadline(matter.due_at, act.at)
    return [{"label": f"等{who}{verbs}", "icon": state.icon, "tone": "now", "text": text}]


def event_lines(flow: Flow, way: list[Event], duties: dict[str, str], act: Act) -> list[dict[str, Any]]:
    withdraws = bool(duty_codes(act.by, act.day) & WITHDRAWS)
    return [event_line(flow, event, duties, act, withdraws=withdraws) for event in way]


def event_line(
    flow: Flow, event: Event, duties: dict[str, str], act: Act, *, withdraws: bool
) -> dict[str, Any]:
    """One step of the way: its verb, who (and for whom), when, what was said, photos, signature."""
    label, icon, tone = words_of(flow, event.step)
    who = who_of(event)
    if event.on_behalf_of:
        label, who = f"{who}{label}", ""
    happened = event.happened_at or event.at
    files = in_sight(event.attachments.all())
    return {
        "label": label, "icon": icon, "tone": tone, "who": who, "at": happened,
        "late": event.happened_at is not None and event.at - event.happened_at > OFFLINE, "sent_at": event.at,
        "text": said(event, duties), "photos": [photo(file) for file in files if is_picture(file)],
        "links": [{"label": f.name, "url": file_url(f, "file")} for f in files if not is_picture(f)],
        "tools": list(withdrawing(files)) if withdraws else [], "gone": list(withdrawn(event, act)),
        "signatures": [signature(event, drawn) for drawn in event.signatures.all()],
    }  # fmt: skip


def words_of(flow: Flow, key: str) -> tuple[str, str, str]:
    if key == "open":
        return flow.name, "flag", ""
    if step := flow.step(key):
        return step.label, step.icon, step.tone
    return HOUSE_STEPS.get(key, (key, "arrow-right", ""))


def who_of(event: Event) -> str:
    """乙, or 乙代甲 where it was done for another."""
    name = event.by.name
    return f"{name}代{event.on_behalf_of.name}" if event.on_behalf_of else name


def said(event: Event, duties: dict[str, str]) -> str:
    """The note, and into whose hands it went where that is not the one who did it."""
    given = ""
    if event.to_holder and event.to_holder_id != event.by_id:
        given = f"交给{event.to_holder.name}"
    elif event.to_duty:
        given = f"等{duties[event.to_duty]}接办"
    return "\n".join(filter(None, (event.note, given)))


def withdrawing(files: list[Attachment]) -> Iterator[dict[str, str]]:
    """撤下第 2 张照片: for each file the way to take it out of sight."""
    photos = [file for file in files if is_picture(file)]
    for file in files:
        at = f"第 {photos.index(file) + 1} 张" if is_picture(file) and len(photos) > 1 else ""
        yield {
            "label": f"撤下{at}照片" if is_picture(file) else f"撤下 {file.name}",
            "url": withdraw_url(file),
        }


def withdrawn(event: Event, act: Act) -> Iterator[str]:
    """What was here, who took it out of sight and why."""
    for file in event.attachments.all():
        if gone := getattr(file, "withdrawal", None):
            what = "照片" if is_picture(file) else f"“{file.name}”"
            yield f"{what}已撤下：{gone.reason}（{gone.by}，{wording.when(gone.at, act.at)}）"


def is_picture(file: Attachment) -> bool:
    return file.blob.mime.startswith("image/")


def photo(file: Attachment) -> dict[str, str]:
    return {"url": file_url(file, "full"), "thumb": file_url(file, "small"), "alt": file.get_role_display()}


def signature(event: Event, drawn: Any) -> dict[str, str]:
    url = signature_url(drawn) if drawn.drawing else ""
    name = drawn.signer.name
    caption = f"{name} {drawn.get_way_display()} · {wording.paper_moment(drawn.at)}"
    return {"url": url, "name": name, "alt": f"{name}的签字", "caption": caption}


def counted(way: Iterable[Event]) -> str:
    """9 步，1 个签字."""
    events = list(way)
    signed = sum(len(event.signatures.all()) for event in events)
    return f"{len(events)} 步" + (f"，{signed} 个签字" if signed else "")


# ── approvals, links ──────────────────────────────────────────────────────────────────────────────────────

TONES = {"waiting": "", "open": "now", "agreed": "good", "refused": "bad", "recalled": "bad"}
ICONS = {
    "waiting": "clock",
    "open": "rubber-stamp",
    "agreed": "check",
    "refused": "arrow-back-up",
    "recalled": "x",
}


def approval(matter: Matter) -> dict[str, Any]:
    """The newest round: how much, why it came this way, each step and who may or did decide it."""
    steps = list(approvals.steps(matter))
    route = steps[-1].route
    return {
        "amount": route.amount_fen, "reason": route.reason, "round": route.round,
        "steps": [approval_line(step) for step in steps if step.route_id == route.pk],
        "earlier": sorted({step.route.round for step in steps} - {route.round}),
    }  # fmt: skip


def approval_line(step: ApprovalStep) -> dict[str, Any]:
    who = step.decided_by.name if step.decided_by else "、".join(p.name for p in step.candidates.all())
    label = step.get_state_display()
    if step.on_behalf_of:
        label, who = f"{who}代{step.on_behalf_of.name}{label}", ""
    text = "\n".join(filter(None, (step.note, "原审批人应回避，上移一级" if step.escalated else "")))
    return {
        "label": label, "who": who, "at": step.decided_at, "text": text,
        "tone": TONES[step.state], "icon": ICONS[step.state],
    }  # fmt: skip


def links(matter: Matter, act: Act) -> list[dict[str, Any]]:
    """What it waits for and what waits for it; only what this person may see is a link."""
    found = matters.links(matter)
    waits = [("等", link.waits_for, link.note) for link in found if link.matter_id == matter.pk]
    held = [("被等", link.matter, link.note) for link in found if link.waits_for_id == matter.pk]
    both = waits + held
    seen = set(
        Matter.objects.visible_to(act.by, act.at)
        .filter(pk__in=[m.pk for _, m, _ in both])
        .values_list("pk", flat=True)
    )
    return [linked(word, other, note, other.pk in seen) for word, other, note in both]


def linked(word: str, other: Matter, note: str, visible: bool) -> dict[str, Any]:
    state = flow_of(other.kind).state(other.state)
    return {
        "title": f"{word} {other.number} {other.title}" if visible else f"{word} {other.number}",
        "url": url_of(other) if visible else "", "state": state, "note": note,
    }  # fmt: skip
