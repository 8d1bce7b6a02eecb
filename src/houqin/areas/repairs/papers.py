"""报修单: what stands on the A4 form (domain/forms.md 3.1), and the particulars of its page."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from houqin.kernel import wording
from houqin.kernel.act import Act
from houqin.kernel.area import Fact
from houqin.kernel.matters.models import Event, Matter
from houqin.kernel.people.models import Person
from houqin.kernel.people.queries import duty_codes, posts_of
from houqin.kernel.signatures.models import Signature
from houqin.kernel.terms import clock
from houqin.kernel.terms import queries as terms
from houqin.ui.addresses import signature_url

from . import queries, rules
from .flow import FLOWS, MAINTENANCE
from .models import FIRST, SERVICES, URGENCIES, MaintenanceAnswer, MaintenanceJob, PartUsed, Repair

VISITOR = "扫码上报"
PART_HEADS = ("用料", "规格", "单位", "数量", "单价（元）", "金额（元）", "出库单")
SPARE = 2  # empty lines for parts written in by hand

Cell = dict[str, Any]


# ── particulars ─────────────────────────────────────────────────────────────────────────────────────────


def facts(matter: Matter, act: Act) -> list[Fact]:
    """The particulars on the page of a repair."""
    repair = queries.shown_one(matter)
    place = matter.place.full_name if matter.place else ""
    lines = [
        *tags(repair),
        Fact("地点", place, url=f"/repairs/repairs/?view=all&place={matter.place_id}", note=_here(repair)),
        Fact("类别", repair.fault_type.label, note=repair.get_service_display()),
        Fact("报修人", VISITOR if repair.by_visitor else matter.opened_by.name, note=_told(repair, act)),
        Fact("维修人", repair.worker.name if repair.worker else "没派"),
        *gone_back(matter, repair),
        *([] if matter.state == "fixed_on_spot" else clocks_of(repair, act)),
        Fact("怎么发现", repair.get_found_display()) if repair.found != "reported" else None,
        Fact("停用课时", lessons_of(repair, act), note=_down(repair, act)) if was_down(repair) else None,
        Fact("用料", wording.yuan(repair.parts_fen), note=_parts(repair)) if repair.parts_fen else None,
        Fact("外修", _outside(repair), note=wording.yuan(repair.contractor_fen))
        if repair.contractor_fen
        else None,
        Fact("外修等批", queries.asked_contractor(repair)) if matter.state == "approving" else None,
        Fact("打几分", f"{repair.rating} 分", note=repair.remark) if repair.rating else None,
        Fact("查询码", repair.code, code=True) if repair.code and _takes_visitors(act) else None,
    ]
    return [line for line in lines if line]


def gone_back(matter: Matter, repair: Repair) -> list[Fact]:
    """返修 2 次, 转派 1 次, in the words of its way; nothing of what never happened."""
    counted = (("reopen", repair.sent_back), ("pass_on", repair.passed_on))
    labels = {step.key: step.label for step in FLOWS[matter.kind].steps}
    return [Fact(labels[key], f"{times} 次") for key, times in counted if times]


def clocks_of(repair: Repair, act: Act) -> list[Fact]:
    """净用时 and 修复时限; what was put right on a visit ran on no clock."""
    kept = "" if repair.fixed_at is None else _kept(repair)
    by = Fact("修复时限", wording.when(repair.fix_due_at, act.at), note=kept)
    if repair.net_minutes is None:
        return [by]
    return [Fact("净用时", _minutes(repair.net_minutes), note=_whole(repair)), by]


def tags(repair: Repair) -> list[Fact]:
    """What stands beside the state: 先办, 不能上课, 上课时报, 紧急."""
    said = [
        repair.get_rank_display() if repair.rank == FIRST else "",
        repair.get_impact_display() if repair.impact != "none" else "",
        "上课时报" if repair.in_lesson else "",
        repair.get_urgency_display() if repair.urgency != "plain" else "",
    ]
    return [Fact(word, word, tag=True) for word in said if word]


def service_facts(matter: Matter, act: Act) -> list[Fact]:
    """The particulars on the page of a service of daily life."""
    repair = queries.shown_one(matter)
    lines = [
        Fact("办什么", repair.fault_type.name),
        Fact("地点", matter.place.full_name if matter.place else ""),
        Fact("提出人", matter.opened_by.name),
        Fact("经办人", repair.worker.name if repair.worker else "没派"),
        *gone_back(matter, repair),
        Fact("时限", wording.when(repair.fix_due_at, act.at), note=_kept(repair) if repair.fixed_at else ""),
        Fact("办了什么", repair.fix) if repair.fix else None,
        Fact("打几分", f"{repair.rating} 分", note=repair.remark) if repair.rating else None,
    ]
    return [line for line in lines if line]


def was_down(repair: Repair) -> bool:
    return repair.down_since is not None or repair.lost  # type: ignore[attr-defined]


def lessons_of(repair: Repair, act: Act) -> str:
    return f"{queries.lessons_so_far(repair, act.at)} 课时"


def _down(repair: Repair, act: Act) -> str:
    """From when on, and what the requester said otherwise."""
    if repair.down_since:
        return f"{wording.when(repair.down_since, act.at)} 起不能上课"
    corrected = repair.downtimes.exclude(note="").order_by("-pk").first()
    return f"更正：{corrected.note}" if corrected else ""


def _here(repair: Repair) -> str:
    """How many more wait for it."""
    return f"{repair.more + 1} 人都遇到" if repair.more else ""  # type: ignore[attr-defined]


def _takes_visitors(act: Act) -> bool:
    return bool(duty_codes(act.by, act.day) & {rules.DISPATCHER, rules.OFFICE})


def _told(repair: Repair, act: Act) -> str:
    """A visitor's name and phone, for those who take such reports, until they are erased."""
    if not repair.by_visitor or not _takes_visitors(act):
        return ""
    return " ".join(queries.told_by_visitor(repair))


