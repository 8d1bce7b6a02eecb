"""The people of every test: a small school, made by the same actions the office uses."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.utils import timezone

from houqin.kernel.act import Act
from houqin.kernel.approvals import queries as approvals
from houqin.kernel.approvals.models import ApprovalStep
from houqin.kernel.matters.models import Matter
from houqin.kernel.people import actions as people
from houqin.kernel.people.models import Holding, Person, Post, User
from houqin.kernel.people.queries import SYSTEM, VISITOR, built_in
from houqin.kernel.people.seed import POSTS
from houqin.kernel.places import actions as places
from houqin.kernel.places.models import Place
from houqin.kernel.school import actions as school
from houqin.kernel.terms import actions as terms

MONDAY = timezone.make_aware(datetime(2026, 11, 23, 9, 0))  # a school day, lessons on

NAMES = {
    "principal": "周校长", "vice-principal": "吴副校长", "director": "陈主任", "accountant": "钱会计", "cashier": "孙出纳",
    "assets-keeper": "冯管理", "store-keeper": "褚管理", "buyer": "卫采购", "repairman": "李师傅", "electrician": "赵师傅",
    "guard": "蒋保安", "cleaner": "沈阿姨", "gardener": "韩师傅", "canteen-manager": "杨管理", "food-officer": "朱安全员",
    "food-director": "秦总监", "nurse": "尤老师", "class-teacher": "王老师", "teacher": "许老师", "room-keeper": "何老师",
    "moral-office": "吕老师", "academic-office": "施老师", "finance-group": "张老师", "inspector": "曹检查员",
    "admin": "严管理员",
}  # fmt: skip


@dataclass
class Cast:
    """Persons by the role codes of the demo, places by code,
    and a clock that goes on a minute with each act."""

    now: datetime = MONDAY
    minutes: int = 0
    people: dict[str, Person] = field(default_factory=dict)

    def __getitem__(self, role: str) -> Person:
        if role not in self.people:
            self.people[role] = Person.objects.select_related("user").get(code=role)
        return self.people[role]

    def place(self, code: str) -> Place:
        return Place.objects.select_related("owner", "parent").get(code=code)

    def put(self, matter: Matter, role: str) -> None:
        """It lies in this person's hands, whether or not a step would have put it there."""
        Matter.objects.filter(pk=matter.pk).update(holder=self[role], duty="")
        matter.refresh_from_db()

    def act(self, role: str, *, at: datetime | None = None, **more: object) -> Act:
        """What this person does now; each act a minute after the one before."""
        self.minutes += 1
        return Act(by=self[role], at=at or self.now + timedelta(minutes=self.minutes), via="test", **more)


def found_school() -> None:
    """Make the school once; every test sees it and rolls its own changes back."""
    people.ensure_built_in()
    act = Act(by=built_in(SYSTEM), at=timezone.make_aware(datetime(2026, 8, 20, 9, 0)), via="test")
    school.found(name="青禾小学", office_phone="6688", address="", is_demo=False, act=act)
    terms.open_term(
        year="2026—2027 学年", code="2026-1", name="2026 秋季学期", starts_on=date(2026, 9, 1),
        ends_on=date(2027, 1, 22), act=act,
    )  # fmt: skip
    for rank, seed in enumerate(POSTS, 1):
        post = people.create_post(code=seed.code, name=seed.name, rank=rank, duties=seed.duties, act=act)
        enrol(seed.code, NAMES[seed.code], post, act)
    enrol("teacher-2", "郑老师", Post.objects.get(code="teacher"), act)
    _places(act)


def enrol(code: str, name: str, post: Post, act: Act) -> Person:
    person = people.enrol(code=code, name=name, act=act)
    user = User(username=code, opened_at=act.at, password_set_at=act.at)
    user.set_unusable_password()
    user.save()
    person.user = user
    person.save(update_fields=["user"])
    people.assign(person, post=post, stand=Holding.A, act=act)
    return person


def _places(act: Act) -> None:
    owner = Person.objects.get(code="class-teacher")
    director = Person.objects.get(code="director")
    campus = places.enter(code="campus", name="青禾小学", kind="campus", owner=director, act=act)
    building = places.enter(
        code="jxl",
        name="教学楼",
        kind="building",
        parent=campus,
        use="teaching",
        owner=director,
        walk=100,
        act=act,
    )
    floor = places.enter(
        code="jxl-2",
        name="2 层",
        kind="floor",
        parent=building,
        use="teaching",
        owner=director,
        walk=120,
        act=act,
    )
    places.enter(
        code="c32",
        name="三(2)班教室",
        kind="room",
        parent=floor,
        use="teaching",
        owner=owner,
        walk=124,
        act=act,
    )
    places.enter(
        code="wc2",
        name="2 层男厕",
        kind="room",
        parent=floor,
        use="living",
        owner=director,
        walk=125,
        act=act,
    )
    places.hang_labels([Place.objects.get(code="c32"), Place.objects.get(code="wc2")], act=act)


def looked_at(matter: Matter) -> ApprovalStep:
    """The step that whoever opens the slip now sees; of what is decided, the one he saw last."""
    return approvals.open_step(matter) or approvals.steps(matter).last()


def visitor(at: datetime = MONDAY) -> Act:
    return Act(by=built_in(VISITOR), at=at, via="test")


def system(at: datetime = MONDAY) -> Act:
    return Act(by=built_in(SYSTEM), at=at, via="tick")
