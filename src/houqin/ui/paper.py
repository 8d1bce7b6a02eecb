"""纸: a matter as its A4 form, printed from the browser; every printing is counted and stands on the sheet."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString

from houqin.kernel import wording
from houqin.kernel.act import Act
from houqin.kernel.area import Paper, area_of, flow_of
from houqin.kernel.audit import actions as audit
from houqin.kernel.audit import queries as changes
from houqin.kernel.errors import NotThere
from houqin.kernel.matters import queries as matters
from houqin.kernel.matters.models import Matter

from . import access, labels, slips
from .addresses import find, paper_url, url_of
from .matter import said, who_of, words_of

PRINTED = "printed"  # `field` of the change that counts a printing


@access.login
def paper(request: access.Request, number: str) -> HttpResponse:
    """/matters/<number>/paper/: GET shows the sheet as it would be printed, POST counts one printing."""
    act = access.act(request)
    matter = find(request, number)
    declared = area_of(matter.kind).papers.get(matter.kind)
    if declared is None:
        raise NotThere("这类事没有纸质单。")
    if request.method == "POST":
        access.once(request, f"paper/{matter.number}", lambda: count(matter, declared, act))
        return slips.done(request, f"{paper_url(matter)}?print=1")
    return render(request, "ui/paper_matter.html", sheet(matter, declared, act, fresh="print" in request.GET))


def count(matter: Matter, declared: Paper, act: Act) -> Matter:
    audit.note(matter, PRINTED, declared.label, act=act)
    return matter


def sheet(matter: Matter, declared: Paper, act: Act, *, fresh: bool) -> dict[str, Any]:
    """What the page prints: head with number and code, the area's form, the log, the line of printings."""
    return {
        "paper": {
            "title": declared.label, "number": matter.number,
            "filled": f"{wording.paper_day(matter.opened_at)} 填",
            "qr": code_of(matter), "foot": "扫右上码看照片和全部经过。", "print_line": printings(matter, act),
        },
        "body": declared.template, "log": log(matter), "back": {"url": url_of(matter)}, "fresh": fresh,
        **declared.context(matter, act),
    }  # fmt: skip


def code_of(matter: Matter) -> SafeString:
    return labels.qr(url_of(matter), "本单二维码")


def printings(matter: Matter, act: Act) -> str:
    """第 2 次打印，2026-11-23 10:45，陈志远; before the first: 还没有打印过."""
    rows = list(changes.history(matter).filter(field=PRINTED).values_list("at", "by__name"))
    if not rows:
        return "还没有打印过"
    at, name = rows[0]
    return f"第 {len(rows)} 次打印，{wording.paper_moment(at)}，{name}"


def log(matter: Matter) -> list[dict[str, str]]:
    """经过 on paper: oldest on top, one line a step."""
    flow = flow_of(matter.kind)
    lines = []
    for event in reversed(matters.way(matter)):
        label, *_ = words_of(flow, event.step)
        files, signed = len(event.attachments.all()), len(event.signatures.all())
        rest = [
            said(event, {event.to_duty: "总务处"}).replace("\n", "；"),
            f"附件 {files} 个" if files else "",
            "签字" if signed else "",
        ]
        text = "，".join(filter(None, rest))
        at = wording.paper_moment(event.happened_at or event.at)
        lines.append({"at": at, "who": who_of(event), "text": f"{label}：{text}" if text else label})
    return lines
