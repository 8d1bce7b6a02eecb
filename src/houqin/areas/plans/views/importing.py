"""导入: a file or the text itself is read, looked over line by line, and saved as a draft."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from houqin.kernel.errors import Refused
from houqin.kernel.terms import queries as terms
from houqin.kernel.terms.models import Term
from houqin.ui import access, slips
from houqin.ui.fields import RowsInput

from .. import actions, forms, rules
from ..pure import files, outline, reading
from ..pure.outline import Node
from ..pure.reading import Line, Reading

TEMPLATE = "plans/import.html"


@access.duty(rules.OFFICE)
def start(request: access.Request) -> HttpResponse:
    """/plans/import/: what to read. Read, it is shown to be looked over; nothing is saved yet."""
    form = forms.ImportForm(*sent(request), choices=choices(request))
    if request.method != "POST":
        return render(request, TEMPLATE, {"form": form, **around()})
    try:
        slips.must_be_valid(request, form)
        lines, source = lines_of(form.cleaned_data)
        found = reading.read(lines)
        nodes = list(outline.nodes_of(found.items))
        if len(nodes) > outline.MOST:
            raise Refused(
                f"读出 {len(nodes)} 条，一份计划最多 {outline.MOST} 条，没有导入。只留计划的正文再导。"
            )
    except Refused as no:
        refusal = slips.lay_on(form, no)
        return render(request, TEMPLATE, {"form": form, "refusal": refusal, **around()}, status=no.status)
    return looked_over(request, form.cleaned_data, found, source)


def sent(request: access.Request) -> tuple[Any, ...]:
    return (request.POST, request.FILES) if request.method == "POST" else ()


def choices(request: access.Request) -> dict[str, Any]:
    """This term, and a name that the office may change."""
    term = terms.term_on(access.today(request))
    found = {"term": Term.objects.order_by("-starts_on", "pk")}
    proposed = {"term__initial": term.pk, "name__initial": f"{term.name}后勤工作计划"} if term else {}
    return found | proposed


def around() -> dict[str, Any]:
    return {"top_title": "导入计划", "back": {"url": "/plans/plans/"}}


def lines_of(said: dict[str, Any]) -> tuple[list[Line], str]:
    """The lines of the file or of what was pasted, and the text they came from."""
    if said["file"]:
        upload = said["file"][0]
        data = upload.file if isinstance(upload.file, bytes) else upload.file.read()
        lines = files.lines_from(upload.name, data)
        return lines, "\n".join(f"{line.number}{line.was or line.text}" for line in lines)
    if not said["text"].strip():
        raise Refused("没有文件，也没有文字，没有导入。选一个文件，或者把计划贴在下面。", field="text")
    return files.typed(said["text"], "text"), said["text"]


def looked_over(request: access.Request, said: dict[str, Any], found: Reading, source: str) -> HttpResponse:
    nodes = [node for node in outline.nodes_of(found.items) if node.number or node.text]
    context = {
        "term": said["term"], "name": said["name"], "source": source, "rows": numbered(nodes),
        "warnings": found.warnings,
        "fates": forms.FATES, "levels": range(1, outline.DEEPEST + 1), "op": uuid4().hex, "count": len(nodes),
        **around(),
    }  # fmt: skip
    return render(request, "plans/look.html", context)


def numbered(nodes: list[Node]) -> list[tuple[int, Node]]:
    return list(enumerate(nodes))


@require_POST
@access.duty(rules.OFFICE)
def save(request: access.Request) -> HttpResponse:
    """What was looked over becomes a draft; a refusal comes back with every line as it was put right."""
    form = forms.OutlineForm(request.POST, choices={"term": Term.objects.order_by("-starts_on", "pk")})
    try:
        _, key = access.once(request, "plans/import", lambda: _open(request, form))
    except Refused as no:
        return again(request, form, no)
    messages.success(request, "计划存成了草稿，下一步：确认对应、分工，再施行")
    return slips.done(request, f"/plans/plans/{key}/")


def _open(request: access.Request, form: forms.OutlineForm) -> Any:
    slips.must_be_valid(request, form)
    return actions.open_plan(**form.cleaned_data, act=access.act(request))


def again(request: access.Request, form: forms.OutlineForm, no: Refused) -> HttpResponse:
    """The lines as they were sent, and why they were not saved."""
    said = RowsInput().value_from_datadict(request.POST, {}, "nodes")
    nodes = [
        Node(_whole(row.get("level", "")), row.get("number", ""), row.get("text", ""), row.get("fate", ""))
        for row in said
    ]
    faults = [str(sentence) for sentences in form.errors.values() for sentence in sentences]
    context = {
        "term": Term.objects.filter(pk=_whole(request.POST.get("term", ""))).first(),
        "name": request.POST.get("name", ""),
        "source": request.POST.get("source", ""), "rows": numbered(nodes), "fates": forms.FATES,
        "count": len(nodes),
        "levels": range(1, outline.DEEPEST + 1), "refusal": slips.lay_on(form, no) or "；".join(faults),
        "op": request.POST.get("_op", "")[:36] or uuid4().hex, **around(),
    }  # fmt: skip
    return render(request, "plans/look.html", context, status=no.status)


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 1
