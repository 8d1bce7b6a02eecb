"""Lives written as rows, a thousand at a time: what our own actions would have left, in the same order.

`tests/contract/test_bench.py` compares the two row for row.
"""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.db import connection, transaction
from django.db.models import DateTimeField, Field, JSONField
from django.utils import timezone

from houqin.areas.repairs import queries, rules
from houqin.areas.repairs.flow import REPAIR
from houqin.areas.repairs.models import PartUsed, Repair
from houqin.kernel import entries
from houqin.kernel.act import Act
from houqin.kernel.attachments.actions import Upload, blob_of
from houqin.kernel.attachments.models import Attachment, Blob
from houqin.kernel.matters import actions as matters
from houqin.kernel.matters.models import Event, Matter
from houqin.kernel.notices.models import Notice
from houqin.kernel.numbering import actions as numbering
from houqin.kernel.people.models import Person
from houqin.kernel.search import tokens
from houqin.kernel.search.models import SearchRow
from houqin.kernel.signatures.models import Signature
from houqin.kernel.terms import clock
from houqin.kernel.terms.clock import Hours

from .lives import Life, Step


@dataclass
class Rows:
    """Everything one life leaves, in the order it is written; the rows of the engine get their keys later."""

    matter: Matter
    repair: Repair
    worker: Person
    events: list[Event] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    files: list[tuple[Event, Upload, str]] = field(default_factory=list)
    parts: list[tuple[Event, dict[str, Any]]] = field(default_factory=list)
    signature: tuple[Event, Step] | None = None


def put(rows: list[Any]) -> None:
    """Insert rows of one model under the next keys, entries with their keyed hash; faster than the ORM."""
    if not rows:
        return
    model = type(rows[0])
    columns = [(f.column, f.attname, _adapter(f)) for f in model._meta.concrete_fields]
    _give_keys(rows)
    if isinstance(rows[0], entries.Entry):
        for row in rows:
            row.mac = entries.mac(row)
    names, marks = ", ".join(f'"{name}"' for name, _, _ in columns), ", ".join(["%s"] * len(columns))
    values = [[adapt(getattr(row, name)) for _, name, adapt in columns] for row in rows]
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {model._meta.db_table} ({names}) VALUES ({marks})", values)


def _give_keys(rows: list[Any]) -> None:
    """The keys that the database would give; a row that shares its matter's has one."""
    if rows[0].pk is not None:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [rows[0]._meta.db_table])
        last = (cursor.fetchone() or (0,))[0]
    for key, row in enumerate(rows, last + 1):
        row.pk = key


def _adapter(column: Field) -> Callable[[Any], Any]:
    if isinstance(column, DateTimeField):
        return connection.ops.adapt_datetimefield_value
    return json.dumps if isinstance(column, JSONField) else _as_it_is


def _as_it_is(value: Any) -> Any:
    return value


