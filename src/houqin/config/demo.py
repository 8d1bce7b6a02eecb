"""青禾小学, the demo school: 36 classes, some 120 people, 110 places, and the areas' own demos over them.

Everything is made by the actions, at past times, from one seed: the same `today` gives the same school.
Nobody has a password; the demo's door lets in by role.
"""

import csv
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random

from django.db import transaction
from django.utils import timezone

from houqin.areas.plans import demo as plans
from houqin.areas.repairs import demo as repairs
from houqin.kernel.act import Act
from houqin.kernel.classes import actions as classes
from houqin.kernel.people import actions as people
from houqin.kernel.people.actions import logins
from houqin.kernel.people.models import Holding, Person, Post
from houqin.kernel.people.queries import SYSTEM, built_in
from houqin.kernel.people.seed import POSTS
from houqin.kernel.places import actions as places
from houqin.kernel.places.models import Place
from houqin.kernel.school import actions as school
from houqin.kernel.terms import actions as terms
from houqin.kernel.terms import queries as calendar
from houqin.kernel.terms.models import SchoolDay, SchoolYear

from . import demo_outside

Progress = Callable[[float, str], None]

SEED = 20260901
HOLIDAYS = Path(__file__).parent / "seed" / "holidays-2026.csv"
MORNING = time(7, 40)  # the demo stands at this hour of its day
GRADES, CLASSES, TEACHERS = "一二三四五六", 6, 51

NAMES = {
    "principal": "周明德", "vice-principal": "吴敏", "director": "陈志远", "accountant": "钱文静", "cashier": "孙丽华",
    "assets-keeper": "冯涛", "store-keeper": "褚红", "buyer": "孙梅", "repairman": "李建国", "electrician": "赵强",
    "guard": "蒋大勇", "cleaner": "沈桂芳", "gardener": "韩春生", "canteen-manager": "杨志刚", "food-officer": "朱晓燕",
    "food-director": "秦岭", "nurse": "尤佳", "class-teacher": "王丽", "teacher": "孙倩", "room-keeper": "徐静",
    "moral-office": "吕洁", "academic-office": "施展", "finance-group": "张慧", "inspector": "曹国庆", "admin": "严宽",
}  # fmt: skip
MORE = (("guard", 4), ("cleaner", 6), ("canteen-manager", 1), ("room-keeper", 5))  # further holders of a post
SURNAMES = (
    "王李张刘陈杨黄吴徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢"
)
GIVEN = ["芳", "娜", "敏", "静", "秀英", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰", "娟", "涛",
         "明", "超", "秀兰", "霞", "平", "刚", "桂英", "雪",
         "倩", "颖", "琳", "欣", "蕾", "婷", "慧", "佳", "莹", "宁", "欢", "晨", "璐", "妍", "洁", "楠", "帆"]  # fmt: skip


@transaction.atomic
def found(today: date) -> None:
    """The school's own row, its terms, its calendar, its posts."""
    act = Act(by=built_in(SYSTEM), at=moment(today - timedelta(days=420)), via="demo")
    school.found(name="青禾小学", office_phone="6688", address="青禾路 1 号", is_demo=True, act=act)
    for year in range(today.year - 2, today.year + 2):
        open_year(year, act)
    terms.set_days(holidays(), act=act)
    terms.lay_out(act=act)
    for rank, seed in enumerate(POSTS, 1):
        people.create_post(code=seed.code, name=seed.name, rank=rank, duties=seed.duties, act=act)


def open_year(year: int, act: Act) -> None:
    """1 September to 31 August: two terms."""
    name = f"{year}—{year + 1} 学年"
    for code, word, first, last in (
        (f"{year}-1", f"{year} 秋季学期", date(year, 9, 1), date(year + 1, 1, 22)),
        (f"{year}-2", f"{year + 1} 春季学期", date(year + 1, 3, 2), date(year + 1, 7, 3)),
    ):
        terms.open_term(year=name, code=code, name=word, starts_on=first, ends_on=last, act=act)


def holidays() -> Iterator[SchoolDay]:
    """国办's notice for 2026 as the school's own days;
    in the holidays nobody comes, on a make-up day all do."""
    with HOLIDAYS.open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            works = row["kind"] == "work"
            on = date.fromisoformat(row["date"])
            makes_up = works and any(first <= on <= last for first, last in in_term(on.year))
            yield SchoolDay(on=on, pupil_day=makes_up, staff_day=works, note=row["name"])


