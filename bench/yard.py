"""The yard: the same questions answered by hand-written SQL and a plain template, behind the same frame.

What a job of ours costs over its yard is what forms, registers and rules cost, whatever the machine.
"""

import hashlib
import hmac
import json
from typing import Any

from django.conf import settings
from django.db import connection, connections, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from houqin.ui import access

LIST = """
    SELECT m.id, m.number, m.title, p.full_name, o.name, w.name, m.opened_at, m.due_at, r.parts_fen, m.state
    FROM repairs_repair r JOIN kernel_matter m ON m.id = r.matter_id
    LEFT JOIN kernel_place p ON p.id = m.place_id JOIN kernel_person o ON o.id = m.opened_by_id
    LEFT JOIN kernel_person w ON w.id = r.worker_id
    WHERE m.kind IN ('repairs.repair', 'repairs.service') {after} ORDER BY m.id DESC LIMIT 50
"""
OPEN = """
    SELECT m.id, m.number, m.title, m.state, p.full_name, o.name, h.name, m.opened_at, m.due_at,
        m.closed_at, m.safety, r.detail, r.urgent, r.in_lesson, r.fix_due_at, r.fixed_at,
        r.net_minutes, r.parts_fen, r.contractor_fen, r.rating, r.remark, t.label, w.name,
        (SELECT count(*) FROM repairs_requester q WHERE q.repair_id = m.id)
    FROM kernel_matter m LEFT JOIN kernel_place p ON p.id = m.place_id
    JOIN kernel_person o ON o.id = m.opened_by_id LEFT JOIN kernel_person h ON h.id = m.holder_id
    JOIN repairs_repair r ON r.matter_id = m.id JOIN repairs_faulttype t ON t.id = r.fault_type_id
    LEFT JOIN kernel_person w ON w.id = r.worker_id
    WHERE m.number = %s
"""
WAY = """
    SELECT e.id, e.step, e.at, b.name, e.note, h.name FROM kernel_event e
    JOIN kernel_person b ON b.id = e.by_id
    LEFT JOIN kernel_person h ON h.id = e.to_holder_id WHERE e.matter_id = %s ORDER BY e.id DESC
"""
BESIDE = (  # what else stands on the page of a matter, each with a statement of its own
    "SELECT s.event_id, p.name, s.way, s.at FROM kernel_signature s"
    " JOIN kernel_person p ON p.id = s.signer_id JOIN kernel_event e ON e.id = s.event_id"
    " WHERE e.matter_id = %s",
    "SELECT a.event_id, a.id, a.name, b.mime FROM kernel_attachment a JOIN kernel_blob b ON b.id = a.blob_id"
    " JOIN kernel_event e ON e.id = a.event_id WHERE e.matter_id = %s",
    "SELECT name, quantity_milli, unit, price_fen, amount_fen FROM repairs_partused WHERE repair_id = %s",
    "SELECT r.round, s.state, s.duty FROM kernel_approvalroute r"
    " JOIN kernel_approvalstep s ON s.route_id = r.id WHERE r.matter_id = %s",
    "SELECT waits_for_id, note FROM kernel_link WHERE matter_id = %s",
    "SELECT matter_id, note FROM kernel_link WHERE waits_for_id = %s",
)
SEARCH = """
    SELECT s.id, s.kind, s.key, s.title, s.at, m.number FROM kernel_search_fts f
    CROSS JOIN kernel_searchrow s ON s.id = (f.rowid & 4294967295)
    LEFT JOIN kernel_matter m ON s.kind = 'kernel.matter' AND m.id = s.key
    WHERE f.kernel_search_fts MATCH %s ORDER BY f.rowid DESC LIMIT 50
"""
HITS = """
    SELECT count(*) FROM (SELECT 1 FROM kernel_search_fts WHERE kernel_search_fts MATCH %s LIMIT 10001)
"""


def rows(query: str, values: list[Any]) -> list[tuple]:
    with connections["reader"].cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()


@access.login
def listing(request: HttpRequest) -> HttpResponse:
    after = request.GET.get("after", "")
    found = rows(LIST.format(after="AND m.id < %s" if after else ""), [int(after)] if after else [])
    return render(request, "bench/list.html", {"rows": found})


@access.login
def opened(request: HttpRequest, number: str) -> HttpResponse:
    found = rows(OPEN, [number])
    if not found:
        raise Http404
    key = found[0][0]
    beside = [rows(statement, [key]) for statement in BESIDE]
    return render(request, "bench/open.html", {"matter": found[0], "way": rows(WAY, [key]), "beside": beside})


@access.login
def search(request: HttpRequest) -> HttpResponse:
    words = request.GET.get("q", "")
    cut = f'"{words.replace("-", " ")}" *' if words.isascii() else f'"{" ".join(words)}"'
    found, count = rows(SEARCH, [f"words : {cut}"]), rows(HITS, [f"words : {cut}"])[0][0]
    return render(request, "bench/search.html", {"rows": found, "count": count})


@access.login
def step(request: HttpRequest, number: str) -> HttpResponse:
    """The same rows as one 催办: operation, event with its keyed hash, notice."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, state, holder_id, duty, title FROM kernel_matter WHERE number = %s", [number]
        )
        matter, state, holder, duty, title = cursor.fetchone()
        at = connection.ops.adapt_datetimefield_value(request.now)
        cursor.execute(
            "INSERT INTO kernel_operation (person_id, device, op, door, body_hash, kind, key, at, kept)"
            " VALUES (%s, '', %s, 'yard', 'x', '', '', %s, %s) RETURNING id",
            [request.person.pk, request.POST["_op"], at, False],
        )
        operation = cursor.fetchone()[0]
        said = ["kernel_event", matter, "nudge", state, state, request.person.pk, None, holder, duty,
                request.now.isoformat(), None, "web", request.POST["_op"],
                request.POST.get("note", ""), {}]  # fmt: skip
        mac = hmac.new(settings.ENTRY_KEY.encode(), json.dumps(said).encode(), hashlib.sha256).hexdigest()
        cursor.execute(
            "INSERT INTO kernel_event (mac, matter_id, step, from_state, to_state, by_id, on_behalf_of_id,"
            " to_holder_id, to_duty, at, happened_at, via, op, note, facts)"
            " VALUES (%s, %s, 'nudge', %s, %s, %s, NULL, %s, %s, %s, NULL, 'web', %s, %s, '{}')",
            [
                mac,
                matter,
                state,
                state,
                request.person.pk,
                holder,
                duty,
                at,
                request.POST["_op"],
                request.POST.get("note", ""),
            ],
        )
        cursor.execute(
            "UPDATE kernel_matter SET state = %s, holder_id = %s, duty = %s WHERE id = %s",
            [state, holder, duty, matter],
        )
        if holder:
            cursor.execute(
                "INSERT INTO kernel_notice (to_id, matter_id, text, link, posted_at, outside, laid)"
                " VALUES (%s, %s, %s, '', %s, %s, false)",
                [holder, matter, f"催办：{title}", at, f"报修 {number} 催办"],
            )
        cursor.execute(
            "UPDATE kernel_operation SET kind = 'kernel.event', key = %s WHERE id = %s",
            [str(matter), operation],
        )
    return HttpResponseRedirect(f"/matters/{number}/")
