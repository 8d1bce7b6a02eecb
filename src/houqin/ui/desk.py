"""我的待办: what is red this morning, what waits for me, what I asked for, what has gone past its time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from houqin.kernel import wording
from houqin.kernel.act import Act
from houqin.kernel.area import Alert, Morning, areas, flow_of, slip_for
from houqin.kernel.matters import queries as matters
from houqin.kernel.matters.flow import Flow, Step
from houqin.kernel.matters.models import Matter
from houqin.kernel.people.queries import duty_codes
from houqin.kernel.terms import queries as terms

from . import access, first_days
from .addresses import opening_url, slip_url, url_of

SHOWN, ASIDE = 50, 8  # rows in the middle and at the side
ALL = ""
NUDGE = "nudge"  # the step of a flow that reminds its holder
SOON = timedelta(days=7)


@access.login
def desk(request: access.Request) -> HttpResponse:
    """/"""
    return render(request, "ui/desk.html", shown(access.act(request), request.GET.get("kind", ALL)))


def shown(act: Act, kind: str) -> dict[str, Any]:
    """Everything the desk prints; the number of questions asked does not grow with the rows."""
    found = list(matters.in_hand(act.by, act.at).using("reader")[: SHOWN + 1])
    mine, more = found[:SHOWN], len(found) > SHOWN
    asked = list(matters.asked_by(act.by).using("reader").exclude(pk__in=[m.pk for m in mine])[:ASIDE])
    others = waiting_for_others(act, [m.pk for m in (*mine, *asked)])
    alerts, calm = morning(act)
    begin, anew = first_days.shown(act), openings(act)
    late = [m for m in others if m.due_at < act.at and not m.paused_at]
    picked = [m for m in mine if kind in (ALL, m.kind)]
    return {
        "today": today(act), "alerts": alerts, "calm": calm, "chips": chips(mine, kind),
        "count": f"{SHOWN}+" if more else len(mine), "more": SHOWN if more else 0,
        "rows": [row(m, act) for m in picked], "asked": [asked_row(m, act) for m in asked],
        "others": [other_row(m, act) for m in others if m not in late],
        "overdue": [late_row(m, act) for m in late], "week": this_week(mine, asked, act),
        "empty": not (mine or asked or others or alerts or begin), "begin": begin,
        "openings": anew, "first_steps": first_steps(anew), "now": act.at, "tab": "desk",
    }  # fmt: skip


def today(act: Act) -> str:
    """11月23日 周一 · 第 13 周 · 上学日."""
    on = act.day
    day, term = terms.day_and_term(on)
    words = [f"{on.month}月{on.day}日 {wording.weekday(on)}"]
    if term and term.starts_on <= on <= term.ends_on:
        words.append(f"第 {terms.week_of(term, on)} 周")
    words.append("上学日" if day.pupil_day else "上班日" if day.staff_day else "休息")
    return " · ".join([*words, *([day.note] if day.note else [])])


def morning(act: Act) -> tuple[list[dict[str, Any]], dict[str, str] | None]:
    """今早要看: the alerts that want a hand, red first; those that are nought become one line."""
    before = Morning(act.by, act.at)
    told = [alert for area in areas() for alert in area.alerts(before)]
    wanting = sorted((alert for alert in told if alert.count), key=lambda alert: alert.tone != "red")
    normal = [alert.title for alert in told if not alert.count]
    if not normal:
        return [drawn(alert) for alert in wanting], None
    rest = "其余" if wanting else ""
    names = "、".join(normal[:5]) + ("…" if len(normal) > 5 else "")
    return [drawn(alert) for alert in wanting], {
        "text": f"{rest} {len(normal)} 项正常：{names}".strip(),
        "url": "/registers/",
    }


def drawn(alert: Alert) -> dict[str, Any]:
    return {
        "count": alert.count, "tone": alert.tone, "icon": alert.icon, "word": alert.word,
        "title": alert.title, "note": alert.note, "url": alert.url,
        "step": {"label": alert.step, "url": alert.url} if alert.step else None,
    }  # fmt: skip


# ── rows ──────────────────────────────────────────────────────────────────────────────────────────────────


def chips(mine: list[Matter], kind: str) -> list[dict[str, Any]]:
    """全部 and each kind of matter in hand, with its number; none when there is only one kind."""
    counts = Counter(m.kind for m in mine)
    if len(counts) < 2:
        return []
    one = [{"label": "全部", "count": len(mine), "url": "/", "current": kind == ALL}]
    return one + [
        {"label": flow_of(key).name, "count": n, "url": f"/?kind={key}", "current": kind == key}
        for key, n in counts.most_common()
    ]


def row(matter: Matter, act: Act) -> dict[str, Any]:
    """One matter in hand: icon of its kind, title, note, and the next main step.

    Whoever has it in hand is whom the state's main step waits for; the step itself asks again who may.
    """
    flow = flow_of(matter.kind)
    step = next((s for s in flow.steps if s.main and s.shown and matter.state in s.start), None)
    return {
        "title": matter.title, "url": url_of(matter), "icon": flow.icon, "notes": notes(flow, matter, act),
        "step": step_button(matter, step), "number": matter.number,
    }  # fmt: skip


def step_button(matter: Matter, step: Step | None) -> dict[str, Any] | None:
    if step is None or slip_for(matter.kind, step.key) is None:
        return None
    return {"label": step.label, "url": slip_url(matter, step), "sheet": True}


def notes(flow: Flow, matter: Matter, act: Act) -> list[Any]:
    """先办 · 报修 · 王丽 · 还剩 1 小时 50 分; red when past its time."""
    late = not matter.paused_at and matter.due_at < act.at
    due = flow.state(matter.state).label if matter.paused_at else wording.deadline(matter.due_at, act.at)
    said: list[Any] = [{"text": "先办", "tone": "red"}] if matter.first else []
    said.append(flow.name)
    if matter.opened_by_id != act.by.pk:
        said.append(matter.opened_by.name)
    if for_whom := lent_by(matter, act):
        said.append(for_whom)
    if matter.safety:
        said.append({"text": "涉及安全", "tone": "red"})
    return [*said, {"text": due, "tone": "red" if late else ""}]


def lent_by(matter: Matter, act: Act) -> str:
    """代陈主任批: what is in another's hands stands here because he gave his decision away."""
    if matter.holder:
        return f"代{matter.holder.name}批" if matter.holder_id != act.by.pk else ""
    return "" if matter.duty in duty_codes(act.by, act.day) else "受托代批"


