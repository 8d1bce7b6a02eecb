"""演示学校的门: 以…身份进入. There is none in a school that was not made by `houqin demo`."""

from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.http import HttpResponse
from django.utils import timezone

from houqin.kernel.errors import NotThere
from houqin.kernel.matters.models import Matter
from houqin.kernel.people.models import Person
from houqin.kernel.people.queries import active
from houqin.kernel.people.seed import POSTS
from houqin.kernel.school.queries import school

from . import access, entering
from .speech import SpeakingForm

GROUPS = {
    "领导": ("principal", "vice-principal", "director"),
    "钱": ("accountant", "cashier", "finance-group", "buyer"),
    "物": ("assets-keeper", "store-keeper", "room-keeper"),
    "一线": ("repairman", "electrician", "guard", "cleaner", "gardener"),
    "食堂、卫生": ("canteen-manager", "food-officer", "food-director", "nurse"),
    "教学": ("class-teacher", "teacher", "moral-office", "academic-office"),
    "其他": ("inspector", "admin"),
}
LABELS = {post.code: post.name for post in POSTS}


@dataclass(frozen=True)
class Role:
    code: str
    label: str
    name: str
    group: str
    count: int
    note: str = ""


class DoorForm(SpeakingForm):
    person = forms.ChoiceField(
        label="身份", choices=[(code, LABELS[code]) for codes in GROUPS.values() for code in codes]
    )


def roles(now: datetime) -> list[Role]:
    """The people behind the door, with how much waits for each."""
    people = {person.code: person for person in _behind(now)}
    return [
        Role(
            code,
            LABELS[code],
            people[code].name,
            group,
            Matter.objects.in_hands_of(people[code], now).count(),
        )
        for group, codes in GROUPS.items()
        for code in codes
        if code in people
    ]


def _behind(now: datetime) -> list[Person]:
    today = timezone.localtime(now).date()
    return list(
        active(today).filter(code__in=LABELS, user__is_active=True).select_related("user").order_by("pk")
    )


@access.unproven
@access.public
def enter(request: access.Request) -> HttpResponse:
    """Enter as a role, without a password; as if it were not there unless the school is a demo."""
    if not school().is_demo:
        raise NotThere("没有这一页。")
    if request.method != "POST":
        return access.redirect(request, access.LOGIN)
    form = DoorForm(request.POST)
    access.refuse_unknown(form, request)
    found = [
        person
        for person in _behind(request.now)
        if form.is_valid() and person.code == form.cleaned_data["person"]
    ]
    if not found or found[0].user is None:
        raise NotThere("演示学校里没有这个角色。")
    return entering.start(
        request, found[0].user, shared=False, wanted=request.POST.get("next", ""), demo=True
    )
