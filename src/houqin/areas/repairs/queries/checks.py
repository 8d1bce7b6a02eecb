"""What must be true of repairs, for `houqin check`."""

from collections.abc import Iterator

from django.db.models import Count, Exists, F, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from houqin.kernel.approvals.models import ApprovalRoute, ApprovalStep
from houqin.kernel.area import Finding
from houqin.kernel.matters.models import Event
from houqin.kernel.people.queries import SYSTEM
from houqin.kernel.schedule.models import Slot
from houqin.kernel.signatures.models import Signature

from ..flow import UNFIXED
from ..models import MaintenanceJob, OutsideRepair, Repair, Visit

FIXED = ("fixed", "signed", "timed_out", "closed_by_office", "fixed_on_spot")


def agree_with_events() -> Iterator[Finding]:
    """State, and how often it was sent back and passed on, are what its events say."""
    last = Event.objects.filter(matter=OuterRef("pk")).order_by("-pk").values("to_state")[:1]
    rows = Repair.objects.select_related("matter").annotate(
        says=last, back=Count("matter__events", filter=Q(matter__events__step="reopen")),
        passed=Count("matter__events", filter=Q(matter__events__step="pass_on")),
    )  # fmt: skip
    wrong = ~Q(says=F("matter__state")) | ~Q(back=F("sent_back")) | ~Q(passed=F("passed_on"))
    wrong |= Q(matter__state__in=FIXED, fixed_at=None) | Q(matter__state__in=FIXED, worker=None)
    for repair in rows.filter(wrong).order_by("pk"):
        told = f"{repair.says}，返修 {repair.back} 次，转派 {repair.passed} 次"
        stands = f"{repair.matter.state}，返修 {repair.sent_back} 次，转派 {repair.passed_on} 次"
        yield Finding(
            "repairs.R1", repair.matter.number, told, stands, "报修单和经过对不上，从备份恢复这一件"
        )


def parts_add_up() -> Iterator[Finding]:
    """What a repair says its parts cost is the sum of their lines."""
    rows = Repair.objects.select_related("matter").annotate(
        lines=Coalesce(Sum("parts__amount_fen"), Value(0))
    )
    for repair in rows.exclude(lines=F("parts_fen")).order_by("pk"):
        yield Finding("repairs.R2", repair.matter.number, f"用料 {repair.lines} 分", f"{repair.parts_fen} 分")


def signed_are_signed() -> Iterator[Finding]:
    """修好 has a signature of another than the repairer; 到时关闭 was done by the clock and has none."""
    signature = Signature.objects.filter(event__matter=OuterRef("pk"), event__step="sign").exclude(
        signer=OuterRef("worker")
    )
    clock = Event.objects.filter(matter=OuterRef("pk"), step="time_out", by__code=SYSTEM)
    rows = Repair.objects.select_related("matter").annotate(
        has_signature=Exists(signature), by_clock=Exists(clock)
    )
    wrong = Q(matter__state="signed", has_signature=False) | Q(matter__state="timed_out", by_clock=False)
    wrong |= Q(matter__state="timed_out", has_signature=True)
    for repair in rows.filter(wrong).order_by("pk"):
        yield Finding(
            "repairs.R3",
            repair.matter.number,
            "修好要有别人的签字，到时关闭只能由系统关",
            repair.matter.state,
        )


def lessons_are_honest() -> Iterator[Finding]:
    """What was lost is never less than nothing, and only a room whose repair is under way is out of use."""
    rows = Repair.objects.select_related("matter").annotate(
        lost=Coalesce(Sum("downtimes__lessons"), Value(0))
    )
    under_way = Q(matter__state__in=UNFIXED)
    for repair in rows.filter(Q(lost__lt=0) | (Q(down_since__isnull=False) & ~under_way)).order_by("pk"):
        stands = f"{repair.lost} 课时，{repair.matter.state}"
        yield Finding("repairs.R4", repair.matter.number, "停用课时不少于 0，修好的房间不再停用", stands)


def on_the_spot() -> Iterator[Finding]:
    """当场修好 was found on a visit by who fixed it, and is nobody's signature."""
    signature = Signature.objects.filter(event__matter=OuterRef("pk"))
    rows = Repair.objects.filter(matter__state="fixed_on_spot").select_related("matter")
    honest = Q(visit__found="fixed", visit__by=F("worker"), signs=False)
    for repair in rows.annotate(signs=Exists(signature)).exclude(honest).order_by("pk"):
        yield Finding(
            "repairs.R5", repair.matter.number, "走访人当场修好，没有签字", "没有走访记录，或者有签字"
        )