class Writer:
    """Writes lives; remembers the calendar and the files of the school."""

    def __init__(self, working: Hours):
        self.working = working
        self.sign_by: Callable[[date], datetime] = lru_cache(queries.sign_by)
        self.blobs: dict[str, Blob] = {}

    @transaction.atomic
    def write(self, lives: list[Life]) -> None:
        """One batch, its repairs numbered in their order."""
        told = [self.tell(life) for life in lives]
        _number([rows.matter for rows in told])
        put([rows.matter for rows in told])
        for rows in told:
            for row in (rows.repair, *rows.events, *rows.notices):
                row.matter_id = rows.matter.pk
            for notice in rows.notices:
                notice.outside = f"{REPAIR.name} {rows.matter.number}{notice.outside}"
        put([rows.repair for rows in told])
        put([event for rows in told for event in rows.events])
        put([notice for rows in told for notice in rows.notices])
        put(
            [
                PartUsed(repair_id=rows.matter.pk, event_id=event.pk, **line)
                for rows in told
                for event, line in rows.parts
            ]
        )
        put([self._file(*file) for rows in told for file in rows.files])
        put([_signature(rows) for rows in told])
        put([_found(life, rows) for life, rows in zip(lives, told, strict=True)])

    # ── one life ────────────────────────────────────────────────────────────────────────────────────────

    def tell(self, life: Life) -> Rows:
        rows = self._opened(life)
        for step in life.steps:
            _read(rows, step.by, step.at)
            if step.key in rules.FIRST_HANDS and rows.repair.first_minutes is None:
                rows.repair.first_minutes = self._worked(life.at, step.at)
            getattr(self, f"_{step.key}", _nothing)(rows, step)
        _read(rows, life.fault_type.worker, life.steps[-1].at + timedelta(hours=1))
        return rows

    def _opened(self, life: Life) -> Rows:
        kind, detail = life.fault_type, life.fault.detail
        grading = queries.graded(kind, life.place, at=life.at, detail=detail, in_lesson=None)
        answer_by, due_at = queries.clocks(kind, grading, life.at)
        matter = Matter(
            prefix=REPAIR.prefix, kind=REPAIR.kind, title=rules.title_of(life.place.name, kind, detail)[:120],
            place=life.place, state="assigned", opened_by=life.by, opened_at=life.at, holder=kind.worker,
            due_at=due_at, safety=grading.safety, first=grading.first,
        )  # fmt: skip
        repair = Repair(
            fault_type_id=kind.pk, detail=detail[:200], service=grading.service, urgency=grading.urgency,
            impact=grading.impact, in_lesson=grading.in_lesson, rank=grading.rank, urgent=grading.urgent,
            received_on=queries.received_on(life.at), response_due_at=answer_by, fix_due_at=due_at,
            worker_id=kind.worker_id, assigned_at=life.at, assign_minutes=0,
        )  # fmt: skip
        rows = Rows(matter, repair, kind.worker)
        facts = {"fault_type": kind.code, "worker": kind.worker.name}
        event = _event(rows, Step("open", life.by, life.at, {}), "", note=detail, facts=facts)
        rows.files += [(event, photo, "before") for photo in life.photos]
        _post(rows, kind.worker, "报修", Step("open", life.by, life.at, {}))
        return rows

    def _hours(self, safety: bool) -> Hours:
        return rules.hours(True) if safety else self.working

    def _worked(self, since: datetime, until: datetime) -> int:
        return clock.between(since, until, self.working)

    def _nudge(self, rows: Rows, step: Step) -> None:
        _event(rows, step, rows.matter.state, note=step.said["note"])
        _post(rows, rows.matter.holder, "催办", step)

    def _arrive(self, rows: Rows, step: Step) -> None:
        _event(rows, step, rows.matter.state)
        rows.repair.responded_at = rows.repair.responded_at or step.at

    def _pause(self, rows: Rows, step: Step) -> None:
        rows.matter.state, rows.matter.paused_at = "waiting", step.at
        word, reason = dict(Repair.PAUSES)[step.said["reason"]], step.said["reason"]
        _event(rows, step, "assigned", note=f"{word}：{step.said['note']}", facts={"reason": reason})

    def _resume(self, rows: Rows, step: Step) -> None:
        matter, repair = rows.matter, rows.repair
        was_due, paused_at = matter.due_at, matter.paused_at
        due_at = self._resumed(matter, step)
        matter.state, matter.paused_at, matter.due_at = "assigned", None, due_at
        said = {"paused_at": paused_at, "was_due": was_due, "due_at": due_at}
        facts = {name: _utc(moment).isoformat() for name, moment in said.items()}
        facts["due_at"] = due_at.isoformat()  # the only one that does not come out of the database
        stopped = self._worked(paused_at, step.at)
        _event(
            rows,
            step,
            "waiting",
            note=rules.resumed("停表", paused_at, stopped, was_due, due_at),
            facts=facts,
        )
        repair.fix_due_at = due_at
        repair.stopped_minutes += stopped

    def _resumed(self, matter: Matter, step: Step) -> datetime:
        act = Act(by=step.by, at=step.at, via="demo")
        return matters.resumed_due(matter, hours=self._hours(matter.safety), act=act)

    def _finish(self, rows: Rows, step: Step) -> None:
        matter, repair, said = rows.matter, rows.repair, step.said
        lines = [
            {**p, "amount_fen": rules.amount_fen(p["quantity_milli"], p["price_fen"])} for p in said["parts"]
        ]
        repair.fixed_at, repair.cause, repair.fix = step.at, said["cause"], said["fix"][:200]
        repair.parts_fen += sum(line["amount_fen"] for line in lines)
        repair.net_minutes = max(0, self._worked(matter.opened_at, step.at) - repair.stopped_minutes)
        matter.state, matter.holder = "fixed", matter.opened_by
        matter.due_at = self.sign_by(timezone.localtime(step.at).date())
        facts = {"cause": repair.cause, "parts_fen": repair.parts_fen, "net_minutes": repair.net_minutes}
        event = _event(rows, step, "assigned", note=said["fix"], facts=facts)
        _post(rows, matter.holder, "修好", step)
        rows.parts += [(event, line) for line in lines]
        rows.files += [(event, photo, "after") for photo in said["photos"]]

    def _reopen(self, rows: Rows, step: Step) -> None:
        matter, repair = rows.matter, rows.repair
        stood = Matter(paused_at=repair.fixed_at, due_at=repair.fix_due_at, safety=matter.safety)
        matter.state, matter.holder, matter.due_at = "assigned", rows.worker, self._resumed(stood, step)
        _event(rows, step, "fixed", note=step.said["note"])
        _post(rows, matter.holder, "返修", step)
        repair.stopped_minutes += self._worked(repair.fixed_at, step.at)
        repair.sent_back, repair.fix_due_at = repair.sent_back + 1, matter.due_at
        repair.fixed_at = repair.net_minutes = None

    def _sign(self, rows: Rows, step: Step) -> None:
        matter, rating, remark = rows.matter, step.said["rating"], step.said["remark"]
        matter.state, matter.holder, matter.closed_at = "signed", None, step.at
        event = _event(rows, step, "fixed", note=remark, facts={"rating": rating} if rating else {})
        _post(rows, rows.worker, "签收", step)
        rows.signature = event, step
        rows.repair.rating, rows.repair.remark = rating, remark[:200]
        rows.repair.rated_at = step.at if rating else None

    def _file(self, event: Event, upload: Upload, role: str) -> Attachment:
        sha = upload.kept.sha256
        if sha not in self.blobs:
            self.blobs[sha] = blob_of(upload.kept, Act(by=event.by, at=event.at, via="demo"))
        said = {"role": role, "name": upload.name, "by_id": event.by_id, "at": event.at}
        return Attachment(blob_id=self.blobs[sha].pk, event_id=event.pk, **said)


