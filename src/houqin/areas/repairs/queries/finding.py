"""Which worker, which repairs are open here, what waits for whom, what ships with the area."""

import csv
import re
from base64 import b32encode
from datetime import date, datetime, time, timedelta
from pathlib import Path

from django.db.models import Case, Count, Exists, Max, OuterRef, Q, QuerySet, Sum, When
from django.utils import timezone

from houqin.kernel.act import Act
from houqin.kernel.approvals.actions import COLLECTIVE, Range
from houqin.kernel.entries import keyed_hash
from houqin.kernel.matters.models import Matter, oversees
from houqin.kernel.people.models import Person, PersonalDetail
from houqin.kernel.people.queries import has_duty, holders
from houqin.kernel.places.models import Place
from houqin.kernel.school import figures
from houqin.kernel.terms import lessons
from houqin.kernel.terms import queries as terms

from .. import rules
from ..flow import REPAIR, UNFIXED
from ..models import Downtime, FaultType, MaintenanceJob, MaintenancePlan, PriorityRule, Repair

SEED = Path(__file__).parents[1] / "seed" / "fault_types.csv"
AHEAD = timedelta(days=120)  # school days are looked for so far ahead; past that, working days count

# domain/roles.md 4.4: outside contractor below 1,000 yuan by the director, above as a purchase
SHIPPED_TIERS = (
    Range(0, 100_000, ("approve-director",)),
    Range(100_000, 200_000, ("approve-director", "approve-vice")),
    Range(200_000, 1_000_000, ("approve-director", "approve-vice", "approve-budget", "approve-principal")),
    Range(
        1_000_000,
        None,
        ("approve-director", "approve-vice", "approve-budget", "approve-principal"),
        COLLECTIVE,
    ),
)


# ── cards ───────────────────────────────────────────────────────────────────────────────────────────────


def types(*, request: bool = False) -> QuerySet[FaultType]:
    """Fault types in use, in their order; or what may be asked for without anything being broken."""
    rows = FaultType.objects.filter(closed_on=None, request=request)
    return rows.select_related("worker").order_by("rank", "pk")


def types_for(matter: Matter) -> QuerySet[FaultType]:
    """What this repair may be: what is in use, and what it is already, though that be retired since."""
    found = Q(closed_on=None) | Q(pk=matter.repair.fault_type_id)
    rows = FaultType.objects.filter(found, request=False)
    return rows.select_related("worker").order_by("rank", "pk")


def plans_of(fault_type: FaultType) -> list[MaintenancePlan]:
    """The maintenance that would report under this type: plans in use, and those with a job still open."""
    working = MaintenanceJob.objects.filter(matter__closed_at=None).values("plan")
    rows = MaintenancePlan.objects.filter(fault_type=fault_type).select_related("place")
    return list(rows.filter(Q(closed_on=None) | Q(pk__in=working)).order_by("pk"))


def priorities() -> list[PriorityRule]:
    """The whole table as it ships, unsaved."""
    return [
        PriorityRule(urgency=urgency, impact=impact, rank=rank, urgent_clock=clock)
        for (urgency, impact), (rank, clock) in rules.SHIPPED_PRIORITIES.items()
    ]


def shipped_fault_types() -> list[FaultType]:
    """The 18 that ship, unsaved (domain/reference-data.md 6.4), and four that are asked for in daily life
    (clause G3)."""
    with SEED.open(encoding="utf-8", newline="") as rows:
        return [_fault_type(rank, row) for rank, row in enumerate(csv.DictReader(rows), 1)]


def _fault_type(rank: int, row: dict[str, str]) -> FaultType:
    return FaultType(
        code=row["code"], name=row["name"], label=row["label"], icon=row["icon"], examples=row["examples"],
        words=row["words"], duty=row["duty"], response_minutes=int(row["response"]),
        fix_minutes=int(row["fix"]), urgent_response_minutes=int(row["urgent_response"] or 0) or None,
        urgent_fix_minutes=int(row["urgent_fix"] or 0) or None, safety=row["safety"] == "1",
        after_photo=row["after_photo"] == "1", rank=rank, source=row["source"], service=row["service"],
        life=row["life"], request=row["request"] == "1",
    )  # fmt: skip


# ── who repairs ─────────────────────────────────────────────────────────────────────────────────────────


