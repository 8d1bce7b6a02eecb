"""What must be true of repairs, for `houqin check`."""

from collections.abc import Iterator

from django.db.models import Count, Exists, F, OuterRef, Q, Sum, Value
from django.db.models.functions import Coalesce

from houqin.kernel.area import Finding
from houqin.kernel.matters.models import Event
from houqin.kernel.people.queries import SYSTEM
from houqin.kernel.signatures.models import Signature

from ..flow import UNFIXED
from ..models import Repair

FIXED = ("fixed", "signed", "timed_out", "closed_by_office")


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