def _parts(repair: Repair) -> str:
    return "、".join(
        f"{part.name} {wording.quantity(part.quantity_milli)} {part.unit}".strip()
        for part in repair.parts.order_by("pk")
    )


def _outside(repair: Repair) -> str:
    """安泰门窗店 800.00 元、青禾水电 600.00 元: each round that was agreed; one alone by its name."""
    agreed = list(repair.outside.order_by("pk"))
    if len(agreed) == 1:
        return agreed[0].contractor
    return "、".join(f"{each.contractor} {wording.yuan(each.amount_fen)}" for each in agreed)


def _minutes(minutes: int | None) -> str:
    return "" if minutes is None else wording.span(timedelta(minutes=minutes))


def _whole(repair: Repair) -> str:
    """总用时, where something of it was stopped."""
    if not repair.stopped_minutes:
        return ""
    return f"总 {_minutes((repair.net_minutes or 0) + repair.stopped_minutes)}"


def _kept(repair: Repair) -> str:
    return "按时" if rules.on_time(repair) else "超时"


def maintenance_facts(matter: Matter, act: Act) -> list[Fact]:
    """The particulars on the page of a maintenance job: the plan, and every line as it was found."""
    job = job_of(matter)
    plan = job.plan
    lines = [
        Fact("维护计划", str(plan), url=f"/repairs/plans/{plan.pk}/"),
        Fact("轮到", wording.paper_day(job.slot.on), note=rules.how_often(plan.unit, plan.every, plan.dates)),
        Fact("间隔依据", rules.ground(plan.source, plan.verified), whole=True),
        *checked_lines(matter, job),
    ]  # fmt: skip
    return lines


def checked_lines(matter: Matter, job: MaintenanceJob) -> list[Fact]:
    """Every line as it was found; while the job is open, what is to be looked at."""
    if matter.is_open:
        return [Fact("检查项", "\n".join(job.lines), whole=True)]
    return [
        Fact(line, said.get_answer_display(), note=said.note, url=_url(said.repair))
        if said
        else Fact(line, "没查")
        for line, said in answers_of(job)
    ]


def _url(repair: Repair | None) -> str:
    return f"/matters/{repair.matter.number}/" if repair else ""


def job_of(matter: Matter) -> MaintenanceJob:
    rows = MaintenanceJob.objects.select_related("plan__place", "plan__holder", "slot")
    return rows.get(pk=matter.pk)


