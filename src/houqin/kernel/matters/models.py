"""事项、经过、挂接."""

from datetime import datetime

from django.apps import apps
from django.db import models
from django.db.models import Q
from django.utils import timezone

from ..entries import Entry
from ..people.granting import OPENS
from ..people.models import Person
from ..people.queries import duty_codes, lent_to

DECIDES = "approve-"  # what stands with such a duty waits for a decision
SUPERIOR = "approve-superior"  # who decides when the only candidate of a step is excluded
READS_ONLY = "read-only"
BARRED = frozenset({READS_ONLY, OPENS})  # who has such a duty decides nothing, for nobody
VIEWS = "view-"  # a duty "view-repairs" sees every matter of that area, "view-all" sees every matter


class MatterQuerySet(models.QuerySet["Matter"]):
    def open(self) -> "MatterQuerySet":
        return self.filter(closed_at=None)

    def closed(self) -> "MatterQuerySet":
        return self.exclude(closed_at=None)

    def overdue(self, at: datetime) -> "MatterQuerySet":
        """Open, not paused, and past the due time."""
        return self.open().filter(paused_at=None, due_at__lt=at)

    def in_hands_of(self, person: Person, at: datetime) -> "MatterQuerySet":
        """Open, and held by name or by a duty the person has now, or waiting for his decision or one lent
        to him."""
        return self.open().filter(Q(holder=person) | _in_common(person, at) | _lent(person, at))

    def visible_to(self, person: Person, at: datetime) -> "MatterQuerySet":
        """What one asked for, has in hand by name or by duty, or took a step in;
        overseers see their areas whole."""
        areas = _overseen(person, at)
        if "all" in areas:
            return self
        seen = _concerns(person, at)
        for area in areas:
            seen |= Q(kind__startswith=f"{area}.")
        return self.filter(seen)

    def concerning(self, person: Person, at: datetime) -> "MatterQuerySet":
        """What one asked for, has in hand or took a step in, whatever one oversees."""
        return self.filter(_concerns(person, at))


def oversees(person: Person, area: str, at: datetime) -> bool:
    """Whether the person sees every matter of an area."""
    return not {"all", area}.isdisjoint(_overseen(person, at))


def _overseen(person: Person, at: datetime) -> set[str]:
    return {code.removeprefix(VIEWS) for code in _codes(person, at) if code.startswith(VIEWS)}


def _concerns(person: Person, at: datetime) -> Q:
    """Each part by an index of its own, none by a walk of the table.
    A step that another took for him is his."""
    took_part = Q(pk__in=Event.objects.filter(by=person).values("matter"))
    took_part |= Q(pk__in=Event.objects.filter(on_behalf_of=person).values("matter"))
    in_hand = Q(closed_at=None) & (Q(holder=person) | _in_common(person, at))
    return Q(opened_by=person) | in_hand | took_part | _lent(person, at)


def _in_common(person: Person, at: datetime) -> Q:
    """Held by nobody by name: by a duty the person has now, or, where it waits for a decision, by those who
    may make it; a duty alone does not put that in his hands."""
    codes = _codes(person, at)
    decides = sorted(code for code in codes if code.startswith(DECIDES))
    found = Q(holder=None, duty__in=sorted(codes.difference(decides)))
    if decides and codes.isdisjoint(BARRED):
        rows = Matter.objects.filter(
            closed_at=None, holder=None, duty__in=decides, routes__steps__state="open",
            routes__steps__candidates=person,
        )  # fmt: skip
        found |= Q(pk__in=rows.values("pk"))
    return found


def _lent(person: Person, at: datetime) -> Q:
    """What waits for a decision that another gave this person (授权), but for what he has a part in himself:
    what he asked for, and rounds of which another step is his.

    Approvals stand above, so they are named by their table, as persons are below them; who was given nothing
    pays nothing.
    """
    found = Q()
    for given in lent_to(person, at):
        if not BARRED.isdisjoint(_codes(person, at) | _codes(given.giver, at)):
            continue
        routes = apps.get_model("kernel", "ApprovalRoute")._default_manager.filter(
            matter__kind=given.kind, matter__closed_at=None, basis_fen__lte=given.cap_fen,
        ).filter(_still_his(given.giver, at))  # fmt: skip
        routes = routes.exclude(steps__candidates=person).exclude(matter__opened_by=person)
        routes = routes.exclude(matter__routes__by=person).exclude(matter__routes__excluded=person)
        found |= Q(pk__in=routes.values("matter"))
    return found


def _still_his(giver: Person, at: datetime) -> Q:
    """Of a route: its open step is one that this candidate may still decide."""
    codes = _codes(giver, at)
    by_duty = Q(steps__escalated=False, steps__duty__in=sorted(codes))
    if SUPERIOR in codes:
        by_duty |= Q(steps__escalated=True)
    return Q(steps__state="open", steps__candidates=giver) & by_duty


