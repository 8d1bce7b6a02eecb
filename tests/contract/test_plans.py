"""No page walks a big table: what SQLite would do for every register, for the desk, for a matter.

A plan does not depend on how many rows there are: the school keeps no statistics of its tables. A SCAN that
reads rows off in the order asked for and stops at the page's end is none; one under a sort, or behind a
search word, is. Seen to fail: with `closed_at` asked of the joined matter, with `kind` asked beside it,
without the index `matter_when`, with the joins of a row's columns in the statement that orders, with
icontains for the words; on the desk with an alert that asks for its kind beside what is overdue (0.2 s of
90,000 repairs).
"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from houqin.areas.repairs import actions, queries
from houqin.kernel.area import areas
from houqin.ui.register import pick
from houqin.ui.register.cells import Layout
from houqin.ui.register.pick import Asked, part

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.sqlite,  # asks SQLite for its plans
]

BIG = {
    "kernel_matter", "kernel_event", "kernel_change", "kernel_searchrow", "kernel_notice", "kernel_signature",
    "kernel_attachment", "repairs_repair", "repairs_partused",
}  # fmt: skip
ALL = [(f"{area.key}/{register.key}", register) for area in areas() for register in area.registers]
LISTS = [(where, register) for where, register in ALL if register.model._meta.db_table in BIG]
EACH = pytest.mark.parametrize("where,register", LISTS, ids=[where for where, _ in LISTS])
WORDS = ["灯", "课桌 松动", "0871", "wls", "李师傅 灯"]


def plan_of(sql: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql.replace('%', '%%')}")
        return [row[3] for row in cursor.fetchall()]


def names_of(sql: str) -> dict[str, str]:
    """The tables of a statement under the names it gives them: {"V0": "kernel_matter"}."""
    words = sql.replace("(", " ").replace(")", " ").replace('"', "").split()
    after = zip(words, words[1:], [*words[2:], ""], strict=False)
    found = {table: table for table in BIG}
    return found | {name: table for before, table, name in after if before in ("FROM", "JOIN")}


def partial() -> set[str]:
    """The indexes that hold a part of their table only, such as what is open:
    read whole, they walk nothing."""
    with connection.cursor() as cursor:
        found = [row for table in BIG for row in cursor.execute(f"PRAGMA index_list({table})").fetchall()]
    return {name for _, name, _, _, part in found if part}


def walks(sql: str) -> list[str]:
    """The big tables that a statement reads from one end to the other."""
    plan, names, few = plan_of(sql), names_of(sql), partial()
    stops = " LIMIT " in sql and "USE TEMP B-TREE FOR ORDER BY" not in plan and " WHERE " not in sql
    scans = [line.split() for line in plan if line.startswith("SCAN ")]
    whole = [line[1] for line in scans if line[-1] not in few]
    return [] if stops else [names[name] for name in whole if names.get(name) in BIG]


def asked_of(asked: Asked, do) -> list[str]:
    with CaptureQueriesContext(connection) as said:
        do()
    return [f"{table}: {one['sql'][:2000]}" for one in said for table in walks(one["sql"])]


def read_on(register, cast, who, **given) -> list[str]:
    """What a page, the pages before and after any of its rows, and the count walk."""
    columns = [column for column in register.columns if column.shown]
    paths = list(Layout.of(register, columns).paths)

    def page():
        asked = Asked(register, cast[who], cast.now, given)
        for key in [row[0] for row in part(asked, paths).rows][:1]:
            for side in ("after", "before"):
                part(Asked(register, cast[who], cast.now, {**given, side: str(key)}), paths)
        assert asked.count >= 0

    return asked_of(register, page)


@pytest.fixture
def repairs(cast):
    """Three repairs, so that there is a page before and one after."""
    kind = queries.shipped_fault_types()[0]
    kind.save()
    return [
        actions.report(place=cast.place("c32"), fault_type=kind, detail="灯不亮", act=cast.act("teacher"))
        for _ in range(3)
    ]


@pytest.mark.parametrize("who", ["director", "teacher"])
@EACH
def test_no_view_and_no_sort_walks_a_big_table(cast, repairs, monkeypatch, where, register, who):
    monkeypatch.setattr(pick, "COUNTED", 1)  # a list of more than a page: only sorts with an index are taken
    sorts = ["", *(sign + key for key in register.sorts for sign in ("", "-"))]
    for view in register.views:
        for sort in sorts:
            assert read_on(register, cast, who, view=view.key, sort=sort) == [], (view.key, sort)


@pytest.mark.parametrize("who", ["director", "teacher"])
@EACH
def test_no_search_word_walks_a_big_table(cast, repairs, where, register, who):
    for words in WORDS:
        assert read_on(register, cast, who, view="all", q=words) == [], words


PAGES = {"director": 12, "repairman": 6, "teacher": 6}  # questions of the desk; H5 wants no more than 12


@pytest.mark.parametrize("who", PAGES)
def test_the_desk_walks_no_big_table_and_asks_little(web, repairs, who):
    browser = web.as_(who)
    browser.get("/")
    with CaptureQueriesContext(connection) as said:
        assert browser.get("/").status_code == 200
    assert [one["sql"] for one in said if walks(one["sql"]) or by_kind_alone(one["sql"])] == []
    assert len(said) == PAGES[who], [one["sql"][:200] for one in said]


@pytest.mark.parametrize("who", ["director", "teacher"])
def test_a_matter_and_the_search_walk_no_big_table(web, repairs, who):
    browser = web.as_(who)
    for page in (f"/matters/{repairs[0].matter.number}/", "/search/?q=灯", "/notices/"):
        browser.get(page)
        with CaptureQueriesContext(connection) as said:
            assert browser.get(page).status_code == 200
        assert [one["sql"] for one in said if walks(one["sql"]) or by_kind_alone(one["sql"])] == [], page
        assert len(said) <= 12, (page, len(said))


def by_kind_alone(sql: str) -> bool:
    """Nearly all matters are of one kind: an index that is entered by the kind alone reads them all."""
    return " LIMIT " not in sql and any(line.endswith("(kind=?)") for line in plan_of(sql))


@EACH
def test_a_list_too_long_to_count_is_not_sorted_without_an_index(cast, repairs, monkeypatch, where, register):
    monkeypatch.setattr(pick, "COUNTED", 1)
    for key, column in register.sorts.items():
        asked = Asked(register, cast["director"], cast.now, {"view": "all", "sort": key})
        assert asked.ordered is not None
        taken = column.indexed or column.sort == "pk"
        assert [asked.sort, asked.ignored] == (
            [column, []] if taken else
            [None, [f"多于 1 条不能按“{column.label}”排，按平常的次序排了。先加一个条件。"]]
        )  # fmt: skip


def test_the_plan_of_a_walk_is_seen(db):
    """The check itself: what it is for, and what it lets pass."""
    assert walks('SELECT "id" FROM "kernel_matter" "U0" WHERE "U0"."title" LIKE \'%灯%\' LIMIT 51') == [
        "kernel_matter"
    ]
    assert walks('SELECT "id" FROM "kernel_matter" ORDER BY "title" LIMIT 51') == ["kernel_matter"]
    assert walks('SELECT "id" FROM "kernel_matter" ORDER BY "opened_at", "id" LIMIT 51') == []
    assert walks('SELECT "id" FROM "kernel_matter" WHERE "closed_at" IS NULL') == []
    late = 'SELECT count(*) FROM "kernel_matter" WHERE "closed_at" IS NULL AND "due_at" < 1'
    assert [by_kind_alone(late), by_kind_alone(f"{late} AND \"kind\" = 'repairs.repair'")] == [False, True]