def answers_of(job: MaintenanceJob) -> list[tuple[str, MaintenanceAnswer | None]]:
    found = {said.line: said for said in job.answers.select_related("repair__matter")}
    return [(line, found.get(line)) for line in job.lines]


# ── the sheet ───────────────────────────────────────────────────────────────────────────────────────────


def slip(matter: Matter, act: Act) -> dict[str, Any]:
    """What `repairs/paper.html` prints."""
    repair = queries.shown_one(matter)
    events = list(matter.events.select_related("by", "to_holder").order_by("pk"))
    parts = list(repair.parts.order_by("pk"))
    return {
        "reported": reported(matter, repair, events),
        "repaired": repaired(repair, events),
        "part_heads": [{"label": word} for word in PART_HEADS],
        "parts": [*map(part_line, parts), *(["　", *[""] * 6] for _ in range(SPARE - len(parts)))],
        "total": {"span": 5, "label": f"合计（大写）{wording.amount_in_words(repair.parts_fen)}",
                  "cells": [wording.money(repair.parts_fen), ""]},
        "outside": outside(repair, events),
        "accepted": accepted(matter, repair, events),
    }  # fmt: skip


def reported(matter: Matter, repair: Repair, events: list[Event]) -> list[list[Cell]]:
    opener = matter.opened_by
    photos = events[0].attachments.filter(withdrawal=None).count()
    others = "、".join(row.person.name for row in repair.requesters.select_related("person").order_by("pk"))
    told = [repair.detail, f"{others}也遇到" if others else "", f"附照片 {photos} 张" if photos else ""]
    return [
        [cell("报修人", VISITOR if repair.by_visitor else opener.name), cell("部门班级", post_of(opener, matter)),
         cell("电话", opener.phone)],
        [cell("报修时间", moment(matter.opened_at)), cell("地点", matter.place.full_name if matter.place else ""),
         cell("类别", repair.fault_type.label)],
        [picks("紧急程度", *((label, repair.urgency == key) for key, label in URGENCIES)),
         picks("影响上课", ("是", repair.impact in ("lesson", "room")), ("否", repair.impact in ("none", "many"))),
         picks("服务类型", *((label, repair.service == key) for key, label in SERVICES))],
        [cell("首响时限", moment(repair.response_due_at)),
         {**cell("修复时限", moment(repair.fix_due_at)), "span": 3}],
        [{**cell("故障描述", "。".join(filter(None, told))), "span": 5, "tall": True}],
    ]  # fmt: skip


def repaired(repair: Repair, events: list[Event]) -> list[list[Cell]]:
    given = last(events, "dispatch", "pass_on")
    way = (
        "按类别直接派"
        if given is None and repair.worker
        else "转派"
        if repair.passed_on
        else "派工"
        if given
        else ""
    )
    back = f"返修 {repair.sent_back} 次。" if repair.sent_back else ""
    return [
        [cell("派给", repair.worker.name if repair.worker else ""), cell("派工时间", moment(repair.assigned_at)),
         cell("派工方式", way)],
        [cell("到场时间", moment(repair.responded_at)), cell("完工时间", moment(repair.fixed_at)),
         cell("净用时", _minutes(repair.net_minutes))],
        [{**picks("故障原因", *((label, repair.cause == key) for key, label in Repair.CAUSES)), "span": 5}],
        [{**cell("停表", "；".join(pauses(events))), "span": 5}],
        [{**cell("维修内容", f"{repair.fix}{'。' if repair.fix and back else ''}{back}"), "span": 5}],
    ]  # fmt: skip


def outside(repair: Repair, events: list[Event]) -> list[list[Cell]]:
    done = last(events, "finish")
    signed = {"name": done.by.name, "date": wording.paper_day(done.at)} if done else {}
    cost = wording.yuan(repair.contractor_fen) if repair.contractor_fen else ""
    return [
        [
            cell("外修单位", _outside(repair) or "无"),
            cell("外修费用", cost),
            {"label": "维修签字", "signature": signed or {"date": ""}},
        ]
    ]


