"""检索: what was written is found by any part of it, newest first, and only by who may see it."""

from datetime import timedelta

import pytest
from django.db import connection

from houqin.kernel.matters import actions as matters
from houqin.kernel.matters.flow import End, Flow, State, Step
from houqin.kernel.people.queries import VISITOR, built_in
from houqin.kernel.search import actions, queries, tokens
from houqin.kernel.search.models import SearchRow
from tests.cast import MONDAY, system

FLOW = Flow(
    kind="repairs.repair", name="报修", prefix="BX", icon="tool",
    states=(State("assigned", "在修"), State("done", "办结", end=End.DONE)),
    steps=(Step("finish", "修好", ("assigned",), "done", may=lambda act, matter: True),),
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("三(2)班教室", ["三", "2", "班", "教", "室"]),
        ("三（２）班", ["三", "2", "班"]),
        ("BX2026-0871 投影仪", ["bx2026", "0871", "投", "影", "仪"]),
        ("ＢＸ２０２６－０８７１", ["bx2026", "0871"]),
        ("a_b3楼LED灯", ["a", "b3", "楼", "led", "灯"]),
        ("總務處 Straße", ["總", "務", "處", "strasse"]),
        ("𠮷田のテスト", ["𠮷", "田", "の", "テ", "ス", "ト"]),
        ("。，！？ \0 --", []),
    ],
)
def test_text_is_cut_into_han_characters_and_whole_words(text, cut):
    assert tokens.cut(text) == cut


def test_what_is_typed_becomes_phrases_of_which_words_may_go_on():
    assert tokens.phrases("课桌  BX20 3楼 课桌") == [
        tokens.Phrase(("课", "桌"), False), tokens.Phrase(("bx20",), True), tokens.Phrase(("3", "楼"), False),
    ]  # fmt: skip


def test_the_index_row_holds_title_and_words_once(db):
    actions.feed("kernel.place", 903, "课桌 A1", "课桌 A1 三楼", MONDAY)
    actions.feed("kernel.place", 904, "课桌 A1", "三楼", MONDAY)
    rows = SearchRow.objects.filter(key__in=(903, 904)).order_by("key")
    assert [row.words for row in rows] == [" 课 桌 a1 三 楼 ", " 课 桌 a1 三 楼 "]


@pytest.fixture(autouse=True)
def read_what_this_test_wrote(monkeypatch):
    """A second connection does not see what the test's own transaction has not committed."""
    monkeypatch.setattr(queries, "READER", "default")


def opened(cast, title, *, by="teacher", holder="repairman", at=None):
    act = cast.act(by, at=at)
    due = act.at + timedelta(hours=8)
    return matters.open_matter(
        FLOW, title=title, state="assigned", due_at=due, place=cast.place("c32"), holder=cast[holder], act=act
    )


def found(cast, who, words, **more):
    rows, count = queries.find(cast[who], MONDAY + timedelta(days=1), words, **more)
    return [row.title for row in rows], count


@pytest.fixture
def repairs(cast):
    return [opened(cast, title) for title in ("课桌掉漆", "投影仪不亮", "桌课顺序反了", "课桌腿松了")]


@pytest.mark.parametrize(
    ("words", "hits"),
    [
        ("桌", [3, 2, 0]), ("课桌", [3, 0]), ("课桌腿", [3]), ("投影 不亮", [1]), ("桌 掉漆", [0]),
        ("教学楼2层", [3, 2, 1, 0]), ("三（2）班 课桌", [3, 0]), ("BX2026", [3, 2, 1, 0]), ("bx20", [3, 2, 1, 0]),
        ("电子白板", []), ("课桌椅", []), ("x2026", []), ("026", []),
    ],
)  # fmt: skip
def test_a_matter_is_found_by_any_part_of_it_newest_first(cast, repairs, words, hits):
    assert found(cast, "teacher", words, kinds=["kernel.matter"]) == (
        [str(repairs[n]) for n in hits],
        len(hits),
    )
    assert found(cast, "director", words, kinds=["kernel.matter"]) == (
        [str(repairs[n]) for n in hits],
        len(hits),
    )


def test_a_matter_is_found_by_its_number_whole_or_in_part(cast, repairs):
    for said in (repairs[1].number, repairs[1].number.rpartition("-")[2], repairs[1].number.lower()):
        assert found(cast, "repairman", said, kinds=["kernel.matter"]) == ([str(repairs[1])], 1)


def test_who_has_no_part_in_it_does_not_find_it(cast, repairs):
    assert found(cast, "teacher-2", "课桌") == ([], 0)
    assert found(cast, "teacher", "课桌") == ([str(repairs[3]), str(repairs[0])], 2)