def asked_row(matter: Matter, act: Act) -> dict[str, Any]:
    """What I asked for: who has it and until when."""
    flow = flow_of(matter.kind)
    who = matter.holder.name if matter.holder else "等人接办"
    when = "时限停着" if matter.paused_at else wording.deadline(matter.due_at, act.at)
    return {
        "title": matter.title,
        "url": url_of(matter),
        "notes": [matter.number, who, when],
        "state": flow.state(matter.state),
    }


def waiting_for_others(act: Act, but: Iterable[int]) -> list[Matter]:
    """等别人办: for those who oversee; the most pressing first."""
    if "overseer" not in duty_codes(act.by, act.day):
        return []
    rows = matters.shown(Matter.objects.visible_to(act.by, act.at).open()).exclude(pk__in=list(but))
    return list(rows.using("reader").order_by("due_at", "pk")[:ASIDE])


def other_row(matter: Matter, act: Act) -> dict[str, Any]:
    found, step = asked_row(matter, act), nudge(matter, act)
    return {
        "title": found["title"], "url": found["url"], "notes": found["notes"][1:],
        "step": {**step, "ghost": True} if step else None,
    }  # fmt: skip


def late_row(matter: Matter, act: Act) -> dict[str, Any]:
    """逾期: another's, past its time: who has it, how late, and the button that reminds."""
    flow = flow_of(matter.kind)
    who = matter.holder.name if matter.holder else "等人接办"
    return {
        "title": matter.title, "url": url_of(matter), "icon": flow.icon, "step": nudge(matter, act),
        "notes": [flow.name, who, {"text": wording.deadline(matter.due_at, act.at), "tone": "red"}],
    }  # fmt: skip


def nudge(matter: Matter, act: Act) -> dict[str, Any] | None:
    """The button that reminds its holder, where the flow has one and this person may."""
    step = flow_of(matter.kind).step(NUDGE)
    able = step and matter.state in step.start and step.may(act, matter)
    return step_button(matter, step) if able else None


def this_week(mine: list[Matter], asked: list[Matter], act: Act) -> list[dict[str, Any]]:
    """这周: what falls due after today and within seven days."""
    end = act.at + SOON
    soon = [
        m
        for m in (*mine, *asked)
        if timezone.localtime(m.due_at).date() > act.day and m.due_at < end and not m.paused_at
    ]
    days = [(timezone.localtime(m.due_at), m) for m in sorted(soon, key=lambda m: (m.due_at, m.pk))[:ASIDE]]
    return [
        {
            "on": at,
            "day": f"{at.day}日 {wording.weekday(at.date())}",
            "title": m.title,
            "url": url_of(m),
            "at": wording.clock(at),
        }
        for at, m in days
    ]


def openings(act: Act) -> list[dict[str, str]]:
    """登记: every kind of matter that this person may open from here."""
    flows = [flow for area in areas() for flow in area.flows]
    able = [flow for flow in flows if (slip := slip_for(flow.kind, "open")) and slip.may(act)]
    return [{"label": flow.name, "icon": flow.icon, "url": opening_url(flow.kind)} for flow in able]


def first_steps(found: list[dict[str, str]]) -> list[dict[str, Any]]:
    """What an empty desk proposes to do first."""
    first = [{"label": found[0]["label"], "url": found[0]["url"], "main": True}] if found else []
    return [{"label": "扫码", "url": reverse("camera")}, *first]