def _codes(person: Person, at: datetime) -> frozenset[str]:
    return duty_codes(person, timezone.localtime(at).date())


class Matter(models.Model):
    """事项: anything the office owes someone until it is closed.
    Its particulars are a row with the same key."""

    number = models.CharField("编号", max_length=24, unique=True)
    prefix = models.CharField(max_length=8)
    year = models.PositiveSmallIntegerField()
    serial = models.PositiveIntegerField()
    kind = models.CharField("类别", max_length=40)
    title = models.CharField("事由", max_length=120)
    state = models.CharField("状态", max_length=20)
    place = models.ForeignKey(
        "kernel.Place", models.PROTECT, null=True, blank=True, related_name="matters", verbose_name="地点"
    )
    opened_by = models.ForeignKey(
        Person, models.PROTECT, related_name="opened_matters", verbose_name="提出人"
    )
    opened_at = models.DateTimeField("提出时间")
    holder = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="held_matters", verbose_name="在谁手上"
    )
    duty = models.CharField("待办职务", max_length=40, blank=True)
    due_at = models.DateTimeField("期限")
    paused_at = models.DateTimeField("停表时间", null=True, blank=True)
    closed_at = models.DateTimeField("办结时间", null=True, blank=True)
    escalated_at = models.DateTimeField("督办时间", null=True, blank=True)
    safety = models.BooleanField("涉及安全", default=False)
    first = models.BooleanField("先办", default=False)

    objects = MatterQuerySet.as_manager()
    opened: "Event"  # on a matter just opened: its first event, for photos and signatures

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="matter_open_is_in_hands",
                condition=Q(closed_at__isnull=False) | Q(holder__isnull=False) | ~Q(duty=""),
            ),
            models.CheckConstraint(
                name="matter_closed_is_in_nobodys_hands",
                condition=Q(closed_at=None) | Q(holder=None, duty="", paused_at=None),
            ),
            models.UniqueConstraint(fields=["prefix", "year", "serial"], name="matter_serial_once"),
        ]
        indexes = [
            models.Index(fields=["kind", "id"], name="matter_kind"),
            models.Index(fields=["kind", "state", "id"], name="matter_state"),
            models.Index(fields=["kind", "opened_at"], name="matter_opened"),
            models.Index(fields=["opened_at"], name="matter_when"),
            models.Index(fields=["opened_by", "id"], name="matter_opener"),
            models.Index(fields=["place", "id"], name="matter_place"),
            models.Index(fields=["holder", "due_at"], condition=Q(closed_at=None), name="matter_in_hand"),
            models.Index(fields=["duty", "due_at"], condition=Q(closed_at=None), name="matter_in_duty"),
            models.Index(fields=["due_at"], condition=Q(closed_at=None), name="matter_due"),
            models.Index(fields=["due_at", "closed_at"], name="matter_fell_due"),
            models.Index(fields=["closed_at", "state"], name="matter_closed"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def found_by(self) -> str:
        """What the search box finds any matter by: number and title, place, the number as it is said."""
        place = self.place.full_name if self.place else ""
        return f"{self} {place} {self.year}-{self.serial:04d} {self.serial}"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


class Event(Entry):
    """经过: one step taken on a matter; written once."""

    matter = models.ForeignKey(Matter, models.PROTECT, related_name="events")
    step = models.CharField("步骤", max_length=20)
    from_state = models.CharField(max_length=20, blank=True)
    to_state = models.CharField(max_length=20)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name="经手人")
    on_behalf_of = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    to_holder = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="交给"
    )
    to_duty = models.CharField(max_length=40, blank=True)
    at = models.DateTimeField("时间")
    happened_at = models.DateTimeField(null=True, blank=True)
    via = models.CharField(max_length=12)
    op = models.CharField(max_length=36, blank=True)
    note = models.CharField("说明", max_length=500, blank=True)
    facts = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["matter", "id"], name="event_way"),
            models.Index(fields=["by", "matter"], name="event_by"),
        ]

    def __str__(self) -> str:
        return f"{self.matter_id} {self.step}"


class Link(models.Model):
    """挂接: one matter waits for another."""

    matter = models.ForeignKey(Matter, models.PROTECT, related_name="waits")
    waits_for = models.ForeignKey(Matter, models.PROTECT, related_name="holds_up")
    made_at = models.DateTimeField()
    note = models.CharField("说明", max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["matter", "waits_for"], name="link_once"),
            models.CheckConstraint(name="link_to_another", condition=~Q(matter=models.F("waits_for"))),
        ]

    def __str__(self) -> str:
        return f"{self.matter_id} → {self.waits_for_id}"