def test_the_overseer_of_one_area_finds_what_is_of_it_by_the_index_too(cast, repairs, monkeypatch):
    by_rows = found(cast, "repairman", "课桌")
    monkeypatch.setattr(queries, "FEW", 2)
    assert found(cast, "repairman", "课桌") == by_rows == ([str(repairs[3]), str(repairs[0])], 2)
    assert found(cast, "teacher-2", "课桌") == ([], 0)
    assert found(cast, "repairman", "桌", limit=1) == ([str(repairs[3])], 3)


def test_people_are_found_by_name_and_initials_by_who_is_logged_in(cast):
    assert found(cast, "teacher", "王老师") == (["王老师"], 1)
    assert found(cast, "teacher", "wls") == (["王老师"], 1)
    assert found(cast, "teacher", "WL") == (["王老师"], 1)
    assert found(cast, "teacher", "王") == (["王老师"], 1)
    assert queries.find(built_in(VISITOR), MONDAY, "王老师") == ([], 0)


def test_a_place_is_found_by_everyone(cast):
    rows, count = queries.find(built_in(VISITOR), MONDAY, "三2班教室")
    assert ([(row.kind, row.title) for row in rows], count) == ([("kernel.place", "三(2)班教室")], 1)


def test_kinds_narrow_and_unknown_kinds_find_nothing(cast, repairs):
    assert found(cast, "teacher", "班", kinds=["kernel.place"]) == (["三(2)班教室"], 1)
    assert found(cast, "teacher", "班", kinds=["kernel.user"]) == ([], 0)


def test_pages_follow_one_another_without_gap_or_repeat(cast, repairs):
    for who in ("teacher", "director"):
        first, count = queries.find(cast[who], MONDAY, "桌", limit=2)
        rest, again = queries.find(cast[who], MONDAY, "桌", limit=2, before=first[-1].pk)
        assert [row.key for row in [*first, *rest]] == [repairs[3].pk, repairs[2].pk, repairs[0].pk]
        assert count == again == 3


def test_the_count_stops_above_ten_thousand(cast, repairs, monkeypatch):
    monkeypatch.setattr(queries, "COUNTED", 2)
    assert found(cast, "director", "桌", limit=1) == ([str(repairs[3])], 3)
    assert found(cast, "director", "课桌", limit=1) == ([str(repairs[3])], 2)


@pytest.mark.parametrize(
    "words",
    ["", "  ", "。", '"', "* OR", "课' OR 1=1 --", "NEAR(课 桌)", "words : 课", "\\", "%", "_", "\0"],
)
def test_signs_of_the_engines_are_only_text(cast, repairs, words):
    assert found(cast, "teacher", words, kinds=["kernel.matter"]) == ([], 0)
    assert found(cast, "teacher", "投影仪:* %") == ([str(repairs[1])], 1)


def test_a_renamed_thing_is_found_by_the_new_name_only(cast):
    actions.feed("kernel.place", 900, "旧名字", "", MONDAY)
    actions.feed("kernel.place", 900, "新叫法", "甲乙", MONDAY + timedelta(hours=1))
    assert found(cast, "teacher", "旧名字") == ([], 0)
    assert found(cast, "teacher", "甲乙") == found(cast, "teacher", "新叫法") == (["新叫法"], 1)
    SearchRow.objects.filter(kind="kernel.place", key=900).delete()
    assert found(cast, "teacher", "新叫法") == ([], 0)


def test_a_thing_fed_again_moves_to_the_front(cast):
    actions.feed("kernel.place", 901, "丙一", "", MONDAY)
    actions.feed("kernel.place", 902, "丙二", "", MONDAY + timedelta(minutes=1))
    assert found(cast, "teacher", "丙") == (["丙二", "丙一"], 2)
    actions.feed("kernel.place", 901, "丙一", "", MONDAY + timedelta(minutes=2))
    assert found(cast, "teacher", "丙") == (["丙一", "丙二"], 2)


def test_rebuilding_changes_nothing_that_was_right_and_mends_what_was_wrong(cast, repairs):
    def seen():
        return [found(cast, "director", words) for words in ("桌", "王老师", "教学楼", "bx2026")]

    was, count = seen(), SearchRow.objects.count()
    actions.feed("kernel.place", 987654, "没有的场所桌", "", MONDAY)
    SearchRow.objects.filter(kind="kernel.matter", key=repairs[0].pk).delete()
    SearchRow.objects.filter(kind="kernel.person", key=cast["class-teacher"].pk).update(words=" 错 ")
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO kernel_search_fts(kernel_search_fts) VALUES ('delete-all')")
    assert seen() != was
    assert actions.rebuild(system()) == count
    assert [sorted(titles) for titles, _ in seen()] == [sorted(titles) for titles, _ in was]
