"""纸: a matter as its A4 form, from the browser or as a PDF; each printing is counted and stands on it."""

from __future__ import annotations

import io
from typing import Any

from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils.safestring import SafeString

from houqin.kernel import wording
from houqin.kernel.act import Act
from houqin.kernel.area import Paper, area_of, flow_of
from houqin.kernel.attachments.queries import in_sight
from houqin.kernel.audit import actions as audit
from houqin.kernel.audit import queries as changes
from houqin.kernel.errors import NotThere
from houqin.kernel.matters import queries as matters
from houqin.kernel.matters.models import Matter
from houqin.kernel.school.queries import school

from . import access, labels, slips
from .addresses import find, paper_url, url_of
from .matter import said, who_of, words_of
from .pdf import press
from .pdf.content import Content, template_beside
from .register.sending import download

PRINTED = "printed"  # `field` of the change that counts a printing
FORMS = {"": "?print=1", "pdf": "?as=pdf"}  # and where one goes when it has been counted


@access.login
def paper(request: access.Request, number: str) -> HttpResponseBase:
    """/matters/<number>/paper/: GET shows the sheet (`?as=pdf`: is the file), POST counts one printing."""
    act = access.act(request)
    matter = find(request, number)
    declared = area_of(matter.kind).papers.get(matter.kind)
    form = request.GET.get("as", "")
    if (
        declared is None
        or form not in FORMS
        or (form == "pdf" and template_beside(declared.template) is None)
    ):
        raise NotThere("这类事没有这样的纸质单。", told=True)
    if request.method == "POST":
        access.once(request, f"paper/{matter.number}", lambda: count(matter, declared, act))
        return slips.done(request, f"{paper_url(matter)}{FORMS[form]}")
    if form == "pdf":
        return as_pdf(matter, declared, act)
    return render(request, "ui/paper_matter.html", sheet(matter, declared, act, fresh="print" in request.GET))


def count(matter: Matter, declared: Paper, act: Act) -> Matter:
    audit.note(matter, PRINTED, declared.label, act=act)
    return matter


def as_pdf(matter: Matter, declared: Paper, act: Act) -> HttpResponseBase:
    """The same sheet as a file; its date is the day it was filled: the same sheet is the same file."""
    template = template_beside(declared.template)
    assert template is not None
    shown = sheet(matter, declared, act, fresh=False)
    content = Content(act.by, act.at)
    shown["paper"]["qr"] = labels.drawn(url_of(matter))
    data = content.plain({**shown, "school": school().name})
    made = press.pdf(template, data, content.pictures, at=matter.opened_at)
    return download(io.BytesIO(made), f"{declared.label}-{matter.number}.pdf")


def sheet(matter: Matter, declared: Paper, act: Act, *, fresh: bool) -> dict[str, Any]:
    """What the page prints: head with number and code, the area's form, the log, the line of printings."""
    return {
        "paper": {
            "title": declared.label, "number": matter.number,
            "filled": f"{wording.paper_day(matter.opened_at)} 填",
            "qr": code_of(matter), "foot": "扫右上角的码看照片和全部经过。", "print_line": printings(matter, act),
        },
        "body": declared.template, "log": log(matter), "back": {"url": url_of(matter)}, "fresh": fresh,
        "has_pdf": template_beside(declared.template) is not None,
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
        files, signed = len(in_sight(event.attachments.all())), len(event.signatures.all())
        rest = [
            said(event, {event.to_duty: "总务处"}).replace("\n", "；"),
            f"附件 {files} 个" if files else "",
            "签字" if signed else "",
        ]
        text = "，".join(filter(None, rest))
        at = wording.paper_moment(event.happened_at or event.at)
        lines.append({"at": at, "who": who_of(event), "text": f"{label}：{text}" if text else label})
    return lines
