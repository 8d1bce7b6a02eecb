"""A register on the web, scene by scene:
pages by key, one's own columns, a change overtaken, a sheet taken in.

The phone's scene was seen to fail on a CSV and on a history that told too much.
"""

import io
import json

import pytest

from houqin.kernel.audit.models import Change
from houqin.kernel.people import actions as people
from houqin.kernel.people.models import Holding, ListChoice, Person, Post
from houqin.kernel.places import actions as places
from houqin.kernel.places.models import Place
from houqin.kernel.school import figures
from houqin.ui import house_people, house_places
from houqin.ui.register import files, pick, upload

from .test_upload import HEAD, ROOM, sheet_of


def rows_by_key(register, person, at, sort: str) -> list[int]:
    """Every key of a list, reached by its pages' own keys."""
    found: list[int] = []
    given = {"sort": sort, "view": "all"}
    while True:
        asked = pick.Asked(register, person, at, given)
        part = pick.part(asked, ["pk"], size=7)
        found += [row[0] for row in part.rows]
        if not part.next:
            return found
        given = {"sort": sort, "view": "all", "after": str(part.next)}


@pytest.mark.parametrize(
    "sort", ["walk", "-walk", "owner__name", "-owner__name", "use", "-closed_on", "closed_on", ""]
)
def test_pages_by_key_go_through_the_whole_list_once_both_ways(cast, sort):
    """With equal values and with nothing in the sorted column."""
    floor, act = cast.place("jxl-2"), cast.act("director")
    for n in range(30):
        owner = cast["teacher"] if n % 3 else None
        places.enter(code=f"r{n}", name=f"{n}", kind="room", parent=floor, owner=owner, walk=n % 4, act=act)
    asked = pick.Asked(house_places.PLACES, cast["director"], cast.now, {"sort": sort, "view": "all"})
    whole = list(asked.ordered.values_list("pk", flat=True))
    assert rows_by_key(house_places.PLACES, cast["director"], cast.now, sort) == whole
    back = pick.Asked(
        house_places.PLACES,
        cast["director"],
        cast.now,
        {"sort": sort, "view": "all", "before": str(whole[20])},
    )
    assert [row[0] for row in pick.part(back, ["pk"], size=7).rows] == whole[13:20]


