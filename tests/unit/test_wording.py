"""The words on screen, figure by figure."""

from datetime import UTC, date, datetime, timedelta

import pytest

from houqin.kernel import wording

NOW = datetime(2026, 11, 23, 2, 41, tzinfo=UTC)  # Monday 10:41 in the school


def at(month: int, on: int, hour: int, minute: int, year: int = 2026) -> datetime:
    """A moment given in the school's time."""
    return datetime(year, month, on, hour, minute, tzinfo=UTC) - timedelta(hours=8)


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (at(11, 23, 10, 24), "今天 10:24"),
        (at(11, 23, 0, 5), "今天 0:05"),
        (at(11, 22, 23, 59), "昨天 23:59"),
        (at(11, 24, 7, 30), "明天 7:30"),
        (at(11, 25, 9, 5), "11月25日 周三 9:05"),
        (at(11, 20, 15, 12), "11月20日 周五 15:12"),
        (at(12, 31, 8, 0, 2025), "2025年12月31日 周三 8:00"),
        (at(1, 4, 8, 0, 2027), "2027年1月4日 周一 8:00"),
    ],
)
def test_a_moment(moment, said):
    assert wording.when(moment, NOW) == said


def test_the_day_is_the_schools_not_greenwichs():
    night = datetime(2026, 11, 23, 16, 30, tzinfo=UTC)
    assert wording.when(night, NOW) == "明天 0:30"
    assert wording.paper_day(night) == "2026-11-24"


def test_a_day():
    said = [wording.day(date(2026, 11, n), NOW) for n in (21, 22, 23, 24, 25)]
    assert said == ["11月21日 周六", "昨天", "今天", "明天", "11月25日 周三"]
    assert wording.day(date(2025, 11, 22), NOW) == "2025年11月22日 周六"
    assert wording.short_day(date(2026, 12, 1), NOW) == "12月1日"
    assert wording.short_day(date(2026, 11, 24), NOW) == "明天"
    assert wording.short_day(date(2027, 1, 4), NOW) == "2027年1月4日"


def test_on_paper():
    assert wording.paper_day(date(2026, 11, 22)) == "2026-11-22"
    assert wording.paper_moment(at(11, 20, 7, 52)) == "2026-11-20 7:52"


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (timedelta(seconds=59), "不到 1 分"),
        (timedelta(seconds=60), "1 分"),
        (timedelta(minutes=40), "40 分"),
        (timedelta(minutes=65), "1 小时 5 分"),
        (timedelta(hours=6), "6 小时"),
        (timedelta(hours=7, minutes=55), "7 小时 55 分"),
        (timedelta(hours=30), "30 小时"),
        (timedelta(hours=47, minutes=59), "47 小时 59 分"),
        (timedelta(hours=48), "2 天"),
        (timedelta(days=9, hours=23), "9 天"),
    ],
)
def test_a_span(length, said):
    assert wording.span(length) == said


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (timedelta(hours=1, minutes=50), "还剩 1 小时 50 分"),
        (timedelta(seconds=20), "还剩不到 1 分"),
        (timedelta(0), "还剩不到 1 分"),
        (timedelta(hours=23, minutes=59), "还剩 23 小时 59 分"),
        (timedelta(hours=24), "明天 10:41 前"),
        (timedelta(days=2), "11月25日 周三 10:41 前"),
        (-timedelta(seconds=20), "刚过时限"),
        (-timedelta(minutes=40), "超 40 分"),
        (-timedelta(hours=6), "超 6 小时"),
        (-timedelta(hours=23, minutes=59), "超 23 小时 59 分"),
        (-timedelta(hours=24), "超 1 天"),
        (-timedelta(days=3, hours=5), "超 3 天"),
    ],
)
def test_a_deadline(left, said):
    assert wording.deadline(NOW + left, NOW) == said


def test_money_has_two_decimals_and_no_sign_of_currency():
    assert [wording.money(n) for n in (0, 5, 860000, 123456789, -3760)] == [
        "0.00",
        "0.05",
        "8,600.00",
        "1,234,567.89",
        "-37.60",
    ]
    assert wording.money(None) == ""
    assert wording.yuan(3760) == "37.60 元"
    assert wording.yuan(None) == ""


def test_quantity_without_idle_noughts():
    said = [wording.quantity(n) for n in (0, 2000, 1500, 1200025, -250, 30)]
    assert said == ["0", "2", "1.5", "1,200.025", "-0.25", "0.03"]
    assert wording.quantity(None) == ""


def test_count_and_share():
    assert wording.count(18, "件") == "18 件"
    assert wording.count(1486, "名") == "1,486 名"
    assert wording.share(257, 278) == "92.4%"
    assert wording.share(0, 278) == "0.0%"
    assert wording.share(278, 278) == "100%"
    assert wording.share(9999, 10000) == "99.9%"
    assert wording.share(0, 0) == "无数据"


def test_size_of_a_file():
    assert [wording.size(n) for n in (0, 640_000, 2_400_000)] == ["1 KB", "640 KB", "2.4 MB"]


@pytest.mark.parametrize(
    ("fen", "said"),
    [
        (0, "零元整"),
        (5, "伍分"),
        (50, "伍角"),
        (1000, "壹拾元整"),
        (10500, "壹佰零伍元整"),
        (3760, "叁拾柒元陆角"),
        (860000, "捌仟陆佰元整"),
        (600714, "陆仟零柒元壹角肆分"),
        (1640902, "壹万陆仟肆佰零玖元零贰分"),
        (1001001, "壹万零壹拾元零壹分"),
        (32504, "叁佰贰拾伍元零肆分"),
        (140950, "壹仟肆佰零玖元伍角"),
        (168032, "壹仟陆佰捌拾元零叁角贰分"),
        (10000050, "壹拾万元零伍角"),
        (10700053, "壹拾万柒仟元零伍角叁分"),
        (1000000000, "壹仟万元整"),
        (1000000100, "壹仟万零壹元整"),
        (10000000000, "壹亿元整"),
        (10000100000, "壹亿零壹仟元整"),
        (100000000000000, "壹万亿元整"),
        (100000001000000, "壹万亿零壹万元整"),
        (-500, "负伍元整"),
    ],
)
def test_amount_in_words(fen, said):
    assert wording.amount_in_words(fen) == said