def workers(on: date, fault_type: FaultType | None = None) -> QuerySet[Person]:
    """Who may be given a repair on a date; with a fault type, also who holds the duty that it names."""
    codes = [] if fault_type and fault_type.request else [rules.WORKER]
    codes += [fault_type.duty] if fault_type and fault_type.duty else []
    able = [person.pk for code in codes for person in holders(code, on)]
    return Person.objects.filter(pk__in=able).order_by("name", "pk")


def worker_for(fault_type: FaultType, on: date) -> Person | None:
    """The fault type's worker if he may repair on this date,
    else the only one who holds its duty, else nobody."""
    if fault_type.worker and rules.able(fault_type.worker, fault_type, on):
        return fault_type.worker
    if fault_type.worker or not fault_type.duty:
        return None
    able = list(holders(fault_type.duty, on)[:2])
    return able[0] if len(able) == 1 else None


# ── repairs ─────────────────────────────────────────────────────────────────────────────────────────────


def shown(rows: QuerySet[Repair]) -> QuerySet[Repair]:
    """With what a list or a card says of each."""
    return rows.select_related("matter__place", "matter__opened_by", "matter__holder", "fault_type", "worker")


def shown_one(matter: Matter) -> Repair:
    """The particulars of a matter that is in hand already, with their type and worker,
    how many more wait for it, and whether lessons were lost."""
    rows = Repair.objects.select_related("fault_type", "worker").annotate(
        more=Count("requesters"), lost=Exists(Downtime.objects.filter(repair=OuterRef("pk")))
    )
    repair = rows.get(pk=matter.pk)
    repair.matter = matter
    return repair


def told_by_visitor(repair: Repair) -> list[str]:
    """Name and phone as they were given, while they are kept."""
    kept = PersonalDetail.objects.filter(kind=repair._meta.label_lower, key=repair.pk, erased_at=None)
    return list(kept.order_by("field").values_list("value", flat=True))


def visible_to(person: Person, at: datetime) -> QuerySet[Repair]:
    """All of them, or by the keys of the matters that concern the person;
    neither walks the table of matters."""
    if oversees(person, "repairs", at):
        return Repair.objects.all()
    return Repair.objects.filter(matter__in=Matter.objects.concerning(person, at))


def open_duplicates(place: Place, fault_type: FaultType) -> list[Repair]:
    """What is reported here of this type and not fixed, the oldest first."""
    rows = Repair.objects.filter(matter__place=place, fault_type=fault_type, matter__state__in=UNFIXED)
    return list(shown(rows).order_by("pk"))


def same_perhaps(matter: Matter, act: Act, most: int = 6) -> list[Repair]:
    """并入: open repairs that might be the same fault and that this person may join it to: of this place, of
    what it lies in and what lies in it; of this type first, then of this very place, then the oldest."""
    near = Q(matter__place=matter.place_id) | Q(matter__place__parent=matter.place_id)
    if matter.place and matter.place.parent_id:
        near |= Q(matter__place=matter.place.parent_id)
    rows = visible_to(act.by, act.at).filter(near, matter__kind=matter.kind, matter__state__in=UNFIXED)
    if not has_duty(act.by, rules.DISPATCHER, act.day):
        rows = rows.filter(matter__in=Matter.objects.in_hands_of(act.by, act.at))
    here = Case(When(matter__place=matter.place_id, then=0), default=1)
    alike = Case(When(fault_type=matter.repair.fault_type_id, then=0), default=1)
    return list(shown(rows.exclude(pk=matter.pk)).order_by(alike, here, "pk")[:most])


def numbered(number: str, act: Act) -> Matter | None:
    """A repair by its number, among those that the person may see."""
    rows = Matter.objects.visible_to(act.by, act.at).filter(kind=REPAIR.kind)
    return rows.filter(number=number.strip().upper()).first()


def merged_into(matter: Matter) -> Matter | None:
    """The repair that this one was merged into."""
    if matter.state != "merged":
        return None
    link = matter.waits.select_related("waits_for__repair").order_by("pk").first()
    return link.waits_for if link else None


def has_merged(matter: Matter) -> bool:
    return matter.holds_up.filter(matter__state="merged").exists()


def recent(place: Place, most: int = 3) -> list[Repair]:
    """The last repairs at a place."""
    return list(shown(Repair.objects.filter(matter__place=place)).order_by("-pk")[:most])


def jobs(person: Person, at: datetime) -> list[Repair]:
    """今天的活: what this person has to repair: what goes first, then in walking order."""
    rows = Repair.objects.filter(
        fault_type__request=False, matter__state="assigned", matter__in=Matter.objects.in_hands_of(person, at)
    )
    found = (
        shown(rows)
        .select_related("matter__place__parent")
        .prefetch_related("matter__events__attachments__withdrawal")
    )
    order = ("-matter__first", "matter__place__walk", "matter__due_at", "pk")
    return list(found.annotate(waiting=Count("requesters")).order_by(*order))