def in_term(year: int) -> tuple[tuple[date, date], ...]:
    return (
        (date(year - 1, 9, 1), date(year, 1, 22)), (date(year, 3, 2), date(year, 7, 3)),
        (date(year, 9, 1), date(year + 1, 1, 22)),
    )  # fmt: skip


def moment(on: date, at: time = MORNING) -> datetime:
    return datetime.combine(on, at, timezone.get_default_timezone())


# ── people ──────────────────────────────────────────────────────────────────────────────────────────────


def enrol_all(rng: Random, act: Act) -> dict[str, Person]:
    """The roles of the door under their codes, further holders, a teacher for each class,
    and the other teachers."""
    posts = {post.code: post for post in Post.objects.all()}
    names = fresh_names(rng)
    made = {code: enrol(code, name, posts[code], act) for code, name in NAMES.items()}
    for code, many in MORE:
        for n in range(2, many + 1):
            made[f"{code}-{n}"] = enrol(f"{code}-{n}", next(names), posts[code], act)
    for grade in range(1, len(GRADES) + 1):
        for number in range(1, CLASSES + 1):
            if (grade, number) != (3, 2):  # 三(2)班 is 王丽's, the door's 班主任
                code = f"class-teacher-{grade}-{number}"
                made[code] = enrol(code, next(names), posts["class-teacher"], act)
    for n in range(2, TEACHERS - 1):
        made[f"teacher-{n}"] = enrol(f"teacher-{n}", next(names), posts["teacher"], act)
    return made


def enrol(code: str, name: str, post: Post, act: Act) -> Person:
    person = people.enrol(code=code, name=name, phone=f"8{sum(map(ord, code)) % 900 + 100}", act=act)
    people.assign(person, post=post, stand=Holding.A, act=act)
    if code in NAMES:
        logins.open_account(person, username=code, act=act)
        person.refresh_from_db()
    return person


def fresh_names(rng: Random) -> Iterator[str]:
    """Names of which no two are alike."""
    said = set(NAMES.values())
    while True:
        name = rng.choice(SURNAMES) + rng.choice(GIVEN)
        if name not in said:
            said.add(name)
            yield name


# ── places ──────────────────────────────────────────────────────────────────────────────────────────────

SPECIAL = (  # 综合楼, floor by floor
    ("音乐教室一", "音乐教室二", "舞蹈教室", "美术教室", "图书室"),
    ("科学实验室一", "科学实验室二", "科学准备室", "信息科技教室", "图书阅览室"),
    ("书法教室", "劳动教室", "心理辅导室", "多功能厅", "录播室"),
)
OFFICES = ("校长室", "总务处", "教务处", "卫生室", "会议室")
CANTEEN = ("操作间", "洗消间", "备餐间", "学生餐厅", "教师餐厅")
OUTDOOR = ("校门口", "门卫室", "升旗台", "操场", "篮球场", "器械区", "花坛", "车棚", "宣传栏", "配电室")


