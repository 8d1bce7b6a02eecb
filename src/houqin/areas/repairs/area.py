"""报修: the contents page of the pattern area."""

from collections.abc import Iterable
from datetime import timedelta
from textwrap import wrap
from typing import Any

from django.conf import settings
from django.db import models

from houqin.kernel import wording
from houqin.kernel.act import Act
from houqin.kernel.approvals import queries as approvals
from houqin.kernel.approvals.actions import COLLECTIVE
from houqin.kernel.area import ApprovalKind, Area, Invariant, Job, Offer, Page, Paper, Slip
from houqin.kernel.matters.models import Matter
from houqin.kernel.people.models import Person
from houqin.kernel.places.models import Place
from houqin.kernel.school import figures

from . import actions, forms, indicators, papers, queries, registers, rules, views
from .flow import MAINTENANCE, REPAIR, SERVICE
from .models import Repair

KIND, LIFE, UPKEEP = REPAIR.kind, SERVICE.kind, MAINTENANCE.kind


def offer_report(place: Place, **facts: Any) -> Repair:
    """What the tab of the scan page sends; a visitor's way and everybody else's."""
    act: Act = facts["act"]
    return (actions.report_unlogged if act.by.built_in else actions.report)(place=place, **facts)


def look_up_with(matter: Matter, act: Act) -> str:
    """What a visitor is told besides the number: the code to ask by, and where."""
    code = "-".join(wrap(matter.repair.code, 4)) if act.by.built_in else ""
    return f"查询码 {code}，截个图或抄下来。在这里填它，看进度： {settings.URL}/repairs/look/" if code else ""


def offers(thing: Place | models.Model, person: Person) -> Iterable[Offer]:
    """报修 at every place, for visitors too; 走访 at rooms, for who goes round."""
    if isinstance(thing, Place):
        yield Offer("repair", "报修", "tool", views.panel, offer_report, to_visitors=True, then=look_up_with,
                    blank=views.blank)  # fmt: skip
    if isinstance(thing, Place) and thing.kind == "room" and queries.goes_round(person):
        yield Offer("visit", "走访", "route", views.visit_panel, actions.visit_fine)


def able(act: Act, matter: Matter | None) -> dict[str, Any]:
    """Who may be given it today; nobody to whom it was given already."""
    assert matter is not None
    rows = queries.workers(act.day, matter.repair.fault_type)
    return {"worker": rows.exclude(pk=matter.holder_id) if matter.holder_id else rows}


def able_to_maintain(act: Act, matter: Matter | None) -> dict[str, Any]:
    assert matter is not None
    rows = queries.maintainers(matter.maintenance_job.plan, act.day)
    return {"worker": rows.exclude(pk=matter.holder_id) if matter.holder_id else rows}


def checking(act: Act, matter: Matter | None) -> dict[str, Any]:
    """The checklist as it stood when the job was opened."""
    assert matter is not None
    return {"answers__initial": [{"line": line} for line in matter.maintenance_job.lines]}


def says_maintained(act: Act, matter: Matter | None) -> str:
    assert matter is not None
    if matter.due_at < act.at:
        return "已经过了期限，记作补做；这一次仍算漏"
    return "转报修的，按类别另开报修单"


def graded_as(act: Act, matter: Matter | None) -> dict[str, Any]:
    assert matter is not None
    repair = matter.repair
    now = {f"{name}__initial": getattr(repair, name) for name in ("service", "urgency", "impact")}
    return taken_as(act, matter) | now


def taken_as(act: Act, matter: Matter | None) -> dict[str, Any]:
    assert matter is not None
    return {"fault_type": queries.types_for(matter), "fault_type__initial": matter.repair.fault_type_id}


def merging(act: Act, matter: Matter | None) -> dict[str, Any]:
    """What it may be the same as: a few that are open near by."""
    assert matter is not None
    near = queries.same_perhaps(matter, act)
    rows = Matter.objects.filter(pk__in=[one.pk for one in near])
    first = near[0].matter.number if near and near[0].fault_type_id == matter.repair.fault_type_id else None
    return {"into": rows.select_related("repair", "opened_by"), "into__initial": first}


def says_merged(act: Act, matter: Matter | None) -> str:
    return "这一件到此为止，算撤销；报的人转到那一件，修好通知他们"


def finishing(act: Act, matter: Matter | None) -> dict[str, Any]:
    assert matter is not None
    wanted = matter.repair.fault_type.after_photo
    return {"photos__required": wanted, "photos__aside": "要 1 张" if wanted else "可以不拍"}


def signing(act: Act, matter: Matter | None) -> dict[str, Any]:
    assert matter is not None
    signer = {"signature__signer": act.by.name}
    if not matter.repair.downtimes.exists():
        return signer
    return signer | {"lessons__initial": queries.lessons_lost(matter.repair), "lessons__aside": "不对就改"}