def paused(person: Person) -> list[Repair]:
    """停着的: what stands still and is this worker's."""
    rows = Repair.objects.filter(matter__state__in=("waiting", "approving"), worker=person)
    return list(shown(rows).order_by("matter__paused_at", "pk"))


def held(person: Person) -> list[str]:
    """What a leaver has to hand over first, besides what he has in hand: fault types and maintenance."""
    kinds = FaultType.objects.filter(closed_on=None, worker=person).order_by("rank", "pk")
    plans = MaintenancePlan.objects.filter(closed_on=None, holder=person).select_related("place")
    return [
        *(f"故障类别“{row}”直接交给他" for row in kinds),
        *(f"维护计划“{row}”交给他" for row in plans.order_by("pk")),
    ]


def asked_contractor(repair: Repair) -> str:
    """Whom the newest request for an outside repair names."""
    asked = repair.matter.events.filter(step="ask_contractor").order_by("-pk").first()
    return asked.facts["contractor"] if asked else ""


def undecided(today: date) -> list[Repair]:
    """等批 since before today: it came before whoever decides, or they were reminded, on an earlier day."""
    told = Q(matter__events__step__in=("ask_contractor", "agree", "remind_decider"))
    rows = Repair.objects.filter(matter__state="approving").annotate(
        told_at=Max("matter__events__at", filter=told)
    )
    begins = timezone.make_aware(datetime.combine(today, time.min))
    return list(rows.filter(told_at__lt=begins).select_related("matter").order_by("pk"))


def unanswered(at: datetime) -> QuerySet[Repair]:
    """没人接手: open, its first clock run out, and nobody has come."""
    late = Repair.objects.filter(responded_at=None, response_due_at__lt=at)
    return late.filter(matter__state__in=("unverified", "reported", "assigned"))


def lessons_lost(repair: Repair) -> int:
    """停用课时 as it stands: what was counted, and what was corrected."""
    return repair.downtimes.aggregate(sum=Sum("lessons"))["sum"] or 0


def lessons_so_far(repair: Repair, at: datetime) -> int:
    """With what is still running."""
    running = lessons.between(repair.down_since, at) if repair.down_since else 0
    return lessons_lost(repair) + running


# ── visitors ────────────────────────────────────────────────────────────────────────────────────────────


def look_up_code(number: str) -> str:
    """查询码: twelve letters (60 bits) that a visitor may ask by; cannot be worked out from the number."""
    return b32encode(bytes.fromhex(keyed_hash(f"repairs.code:{number}"))).decode()[:12]


def looked_up(code: str) -> Repair | None:
    """By the code as it was given or as it is typed: K7QH-3MPA-X2RD."""
    plain = re.sub(r"[\s-]", "", code).upper()
    if not plain.isalnum():  # a NUL among it is more than PostgreSQL takes
        return None
    return shown(Repair.objects.filter(code=plain)).first()


# ── signatures that are awaited ─────────────────────────────────────────────────────────────────────────


def waiting_for_signature() -> list[Repair]:
    return list(shown(Repair.objects.filter(matter__state="fixed")).order_by("pk"))


def sign_by(fixed_on: date) -> datetime:
    """When an unsigned repair is closed by the clock: the closing hour of the last of its school days."""
    closes = terms.working_hours().closes
    last = school_days_after(fixed_on, figures.value("repairs.sign_days"))
    return datetime.combine(last, closes or time.max, timezone.get_default_timezone())


def school_days_after(on: date, count: int) -> date:
    """The `count`-th school day after `on`; in a calendar without terms ahead, the working day."""
    ahead = terms.days(on + timedelta(days=1), on + AHEAD)
    school = [day.on for day in ahead if day.pupil_day]
    return (school if len(school) >= count else [day.on for day in ahead if day.staff_day])[count - 1]


def reminder_due(repair: Repair, today: date) -> bool:
    """Whether the next of the two reminders has come."""
    if repair.fixed_at is None or repair.reminded >= 2:
        return False
    code = ("repairs.remind_first", "repairs.remind_second")[repair.reminded]
    fixed_on = timezone.localtime(repair.fixed_at).date()
    return school_days_after(fixed_on, figures.value(code)) <= today