class Campus:
    """Enters the places one after another in walking order, and sorts them by what breaks there."""

    def __init__(self, staff: dict[str, Person], act: Act):
        self.staff, self.act, self.walk = staff, act, 0
        self.rooms: dict[str, list[Place]] = {
            kind: [] for kind in ("class", "toilet", "office", "room", "canteen", "outdoor")
        }
        self.top = self.enter("campus", "青禾小学", "campus", None, "admin", "director")

    def enter(
        self,
        code: str,
        name: str,
        kind: str,
        parent: Place | None,
        use: str,
        owner: str = "",
        breaks: str = "",
    ) -> Place:
        self.walk += 10
        place = places.enter(
            code=code,
            name=name,
            kind=kind,
            parent=parent,
            use=use,
            owner=self.staff.get(owner),
            walk=self.walk,
            act=self.act,
        )
        if breaks:
            self.rooms[breaks].append(place)
        return place

    def teaching(self, letter: str, grades: tuple[int, ...]) -> None:
        """A teaching building: a grade on each floor, its class teachers in their rooms,
        toilets and an office."""
        building = self.enter(
            f"jx{letter.lower()}", f"教学楼 {letter}", "building", self.top, "teaching", "director"
        )
        for level, grade in enumerate(grades, 1):
            floor = self.enter(f"jx{letter.lower()}-{level}", f"{level} 层", "floor", building, "teaching")
            for number in range(1, CLASSES + 1):
                owner = "class-teacher" if (grade, number) == (3, 2) else f"class-teacher-{grade}-{number}"
                name = f"{GRADES[grade - 1]}({number})班教室"
                self.enter(f"c{grade}{number}", name, "room", floor, "teaching", owner, "class")
            for word, tail in (("男厕", "nan"), ("女厕", "nv")):
                self.enter(
                    f"jx{letter.lower()}-{level}-{tail}", word, "room", floor, "living", "cleaner", "toilet"
                )
            office = f"{GRADES[grade - 1]}年级办公室"
            self.enter(f"bg{grade}", office, "room", floor, "admin", f"class-teacher-{grade}-1", "office")

    def special(self) -> None:
        building = self.enter("zh", "综合楼", "building", self.top, "teaching", "director")
        for level, names in enumerate(SPECIAL, 1):
            floor = self.enter(f"zh-{level}", f"{level} 层", "floor", building, "teaching")
            for n, name in enumerate(names, 1):
                keeper = "room-keeper" if n % 2 else f"room-keeper-{level + 1}"
                self.enter(f"zh-{level}-{n}", name, "room", floor, "teaching", keeper, "room")
            for word, tail in (("男厕", "nan"), ("女厕", "nv")):
                self.enter(f"zh-{level}-{tail}", word, "room", floor, "living", "cleaner", "toilet")
        top = self.enter("zh-4", "4 层", "floor", building, "admin")
        for n, name in enumerate(OFFICES, 1):
            self.enter(f"zh-4-{n}", name, "room", top, "admin", "director", "office")

    def rest(self) -> None:
        canteen = self.enter("st", "食堂", "building", self.top, "living", "canteen-manager")
        for n, name in enumerate(CANTEEN, 1):
            self.enter(f"st-{n}", name, "room", canteen, "living", "canteen-manager", "canteen")
        for n, name in enumerate(OUTDOOR, 1):
            self.enter(
                f"hw-{n}", name, "spot", self.top, "living", "guard" if n < 3 else "director", "outdoor"
            )


@transaction.atomic
def build(staff: dict[str, Person], act: Act) -> dict[str, list[Place]]:
    """The whole campus, with a label on every place."""
    campus = Campus(staff, act)
    campus.teaching("A", (1, 2, 3))
    campus.teaching("B", (4, 5, 6))
    campus.special()
    campus.rest()
    places.hang_labels(list(Place.objects.order_by("walk", "pk")), act=act)
    return campus.rooms


@transaction.atomic
def open_classes(today: date, staff: dict[str, Person], act: Act) -> None:
    """This school year's 36 classes: 41 or 42 pupils each, 1,500 in all."""
    year = SchoolYear.objects.get(starts_on__lte=today, ends_on__gte=today)
    for grade in range(1, len(GRADES) + 1):
        for number in range(1, CLASSES + 1):
            code = "class-teacher" if (grade, number) == (3, 2) else f"class-teacher-{grade}-{number}"
            classes.open_class(
                school_year=year, grade=grade, number=number, teacher=staff[code],
                room=Place.objects.get(code=f"c{grade}{number}"), pupils=42 if number <= 4 else 41, act=act,
            )  # fmt: skip


# ── the whole ───────────────────────────────────────────────────────────────────────────────────────────


def fill(today: date, progress: Progress) -> None:
    """Fill an empty, migrated database with the demo school as it stands on the morning of `today`."""
    rng = Random(SEED)
    progress(0.0, "学校")
    people.ensure_built_in()
    found(today)
    act = Act(by=built_in(SYSTEM), at=moment(today - timedelta(days=400)), via="demo")
    with transaction.atomic():
        staff = enrol_all(rng, act)
    progress(0.1, "人员")
    rooms = build(staff, act)
    open_classes(today, staff, act)
    progress(0.15, "场所")
    teachers = [person for code, person in staff.items() if code.startswith(("teacher", "class-teacher"))]
    stage = repairs.Stage(
        rng=rng, hours=calendar.working_hours(), people=staff, rooms=rooms, teachers=teachers
    )
    repairs.fill(stage, until=moment(today), progress=lambda share, what: progress(0.15 + 0.85 * share, what))
    plans.fill(staff, Random(SEED), until=moment(today))
    demo_outside.fill(staff, until=moment(today))
    progress(1.0, "好了")