def says_reported(act: Act, matter: Matter | None) -> str:
    return "按类别直接交给维修人，没有固定维修人的由总务处派工"


def says_signed(act: Act, matter: Matter | None) -> str:
    assert matter is not None
    if matter.kind == LIFE:
        return f"签的是：{matter.number} 已办好"
    cost = matter.repair.parts_fen
    return f"签的是：{matter.number} 已修好" + (f"，用料 {wording.yuan(cost)}" if cost else "")


def says_finished(act: Act, matter: Matter | None) -> str:
    assert matter is not None
    matter.repair.worker = act.by
    signer = rules.signer(matter)
    verb = "确认" if matter.kind == LIFE else "签收"
    if signer is None:
        return f"这里没有别人能{verb}，由总务处代收"
    days = figures.value(rules.SIGN_DAYS.code)
    return f"交{signer}{verb}，过 {days} 个上学日不{verb}由系统关闭"


def says_asked(act: Act, matter: Matter | None) -> str:
    return "直接交给办这件事的人，办好由你确认、打分"


def asking(act: Act, matter: Matter | None) -> dict[str, Any]:
    """From which amount on the record of the meeting is wanted, by the tiers in force."""
    least = approvals.wants_from(KIND, COLLECTIVE, act.day)
    said = "现在哪一档都不用附" if least is None else f"{wording.yuan(least)}起要附"
    return {"record__help_text": said}


def says_outside(act: Act, matter: Matter | None) -> str:
    """What was agreed before counts with it: an amount in two halves goes the way of the whole."""
    assert matter is not None
    before = matter.repair.contractor_fen
    return f"这一件已经批了外修 {wording.yuan(before)}，和这一次合在一起算走哪一档" if before else ""


def deciding(act: Act, matter: Matter | None) -> dict[str, Any]:
    """The step that is looked at, of those of this matter."""
    assert matter is not None
    return {"step": approvals.steps(matter), "step__initial": approvals.open_step(matter)}


def says_decided(act: Act, matter: Matter | None) -> str:
    """Whom one decides for, where it is another's to decide."""
    assert matter is not None
    step = approvals.open_step(matter)
    giver = approvals.decides_for(step, act.by, act.at) if step else None
    return f"受{giver}授权，代{giver}批" if giver and giver != act.by else ""


def says_recalled(act: Act, matter: Matter | None) -> str:
    return "回到维修人手上，这一轮审批到此为止；还要外修就再报一次，从头批"


def says_reopened(act: Act, matter: Matter | None) -> str:
    assert matter is not None
    worker = matter.repair.worker
    again = "再办" if matter.kind == LIFE else "重修"
    return f"退给{worker}{again}，写过的都还在" if worker else ""