def _nothing(rows: Rows, step: Step) -> None:
    raise ValueError(f"no life has a step {step.key}")


def _event(rows: Rows, step: Step, was: str, note: str = "", facts: dict[str, Any] | None = None) -> Event:
    event = Event(
        step=step.key, from_state=was, to_state=rows.matter.state, by_id=step.by.pk,
        to_holder_id=rows.matter.holder_id, at=step.at, via="demo", note=note[:500], facts=facts or {},
    )  # fmt: skip
    rows.events.append(event)
    return event


def _post(rows: Rows, to: Person | None, word: str, step: Step) -> None:
    if to and to.pk != step.by.pk:
        text = f"{word}：{rows.matter.title}"[:200]
        step_of_it = "" if word == REPAIR.name else f" {word}"  # its number comes before it, once it has one
        rows.notices.append(Notice(to_id=to.pk, text=text, outside=step_of_it, posted_at=step.at))


def _read(rows: Rows, by: Person, at: datetime) -> None:
    for notice in rows.notices:
        if notice.to_id == by.pk and notice.read_at is None:
            notice.read_at = at


# ── once the matters have their keys ────────────────────────────────────────────────────────────────────


def _number(found: list[Matter]) -> None:
    years = Counter(timezone.localtime(matter.opened_at).year for matter in found)
    free = {year: numbering.take(REPAIR.prefix, year, count) for year, count in years.items()}
    for matter in found:
        matter.year = timezone.localtime(matter.opened_at).year
        matter.serial = free[matter.year]
        matter.number = numbering.written(REPAIR.prefix, matter.year, matter.serial)
        free[matter.year] += 1


def _signature(rows: Rows) -> Signature:
    event, step = rows.signature
    says = f"{rows.matter.number} 已修好"
    return Signature(event_id=event.pk, signer_id=step.by.pk, way="login", says=says, at=step.at)


def _found(life: Life, rows: Rows) -> SearchRow:
    words = f"{life.fault_type.name} {life.fault.detail} {life.by.name} {life.by.initials}"
    indexed = tokens.indexed(f"{rows.matter.found_by} {words}")
    return SearchRow(
        kind="kernel.matter", key=rows.matter.pk, title=str(rows.matter), words=indexed, at=life.at
    )


def _utc(moment: datetime) -> datetime:
    """As the database gives it back."""
    return moment.astimezone(UTC)