def rounds_agree() -> Iterator[Finding]:
    """A visit falls into the month of its list, and what it found goes with its repair."""
    rows = Visit.objects.select_related("due__place", "due__slot")
    within = Q(at__gte=F("due__slot__opens_at"), at__lte=F("due__slot__closes_at"))
    marked = Q(repair=None) | Q(repair__found="visit", repair__matter__place=F("due__place"))
    for visit in rows.exclude(within & marked).order_by("pk"):
        yield Finding(
            "repairs.R6", f"走访 {visit.due}", "在名单的月份里，转的报修在同一间", f"{visit.at:%Y-%m-%d}"
        )


def turns_agree() -> Iterator[Finding]:
    """按时做完 is a turn that was done; 补做 and 漏做 are turns that were missed."""
    rows = MaintenanceJob.objects.select_related("matter", "slot")
    done = Q(matter__state="done", slot__state=Slot.DONE, matter__closed_at__lte=F("slot__closes_at"))
    missed = Q(matter__state__in=("late", "missed")) & ~Q(slot__state=Slot.DONE)
    other = Q(matter__state__in=("due", "called_off")) & ~Q(slot__state=Slot.DONE)
    for job in rows.exclude(done | missed | other).order_by("pk"):
        stands = f"{job.matter.state}，这一次是“{job.slot.get_state_display()}”"
        yield Finding("repairs.R7", job.matter.number, "按时做完才算完成，漏了的不能补成按时", stands)


def missed_after_due() -> Iterator[Finding]:
    """补做 and 漏做 are after the turn's time, 免做 is before: nobody lost a turn that he could still do."""
    rows = MaintenanceJob.objects.select_related("matter", "slot")
    early = Q(matter__state__in=("late", "missed"), matter__closed_at__lte=F("slot__closes_at"))
    belated = Q(matter__state="called_off", matter__closed_at__gt=F("slot__closes_at"))
    for job in rows.filter(early | belated).order_by("pk"):
        stands = f"{job.matter.state}，办结比期限{'早' if job.matter.state != 'called_off' else '晚'}"
        yield Finding("repairs.R9", job.matter.number, "过了期限才算补做、漏做，免做在期限以前", stands)


def approvals_agree() -> Iterator[Finding]:
    """等批 has one step that waits to be decided, in the newest round of its route; nothing else has one, so
    that nothing is decided after it was refused or taken back."""
    steps = ApprovalStep.objects.filter(state=ApprovalStep.OPEN, route__matter=OuterRef("pk"))
    newest = (
        ApprovalRoute.objects.filter(matter=OuterRef("route__matter"))
        .order_by("-round", "-pk")
        .values("pk")[:1]
    )
    rows = Repair.objects.select_related("matter").annotate(
        waits=Exists(steps), rightly=Exists(steps.filter(route=Subquery(newest)))
    )
    approving = Q(matter__state="approving")
    wrong = (approving & Q(rightly=False)) | (~approving & Q(waits=True))
    for repair in rows.filter(wrong).order_by("pk"):
        stands = f"{repair.matter.state}，{'有' if repair.waits else '没有'}一步在等批"
        yield Finding("repairs.R8", repair.matter.number, "等批的正有一步在等批，不等批的没有", stands)


def outside_adds_up() -> Iterator[Finding]:
    """Each round of 外修 that was agreed to its last step, and no other, stands on its repair with its
    amount; what the repair says it cost is their sum."""
    way_out = "外修和审批对不上，和备份对一下，查是谁动了数据库"
    undecided = ApprovalStep.objects.filter(route=OuterRef("pk")).exclude(state=ApprovalStep.AGREED)
    said = OutsideRepair.objects.filter(route=OuterRef("pk"))
    rightly = said.filter(repair=OuterRef("matter"), amount_fen=OuterRef("amount_fen"))
    routes = ApprovalRoute.objects.filter(matter__repair__isnull=False).select_related("matter").annotate(
        agreed=~Exists(undecided), said=Exists(said), rightly=Exists(rightly)
    )  # fmt: skip
    for route in routes.filter(Q(agreed=True, rightly=False) | Q(agreed=False, said=True)).order_by("pk"):
        told = f"第 {route.round} 轮{'批下来' if route.agreed else '没有批下来'}，{route.amount_fen} 分"
        stands = "外修里不是这样" if route.said else "外修里没有"
        yield Finding("repairs.R10", route.matter.number, told, stands, way_out)
    rows = Repair.objects.select_related("matter").annotate(
        lines=Coalesce(Sum("outside__amount_fen"), Value(0))
    )
    for repair in rows.exclude(lines=F("contractor_fen")).order_by("pk"):
        stands = f"{repair.contractor_fen} 分"
        yield Finding("repairs.R10", repair.matter.number, f"外修 {repair.lines} 分", stands, way_out)