AREA = Area(
    key="repairs",
    name="报修",
    icon="tool",
    group="事",
    flows=(REPAIR, SERVICE, MAINTENANCE),
    registers=(
        registers.REPAIRS, registers.PAPER_SLIPS, registers.DOWNTIMES, registers.DUES, registers.VISITS,
        registers.JOBS, registers.PLANS, registers.FAULT_TYPES, registers.PRIORITIES,
    ),
    slips={
        (KIND, "open"): Slip(forms.OpenForm, actions.report, views.choices_anywhere, says_reported,
                             offline=True, may=rules.acts),
        (KIND, "take"): Slip(forms.TakeForm, actions.take, taken_as),
        (KIND, "decline"): Slip(forms.DeclineForm, actions.decline),
        (KIND, "dispatch"): Slip(forms.WorkerForm, actions.dispatch, able),
        (KIND, "grade"): Slip(forms.GradeForm, actions.grade, graded_as),
        (KIND, "pass_on"): Slip(forms.PassOnForm, actions.pass_on, able),
        (KIND, "arrive"): Slip(forms.PlainForm, actions.arrive, offline=True),
        (KIND, "pause"): Slip(forms.PauseForm, actions.pause, offline=True),
        (KIND, "resume"): Slip(forms.PlainForm, actions.resume, offline=True),
        (KIND, "ask_contractor"): Slip(forms.ContractorForm, actions.ask_contractor, asking, says_outside),
        (KIND, "agree"): Slip(forms.AgreeForm, actions.agree, deciding, says_decided),
        (KIND, "refuse"): Slip(forms.RefuseForm, actions.refuse, deciding, says_decided),
        (KIND, "recall"): Slip(forms.RecallForm, actions.recall, says=says_recalled),
        (KIND, "merge"): Slip(forms.MergeForm, actions.merge, merging, says_merged),
        (KIND, "finish"): Slip(forms.FinishForm, actions.finish, finishing, says_finished, offline=True),
        (KIND, "sign"): Slip(forms.SignForm, actions.sign, signing, says_signed),
        (KIND, "reopen"): Slip(forms.ReopenForm, actions.reopen, says=says_reopened),
        (KIND, "close_by_office"): Slip(forms.CloseForm, actions.close_by_office),
        (KIND, "rate"): Slip(forms.RateForm, actions.rate),
        (KIND, "cancel"): Slip(forms.CancelForm, actions.cancel),
        (KIND, "nudge"): Slip(forms.NudgeForm, actions.nudge),
        (LIFE, "open"): Slip(forms.AskForm, actions.ask, views.choices_of_life, says_asked, may=rules.acts),
        (LIFE, "dispatch"): Slip(forms.WorkerForm, actions.dispatch, able),
        (LIFE, "serve"): Slip(forms.ServeForm, actions.serve, says=says_finished, offline=True),
        (LIFE, "arrive"): Slip(forms.PlainForm, actions.arrive, offline=True),
        (LIFE, "pass_on"): Slip(forms.PassOnForm, actions.pass_on, able),
        (LIFE, "sign"): Slip(forms.SignForm, actions.sign, signing, says_signed),
        (LIFE, "reopen"): Slip(forms.ReopenForm, actions.reopen, says=says_reopened),
        (LIFE, "close_by_office"): Slip(forms.CloseForm, actions.close_by_office),
        (LIFE, "rate"): Slip(forms.RateForm, actions.rate),
        (LIFE, "cancel"): Slip(forms.CancelForm, actions.cancel),
        (LIFE, "nudge"): Slip(forms.NudgeForm, actions.nudge),
        (UPKEEP, "finish"): Slip(forms.JobForm, actions.finish_job, checking, says_maintained, offline=True),
        (UPKEEP, "hand_on"): Slip(forms.HandOnForm, actions.hand_on, able_to_maintain),
        (UPKEEP, "call_off"): Slip(forms.CallOffForm, actions.call_off),
    },
    particulars={KIND: papers.facts, LIFE: papers.service_facts, UPKEEP: papers.maintenance_facts},
    lacking={KIND: indicators.unproven, LIFE: indicators.unsigned},
    approvals=(ApprovalKind(KIND, "外修", (COLLECTIVE,)),),
    papers={
        KIND: Paper("repair", "报修单", "repairs/paper.html", papers.slip),
        UPKEEP: Paper("maintenance", "维护单", "repairs/maintenance_paper.html", papers.maintenance_slip),
    },
    pages=(
        Page("jobs/", "jobs", views.jobs, label="今天的活", icon="route", group="事", duties=(rules.WORKER,)),
        Page("life/", "life", views.life, label="生活服务", icon="message-2", group="事"),
        Page("walk/", "walk", views.walk, label="上门走访", icon="route", group="事", duties=rules.WALKERS),
        Page("calendar/", "calendar", views.calendar, label="维护日历", icon="calendar-event", duties=views.SEEN),
        Page("repeated/", "repeated", views.repeated, label="反复报修", icon="repeat", duties=views.COUNTS),
        Page("figures/", "figures", views.figures, label="报修统计", icon="chart-bar", duties=views.COUNTS),
        Page("notice/<int:place>/", "notice", views.notice),
        Page("join/<str:number>/", "join", views.join),
        Page("look/", "look", views.look),
    ),
    offers=offers,
    alerts=queries.alerts,
    first_steps=queries.first_steps,
    holdings=queries.held,
    starts_with=actions.lay_out,
    indicators=indicators.INDICATORS,
    jobs=(
        Job("repairs.remind_and_close", timedelta(hours=1), actions.remind_and_close),
        Job("repairs.remind_deciders", timedelta(hours=1), actions.remind_deciders),
        Job("repairs.rounds", timedelta(minutes=30), actions.draw_up),
        Job("repairs.maintenance", timedelta(minutes=5), actions.open_turns),
        Job("repairs.chase", timedelta(minutes=5), actions.chase),
    ),
    invariants=(
        Invariant("repairs.R1", "报修单的状态、返修和转派次数与经过一致", queries.agree_with_events),
        Invariant("repairs.R2", "报修单的用料金额等于用料明细之和", queries.parts_add_up),
        Invariant("repairs.R3", "修好都有别人的签字，到时关闭都由系统关", queries.signed_are_signed),
        Invariant("repairs.R4", "停用课时不少于 0，修好的房间不再停用", queries.lessons_are_honest),
        Invariant("repairs.R5", "当场修好都是走访时修的，没有冒充签字", queries.on_the_spot),
        Invariant("repairs.R6", "走访都在名单的那个月里，转的报修是同一间", queries.rounds_agree),
        Invariant("repairs.R7", "维护按时做完才算完成，漏了的没有补成按时", queries.turns_agree),
        Invariant("repairs.R8", "等批的正有一步在等批，不等批的没有", queries.approvals_agree),
        Invariant("repairs.R9", "过了期限才算补做、漏做，免做在期限以前", queries.missed_after_due,
                  severity="warning"),  # what an older version missed too early stays so, and stops no backup
        Invariant("repairs.R10", "外修的费用等于批下来的各轮之和", queries.outside_adds_up),
    ),
)  # fmt: skip