def test_a_phone_number_is_the_offices(web, cast):
    people.change_person(cast["guard"], name="蒋保安", phone="13899990000", act=cast.act("director"))
    for query in ("", "?as=csv", "?as=paper", "?view=all&conditions=1"):
        seen = {}
        for role in ("director", "teacher"):
            answer = web.as_(role).get(f"/house/people/{query}")
            seen[role] = (
                "13899990000"
                in (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode()
            )
        assert seen == {"director": True, "teacher": False}, query
    card = f"/house/people/{cast['guard'].pk}/"
    assert "13899990000" in web.as_("director").get(card).content.decode()
    for tail in ("", "history/"):
        assert "13899990000" not in web.as_("teacher").get(card + tail).content.decode()
        assert "13899990000" in web.as_("director").get(card + tail).content.decode()
    assert web.as_("teacher").get("/house/people/?q=13899990000").context["count"] == "0"


def test_ones_own_columns_and_conditions(web, cast):
    someone = web.as_("director")
    assert someone.post("/house/places/columns/", {"column": ["name", "walk", "password"]}).status_code == 303
    assert [head.label for head in someone.get("/house/places/").context["heads"]] == ["名称", "走动次序"]
    assert len(web.as_("teacher").get("/house/places/").context["heads"]) == 7
    someone.post("/house/places/views/", {"name": "主任周查", "query": "kind=room&sort=-walk&evil=1"})
    saved = ListChoice.objects.get(person=cast["director"], name="主任周查")
    assert saved.query == "sort=-walk&kind=room"
    assert "主任周查" in someone.get("/house/places/").content.decode()
    assert "主任周查" not in web.as_("teacher").get("/house/places/").content.decode()
    assert web.as_("teacher").post(f"/house/places/views/{saved.pk}/forget/").status_code == 404
    assert someone.post(f"/house/places/views/{saved.pk}/forget/").status_code == 303
    assert not ListChoice.objects.exclude(name="").exists()


def test_a_change_that_was_overtaken_says_so_beside_the_field(web, cast):
    place = cast.place("c32")
    url = f"/house/places/{place.pk}/change/"
    someone = web.as_("director")
    seen = someone.get(url).context["form"].initial["_seen"]
    assert json.loads(seen)["name"] == "三(2)班教室"
    places.change_place(
        place, name="三(2)", use="teaching", owner=place.owner, walk=124, act=cast.act("director")
    )
    sent = {"name": "三(2)班", "use": "teaching", "owner": place.owner_id, "walk": "124", "_seen": seen}
    page = someone.send(url, sent)
    assert page.status_code == 409
    assert page.context["form"].errors["name"] == ["“名称”刚被别人改过，现在是“三(2)”，没有保存。看过再改。"]
    assert cast.place("c32").name == "三(2)"
    again = someone.send(url, {**sent, "_seen": page.context["form"].data["_seen"]})
    assert (again.status_code, cast.place("c32").name) == (303, "三(2)班")


@pytest.mark.parametrize("seen", ["[" * 19_000, "{", "[1]", '"x"', "null"], ids=lambda seen: seen[:5])
def test_what_was_not_written_by_us_counts_as_nothing_seen(web, cast, seen):
    """Seen to fail: nineteen thousand brackets were a RecursionError, which is no ValueError."""
    place = cast.place("c32")
    said = {"name": "三(2)", "use": "teaching", "owner": place.owner_id, "walk": "124", "_seen": seen}
    answer = web.as_("director").send(f"/house/places/{place.pk}/change/", said)
    assert (answer.status_code, cast.place("c32").name) == (303, "三(2)")


def test_a_new_card_sent_twice_is_one(web, cast):
    sent = {"code": "zhou", "name": "周丽", "phone": "", "joined_on": "2026-11-01"}
    answers = [web.as_("director").send("/house/people/new/", sent, op="a" * 32) for _ in range(2)]
    [made] = Person.objects.filter(code="zhou")
    assert [answer["Location"] for answer in answers] == [f"/house/people/{made.pk}/"] * 2
    assert web.as_("teacher").send("/house/people/new/", {**sent, "code": "x"}).status_code == 403
    assert (
        web.as_("director").send("/house/people/new/", {**sent, "code": "y", "built_in": "1"}).status_code
        == 422
    )


def test_who_still_holds_something_cannot_leave(web, cast):
    person = cast["class-teacher"]
    page = web.as_("director").send(f"/house/people/{person.pk}/leave/", {"left_on": "2026-11-23"})
    assert page.status_code == 422
    assert "教学楼 2 层 三(2)班教室的责任人" in page.content.decode()
    place = cast.place("c32")
    places.change_place(
        place,
        name=place.name,
        use=place.use,
        owner=cast["teacher"],
        walk=place.walk,
        act=cast.act("director"),
    )
    assert (
        web.as_("director").send(f"/house/people/{person.pk}/leave/", {"left_on": "2026-11-23"}).status_code
        == 303
    )
    person.refresh_from_db()
    assert (str(person.left_on), person.user.is_active) == ("2026-11-23", False)


def test_a_sheet_is_looked_at_and_then_written_once(web, cast, tmp_path):
    sheet_of(tmp_path, HEAD, ["zhl", "综合楼", "楼栋", "campus", "行政", "director", 500], ROOM)
    someone = web.as_("director")
    file = io.BytesIO((tmp_path / "in.xlsx").read_bytes())
    file.name = "场所.xlsx"
    answer = someone.post("/house/places/import/", {"file": file})
    url = f"/house/places/import/{answer['Location']}"
    page = someone.get(url)
    assert page.context["counts"] == {"new": 1, "change": 0, "same": 1, "wrong": 0}
    assert not Place.objects.filter(code="zhl").exists()
    keeper = cast["nurse"]
    people.assign(keeper, post=Post.objects.get(code="director"), stand=Holding.B, act=cast.act("admin"))
    gone = web.as_("nurse").get(url)
    assert (
        gone.status_code == 404
        and "这份表不在了（过了一天，或已经写入）。重新上传。" in gone.content.decode()
    )
    assert "没有这一页，或不归你看" in someone.get("/house/places/999999/").content.decode()
    digest = page.context["found"].digest
    stale = someone.send(url, {"digest": "x" * 32})
    assert (stale.status_code, Place.objects.filter(code="zhl").count()) == (409, 0)
    answers = [someone.send(url, {"digest": digest}, op="b" * 32).status_code for _ in range(2)]
    assert answers == [303, 303]
    assert Change.objects.get(kind="kernel.place", key=Place.objects.get(code="zhl").pk).via == "import"


def test_a_bad_sheet_comes_back_marked(web, cast, tmp_path):
    sheet_of(tmp_path, HEAD, ["zhl", "综合楼", "城堡", "campus", "行政", "director", 500])
    file = io.BytesIO((tmp_path / "in.xlsx").read_bytes())
    file.name = "场所.xlsx"
    someone = web.as_("director")
    url = f"/house/places/import/{someone.post('/house/places/import/', {'file': file})['Location']}"
    page = someone.get(url).content.decode()
    assert "“类型”只能是校区、楼栋、楼层、房间、点位" in page and "写入这" not in page
    back = tmp_path / "back.xlsx"
    back.write_bytes(b"".join(someone.get(f"{url}problems/").streaming_content))
    assert upload.read_file(back).rows == [
        [*HEAD, "问题"],
        [
            "zhl",
            "综合楼",
            "城堡",
            "campus",
            "行政",
            "director",
            {"n": "500.0"},
            "“类型”只能是校区、楼栋、楼层、房间、点位",
        ],
    ]


def test_the_command_line_exports_and_imports(cast, tmp_path):
    act = cast.act("director")
    assert (
        files.export("house/people", tmp_path / "p.xlsx", act)
        == Person.objects.filter(built_in=False).count()
    )
    assert files.import_("house/people", tmp_path / "p.xlsx", True, act).counts["same"] == 26
    reading = upload.read_file(tmp_path / "p.xlsx")
    assert reading.rows[0] == [column.label for column in house_people.PEOPLE.sheet.columns]


def test_the_hours_of_work_are_filled_in_by_the_clock(web):
    """7:30 stands on screen, 450 in the books; an hour before the other is refused in hours."""
    someone = web.as_("director")
    assert "7:30" in someone.get("/house/figures/").content.decode()
    assert someone.send("/house/figures/terms.opens/", {"value": "8:05"}).status_code == 303
    assert figures.value("terms.opens") == 485
    early = someone.send("/house/figures/terms.closes/", {"value": "8:30"})
    assert early.status_code == 422
    assert (
        "“下班时间”要比“上班时间”晚 60 分钟以上，没有保存。现在一个是 8:05，一个是 8:30。"
        in early.content.decode()
    )
    assert figures.value("terms.closes") == 1050


def test_the_duties_of_a_post_are_told_without_codes(web):
    page = (
        web.as_("admin").get(f"/house/posts/{Post.objects.get(code='teacher').pk}/add-duty/").content.decode()
    )
    assert "审批小额支出（总务主任）" in page and "（approve-director）" not in page
    assert "repair-worker" not in web.as_("director").get("/house/duties/").content.decode()
