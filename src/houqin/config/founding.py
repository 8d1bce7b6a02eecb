"""The first start of a school without demo:
posts, what the areas start with, one administrator and his one-time link."""

from django.db import transaction
from django.utils import timezone

from houqin.kernel.act import Act
from houqin.kernel.area import areas
from houqin.kernel.people import actions as people
from houqin.kernel.people.actions import logins
from houqin.kernel.people.models import Person
from houqin.kernel.people.queries import SYSTEM, built_in
from houqin.kernel.people.seed import POSTS
from houqin.kernel.school import actions as school
from houqin.kernel.school.models import School
from houqin.kernel.school.queries import UNNAMED

FIRST = "admin"  # the post and the login that opens the others


def system_act() -> Act:
    """What the machine's own commands do, they do as 系统."""
    return Act(by=built_in(SYSTEM), at=timezone.now(), via="command")


def first_link() -> str:
    """The path of the first administrator's link: made anew at each start until the first password is set."""
    act = system_act()
    if not School.objects.exists():
        found(act)
    waiting = Person.objects.filter(code=FIRST, user__password_set_at=None, user__is_active=True)
    admin = waiting.exclude(user=None).select_related("user").first()
    if admin is None or admin.user is None or School.objects.filter(is_demo=True).exists():
        return ""
    return f"/first/{logins.make_link(admin.user, act=act)}/"


@transaction.atomic
def found(act: Act) -> None:
    """The unnamed school, the posts of the seed, the administrator without a password,
    what each area starts with."""
    school.found(name=UNNAMED, office_phone="", address="", is_demo=False, act=act)
    posts = {
        seed.code: people.create_post(code=seed.code, name=seed.name, rank=rank, duties=seed.duties, act=act)
        for rank, seed in enumerate(POSTS, 1)
    }
    admin = people.enrol(code=FIRST, name="系统管理员", act=act)
    people.assign(admin, post=posts[FIRST], act=act)
    logins.open_account(admin, username=FIRST, act=act)
    for area in areas():
        area.starts_with(act=act)