def accepted(matter: Matter, repair: Repair, events: list[Event]) -> list[list[Cell]]:
    signature = (
        Signature.objects.filter(event__matter=matter, event__step="sign").select_related("signer").first()
    )
    good, back = matter.state == "signed", last(events, "finish", "reopen")
    sent_back = back is not None and back.step == "reopen"
    rating = f"{repair.rating} 分" if repair.rating else ""
    office = last(events, "close_by_office", "time_out")
    closed = {"name": office.by.name, "date": moment(office.at)} if office else {"date": ""}
    return [
        [
            picks("结果", ("合格", good), ("返修", sent_back)),
            cell("评价", rating),
            cell("意见", repair.remark),
        ],
        [
            {"label": "验收签字", "signature": signed_by(signature), "span": 2},
            {"label": "总务处", "signature": closed, "span": 2},
        ],
    ]


def signed_by(signature: Signature | None) -> dict[str, str]:
    if signature is None:
        return {"date": ""}
    drawn = signature_url(signature) if signature.drawing_id else ""
    return {"url": drawn, "name": signature.signer.name, "date": moment(signature.at)}


def pauses(events: list[Event]) -> list[str]:
    """等配件 1 小时 5 分 (2026-11-23 9:05 起), in working time; one still running has no length."""
    told: list[str] = []
    began: Event | None = None
    for event in events:
        if event.step in ("pause", "ask_contractor"):
            began = event
        elif event.step in ("resume", "agreed", "refuse", "recall") and began:
            length = clock.between(began.at, event.at, terms.working_hours())
            told.append(f"{_waited(began)} {_minutes(length)}（{moment(began.at)} 起）")
            began = None
    running = {"pause": "没有复工", "ask_contractor": "没有批完"}
    return told + ([f"{_waited(began)}（{moment(began.at)} 起，{running[began.step]}）"] if began else [])


def _waited(began: Event) -> str:
    return began.note if began.step == "pause" else "等外修批下来"


def part_line(part: PartUsed) -> list[str]:
    """The form has columns for specification and issue slip too: by hand, until the store fills them."""
    count, price, amount = (
        wording.quantity(part.quantity_milli),
        wording.money(part.price_fen),
        wording.money(part.amount_fen),
    )
    return [part.name, "", part.unit, count, price, amount, ""]


def last(events: list[Event], *steps: str) -> Event | None:
    return next((event for event in reversed(events) if event.step in steps), None)


def cell(label: str, value: str) -> Cell:
    return {"label": label, "value": value}


def picks(label: str, *ticked: tuple[str, bool]) -> Cell:
    return {"label": label, "picks": list(ticked)}


def moment(at: datetime | None) -> str:
    return "" if at is None else wording.paper_moment(at)


def post_of(opener: Person, matter: Matter) -> str:
    on = timezone.localtime(matter.opened_at).date()
    return "" if opener.built_in else next(iter(posts_of(opener, on)), "")


def maintenance_slip(matter: Matter, act: Act) -> dict[str, Any]:
    """What `repairs/maintenance_paper.html` prints: filled, or empty boxes to be ticked on the spot."""
    job = job_of(matter)
    plan, done = job.plan, matter.events.filter(step__in=("finish", "late")).select_related("by").first()
    signed = {"name": done.by.name, "date": wording.paper_day(done.at)} if done else {"date": ""}
    who = rules.by_whom(plan.holder.name if plan.holder else None, plan.duty)
    return {
        "planned": [
            [cell("做什么", plan.name), cell("地点", plan.place.full_name), cell("谁做", who)],
            [cell("轮到", wording.paper_day(job.slot.on)), cell("期限", moment(matter.due_at)),
             cell("多久一次", rules.how_often(plan.unit, plan.every, plan.dates))],
        ],
        "heads": [{"label": word} for word in ("检查项", "正常", "处理了", "转报修", "怎么了", "报修单")],
        "lines": [_checked(line, said) for line, said in answers_of(job)],
        "finished": [
            [cell("结果", MAINTENANCE.state(matter.state).label if matter.closed_at else ""),
             cell("完成时间", moment(matter.closed_at)), {"label": "签字", "signature": signed}],
        ],
    }  # fmt: skip


def _checked(line: str, said: MaintenanceAnswer | None) -> list[str]:
    ticks = ["☑" if said and said.answer == key else "☐" for key, _ in MaintenanceAnswer.ANSWERS]
    number = said.repair.matter.number if said and said.repair else ""
    return [line, *ticks, said.note if said else "", number]
